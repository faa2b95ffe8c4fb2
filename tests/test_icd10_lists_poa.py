"""The POA-exempt lists, text and workbook."""

from __future__ import annotations

import re
import zipfile
from functools import cache
from pathlib import Path

import pytest

from loaders.document import Document
from loaders.icd10.documentation import recognise_documentation
from loaders.icd10.poa import READERS, read_poa, recognise_poa
from schema.errors import LayoutError, RecordError
from schema.records import SupportingList

HEADER = "Order30\tPOAexemptCode\tDescription\r\n"
NUMBER_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}


@cache
def read_archive(path: Path) -> tuple[dict[tuple[str, str], SupportingList], str]:
    """The lists by part and format, and the text of the read-me."""
    lists: dict[tuple[str, str], SupportingList] = {}
    readme = ""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            document = Document(name, archive.read(name), path.name)
            if recognise_poa(document):
                found = READERS[0].read(document)
                assert isinstance(found, SupportingList)
                lists[found.facts["part"], found.facts["format"]] = found
            else:
                assert recognise_documentation(document), name
                readme = document.text()
    return lists, readme


def counts_in(readme: str) -> list[int]:
    """Full list, additions, deletions, revisions, as the read-me says: "(38,154 codes)", "(two codes, …"."""
    words = re.findall(r"\((\S+) codes?\b", readme)
    return [NUMBER_WORDS[word] if word in NUMBER_WORDS else int(word.replace(",", "")) for word in words]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("FY2024-oct/POAexemptCodesFY24.zip", [38110, 429, 8, 6]),
        ("FY2025-oct/POAexemptCodesFY25.zip", [38154, 49, 5, 2]),
    ],
)
def test_every_real_poa_list_has_the_codes_its_read_me_counts(releases: Path, path: str, expected: list[int]) -> None:
    lists, readme = read_archive(releases / "icd10cm" / path)
    assert len(lists) == 8
    for form in ("text", "workbook"):
        lengths = [len(lists[part, form].entries) for part in ("full", "additions", "deletions", "revisions")]
        assert [*lengths[:3], lengths[3] // 2] == expected == counts_in(readme)


def test_real_text_and_workbook_say_the_same(releases: Path) -> None:
    lists, _ = read_archive(releases / "icd10cm" / "FY2025-oct" / "POAexemptCodesFY25.zip")
    for part in ("full", "additions", "deletions", "revisions"):
        assert lists[part, "text"].entries == lists[part, "workbook"].entries
        assert lists[part, "text"].kind == ("poa_exempt" if part == "full" else "poa_addenda")


def test_real_changes_lead_from_the_list_of_fy2024_to_that_of_fy2025(releases: Path) -> None:
    before, _ = read_archive(releases / "icd10cm" / "FY2024-oct" / "POAexemptCodesFY24.zip")
    after, _ = read_archive(releases / "icd10cm" / "FY2025-oct" / "POAexemptCodesFY25.zip")
    codes = {entry.code for entry in before["full", "text"].entries}
    codes -= {entry.code for entry in after["deletions", "text"].entries}
    codes |= {entry.code for entry in after["additions", "text"].entries}
    assert codes == {entry.code for entry in after["full", "text"].entries}


def test_codes_lose_their_dot_and_titles_their_quotes() -> None:
    found = read_poa(Document("a.txt", (HEADER + '00001\tT81.32XD\t"Disruption, ""deep"" wound"\r\n').encode()))
    assert found.entries[0].code == "T8132XD"
    assert found.entries[0].fields == {"long_descriptor": 'Disruption, "deep" wound'}


def test_short_list_is_one_of_additions_only_when_its_name_says_so() -> None:
    data = (HEADER + "1\tA00.1\tCholera\r\n").encode()
    assert read_poa(Document("POAexemptAddCodesFY30.txt", data)).kind == "poa_addenda"
    assert read_poa(Document("poa.txt", data)).kind == "poa_exempt"


def test_long_list_is_the_full_one_whatever_its_name() -> None:
    rows = "".join(f"{n}\tZ{n // 10000:02}.{n % 10000:04}\tTitle\r\n" for n in range(6000))
    assert read_poa(Document("additional_poa.txt", (HEADER + rows).encode())).kind == "poa_exempt"


@pytest.mark.parametrize("label", ["OrdApr23", "Order2021", "OrdFY27"])
def test_order_column_may_have_any_year(label: str) -> None:
    document = Document("poa.txt", f"{label}\tPOAexemptCode\tDescription\r\n1\tA00.1\tCholera\r\n".encode())
    assert recognise_poa(document)
    assert read_poa(document).facts["header"][0] == label


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (HEADER + "1\tA00.1\tCholera\r\n2\tCholera\tA00.2\r\n", 3, "no ICD-10-CM code"),
        (HEADER + "1\tA00.1\r\n", 2, "no ICD-10-CM code"),
        (HEADER + '1\tA00.1\t"Cholera\r\n2\tA00.2\tCholera"\r\n3\tA00.3\tCholera\r\n', 2, "cannot be split"),
        (HEADER + '1\tA00.1\t"Cholera" x\r\n', 2, "cannot be split"),
        (HEADER + "1\tA00.1\tCholera\r\n2\tA00.2\tChol", 3, "cut in the middle"),
        ("Order30\tAction\tPOAexemptCode\tDescription\r\n1\tChange:\tA00.1\tCholera\r\n", 2, "action"),
        ("Order30\tAction\tPOAexemptCode\tDescription\r\n1\tRevise from:\tA00.1\tCholera\r\n", 2, "one of its two"),
    ],
)
def test_broken_poa_list_is_refused_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(RecordError, match=what) as caught:
        read_poa(Document("poa.txt", text.encode()))
    assert caught.value.place is not None
    assert caught.value.place.line == line


@pytest.mark.parametrize(
    "data", [b"", b"Code\tDescription\r\nA001\tCholera\r\n", b"<html>POAexemptCode\tDescription</html>"]
)
def test_other_files_are_no_poa_lists(data: bytes) -> None:
    document = Document("POAexemptCodesFY25.txt", data)
    assert not recognise_poa(document)
    with pytest.raises(LayoutError):
        read_poa(document)
