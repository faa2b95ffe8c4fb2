"""How addenda are told apart and cut into fields, and what is refused."""

from __future__ import annotations

import pytest

from loaders.document import Document, Reader
from loaders.icd10 import addenda, diff_list
from loaders.icd10.addenda_summary import read_summary
from schema.errors import LayoutError, RecordError
from schema.records import SupportingList

READERS = addenda.READERS + diff_list.READERS

ORDER_LINE = "Add:         {flag} {code:<7} {short:<60} {long}\r\n"


PCS_LINE = "Add:         {code:<7} {short:<60} {long}\r\n"


CODES_LINE = "{action:<12} {code:<7} {long}\r\n"


def recognised_by(document: Document) -> list[Reader]:
    return [reader for reader in READERS if reader.recognises(document)]


def read(document: Document) -> SupportingList:
    (reader,) = recognised_by(document)
    found = reader.read(document)
    assert isinstance(found, SupportingList)
    assert found.system == reader.system
    return found


def text_document(*lines: str, name: str = "list.txt") -> Document:
    return Document(name, "".join(lines).encode(), "given.zip")


def pcs_line(code: str, short: str = "Bypass", long: str = "Bypass Cerebral Ventricle") -> str:
    return PCS_LINE.format(code=code, short=short, long=long)


def codes_line(code: str, long: str = "Cholera", action: str = "Add:") -> str:
    return CODES_LINE.format(action=action, code=code, long=long)


def test_codes_decide_the_system_of_codes_addenda_together() -> None:
    assert read(text_document(codes_line("XW023X7"), codes_line("0016070"))).system == "icd10pcs"
    assert read(text_document(codes_line("XW023X7"), codes_line("A001"))).system == "icd10cm"
    assert read(text_document(codes_line("T41OX1A"))).system == "icd10cm"
    assert read(text_document(codes_line("BWHFZZZ"))).system == "icd10pcs"


def test_summary_names_the_system_where_codes_do_not() -> None:
    document = text_document(codes_line("XW023X7"), "\r\nCodes\r\n  10 codes in icd10pcs_order_2031.txt\r\n")
    assert read(document).system == "icd10pcs"


def test_list_without_changes_is_known_by_its_summary() -> None:
    found = read(text_document("\r\nCodes\r\n 5 codes in icd10pcs_codes.txt\r\n 5 codes in x.txt\r\n 0 additions\r\n"))
    assert (found.system, found.kind, found.entries) == ("icd10pcs", "codes_addenda", ())
    nameless = text_document("Headers\n  0 additions\n\nCodes\n  0 additions\n")
    assert len(recognised_by(nameless)) == 2
    assert addenda.read_addenda(nameless, "icd10cm").kind == "order_addenda"


def test_order_list_whose_short_titles_fill_their_columns_is_no_codes_list() -> None:
    full = "Bypass Cerebral Ventricle to Cerebral Cisterns, Open Approach"[:60]
    assert len(full) == 60
    found = read(
        text_document(pcs_line("00160ZB", full, "Bypass Cerebral Ventricle to Cerebral Cisterns, Open Approach"))
    )
    assert (found.kind, found.entries[0].fields["short_descriptor"]) == ("order_addenda", full)


def test_long_title_with_a_blank_in_column_82_stays_a_codes_list() -> None:
    title = "x" * 60 + " and more"
    found = read(text_document(codes_line("0016070", title), codes_line("0016071", "Bypass")))
    assert (found.kind, found.entries[0].fields["long_descriptor"]) == ("codes_addenda", title)


def test_summary_is_read_in_any_order_and_spelling() -> None:
    summary = read_summary(
        ["CODES:", "72,184 codes in a.txt", "1 code in b c.txt", "1 addition", "2 deletion", "    of which", "",
         "Headers", "3 headers in a.txt", "1,000 revisions", "of which", " 7 revision to long title only"]
    )  # fmt: skip
    assert summary == {
        "codes": {
            "before": 72184, "before_file": "a.txt", "after": 1, "after_file": "b c.txt", "additions": 1,
            "deletions": 2,
        },
        "headers": {"before": 3, "before_file": "a.txt", "revisions": 1000, "revisions_of_long_only": 7},
    }  # fmt: skip


