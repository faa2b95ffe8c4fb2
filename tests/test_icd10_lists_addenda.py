"""Every real order and codes addenda against the README.md beside the releases and its own summary."""

from __future__ import annotations

import zipfile
from functools import cache
from pathlib import Path

from loaders.document import Document, Reader
from loaders.icd10 import addenda, diff_list
from schema.records import SupportingList

READERS = addenda.READERS + diff_list.READERS

# (additions, deletions, revisions) of headers and of codes, from the README.md beside the releases; of
# the rest (headers, FY2018, the mid-year steps of PCS) from the publisher's summary.
CM_ORDER_ADDENDA = {
    "FY2018/2018-icd-10-code-descriptions.zip": ((93, 14, 44), (360, 142, 226)),
    "FY2019/2019-icd-10-cm-code-descriptions.zip": ((89, 0, 29), (279, 51, 143)),
    "FY2020/2020-icd-10-cm-codes.zip": ((70, 1, 5), (273, 21, 30)),
    "FY2021-jan/2021-code-descriptions-tabular-order-updated-12162020.zip": ((163, 7, 5), (496, 59, 47)),
    "FY2022-oct/Code_Descriptions_zip.zip": ((46, 7, 7), (159, 32, 20)),
    "FY2022-apr/2022-code-descriptions-tabular-order-updated-02012022.zip": ((2, 0, 1), (3, 1, 0)),
    "FY2023-oct/icd10-Order-CodeFiles2023.zip": ((328, 0, 7), (1176, 287, 28)),
    "FY2023-apr/icd10cm-code_descriptions-_April_1_2023.zip": ((15, 0, 0), (42, 7, 1)),
    "FY2024-oct/icd10cm-CodesDescriptions-2024.zip": ((131, 0, 4), (395, 25, 22)),
    "FY2024-apr/icd10cm-Codes-Descriptions-April-2024.zip": ((0, 0, 0), (0, 0, 0)),
    "FY2025-oct/2025-code-descriptions-tabular-order.zip": ((72, 0, 1), (252, 36, 13)),
}


# Nine revisions of FY2024 are of the short title alone, which codes addenda do not have.
LONG_TITLE_REVISIONS = {"FY2024-oct/icd10cm-CodesDescriptions-2024.zip": 13}


PCS_ORDER_ADDENDA = {
    "FY2018": ((16, 0, 34), (3562, 646, 2048)),
    "FY2019": ((4, 0, 1), (392, 216, 8)),
    "FY2020": ((3, 0, 0), (734, 2056, 130)),
    "FY2021": ((10, 0, 0), (577, 0, 0)),
    "FY2022": ((0, 0, 0), (7, 0, 0)),
    "FY2022-errata": ((0, 0, 0), (2, 0, 0)),
    "FY2023": ((0, 0, 0), (34, 0, 0)),
    "FY2024": ((0, 0, 0), (41, 6, 3)),
    "FY2025": ((3, 0, 0), (371, 61, 0)),
}


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


def test_every_real_cm_order_addenda_says_what_the_readme_says(releases: Path) -> None:
    for path, (headers, codes) in CM_ORDER_ADDENDA.items():
        found = read_all(releases / "icd10cm" / path)["order_addenda"]
        assert (found.system, counted(found, "headers"), counted(found, "codes")) == ("icd10cm", headers, codes), path


def test_every_real_cm_codes_addenda_agrees_with_its_order_addenda(releases: Path) -> None:
    for path, (_, (new, gone, revised)) in CM_ORDER_ADDENDA.items():
        found = read_all(releases / "icd10cm" / path)["codes_addenda"]
        assert counted(found, "codes") == (new, gone, LONG_TITLE_REVISIONS.get(path, revised)), path
        assert all(entry.fields["short_descriptor"] is None for entry in found.entries)


def test_loose_addenda_of_october_2020_are_read(releases: Path) -> None:
    folder = releases / "icd10cm" / "FY2021-oct"
    found = [read(Document.unpack(path.name, path.read_bytes())) for path in sorted(folder.glob("*.txt"))]
    assert [(each.kind, len(each.entries), counted(each, "codes")) for each in found] == [
        ("codes_addenda", 642, (490, 58, 47)),
        ("order_addenda", 821, (490, 58, 47)),
    ]


