"""The invented organisation of the sample: the same each time, fit for the releases, nobody's data in it."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from flows.sample.organisation import charge_master, order_sets
from flows.sample.organisation.claims import PLANTED, build_claims
from flows.sample.organisation.codes import list_diagnoses, list_hcpcs
from flows.sample.organisation.practice import PERIODS
from flows.sample.organisation.writer import Organisation, write_organisation
from flows.sample.writer import write_sample
from loaders.release import read_release
from loaders.workbook import read_workbook
from schema.claims import DATE_COLUMNS, MONEY_COLUMNS, NUMBER_COLUMNS, TEXT_COLUMNS
from schema.errors import SourceError

CPT_OR_CDT = re.compile(r"\b(?:\d{4}[0-9FTUM]|D\d{4})\b")
# Revenue codes, charge codes, dates and dollars are numbers too: only these columns hold procedures.
HCPCS_COLUMNS = {"hcpcs_code", "hcpcs", "codes"}


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Organisation:
    return write_organisation(tmp_path_factory.mktemp("organisation"))


def read_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_organisation_has_the_same_bytes_on_two_runs_and_over_an_earlier_one(tmp_path: Path) -> None:
    first = write_organisation(tmp_path / "one")
    files = read_files(tmp_path / "one")
    assert write_organisation(tmp_path / "one") == first
    assert read_files(tmp_path / "one") == files
    write_organisation(tmp_path / "two")
    assert read_files(tmp_path / "two") == files


def test_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(SourceError, match="sample cannot be written"):
        write_organisation(blocked)


def test_every_code_of_claims_and_charges_stands_in_the_sample_releases(tmp_path: Path) -> None:
    releases = [
        read_release(release.system, release.effective_date, [release.path]) for release in write_sample(tmp_path)
    ]
    held: dict[str, set[str]] = {"icd10cm": set(), "icd10pcs": set(), "hcpcs": set()}
    for content in releases:
        if content.code_file is not None:
            held[content.system] |= {code for block in content.code_file.blocks for code in block.codes}
    assert set(list_diagnoses()) <= held["icd10cm"]
    assert set(list_hcpcs()) == held["hcpcs"]
    lines = build_claims()
    used = {
        "icd10cm": {
            line[f"diagnosis_code_{n}"] for line in lines for n in range(1, 5) if f"diagnosis_code_{n}" in line
        },
        "icd10pcs": {line["procedure_code_1"] for line in lines if "procedure_code_1" in line},
        "hcpcs": {line[n] for line in lines for n in ("hcpcs_code", "hcpcs_modifier_1") if n in line},
    }
    cells = [row[6:8] for row in charge_master.build_charge_master() if row[6] not in charge_master.UNREADABLE]
    used["hcpcs"] |= {cell.strip().upper() for pair in cells for cell in pair if cell}
    assert {system: sorted(codes - held[system]) for system, codes in used.items()} == {system: [] for system in held}


def test_no_column_of_a_person_stands_in_the_claims() -> None:
    known = {*TEXT_COLUMNS, *DATE_COLUMNS, *MONEY_COLUMNS, *NUMBER_COLUMNS}
    assert {name for line in build_claims() for name in line} <= known


def test_places_for_people_in_the_837_file_hold_nobody(organisation: Organisation) -> None:
    text = next(path for path in organisation.claims if path.suffix == ".837").read_text()
    subscribers = set(re.findall(r"^NM1\*IL\*.*$", text, re.MULTILINE))
    assert subscribers == {"NM1*IL*1*NOBODY*NOBODY****MI*NOBODY~"}
    assert set(re.findall(r"^DMG\*.*$", text, re.MULTILINE)) == {"DMG*D8*19000101*U~"}
    assert not re.findall(r"^NM1\*QC\*", text, re.MULTILINE)


def test_837_file_counts_its_own_segments(organisation: Organisation) -> None:
    text = next(path for path in organisation.claims if path.suffix == ".837").read_text()
    segments = text.split("~\n")
    assert segments.pop() == ""
    first, last = segments.index("ST*837*0001*005010X222A1"), len(segments) - 3
    assert segments[last] == f"SE*{last - first + 1}*0001"
    assert len(segments[0]) + 1 == 106


def test_claims_cover_the_year_before_each_step_and_are_about_five_thousand_lines_a_year() -> None:
    lines = build_claims()
    years = Counter(line["claim_start_date"][:4] for line in lines)
    assert 4_500 < years["2023"] + years["2024"] < 5_500
    drawn = {line["claim_start_date"] for line in lines}
    for period in PERIODS:
        assert period.first.isoformat() <= min(day for day in drawn if day >= period.first.isoformat())
        assert any(day[:7] == period.last.isoformat()[:7] for day in drawn)
    assert len({line["payer"] for line in lines}) > 4
    assert len({line.get("department") for line in lines}) > 6
    assert len({line.get("place_of_service_code") for line in lines}) > 2
    assert {line["claim_type"] for line in lines} == {"professional", "institutional"}


def test_claim_ids_are_of_one_claim() -> None:
    heads: dict[str, set[tuple[str, ...]]] = {}
    for line in build_claims():
        head = tuple(line.get(name, "") for name in ("payer", "claim_start_date", "claim_type", "diagnosis_code_1"))
        heads.setdefault(line["claim_id"], set()).add(head)
    assert {claim for claim, found in heads.items() if len(found) > 1} == set()
    assert {lines[0]["claim_id"] for lines in PLANTED} <= heads.keys()


def test_order_sets_have_titles_above_the_header_a_hidden_sheet_and_one_without_codes(
    organisation: Organisation,
) -> None:
    sheets = read_workbook((organisation.config.parent / "order_sets.xlsx").read_bytes(), "order_sets.xlsx")
    headers = {sheet.name: [n for n, row in enumerate(sheet.rows) if order_sets.DIAGNOSES in row] for sheet in sheets}
    assert headers.pop("Cover") == []
    assert order_sets.HIDDEN_SHEET in headers
    assert set(map(tuple, headers.values())) == {(2,)}


def list_procedure_cells(folder: Path) -> Iterable[str]:
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                yield from (row[name] for name in HCPCS_COLUMNS & row.keys())


def test_no_cpt_and_no_cdt_code_is_in_it(organisation: Organisation) -> None:
    cells = list(list_procedure_cells(organisation.config.parent))
    assert len(cells) > 300
    assert [cell for cell in cells if CPT_OR_CDT.search(cell)] == []
