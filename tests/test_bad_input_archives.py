"""Archives and workbooks that are broken, or packed to do harm: nothing of them is read."""

from __future__ import annotations

import gzip
import io
import random
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loaders.document import Document
from loaders.workbook import read_workbook
from schema.errors import LayoutError
from tests.command_line import CommandLine
from tests.held_store import CM, CM_NEXT, HCPCS_NEXT, Refusal, hold_releases, refusing
from tests.order_files import hcpcs_workbook, order_file, order_members, zip_bytes

MEMBERS = order_members("icd10cm", 2025, CM_NEXT, CM)
ORDER_NAME = "icd10cm_order_2025.txt"
WHOLE = zip_bytes(MEMBERS)
WORKBOOK = hcpcs_workbook(HCPCS_NEXT, 8)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    return hold_releases(tmp_path_factory.mktemp("held"))


@pytest.fixture
def refuse(held: CommandLine, tmp_path: Path) -> Iterator[Refusal]:
    with refusing(held, tmp_path) as refusal:
        yield refusal


def pack(*infos: tuple[zipfile.ZipInfo | str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A whole release, and these members behind it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, data in [*MEMBERS.items(), *infos]:
            archive.writestr(name, data, compress_type=compression)
    return packed.getvalue()


def renamed(there: str, wanted: bytes) -> bytes:
    """The archive with a member called otherwise, in both of the places that name it."""
    data = pack((there, b"1"))
    assert len(there) == len(wanted)
    assert data.count(there.encode()) == 2
    return data.replace(there.encode(), wanted)


def link(name: str, target: bytes) -> bytes:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return pack((info, target))


def patched(data: bytes, field: int, fmt: str, value: int, name: str = ORDER_NAME) -> bytes:
    """The archive with a field of a member's entry in the central directory changed."""
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(name.encode()))
    changed = bytearray(data)
    struct.pack_into(fmt, changed, at + field, value)
    return bytes(changed)


def flag_encrypted() -> bytes:
    return patched(WHOLE, 8, "<H", 1)


def nest(depth: int) -> bytes:
    data = WHOLE
    for level in range(depth):
        data = zip_bytes({f"level{level}.zip": data})
    return data


def many_bombs() -> bytes:
    """Each member may be that large; all together may not."""
    one = zip_bytes({f"{n}.txt": b" " * 900_000 for n in range(50)})
    return zip_bytes({f"{n}.zip": one for n in range(20)})


def spoilt(offset: int) -> bytes:
    """The archive with a byte of the order file's packed data changed."""
    data = bytearray(WHOLE)
    data[WHOLE.index(ORDER_NAME.encode()) + len(ORDER_NAME) + offset] ^= 0xFF
    return bytes(data)


def huge_gzip() -> bytes:
    return gzip.compress(b" " * 210_000_000, 1)


def dos_device(name: str) -> bytes:
    return pack((name, b"1"))


ARCHIVES: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "a web page": (lambda: b"<!DOCTYPE html>\n<html>Access denied</html>", ("r.zip", "web page")),
    "a web page after a comment": (lambda: b"<!-- x -->\n<HTML>", ("r.zip", "web page")),
    "any text": (lambda: b"Not found", ("r.zip", "not a zip archive")),
    "empty": (lambda: b"", ("r.zip", "empty")),
    "no members": (lambda: zip_bytes({}), ("r.zip", "empty")),
    "cut in half": (lambda: WHOLE[: len(WHOLE) // 2], ("r.zip", "broken")),
    "cut at the end": (lambda: WHOLE[:-10], ("r.zip", "broken")),
    "only the signature": (lambda: WHOLE[:4], ("r.zip", "broken")),
    "a byte changed": (lambda: spoilt(200), (f"r.zip/{ORDER_NAME}", "broken")),
    "a wrong checksum": (lambda: patched(WHOLE, 16, "<L", 0), (f"r.zip/{ORDER_NAME}", "CRC")),
    "a size too small": (lambda: patched(WHOLE, 24, "<L", 400), (f"r.zip/{ORDER_NAME}",)),
    "a size too large": (lambda: patched(WHOLE, 24, "<L", 90_000), (f"r.zip/{ORDER_NAME}",)),
    "a size of gigabytes": (lambda: patched(WHOLE, 24, "<L", 3_000_000_000), (f"r.zip/{ORDER_NAME}",)),
    "an unknown compression": (lambda: patched(WHOLE, 10, "<H", 99), (f"r.zip/{ORDER_NAME}", "compression")),
    "a place behind the end": (lambda: patched(WHOLE, 42, "<L", 0x7FFFFFFF), ("r.zip",)),
    "encrypted": (flag_encrypted, (f"r.zip/{ORDER_NAME}", "encrypted")),
    "out of the folder": (lambda: pack(("../x", b"1")), ("r.zip/../x", "leaves the archive")),
    "out of a sub-folder": (lambda: pack(("a/../../x", b"1")), ("r.zip/a/../../x", "leaves the archive")),
    "out of the folder with backslashes": (lambda: renamed("dd/x", b"..\\x"), ("leaves the archive",)),
    "an absolute name": (lambda: pack(("/etc/x", b"1")), ("r.zip//etc/x", "absolute")),
    "a drive": (lambda: pack(("C:/x", b"1")), ("r.zip/C:/x", "absolute")),
    "a name with an escape": (lambda: renamed("abcd", b"\x1b[2J"), ("control characters",)),
    "a name with a NUL": (lambda: renamed("abcd", b"ab\0d"), ("control characters",)),
    "a link": (lambda: link("notes.txt", b"/etc/passwd"), ("r.zip/notes.txt", "link")),
    "two members of one name": (lambda: renamed("icd10cm_order_2025.TXT", b"icd10cm_order_2025.txt"), ("two members",)),
    "5,000 members": (lambda: zip_bytes({f"{n}.txt": b"" for n in range(5_000)}), ("r.zip", "5000 members")),
    "nested too deep": (lambda: nest(5), ("r.zip/level4.zip/level3.zip", "nested too deeply")),
    "a bomb": (lambda: zip_bytes({ORDER_NAME: b"0" * 210_000_000}), (f"r.zip/{ORDER_NAME}", "210000000 bytes")),
    "a bomb of bombs": (many_bombs, ("r.zip/", "more than 600000000 bytes")),
    "a bomb in gzip": (huge_gzip, ("r.zip", "200000000")),
    "a bomb in gzip in a zip": (lambda: zip_bytes({"a.gz": huge_gzip()}), ("r.zip/a.gz", "200000000")),
    "gzip cut": (lambda: gzip.compress(order_file(CM_NEXT))[:-30], ("r.zip", "broken gzip")),
    "gzip with a wrong checksum": (lambda: gzip.compress(WHOLE)[:-8] + b"\0" * 8, ("r.zip", "broken gzip")),
}  # fmt: skip


@pytest.mark.parametrize("case", ARCHIVES)
def test_archive_is_refused(case: str, refuse: Refusal) -> None:
    make, words = ARCHIVES[case]
    refuse("icd10cm", "FY2025", {"r.zip": make()}, *words)


def test_one_unsafe_archive_refuses_a_whole_folder(refuse: Refusal) -> None:
    folder = refuse.folder / "files"
    folder.mkdir()
    (folder / "a.zip").write_bytes(WHOLE)
    (folder / "b.zip").write_bytes(ARCHIVES["out of the folder"][0]())
    refuse.of_paths("icd10cm", "FY2025", [folder], "b.zip/../x", "leaves the archive")


def test_tabular_list_with_exploding_entities_is_refused(refuse: Refusal) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "0123456789">{entities}]>'
    bomb += "<ICD10CM.tabular><chapter><desc>&e11;</desc></chapter></ICD10CM.tabular>"
    refuse("icd10cm", "FY2025", {ORDER_NAME: order_file(CM_NEXT), "tabular.xml": bomb.encode()}, "tabular.xml")


def test_tabular_list_may_not_name_other_files(refuse: Refusal) -> None:
    xml = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    xml += "<ICD10CM.tabular><chapter><desc>&e;</desc></chapter></ICD10CM.tabular>"
    refuse("icd10cm", "FY2025", {ORDER_NAME: order_file(CM_NEXT), "tabular.xml": xml.encode()}, "tabular.xml")


def with_cell(place: str, quote: str = '"') -> bytes:
    """The workbook with one cell more, far out."""
    members = read_members(WORKBOOK)
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    cell = f"<row r={quote}{row}{quote}><c r={quote}{place}{quote}><v>1</v></c></row></sheetData>"
    sheet = "xl/worksheets/sheet1.xml"
    return zip_bytes({**members, sheet: members[sheet].replace(b"</sheetData>", cell.encode())})


def read_members(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def without_sheets() -> bytes:
    return zip_bytes({n: d for n, d in read_members(WORKBOOK).items() if "worksheets/" not in n})


def bomb_workbook() -> bytes:
    return zip_bytes({**read_members(WORKBOOK), "xl/media/a.xml": b"0" * 150_000_000})


WORKBOOKS: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "cut in half": (lambda: WORKBOOK[: len(WORKBOOK) // 2], ("HCPC2020_ANWEB.xlsx",)),
    "a byte changed": (
        lambda: WORKBOOK[:600] + bytes([WORKBOOK[600] ^ 0xFF]) + WORKBOOK[601:],
        ("HCPC2020_ANWEB.xlsx", "workbook cannot be read"),
    ),
    "no sheets": (without_sheets, ("HCPC2020_ANWEB.xlsx", "workbook cannot be read")),
    "a zip of something else": (lambda: zip_bytes({"xl/a.txt": b"hello"}), ("workbook cannot be read",)),
    "a word processor's file": (
        lambda: zip_bytes({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}),
        ("HCPC2020_ANWEB.xlsx", "nothing of HCPCS"),
    ),
    "XML that ends early": (
        lambda: zip_bytes({**read_members(WORKBOOK), "xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row>"}),
        ("HCPC2020_ANWEB.xlsx",),
    ),
    "a bomb": (bomb_workbook, ("HCPC2020_ANWEB.xlsx", "inflates to more than")),
    # Two of these would make the reader ask for 550 GB, and the process would be aborted.
    "a cell at the last column": (lambda: with_cell("XFD1048576"), ("sheet1.xml", "too wide or too long", "1048576")),
    "a cell at the last row": (lambda: with_cell("A1048576", "'"), ("sheet1.xml", "too wide or too long")),
    "garbage as .xls": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(1).randbytes(4000),
        ("HCPC2020_ANWEB.xlsx", "workbook cannot be read"),
    ),
}


@pytest.mark.parametrize("case", WORKBOOKS)
def test_workbook_is_refused(case: str, refuse: Refusal) -> None:
    make, words = WORKBOOKS[case]
    refuse("hcpcs", "2020Q1", {"HCPC2020_ANWEB.xlsx": make()}, *words)


def test_damaged_old_workbook_does_not_end_the_process(releases: Path) -> None:
    """The library panics on these, or asks for more memory than there is."""
    path = releases / "hcpcs" / "2020-01" / "2020-Alpha-Numeric-HCPCS-File.zip"
    with zipfile.ZipFile(path) as archive:
        whole = archive.read(next(name for name in archive.namelist() if name.endswith(".xls")))
    dice = random.Random(7)
    damaged = bytearray(whole)
    for _ in range(3):
        damaged[dice.randrange(600, 12_000)] = dice.randrange(256)
    with pytest.raises(LayoutError, match=r"workbook cannot be read \(old.xls\): the program that reads it broke off"):
        read_workbook(bytes(damaged), "old.xls")
    assert read_workbook(whole, "old.xls")[0].rows[0]


def test_whole_archive_is_taken_whatever_its_compression(held: CommandLine, tmp_path: Path) -> None:
    """So the refusals above are for their own reasons."""
    for number, compression in enumerate((zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(pack(compression=compression))
        command = CommandLine(tmp_path / f"home{number}")
        assert command("load", "icd10cm", "FY2025", path).code == 0


def test_blanks_of_any_width_may_stand_in_a_name(tmp_path: Path) -> None:
    path = tmp_path / "r.zip"
    path.write_bytes(zip_bytes({"Code\u00a0Descriptions\u2003(2025)/icd10cm order 2025.txt": MEMBERS[ORDER_NAME]}))
    assert CommandLine(tmp_path / "home")("load", "icd10cm", "FY2025", path).code == 0


def test_archive_with_data_before_it_is_refused_or_read_as_what_it_is() -> None:
    assert Document("a.zip", b"MZ" + WHOLE).form != "zip"


def test_compressed_data_behind_the_end_of_a_member_is_not_read(refuse: Refusal) -> None:
    """The member's own end counts, not what the directory promises."""
    raw = zlib.compressobj(wbits=-15)
    packed = raw.compress(order_file(CM_NEXT)[:4000]) + raw.flush()
    data = patched(zip_bytes({ORDER_NAME: order_file(CM_NEXT)[:4000]}), 24, "<L", 4_000_000)
    assert packed in data
    refuse("icd10cm", "FY2025", {"r.zip": data}, f"r.zip/{ORDER_NAME}")
