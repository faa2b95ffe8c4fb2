"""Exposure: the claims that hold a code, against a plain count of the same lines."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.impact import engine, exposure
from flows.impact.exposure import measure_exposure, measure_exposures
from flows.impact.exposure_query import Question, find_hits
from schema.claims import DATE_OF_SERVICE, DIAGNOSIS_DATE, ClaimsPart
from schema.errors import ImpactError, MemoryExceededError
from schema.impact import Exposure, Measure
from tests.claim_lines import COLUMNS, FIRST_DAY, Line, count_by_hand, make_line, make_lines, write_part, write_parts

LAST_DAY = FIRST_DAY + timedelta(60)


def measure(folder: Path, lines: Sequence[Line], system: str, codes: Collection[str]) -> dict[str, Exposure]:
    return measure_exposure(write_parts(folder, lines), system, codes, FIRST_DAY, LAST_DAY)


@pytest.mark.parametrize("seed", range(6))
def test_every_figure_equals_a_plain_count(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    lines = make_lines(chance, chance.choice([1, 30, 400]))
    parts = write_parts(tmp_path, lines, chance.choice([1, 2, 5]))
    for system, columns in COLUMNS.items():
        present = sorted({str(line[column]) for line in lines for column in columns if line.get(column)})
        codes = [*chance.sample(present, len(present) * 2 // 3), "NOWHERE"]
        assert measure_exposure(parts, system, codes, FIRST_DAY, LAST_DAY) == count_by_hand(
            lines, system, codes, FIRST_DAY, LAST_DAY
        )


def test_systems_asked_together_answer_as_one_by_one(tmp_path: Path) -> None:
    lines = make_lines(random.Random(7), 300)
    parts = write_parts(tmp_path, lines)
    # A code may have the shape of two systems; it counts where it stands.
    asked = {"icd10cm": ["E1101", "J0101"], "hcpcs": ["J0101", "25"], "icd10pcs": ["0DT10ZZ"]}
    together = measure_exposures(parts, asked, FIRST_DAY, LAST_DAY)
    for system, codes in asked.items():
        assert together[system] == count_by_hand(lines, system, codes, FIRST_DAY, LAST_DAY)
        assert set(together[system]) <= set(codes)
    assert together["hcpcs"].keys() == {"J0101", "25"}


def test_code_that_stands_twice_on_a_line_counts_once_and_as_principal(tmp_path: Path) -> None:
    line = make_line(diagnosis_code_1="E1100", diagnosis_code_2="I10", diagnosis_code_4="E1100")
    found = measure(tmp_path, [line], "icd10cm", ["E1100", "I10"])
    one = Measure(1, 1, Decimal(100), Decimal(60), Decimal(50))
    assert (found["E1100"].total, found["E1100"].principal, found["E1100"].secondary) == (one, one, Measure())
    assert (found["I10"].total, found["I10"].principal, found["I10"].secondary) == (one, Measure(), one)


def test_modifier_on_two_places_counts_once_and_has_no_position(tmp_path: Path) -> None:
    found = measure(tmp_path, [make_line(hcpcs_modifier_1="JW", hcpcs_modifier_3="JW")], "hcpcs", ["JW"])
    assert found["JW"].total.lines == 1
    assert found["JW"].principal is None
    assert found["JW"].secondary is None


def test_both_ends_of_the_window_count(tmp_path: Path) -> None:
    days = [FIRST_DAY - timedelta(1), FIRST_DAY, LAST_DAY, LAST_DAY + timedelta(1)]
    lines = [make_line(date_of_service=day, hcpcs_code="J0120", diagnosis_code_1="I10") for day in days]
    assert measure(tmp_path, lines, "hcpcs", ["J0120"])["J0120"].total.lines == 2
    assert measure(tmp_path, lines, "icd10cm", ["I10"])["I10"].total.lines == 2


def test_inpatient_diagnosis_counts_by_its_own_date_and_a_charge_by_date_of_service(tmp_path: Path) -> None:
    line = make_line(diagnosis_code_1="I10", hcpcs_code="J0120", procedure_code_2="0DT10ZZ")
    line |= {DATE_OF_SERVICE: FIRST_DAY - timedelta(5), DIAGNOSIS_DATE: FIRST_DAY}
    assert measure(tmp_path, [line], "icd10cm", ["I10"]).keys() == {"I10"}
    assert measure(tmp_path, [line], "icd10pcs", ["0DT10ZZ"]).keys() == {"0DT10ZZ"}
    assert measure(tmp_path, [line], "hcpcs", ["J0120"]) == {}


@pytest.mark.parametrize(("kind", "lines"), [("icd-10-cm", 1), (" ICD-10-CM ", 1), ("icd-9-cm", 0), ("", 0), (None, 0)])
def test_diagnoses_of_another_code_type_do_not_count(tmp_path: Path, kind: str | None, lines: int) -> None:
    # The second line keeps the column from being empty as a whole.
    held = [make_line(diagnosis_code_1="I10", diagnosis_code_type=kind), make_line(diagnosis_code_1="E1100")]
    found = measure(tmp_path, held, "icd10cm", ["I10"])
    assert [exposure.total.lines for exposure in found.values()] == [1] * lines


def test_claim_is_one_in_all_and_one_of_each_department(tmp_path: Path) -> None:
    lines = [make_line(hcpcs_code="J0120", department=name) for name in ("a", "a", "b", "", None)]
    exposure = measure(tmp_path, lines, "hcpcs", ["J0120"])["J0120"]
    assert (exposure.total.lines, exposure.total.claims) == (5, 1)
    assert {name: (part.lines, part.claims) for name, part in exposure.by_department.items()} == {
        "a": (2, 1),
        "b": (1, 1),
        None: (2, 1),
    }


def test_amounts_stay_exact_and_empty_ones_are_zero(tmp_path: Path) -> None:
    amounts = [Decimal("99999999999999.9999"), Decimal("99999999999999.9999"), Decimal("-0.0001"), None]
    lines = [make_line(hcpcs_code="J0120", charge_amount=amount, paid_amount=None) for amount in amounts]
    total = measure(tmp_path, lines, "hcpcs", ["J0120"])["J0120"].total
    assert (total.billed, total.paid) == (Decimal("199999999999999.9997"), Decimal(0))


def test_part_outside_the_window_is_not_opened(tmp_path: Path) -> None:
    inside = write_part(tmp_path / "in.parquet", [make_line(hcpcs_code="J0120")])
    before = date(2020, 1, 1)
    outside = ClaimsPart(str(tmp_path / "absent.parquet"), 9, before, before, before, before)
    assert measure_exposure([outside, inside], "hcpcs", ["J0120"], FIRST_DAY, LAST_DAY)["J0120"].total.lines == 1
    with pytest.raises(ImpactError, match="cannot be read"):
        measure_exposure([replace(outside, last_service_date=FIRST_DAY)], "hcpcs", ["J0120"], FIRST_DAY, LAST_DAY)


def test_without_claims_codes_or_columns_there_is_no_exposure(tmp_path: Path) -> None:
    assert measure_exposure([], "hcpcs", ["J0120"], FIRST_DAY, LAST_DAY) == {}
    lines = [make_line(hcpcs_code="J0120")]
    assert measure(tmp_path, lines, "hcpcs", []) == {}
    assert measure(tmp_path, lines, "icd10cm", ["I10"]) == {}


def test_parts_with_the_same_line_keys_are_refused(tmp_path: Path) -> None:
    parts = [write_part(tmp_path / name, [make_line(hcpcs_code="J0120")], 5) for name in ("a.parquet", "b.parquet")]
    with pytest.raises(ImpactError, match="the same keys as lines of another part"):
        measure_exposure(parts, "hcpcs", ["J0120"], FIRST_DAY, LAST_DAY)


def test_codes_on_more_lines_than_memory_holds_are_asked_in_halves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = write_parts(tmp_path, make_lines(random.Random(8), 200))
    codes = {"icd10cm": [f"E11{n:02}" for n in range(12)], "hcpcs": ["J0101"], "icd10pcs": ["0DT10ZZ"]}
    whole = measure_exposures(parts, codes, FIRST_DAY, LAST_DAY)
    asked = []

    def find_few(lines: Any, questions: Sequence[Question], first: date, last: date) -> Any:
        asked.append(sum(len(question.codes) for question in questions))
        if asked[-1] > most:
            raise MemoryExceededError("claims cannot be added up")
        return find_hits(lines, questions, first, last)

    monkeypatch.setattr(exposure, "find_hits", find_few)
    most = 4
    assert measure_exposures(parts, codes, FIRST_DAY, LAST_DAY) == whole
    assert asked == [14, 7, 4, 3, 7, 4, 3]
    most = 0
    with pytest.raises(MemoryExceededError):
        measure_exposures(parts, codes, FIRST_DAY, LAST_DAY)


def test_engine_out_of_memory_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MEMORY_LIMIT", "1MB")
    with pytest.raises(MemoryExceededError, match="1MB of memory do not do for the lines of one code; ask for"):
        measure(tmp_path, [make_line(hcpcs_code="J0120")], "hcpcs", ["J0120"])


def test_a_system_that_claims_do_not_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImpactError, match="exposure of loinc"):
        measure_exposure([], "loinc", ["1"], FIRST_DAY, LAST_DAY)
