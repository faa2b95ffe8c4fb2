"""The files of the project's own sample: layouts as CMS ships them, the same bytes each time, no foreign content."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from flows.sample.archives import pack_archive, write_workbook
from flows.sample.hcpcs_rows import HcpcsRow
from flows.sample.layouts.hcpcs_file import write_text_file
from flows.sample.layouts.order_file import write_order_file
from flows.sample.titles import Title, apply_changes, read_changes, sort_codes
from flows.sample.writer import SampleRelease, write_sample
from loaders.release import read_release
from loaders.workbook import read_workbook
from schema.contents import ReleaseContent
from schema.errors import SourceError

MOST_ROWS = 1_000
CDT_CODE = re.compile(r"\bD\d{4}\b")
CPT_CODE = re.compile(r"\d{4}[0-9FTUM]")

Contents = dict[tuple[str, str, int], ReleaseContent]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> list[SampleRelease]:
    return write_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def contents(sample: list[SampleRelease]) -> Contents:
    return {(r.system, r.label, r.issue): read_release(r.system, r.effective_date, [r.path]) for r in sample}


def list_members(sample: list[SampleRelease]) -> Iterator[tuple[str, bytes]]:
    for release in sample:
        for path in sorted(release.path.iterdir()):
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    yield from ((name, archive.read(name)) for name in archive.namelist())
            else:
                yield path.name, path.read_bytes()


def test_sample_has_the_same_bytes_on_two_runs(sample: list[SampleRelease], tmp_path: Path) -> None:
    again = write_sample(tmp_path)
    assert [(r.system, r.label, r.issue, r.rows) for r in again] == [
        (r.system, r.label, r.issue, r.rows) for r in sample
    ]
    for first, second in zip(sample, again, strict=True):
        written = {path.name: path.read_bytes() for path in first.path.iterdir()}
        assert written == {path.name: path.read_bytes() for path in second.path.iterdir()}


def test_sample_can_be_written_over_an_earlier_one(tmp_path: Path) -> None:
    first = write_sample(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert write_sample(tmp_path) == first
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_archives_and_workbooks_do_not_tell_when_they_were_made(sample: list[SampleRelease]) -> None:
    archives = [path for r in sample for path in r.path.iterdir()]
    times = set()
    for path in archives:
        with zipfile.ZipFile(path) as archive:
            times |= {info.date_time for info in archive.infolist()}
            for name in archive.namelist():
                if name == "docProps/core.xml":
                    assert set(re.findall(rb"\d{4}-\d\d-\d\dT", archive.read(name))) == {b"1980-01-01T"}
    assert times == {(1980, 1, 1, 0, 0, 0)}


def test_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(SourceError, match="sample cannot be written"):
        write_sample(blocked)


def test_all_three_systems_have_several_releases_in_load_order(sample: list[SampleRelease]) -> None:
    assert set(Counter(r.system for r in sample).values()) == {4}
    for system in ("icd10cm", "icd10pcs", "hcpcs"):
        dates = [(r.effective_date, r.issue) for r in sample if r.system == system]
        assert dates == sorted(set(dates))
    assert [(r.label, r.issue) for r in sample if r.issue > 1] == [("FY2022", 2)]


def test_sample_is_small_and_says_how_small(sample: list[SampleRelease], contents: Contents) -> None:
    for release in sample:
        code_file = contents[release.system, release.label, release.issue].code_file
        assert code_file is not None
        assert len(code_file) == release.rows
    assert sum(release.rows for release in sample) < MOST_ROWS


def test_every_file_but_the_notice_is_read(contents: Contents) -> None:
    for content in contents.values():
        assert {name.rsplit("/", 1)[-1] for name in content.ignored} == {"SAMPLE.txt"}


@pytest.mark.parametrize(
    ("release", "kinds"),
    [
        (("icd10cm", "FY2023-apr", 1), {"order_addenda", "codes_addenda", "conversion"}),
        (("icd10cm", "FY2024", 1), {"order_addenda", "codes_addenda", "conversion", "notes"}),
        (
            ("icd10cm", "FY2025", 1),
            {"order_addenda", "codes_addenda", "conversion", "notes", "poa_exempt", "poa_addenda"},
        ),
        (("icd10pcs", "FY2022", 2), {"order_addenda", "conversion"}),
        (("hcpcs", "2019Q1", 1), {"transaction_report", "processing_notes", "corrections", "noc"}),
        (("hcpcs", "2020Q2", 1), {"transaction_report"}),
    ],
)
def test_release_comes_with_its_lists(contents: Contents, release: tuple[str, str, int], kinds: set[str]) -> None:
    assert {supporting.kind for supporting in contents[release].lists} == kinds


def test_text_and_spreadsheet_of_a_release_are_the_same(contents: Contents) -> None:
    for label in ("2018Q1", "2019Q1", "2020Q1"):
        code_file = contents["hcpcs", label, 1].code_file
        assert code_file is not None
        assert code_file.facts["workbook_differences"] == []
        assert code_file.facts["unknown_values"] == []
        assert code_file.facts["sequence_breaks"] == 0


def test_lists_of_poa_exempt_codes_fit_together(contents: Contents) -> None:
    lists = contents["icd10cm", "FY2025", 1].lists
    full = next({e.code for e in found.entries} for found in lists if found.kind == "poa_exempt")
    actions = [(e.fields["action"], e.code) for found in lists if found.kind == "poa_addenda" for e in found.entries]
    assert {code for action, code in actions if action == "add"} <= full
    assert not {code for action, code in actions if action == "delete"} & full
    assert ("revise_to", "Z6854") in actions


def test_lines_of_the_order_files_are_in_their_columns(sample: list[SampleRelease]) -> None:
    pattern = re.compile(r"\d{5} [0-9A-Z]{3,7} *(?<=^.{13}) [01] \S.{59} \S.*\r")
    members = [data for name, data in list_members(sample) if "order" in name and "addenda" not in name]
    assert len(members) == 8
    for data in members:
        lines = data.decode().split("\n")
        assert lines.pop() == ""
        assert all(pattern.fullmatch(line) for line in lines)


def test_text_files_of_hcpcs_have_320_columns_or_91(sample: list[SampleRelease]) -> None:
    lengths: dict[str, set[int]] = {}
    for name, data in list_members(sample):
        if "ANWEB" in name and name.endswith(".txt"):
            lines = data.decode("cp1252").split("\r\n")
            lengths[name[:8]] = {len(line) for line in lines if re.match(r"[ A-Z0-9]{5}\d{5}[3478]", line)}
    assert lengths == {"HCPC2018": {320}, "HCPC2019": {320}, "HCPC2020": {320, 91}}


def test_no_cdt_and_no_cpt_code_is_in_the_sample(sample: list[SampleRelease], contents: Contents) -> None:
    named: set[str] = set()
    for content in contents.values():
        if content.system == "hcpcs" and content.code_file is not None:
            for block in content.code_file.blocks:
                named.update(block.codes)
                for details in block.details or ():
                    named.update(json.loads(details or "{}").get("cross_references", ()))
                assert not [title for title in block.long_descriptors if CDT_CODE.search(title)]
    assert {"J9173", "C9492", "DA"} <= named
    assert not [code for code in named if CPT_CODE.fullmatch(code) or CDT_CODE.fullmatch(code)]
    texts = [data.decode("cp1252") for name, data in list_members(sample) if name.startswith("proc_notes")]
    assert texts
    assert not [text for text in texts if re.search(r"\b\d{5}\b", text)]


def test_each_archive_says_that_it_is_a_sample(sample: list[SampleRelease]) -> None:
    notices = [data for name, data in list_members(sample) if name == "SAMPLE.txt"]
    assert len(notices) == len(sample)
    assert all(b"not for claims" in notice for notice in notices)


def test_codes_stand_in_tabular_order() -> None:
    assert sort_codes(["U071", "Z17", "C44", "C4A9", "C833A", "C8339", "C439", "C4A"]) == [
        "C439", "C4A", "C4A9", "C44", "C8339", "C833A", "Z17", "U071",
    ]  # fmt: skip


def test_title_that_is_too_long_for_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="columns 60"):
        write_order_file([Title("A00", True, "x" * 61, "x" * 61)])


def test_value_that_is_too_long_for_its_columns_is_refused() -> None:
    row = HcpcsRow("J0000", "short", "long", {"betos": ("TOOLONG",)})
    with pytest.raises(ValueError, match="betos"):
        write_text_file([row], preamble=(), is_padded=True)


@pytest.mark.parametrize(
    "table", ["- A00", "+ A01 1 There already", "* A02 1 Not there", "* A01 0 At another level", "A01 1 Without a mark"]
)
def test_change_that_does_not_fit_the_release_before_is_refused(table: str) -> None:
    previous = {"A01": Title("A01", True, "There", "There")}
    with pytest.raises(ValueError, match="A0"):
        apply_changes(previous, read_changes(table))


def test_workbook_keeps_text_numbers_and_dates_apart() -> None:
    sheets = read_workbook(write_workbook({"A": [["0010", 2024, None, date(2023, 4, 1)]]}), "book")
    assert list(sheets[0].rows[0]) == ["0010", "2024", "", "2023-04-01"]


def test_archive_keeps_the_order_of_its_members() -> None:
    with zipfile.ZipFile(io.BytesIO(pack_archive({"b.txt": b"1", "a.txt": b"2"}))) as archive:
        assert archive.namelist() == ["b.txt", "a.txt"]
