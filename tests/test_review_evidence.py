"""Evidence of a review: one document with one digest, and the rows and the page that come from it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.review.evidence import (
    NO_RANK,
    build_evidence,
    build_summary,
    list_items,
    list_tasks,
    list_training,
    read_document,
)
from schema.changes import ChangeKind, FieldClass, UpdateResult
from schema.claims import ClaimsSummary
from schema.errors import AuditError
from schema.impact import Priority
from schema.records import canonical_json
from schema.review import Item
from tests.impact_values import change_of, field_of
from tests.report_samples import ALL_RESULTS, CONTROLS, SURROGATE, ResultMaker, diagnosis_result, make_record
from tests.review_values import KEY, assessed, changes_of, sample_result


def items_of(result: UpdateResult) -> dict[str, Item]:
    return {item.subject: item for item in list_items(KEY, read_document(build_evidence(result)))}


def summary_of(result: UpdateResult) -> Any:
    return json.loads(build_summary(read_document(build_evidence(result))))


@pytest.mark.parametrize("make_result", [*ALL_RESULTS, sample_result])
def test_evidence_is_canonical_and_reads_back(make_result: ResultMaker) -> None:
    data = build_evidence(make_result())
    document = read_document(data)
    assert canonical_json(document).encode() == data


@pytest.mark.parametrize("make_result", [*ALL_RESULTS, sample_result])
def test_every_change_is_one_item_in_order_of_subject(make_result: ResultMaker) -> None:
    result = make_result()
    items = list_items("key", read_document(build_evidence(result)))
    subjects = [item.subject for item in items]
    assert subjects == sorted({f"{change.record_kind}:{change.code}" for change in result.change_set.changes})
    assert {item.kind for item in items} == {change.kind for change in result.change_set.changes}


def test_day_of_making_and_instant_of_loading_are_no_part_of_the_evidence() -> None:
    result = diagnosis_result()
    later = replace(
        result,
        as_of=date(2025, 1, 1),
        current=replace(result.current, loaded_at=result.current.loaded_at.replace(year=2030), has_later_issue=True),
    )
    assert build_evidence(later) == build_evidence(result)


@pytest.mark.parametrize(
    "differ",
    [
        lambda result: replace(result, successors={}),
        lambda result: replace(result, current=replace(result.current, digest="b" * 64)),
        lambda result: replace(result, current=replace(result.current, sources=[])),
        lambda result: replace(result, reconciliation=replace(result.reconciliation, agrees=False)),
        lambda result: replace(result, impact=None),
        lambda result: replace(result, change_set=replace(result.change_set, changes=result.change_set.changes[1:])),
    ],
)
def test_whatever_is_decided_on_changes_the_evidence(differ: Any) -> None:
    assert build_evidence(differ(sample_result())) != build_evidence(sample_result())


def test_item_says_money_in_cents_and_who_holds_the_code() -> None:
    item = items_of(sample_result())["code:E0001"]
    assert (item.billed, item.paid, item.claims) == (9_000_000, 6_100_013, 40)
    assert (item.uses, item.use_owners, item.is_named) == (2, ("revenue integrity",), True)
    assert (item.priority, item.rank, item.is_open) == (Priority.CRITICAL, 0, True)
    assert (item.action, item.reason, item.successors, item.decided_by, item.owner) == (None, "", (), "", "")


def test_item_that_touches_nothing_needs_no_decision_and_sorts_last() -> None:
    item = items_of(sample_result())["code:E0105"]
    assert (item.priority, item.rank, item.needs_decision, item.is_open) == (None, NO_RANK, False, False)


def test_informational_item_needs_no_decision() -> None:
    statute = change_of(ChangeKind.REVISED, "E0004", field_of(FieldClass.ADMINISTRATIVE))
    item = items_of(assessed(statute))["code:E0004"]
    assert (item.priority, item.rank, item.needs_decision) == (Priority.INFORMATIONAL, 4, False)


def test_classes_of_an_item_come_by_weight_and_once() -> None:
    fields = [field_of(FieldClass.PAYMENT, str(n)) for n in range(2)]
    change = change_of(ChangeKind.REVISED, "E0003", *fields, field_of(FieldClass.COVERAGE))
    assert items_of(assessed(change))["code:E0003"].classes == ("coverage", "payment")


def test_detail_of_an_item_tells_change_successors_and_every_part_of_the_exposure() -> None:
    detail = json.loads(items_of(sample_result())["code:E0001"].detail)
    assert set(detail) == {"change", "successors", "impact"}
    assert detail["change"]["kind"] == "deleted"
    assert (detail["change"]["after"], detail["change"]["before"]["code"]) == (None, "E0001")
    assert [found["code"] for found in detail["successors"]] == ["E0005"]
    impact = detail["impact"]
    assert impact["total"] == {
        "lines": 40,
        "claims": 40,
        "billed": "90000.00",
        "allowed": "61000.13",
        "paid": "61000.13",
    }
    assert [part["name"] for part in impact["by_payer"]] == ["A <b>payer</b>", None]
    assert [part["name"] for part in impact["by_department"]] == ["cardiology", None]
    assert impact["uses"][0] == {
        "use": "cdm",
        "kind": "charge_master",
        "owner": "revenue integrity",
        "location": "row 2",
        "column": "codes",
        "entry": "E0001",
        "match": "exact",
    }


def test_fingerprint_follows_the_change_and_not_what_it_touches() -> None:
    one, bare = items_of(sample_result()), items_of(assessed(*changes_of(), is_assessed=False))
    assert {s: item.fingerprint for s, item in one.items()} == {s: item.fingerprint for s, item in bare.items()}
    other = items_of(assessed(change_of(ChangeKind.DELETED, "E0001", is_retroactive=True)))
    assert other["code:E0001"].fingerprint != one["code:E0001"].fingerprint


def test_tasks_have_numbers_of_their_own_that_owners_and_reasons_do_not_change() -> None:
    result = sample_result()
    assert result.impact is not None
    tasks = list_tasks(KEY, read_document(build_evidence(result)))
    assert len({task.number for task in tasks}) == len(tasks) == len(result.impact.tasks) > 5
    moved = replace(
        result.impact, tasks=tuple(replace(task, owner="x", why="y", locations=("z",)) for task in result.impact.tasks)
    )
    again = list_tasks(KEY, read_document(build_evidence(replace(result, impact=moved))))
    assert [task.number for task in again] == [task.number for task in tasks]
    assert {(task.owner, task.why, task.locations) for task in again} == {("x", "y", ("z",))}


def test_two_tasks_that_say_the_same_have_two_numbers() -> None:
    result = sample_result()
    assert result.impact is not None
    twice = replace(result.impact, tasks=result.impact.tasks[:1] * 3)
    tasks = list_tasks(KEY, read_document(build_evidence(replace(result, impact=twice))))
    assert len({task.number for task in tasks}) == 3


def test_training_is_a_mark_for_each_department() -> None:
    result = sample_result()
    assert result.impact is not None
    taught = replace(result.impact.training[0], departments=("b", "a"))
    nowhere = replace(result.impact.training[0], change=result.change_set.changes[-1], departments=())
    impact = replace(result.impact, training=(taught, nowhere))
    marks = list_training(KEY, read_document(build_evidence(replace(result, impact=impact))))
    assert [(mark.subject, mark.department) for mark in marks] == [
        ("code:E0001", "a"),
        ("code:E0001", "b"),
        ("modifier:ZZ", ""),
    ]


def test_summary_counts_what_the_page_shows() -> None:
    summary = summary_of(sample_result())
    assert summary["counts"]["deleted"] == 3
    assert summary["class_counts"]["coverage"] == 1
    assert [entry["code"] for entry in summary["top"]] == ["E0001", "E0003"]
    assert summary["top"][0]["paid"] == "61000.13"
    assert [entry["code"] for entry in summary["deleted_in_use"]] == ["E0001", "E0002"]
    assert (summary["coverage_count"], summary["payment_count"]) == (1, 1)
    assert summary["coverage"][0]["before"] == "before"
    assert summary["priorities"]["critical"] == {"items": 2, "billed": "90000.00", "paid": "61000.13"}
    assert sum(each["items"] for each in summary["priorities"].values()) == 4
    assert summary["task_count"] == 9
    owners = {each["owner"]: each for each in summary["owners"]}
    assert list(owners) == ["revenue integrity", ""]
    assert (owners["revenue integrity"]["codes"], owners["revenue integrity"]["deleted"]) == (2, 2)
    assert owners["revenue integrity"]["first_due_date"] == "2024-09-01"
    assert summary["uses"][0]["name"] == "cdm"
    assert summary["releases"]["current"]["sources"][0]["sha256"].startswith("2024")
    assert summary["claims"]["rows"] == 900


def test_summary_tells_the_reconciliation_unexplained_differences_first() -> None:
    found = summary_of(diagnosis_result())["reconciliation"]
    assert (found["agrees"], found["difference_count"]) == (False, 2)
    assert [group["reason"] for group in found["by_reason"]] == [None, "white_space_only"]
    assert found["official"] == {"new": 2, "deleted": 2, "revised": 1}


def test_summary_stays_short_however_large_the_update() -> None:
    changes = [
        change_of(ChangeKind.REVISED, f"E{n:04}", field_of(FieldClass.COVERAGE), field_of(FieldClass.PAYMENT))
        for n in range(2_000)
    ]
    few = len(build_summary(read_document(build_evidence(assessed(*changes[:200])))))
    summary = build_summary(read_document(build_evidence(assessed(*changes))))
    assert len(summary) < 1.2 * few
    assert json.loads(summary)["coverage_count"] == 2_000


def test_update_without_uses_and_claims_is_not_assessed() -> None:
    assert not summary_of(assessed(*changes_of(), is_assessed=False))["is_assessed"]
    empty = assessed(*changes_of(), uses=())
    assert empty.impact is not None
    assert summary_of(empty)["is_assessed"]
    nothing = replace(empty, impact=replace(empty.impact, claims=ClaimsSummary(0, 0, None, None)))
    assert not summary_of(nothing)["is_assessed"]


def test_texts_that_no_database_holds_are_replaced() -> None:
    records = [make_record("hcpcs", code, title) for code, title in (("E0001", SURROGATE), ("E0002", CONTROLS))]
    changes = tuple(replace(change_of(ChangeKind.NEW, record.code), after=record) for record in records)
    titles = [item.title for item in items_of(assessed(*changes)).values()]
    assert titles == ["half \ufffd of a sign", CONTROLS.replace("\x00", "\ufffd")]


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b"{}", b'{"format": 99}', b"nul", b'{"format": "1"}'])
def test_bytes_that_are_no_evidence_are_refused(data: bytes) -> None:
    with pytest.raises(AuditError):
        read_document(data)


@given(order=st.permutations(list(changes_of())))
def test_order_of_the_changes_does_not_matter(order: list[Any]) -> None:
    result = sample_result()
    shuffled = replace(result, change_set=replace(result.change_set, changes=tuple(order)))
    assert sha256(build_evidence(shuffled)).digest() == sha256(build_evidence(result)).digest()
