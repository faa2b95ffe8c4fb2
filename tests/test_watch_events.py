"""Claims, remittances and rejections become counts and cases: the rules, one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.watch.events import Events, read_events
from schema.claims import DATE_OF_SERVICE, DIAGNOSIS_DATE
from tests.claim_lines import Line, make_line, write_part
from tests.watch_parts import (
    DAY,
    Row,
    adjust,
    make_denied,
    make_rejection,
    make_remit,
    make_validity,
    write_rejections,
    write_remits,
)

BEFORE = DAY - timedelta(1)
AS_OF = date(2025, 12, 1)
EFFECTIVE = {"hcpcs": DAY, "icd10cm": DAY}
VALIDITY = make_validity(
    ("hcpcs", "J0001", "deleted", None, BEFORE),
    ("hcpcs", "J0002", "new", DAY, None),
    ("hcpcs", "J0003", "revised", None, None),
    ("hcpcs", "JW", "revised", None, None),
    ("icd10cm", "E110", "deleted", None, BEFORE),
    ("icd10cm", "E111", "new", DAY, None),
    ("icd10cm", "E112", "revised", None, None),
    hcpcs=("J0009",),
    icd10cm=("I10",),
)

Read = Callable[..., Events]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """The events of claim lines, remittance files and rejections."""

    def run(
        claims: Sequence[Line] = (), *files: Sequence[Row], rejections: Sequence[Row] = (), as_of: date = AS_OF
    ) -> Events:
        parts = [write_part(tmp_path / "claims.parquet", claims)] if claims else []
        lines = [write_remits(tmp_path / f"digest{n:02}-0.parquet", rows) for n, rows in enumerate(files)]
        fronts = [write_rejections(tmp_path / "rejections.parquet", rejections)] if rejections else []
        return read_events(parts, lines, fronts, VALIDITY, as_of, EFFECTIVE)

    return run


def claim(**values: Any) -> Line:
    """A claim of one line with the code J0009 on the effective date."""
    day = values.pop("day", DAY)
    line = {"claim_line_number": 1, "hcpcs_code": "J0009", "claim_end_date": day, DATE_OF_SERVICE: day}
    return make_line(**{**line, DIAGNOSIS_DATE: day, **values})


def cases(events: Events, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in events.cases.to_pylist()]


def counts(table: Any, *names: str) -> list[tuple[Any, ...]]:
    return [(*(row[name] for name in names), row["claims"]) for row in table.to_pylist()]


def test_nothing_held_gives_empty_tables(read: Read) -> None:
    events = read()
    assert [len(getattr(events, name)) for name in Events.__slots__] == [0, 0, 0, 0, 0]


def test_claim_without_an_answer_is_billed_and_not_adjudicated(read: Read) -> None:
    events = read([claim(hcpcs_code="J0001")])
    assert counts(events.billed, "system", "code", "payer", "end_date", "is_after") == [
        ("hcpcs", "J0001", "Medicare", DAY, True, 1)
    ]
    assert len(events.adjudicated) == 0


def test_deleted_code_still_billed_is_told_before_any_denial(read: Read) -> None:
    events = read([claim(hcpcs_code="J0001"), claim(claim_id="C2", hcpcs_code="J0001", day=BEFORE)])
    assert counts(events.invalid_billed, "code", "is_after") == [("J0001", True, 1)]


def test_denied_line_is_a_case_whose_fault_is_ours(read: Read) -> None:
    events = read([claim(hcpcs_code="J0001")], [make_denied("181", "100.50")])
    assert cases(events, "claim_id", "code", "category", "fault", "amount", "action") == [
        ("C1", "J0001", "invalid_code", "ours", Decimal("100.5"), "correct")
    ]


def test_valid_code_denied_as_invalid_is_the_payers_fault(read: Read) -> None:
    events = read([claim(hcpcs_code="J0002")], [make_denied("181", code="J0002")])
    assert cases(events, "code", "fault", "action") == [("J0002", "payer", "appeal")]


def test_code_that_our_tables_do_not_know_leaves_the_fault_open(read: Read) -> None:
    events = read([claim(hcpcs_code="99213")], [make_denied("181", code="99213")])
    assert cases(events, "code", "fault") == [("99213", "unknown")]


def test_contractual_write_off_and_patient_shares_are_no_denials(read: Read) -> None:
    row = make_remit(adjustments=[adjust("CO", "45", 10), adjust("PR", "1", 20), adjust("PR", "2", 10)])
    assert len(read([claim()], [row]).denied) == 0


def test_reversal_and_correction_leave_one_claim(read: Read) -> None:
    back = make_denied("181", -100, claim_status="22", sequence=2)
    events = read([claim(hcpcs_code="J0001")], [make_denied("181"), back, make_remit(sequence=3)])
    assert counts(events.denied, "code", "is_standing", "amount", "recovered_amount") == [
        ("J0001", False, 0, Decimal(60), 1)
    ]
    assert counts(events.adjudicated, "code") == [("J0001", 1)]


def test_reversal_in_another_file_of_the_same_day_comes_after_what_it_takes_back(read: Read) -> None:
    back = make_denied("181", -100, claim_status="22", sequence=1)
    paid = make_remit(sequence=2)
    denied = make_denied("181", sequence=9)
    for files in ([[back, paid], [denied]], [[denied], [back, paid]]):
        assert counts(read([claim()], *files).denied, "is_standing") == [(False, 1)]


def test_correction_in_another_file_of_the_same_day_comes_after_its_reversal(read: Read) -> None:
    day = date(2025, 11, 1)
    back, paid = make_denied("181", -100, claim_status="22", received_date=day), make_remit(received_date=day)
    for files in ([[back], [paid]], [[paid], [back]]):
        events = read([claim(hcpcs_code="J0001")], [make_denied("181")], *files)
        assert counts(events.adjudicated, "code") == [("J0001", 1)]


def test_reversal_without_a_correction_leaves_no_answer(read: Read) -> None:
    back = make_remit(claim_status="22", received_date=date(2025, 11, 1))
    assert len(read([claim()], [make_remit()], [back]).adjudicated) == 0


def test_later_answer_counts_only_from_its_day(read: Read) -> None:
    files = [make_denied("181")], [make_remit(received_date=date(2025, 11, 1))]
    assert len(read([claim()], *files, as_of=date(2025, 10, 31)).cases) == 1
    assert len(read([claim()], *files, as_of=date(2025, 11, 1)).cases) == 0


def test_claim_counts_only_from_its_end_date(read: Read) -> None:
    line = claim(claim_end_date=date(2025, 10, 20))
    assert len(read([line], as_of=date(2025, 10, 19)).billed) == 0
    assert len(read([line], as_of=date(2025, 10, 20)).billed) == 1


def test_predetermination_is_no_answer(read: Read) -> None:
    events = read([claim()], [make_denied("181", claim_status="25")])
    assert (len(events.adjudicated), len(events.denied)) == (0, 0)


def test_code_on_two_lines_is_one_claim_with_both_amounts(read: Read) -> None:
    rows = [make_denied("50", 30), make_denied("50", 40, line_number="2")]
    events = read([claim(hcpcs_code="J0001"), claim(hcpcs_code="J0001", claim_line_number=2)], rows)
    assert counts(events.billed, "code") == [("J0001", 1)]
    assert counts(events.denied, "code", "category", "amount") == [("J0001", "medical_necessity", Decimal(70), 1)]


def test_adjustment_of_the_claim_counts_once_and_for_one_code(read: Read) -> None:
    level = adjust("CO", "197", 90, "claim")
    rows = [make_remit(adjustments=[level], code=f"J000{n}", line_number=str(n)) for n in (1, 2)]
    lines = [claim(hcpcs_code=f"J000{n}", claim_line_number=n) for n in (1, 2)]
    events = read(lines, rows)
    assert counts(events.denied, "code", "category", "amount") == [("J0001", "authorization", Decimal(90), 1)]


def test_remark_of_one_line_does_not_speak_for_the_claims_adjustment(read: Read) -> None:
    level = adjust("CO", "16", 90, "claim")
    rows = [
        make_remit(adjustments=[level], line_number=str(n), remarks=r) for n, r in ((1, ["M76", "N56"]), (2, ["N56"]))
    ]
    assert counts(read([claim()], rows).denied, "code", "category", "amount") == [
        ("J0009", "invalid_code", Decimal(90), 1)
    ]


@pytest.mark.parametrize(
    ("diagnoses", "blamed"),
    [
        (("I10", "E112", "E111", "E110"), "E110"),
        (("I10", "E112", "E111"), "E111"),
        (("I10", "E112"), "E112"),
        (("I10", "I11"), "I10"),
    ],
)
def test_diagnosis_denial_is_blamed_in_the_order_of_the_rule(
    read: Read, diagnoses: tuple[str, ...], blamed: str
) -> None:
    line = claim(**{f"diagnosis_code_{n}": code for n, code in enumerate(diagnoses, 1)})
    events = read([line], [make_denied("146")])
    assert cases(events, "system", "code", "category") == [("icd10cm", blamed, "invalid_code")]


def test_diagnosis_denial_of_two_lines_is_one_claim(read: Read) -> None:
    lines = [claim(diagnosis_code_1="E110", claim_line_number=n) for n in (1, 2)]
    events = read(lines, [make_denied("146", 30), make_denied("146", 40, line_number="2")])
    assert counts(events.denied, "code", "amount") == [("E110", Decimal(70), 1)]


def test_denied_claim_without_lines_is_blamed_on_a_procedure_of_the_claim(read: Read) -> None:
    lines = [claim(hcpcs_code=code, claim_line_number=n) for n, code in enumerate(("J0009", "J0001"), 1)]
    row = make_denied("181", line_number=None, code=None)
    assert cases(read(lines, [row]), "code", "fault") == [("J0001", "ours")]


def test_downcoded_line_counts_for_the_submitted_code_with_its_reduction(read: Read) -> None:
    row = make_remit(
        code="99213", submitted_code="99214", adjustments=[adjust("CO", "45", 10), adjust("CO", "150", 25)]
    )
    events = read([claim(hcpcs_code="99214")], [row])
    assert cases(events, "code", "category", "amount") == [("99214", "downcoding", Decimal(25))]


def test_downcoded_line_whose_reduction_is_the_contracts_counts_without_dollars(read: Read) -> None:
    events = read([claim(hcpcs_code="99214")], [make_remit(code="99213", submitted_code="99214")])
    assert cases(events, "code", "category", "amount") == [("99214", "downcoding", Decimal(0))]


def test_denied_line_under_another_code_is_not_downcoded(read: Read) -> None:
    row = make_denied("97", code="99213", submitted_code="99214")
    assert cases(read([claim(hcpcs_code="99214")], [row]), "code", "category") == [("99214", "bundling")]


def test_modifier_denial_counts_for_the_code_and_its_changed_modifier(read: Read) -> None:
    row = make_denied("4", code="J0009", modifiers="25 JW")
    line = claim(hcpcs_modifier_1="25", hcpcs_modifier_2="JW")
    events = read([line], [row])
    assert cases(events, "code", "category") == [("J0009", "modifier"), ("JW", "modifier")]
    assert counts(events.billed, "code") == [("J0009", 1), ("JW", 1)]


def test_rejection_counts_in_its_own_field_for_the_claims_payer(read: Read) -> None:
    events = read([claim(hcpcs_code="J0001")], rejections=[make_rejection(code="J0001")])
    assert counts(events.denied, "code", "payer", "category", "is_rejection") == [
        ("J0001", "Medicare", "invalid_code", True, 1)
    ]
    assert cases(events, "fault", "action") == [("ours", "correct")]


def test_rejection_that_names_no_code_is_blamed(read: Read) -> None:
    line = claim(diagnosis_code_1="I10", diagnosis_code_2="E110")
    events = read([line], rejections=[make_rejection(status_code="255")])
    assert cases(events, "code", "is_rejection") == [("E110", True)]


def test_vague_status_counts_only_without_one_that_says_what_is_wrong(read: Read) -> None:
    line = claim(hcpcs_code="J0001")
    vague, named = make_rejection(category_code="A3", status_code="21"), make_rejection(code="J0001")
    for rejections, category in (
        ([vague], "other"),
        ([vague, named], "invalid_code"),
        ([named, vague], "invalid_code"),
    ):
        assert read([line], rejections=rejections).cases["category"].to_pylist() == [category]
    other = make_rejection(claim_id="C2", code="J0001")
    assert read([line], rejections=[vague, other]).cases["category"].to_pylist().count("other") == 1


def test_rejected_claim_that_was_answered_later_stands_no_more(read: Read) -> None:
    events = read([claim(hcpcs_code="J0001")], [make_remit()], rejections=[make_rejection(code="J0001")])
    assert counts(events.denied, "is_rejection", "is_standing") == [(True, False, 1)]


def test_rejected_and_denied_claim_counts_once_from_its_first_day(read: Read) -> None:
    events = read([claim(hcpcs_code="J0001")], [make_denied("181")], rejections=[make_rejection(code="J0001")])
    assert counts(events.denied, "is_rejection", "is_standing", "received_date") == [
        (False, True, date(2025, 10, 5), 1)
    ]


def test_remittance_without_a_held_claim_counts_by_its_own_date_and_payer(read: Read) -> None:
    events = read([], [make_denied("181")])
    key = ("code", "payer", "end_date", "is_after")
    assert counts(events.billed, *key) == counts(events.denied, *key) == [("J0001", "Medicare", DAY, True, 1)]


def test_key_dates_part_the_baseline_from_what_is_watched(read: Read) -> None:
    days = (DAY - timedelta(366), DAY - timedelta(365), BEFORE, DAY)
    lines = [claim(claim_id=f"C{n}", day=day) for n, day in enumerate(days)]
    assert counts(read(lines).billed, "end_date", "is_after") == [
        (days[1], False, 1), (days[2], False, 1), (days[3], True, 1)
    ]  # fmt: skip


def test_payer_without_a_name_is_a_payer_of_its_own(read: Read) -> None:
    events = read([claim(payer=None), claim(claim_id="C2")], [make_denied("50", payer=None, code="J0009")])
    assert counts(events.billed, "payer") == [("Medicare", 1), (None, 1)]
    assert counts(events.denied, "payer") == [(None, 1)]