def test_every_real_pcs_order_addenda_says_what_the_readme_says(releases: Path) -> None:
    for folder, (headers, codes) in PCS_ORDER_ADDENDA.items():
        (archive,) = (releases / "icd10pcs" / folder).glob("*.zip")
        found = read_all(archive)["order_addenda"]
        assert (found.system, counted(found, "headers"), counted(found, "codes")) == ("icd10pcs", headers, codes), (
            folder
        )


def test_every_real_summary_equals_what_its_own_lines_say(releases: Path) -> None:
    archives = [releases / "icd10cm" / path for path in CM_ORDER_ADDENDA]
    archives += [path for path in (releases / "icd10pcs").glob("*/*.zip") if "errata" not in path.name]
    for archive in archives:
        for found in read_all(archive).values():
            for block, counts in found.facts["counted"].items():
                said = found.facts[block]
                assert {key: said[key] for key in counts} == counts, (archive.name, found.kind, block)
                assert said["after"] - said["before"] == counts["additions"] - counts["deletions"]


def test_summary_names_files_and_splits_revisions(releases: Path) -> None:
    found = read_all(releases / "icd10cm" / "FY2024-oct" / "icd10cm-CodesDescriptions-2024.zip")["order_addenda"]
    assert found.facts["codes"] == {
        "before": 73674,
        "before_file": "icd10cm_order_2023.txt",
        "after": 74044,
        "after_file": "icd10cm_order_2024.txt",
        "additions": 395,
        "deletions": 25,
        "revisions": 22,
        "revisions_of_both": 13,
        "revisions_of_long_only": 0,
        "revisions_of_short_only": 9,
    }


def test_real_entries_hold_flag_and_titles(releases: Path) -> None:
    found = read_all(releases / "icd10cm" / "FY2018" / "2018-icd-10-code-descriptions.zip")["order_addenda"]
    deleted, header, added = found.entries[:3]
    title = "Enterocolitis due to Clostridium difficile"
    assert (deleted.code, deleted.fields["action"], deleted.fields["is_billable"]) == ("A047", "delete", True)
    assert (header.code, header.fields["action"], header.fields["is_billable"]) == ("A047", "add", False)
    assert added.fields == {
        "action": "add",
        "is_billable": True,
        "short_descriptor": f"{title}, recurrent",
        "long_descriptor": f"{title}, recurrent",
    }


def test_pcs_table_is_a_header_and_pcs_code_is_billable(releases: Path) -> None:
    (archive,) = (releases / "icd10pcs" / "FY2018").glob("*.zip")
    entries = read_all(archive)["order_addenda"].entries
    assert {(len(entry.code), entry.fields["is_billable"]) for entry in entries} == {(3, False), (7, True)}


def test_errata_codes_addenda_could_be_of_either_system(releases: Path) -> None:
    (archive,) = (releases / "icd10pcs" / "FY2022-errata").glob("*.zip")
    (document,) = [each for each in members(archive) if each.base_name == "codes_addenda_2022.txt"]
    assert [reader.system for reader in recognised_by(document)] == ["icd10cm", "icd10pcs"]
    found = addenda.read_addenda(document, "icd10pcs")
    assert found.facts["is_ambiguous"] is True
    assert found.facts["codes"] == {"additions": 2, "deletions": 0, "revisions": 0}
    assert [entry.code for entry in found.entries] == ["XW023X7", "XW023Y7"]


def test_errata_order_addenda_has_no_summary(releases: Path) -> None:
    (archive,) = (releases / "icd10pcs" / "FY2022-errata").glob("*.zip")
    facts = read_all(archive)["order_addenda"].facts
    assert "codes" not in facts
    assert "is_ambiguous" not in facts


def test_no_other_real_member_is_taken_for_a_change_list(releases: Path) -> None:
    for archive in sorted((releases / "icd10cm").glob("FY20[12]*/*.zip")):
        for document in members(archive):
            named = any(word in document.base_name for word in ("addenda", "diff_2"))
            assert bool(recognised_by(document)) == named, document.place_name


def test_name_of_the_member_plays_no_part(releases: Path) -> None:
    archive = releases / "icd10cm" / "FY2022-apr" / "2022-code-descriptions-tabular-order-updated-02012022.zip"
    (document,) = [each for each in members(archive) if "order_addenda" in each.base_name]
    assert read(Document("readme.pdf", document.data)).kind == "order_addenda"
