"""The diff lists of the drafts FY2012 to FY2014."""

from __future__ import annotations

import zipfile
from functools import cache
from pathlib import Path

import pytest

from loaders.document import Document, Reader
from loaders.icd10 import addenda, diff_list
from schema.errors import RecordError
from schema.records import SupportingList

READERS = addenda.READERS + diff_list.READERS


def members(archive: Path) -> list[Document]:
    with zipfile.ZipFile(archive) as opened:
        return [
            Document(info.filename, opened.read(info), archive.name) for info in opened.infolist() if info.file_size
        ]


def recognised_by(document: Document) -> list[Reader]:
    return [reader for reader in READERS if reader.recognises(document)]


def read(document: Document) -> SupportingList:
    (reader,) = recognised_by(document)
    found = reader.read(document)
    assert isinstance(found, SupportingList)
    assert found.system == reader.system
    return found


@cache
def read_all(archive: Path) -> dict[str, SupportingList]:
    lists = [read(document) for document in members(archive) if len(recognised_by(document)) == 1]
    assert len({found.kind for found in lists}) == len(lists)
    return {found.kind: found for found in lists}


def counted(found: SupportingList, block: str) -> tuple[int, ...]:
    return tuple(found.facts["counted"][block].values())


@pytest.mark.parametrize(
    ("path", "rows", "counts", "summary"),
    [
        (
            "FY2012-draft/ICD10_Desc_OrderFiles_2012.zip", 1883, (816, 201, 433),
            {"before": 69218, "after": 69833, "additions": 816, "deletions": 201, "revisions": 433},
        ),
        ("FY2013-draft/ICD10CM_Desc_OrderFiles_2013.zip", 59, (24, 25, 5), None),
        (
            "FY2014-draft/2014-icd10-code-descriptions.zip", 65, (0, 9, 28),
            {"before": 69832, "after": 69823, "additions": 0, "deletions": 9, "revisions": 28},
        ),
    ],
)  # fmt: skip
def test_every_real_diff_list_is_read_as_codes_addenda(
    releases: Path, path: str, rows: int, counts: tuple[int, ...], summary: dict[str, int] | None
) -> None:
    found = read_all(releases / "icd10cm" / path)["codes_addenda"]
    assert (len(found.entries), counted(found, "codes")) == (rows, counts)
    assert found.facts.get("codes") == summary
    assert found.facts["layout"] == "diff"


def test_letter_of_two_bytes_survives_in_the_diff_list(releases: Path) -> None:
    found = read_all(releases / "icd10cm" / "FY2013-draft" / "ICD10CM_Desc_OrderFiles_2013.zip")["codes_addenda"]
    revised = [entry.fields["long_descriptor"] for entry in found.entries if entry.code == "L705"]
    assert revised == ["Acne excoriee des jeunes filles", "Acne excori\u00e9e des jeunes filles"]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("A A001    Cholera\nX A002    Cholera\n", 2, "does not fit"),
        ("A A001    Cholera\nA A0021111 Cholera\n", 2, "does not fit"),
        ("A A001    Cholera\nA 0016070 Bypass\n", 2, "not of ICD-10-CM"),
        ("A A001    Cholera\nO A002    Cholera\n", 2, "one of its two lines"),
        ("A A001    Cholera\nA A002    Chol", 2, "cut in the middle"),
    ],
)
def test_broken_diff_list_is_refused_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(RecordError, match=what) as caught:
        diff_list.read_diff_list(Document("d.txt", text.encode()))
    assert caught.value.place is not None
    assert caught.value.place.line == line
