"""The report of a day from signals, cases and entries made by hand; the dates of first alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.watch.alarms import AlarmKey, keep_first_alarms, read_first_alarms
from flows.watch.report import Case, Findings, build_report
from flows.watch.signals import Signal
from schema.errors import WatchError
from schema.releases import ReleaseId
from schema.remits import Category
from schema.validity import CodeValidity
from schema.watch import Fault, Reason, Status, WatchEntry, WatchReport

EFFECTIVE, AS_OF = date(2026, 1, 1), date(2026, 2, 10)
CURRENT = ReleaseId("hcpcs", EFFECTIVE, 1)
INVALID, NECESSITY = Category.INVALID_CODE, Category.MEDICAL_NECESSITY


def signal(code: str = "J0001", payer: str | None = "P", **more: Any) -> Signal:
    values: dict[str, Any] = {
        "category": INVALID, "status": Status.ALARM, "is_watched": True, "denied_claims": 5, "rejected_claims": 0,
        "billed_claims": 9, "adjudicated_claims": 8, "denied_amount": Decimal("50.05"), "expected": 0.2,
        "baseline_rate": 0.01, "rate": 0.6, "p_value": 1e-9, "q_value": 1e-8, "low": 0, "high": 1,
    }  # fmt: skip
    return Signal("hcpcs", code, payer, **{**values, **more})


def quiet(code: str = "J0001", payer: str | None = "P", **more: Any) -> Signal:
    return signal(code, payer, status=Status.OK, denied_claims=0, denied_amount=Decimal(0), **more)


def entry(code: str = "J0001", payer: str | None = None, end_date: date = EFFECTIVE + timedelta(days=90)) -> WatchEntry:
    return WatchEntry("hcpcs", code, payer, "new", (Reason.NEW,), (INVALID,), EFFECTIVE, end_date, CURRENT)


def case(claim_id: str = "C1", code: str = "J0001", payer: str | None = "P", **more: Any) -> Case:
    values = {"category": INVALID, "fault": Fault.PAYER, "action": "appeal", "amount": Decimal("10.01"),
              "received_date": AS_OF}  # fmt: skip
    return Case(claim_id, payer, "hcpcs", code, **{**values, **more})


def report(
    signals: Sequence[Signal], cases: Sequence[Case] = (), entries: Sequence[WatchEntry] = (entry(),), **more: Any
) -> WatchReport:
    return build_report(Findings(AS_OF, (CURRENT,), tuple(entries), signals, cases, more.pop("validity", {}), **more))


def test_figures_of_a_signal_stand_in_its_item() -> None:
    [item] = report([signal()], recovered={("hcpcs", "J0001", "P", INVALID): Decimal("3.03")}).items
    assert (item.billed_claims, item.adjudicated_claims, item.denied_claims) == (9, 8, 5)
    assert (item.denied_amount, item.recovered_amount) == (Decimal("50.05"), Decimal("3.03"))
    assert (item.change_kind, item.is_watched, item.first_alarm_date) == ("new", True, None)


@pytest.mark.parametrize(
    ("faults", "fault"),
    [
        ([], Fault.UNKNOWN),
        ([Fault.UNKNOWN] * 3, Fault.UNKNOWN),
        ([Fault.OURS, Fault.PAYER, Fault.PAYER], Fault.PAYER),
        ([Fault.OURS, Fault.PAYER], Fault.OURS),
        ([Fault.OURS, Fault.UNKNOWN, Fault.UNKNOWN], Fault.OURS),
    ],
)
def test_fault_is_that_of_most_claims(faults: list[Fault], fault: Fault) -> None:
    cases = [case(f"C{number}", fault=one) for number, one in enumerate(faults)]
    found = report([signal(), signal(payer=None)], cases)
    assert [item.fault for item in found.items] == [fault, fault]


def test_fault_of_one_payer_is_not_that_of_another() -> None:
    cases = [case("C1", payer="P", fault=Fault.PAYER), case("C2", payer="Q", fault=Fault.OURS)]
    found = report([signal(payer="P"), signal(payer="Q")], cases)
    assert {item.payer: item.fault for item in found.items} == {"P": Fault.PAYER, "Q": Fault.OURS}


def test_invalid_code_that_was_billed_is_ours_without_an_answer() -> None:
    [item] = report(
        [
            quiet(is_certain=True),
        ]
    ).items
    assert item.fault is Fault.OURS


def test_code_and_payer_without_denials_have_one_item_and_none_beside_denials() -> None:
    found = report(
        [
            quiet(category=INVALID), quiet(category=NECESSITY), quiet(payer=None),
            signal("J0002"), quiet("J0002", category=NECESSITY),
        ],
        entries=[entry(), entry("J0002")],
    )  # fmt: skip
    keys = [(item.code, item.payer, item.category) for item in found.items]
    assert keys == [("J0002", "P", INVALID), ("J0001", None, INVALID), ("J0001", "P", INVALID)]


def test_unwatched_code_has_an_item_only_in_alarm() -> None:
    found = report([signal("J0008"), signal("J0009", status=Status.WATCH), quiet("J0007")])
    assert [(item.code, item.is_watched, item.change_kind) for item in found.items] == [("J0008", False, None)]


def test_entry_of_one_payer_watches_that_payer_alone() -> None:
    found = report([signal(payer="P"), signal(payer="Q"), signal(payer=None)], entries=[entry(payer="P")])
    assert {item.payer: item.is_watched for item in found.items} == {"P": True, "Q": False, None: False}


def test_what_was_ended_has_neither_items_nor_work() -> None:
    over = AS_OF - timedelta(days=1)
    found = report([signal(payer="P"), signal(payer="Q")], [case(payer="P"), case(payer="Q")],
                   entries=[entry(), entry(payer="P", end_date=over)])  # fmt: skip
    assert [item.payer for item in found.items] == ["Q"]
    assert [work.payer for work in found.work] == ["Q"]
    assert report([signal()], [case()], entries=[entry(end_date=over)]).items == ()
    assert len(report([signal()], entries=[entry(end_date=AS_OF)]).items) == 1


def test_alarms_come_first_and_among_them_the_watched_and_the_dearest() -> None:
    found = report(
        [
            quiet("J0001"), signal("J0001", "Q", status=Status.WATCH), signal("J0009", denied_amount=Decimal(999)),
            signal("J0001", "R", denied_amount=Decimal(1)), signal("J0001", "S", denied_amount=Decimal(2)),
        ]
    )  # fmt: skip
    assert [(item.code, item.payer) for item in found.items] == [
        ("J0001", "S"), ("J0001", "R"), ("J0009", "P"), ("J0001", "Q"), ("J0001", "P"),
    ]  # fmt: skip


def test_work_holds_claims_of_alarms_and_those_whose_fault_is_plain() -> None:
    cases = [
        case("C1"),
        case("C2", payer="Q", fault=Fault.OURS, action="correct"),
        case("C3", payer="Q", category=NECESSITY, fault=Fault.UNKNOWN),
        case("C4", payer="Q", fault=Fault.UNKNOWN),
        case("C5", code="J0009"),
    ]
    found = report([signal(), quiet(payer="Q"), quiet("J0009")], cases)
    assert [(work.claim_id, work.action) for work in found.work] == [("C1", "appeal"), ("C2", "correct")]
    everywhere = report([signal(payer=None, category=NECESSITY)], cases)
    assert "C3" in {work.claim_id for work in everywhere.work}


def test_claim_stands_once_for_a_code_in_the_work_list() -> None:
    signals = [signal(category=NECESSITY), signal()]
    found = report(signals, [case(category=NECESSITY, amount=Decimal(7)), case(amount=Decimal(3)), case(code="J0002")])
    assert [(work.claim_id, work.category, work.denied_amount) for work in found.work] == [("C1", INVALID, Decimal(3))]


def test_evidence_names_release_and_record() -> None:
    validity = CodeValidity("hcpcs", "J0001", "new", EFFECTIVE, None, str(CURRENT), "ab" * 32, "cd" * 16)
    found = report([signal()], [case()], validity={("hcpcs", "J0001"): validity})
    evidence = found.evidence["hcpcs", "J0001"]
    assert (evidence.release, evidence.release_digest, evidence.record_digest) == (str(CURRENT), "ab" * 32, "cd" * 16)
    assert "from 2026-01-01 on" in evidence.sentence
    assert [work.evidence for work in found.work] == [evidence]


def test_first_alarm_is_the_smallest_report_date_in_alarm(tmp_path: Path) -> None:
    def first(day: date, status: Status = Status.ALARM) -> date | None:
        found = replace(report([signal(status=status)]), as_of=day)
        return keep_first_alarms(tmp_path / "watch", found).items[0].first_alarm_date

    assert first(AS_OF - timedelta(days=9), Status.OK) is None
    assert first(AS_OF) == AS_OF
    assert first(AS_OF + timedelta(days=7)) == AS_OF
    assert first(AS_OF + timedelta(days=7), Status.OK) == AS_OF
    assert first(AS_OF - timedelta(days=1)) == AS_OF - timedelta(days=1)
    assert first(AS_OF - timedelta(days=2), Status.OK) is None
    assert first(AS_OF) == AS_OF - timedelta(days=1)


def test_first_alarms_are_parted_by_what_stands_in_alarm_and_by_update(tmp_path: Path) -> None:
    keep_first_alarms(tmp_path, report([signal(), signal(payer=None), signal("J0009"), quiet(payer="Q")]))
    assert read_first_alarms(tmp_path) == {
        AlarmKey(EFFECTIVE, "hcpcs", code, payer, "invalid_code"): AS_OF
        for code, payer in (("J0001", "P"), ("J0001", None), ("J0009", "P"))
    }
    later = ReleaseId("hcpcs", date(2027, 1, 1), 1)
    next_year = replace(report([quiet()]), current=(later,), entries=(replace(entry(), current=later),))
    assert keep_first_alarms(tmp_path, replace(next_year, as_of=date(2027, 2, 1))).items[0].first_alarm_date is None


def test_dates_that_are_not_as_written_stop_the_report_and_stay(tmp_path: Path) -> None:
    (tmp_path / "alarms.json").write_text('{"format": 1, "alarms": [{"code": "J0001"}]}')
    with pytest.raises(WatchError, match="backup"):
        keep_first_alarms(tmp_path, report([signal()]))
    assert "J0001" in (tmp_path / "alarms.json").read_text()


def test_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "watch").write_text("in the way")
    with pytest.raises(WatchError) as told:
        keep_first_alarms(tmp_path / "watch", report([signal()]))
    assert "\n" not in told.value.line