def test_words_after_the_summary_are_remarks() -> None:
    found = read(text_document(codes_line("A001"), "\nCodes\n  1 additions\nPrepared by NCHS\n"))
    assert found.facts["remarks"] == ["Prepared by NCHS"]


def test_titles_keep_all_but_trailing_blanks() -> None:
    found = read(text_document(codes_line("A001", "=Cholera  due to <b>  ")))
    assert found.entries[0].fields["long_descriptor"] == "=Cholera  due to <b>"


def test_order_line_aligned_by_bytes_or_by_characters_is_cut_alike() -> None:
    short, title = "Acne excori\u00e9e", "Acne excori\u00e9e des jeunes filles"
    by_characters = ORDER_LINE.format(flag=1, code="L705", short=short, long=title)
    by_bytes = by_characters.replace(f"{short:<60}", f"{short:<59}")
    for line in (by_characters, by_bytes):
        fields = read(text_document(line)).entries[0].fields
        assert (fields["short_descriptor"], fields["long_descriptor"]) == (short, title)


@pytest.mark.parametrize(
    ("lines", "line", "what"),
    [
        ([codes_line("A001"), "Insert:      A002    Cholera\r\n"], 2, "no action"),
        ([codes_line("A001"), "A002    Cholera\r\n", codes_line("A003")], 2, "no action"),
        ([codes_line("A001"), "Add:         A0021\r\n"], 2, "cut or has other columns"),
        ([codes_line("A001"), codes_line("A.02")], 2, "not of ICD-10-CM"),
        ([codes_line("A001"), codes_line("A002", action="Revise from:")], 2, "one of its two lines"),
        ([codes_line("A001", action="Revise to:"), codes_line("A001")], 1, "one of its two lines"),
        (
            [codes_line("A001", action="Revise from:"), codes_line("A002", action="Revise to:")], 1,
            "one of its two lines",
        ),
        (
            [codes_line("A001", action="Revise from:"), codes_line("A0012"), codes_line("A001", action="Revise to:")],
            1, "one of its two lines",
        ),
        ([codes_line("A001"), "Add:         A002    Chol"], 2, "cut in the middle"),
    ],
)  # fmt: skip
def test_broken_addenda_are_refused_with_their_line(lines: list[str], line: int, what: str) -> None:
    with pytest.raises(RecordError, match=what) as caught:
        read(text_document(*lines))
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == ("given.zip/list.txt", line)
    assert caught.value.line.count("\n") == 0


def test_order_line_that_lost_its_flag_is_refused() -> None:
    flagged = ORDER_LINE.format(flag=1, code="A001", short="Cholera", long="Cholera")
    with pytest.raises(RecordError, match="line 3"):
        read(text_document(flagged, flagged.replace("A001 ", "A002 "), pcs_line("A003")))


def test_one_cut_line_does_not_make_an_order_list_a_codes_list() -> None:
    lines = [pcs_line("0016070"), pcs_line("00160J0"), "Add:         00160K0 Bypass\r\n", pcs_line("00160Z0")]
    with pytest.raises(RecordError, match="line 3"):
        read(text_document(*lines))


def test_pcs_addenda_given_as_cm_are_refused() -> None:
    with pytest.raises(RecordError, match="not of ICD-10-CM"):
        addenda.read_addenda(text_document(pcs_line("0016070")), "icd10cm")


def test_byte_that_is_not_utf_8_is_refused_with_its_line() -> None:
    data = codes_line("A001").encode() + b"Add:         A002    Men\xe9trier\r\n"
    with pytest.raises(LayoutError, match="line 2, column 25"):
        addenda.read_addenda(Document("a.txt", data), "icd10cm")


@pytest.mark.parametrize(
    "data", [b"", b"\r\n\r\n", b"<html><body>Add: 1</body></html>", b"PK\x03\x04Add:", b"A001 Cholera\n"]
)
def test_other_files_are_no_change_lists(data: bytes) -> None:
    assert recognised_by(Document("icd10cm_order_addenda_2024.txt", data)) == []
