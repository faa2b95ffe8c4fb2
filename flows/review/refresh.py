"""The rows of a review from its evidence, at its beginning and when newer evidence comes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flows.review.decisions import is_open
from flows.review.evidence import build_summary, list_items, list_tasks, list_training
from flows.review.signoff import digest_approval, digest_of_json, write_blockers
from schema.changes import ChangeKind
from schema.review import (
    Blocker,
    BlockerKind,
    Item,
    Review,
    ReviewState,
    Row,
    Task,
    TrainingMark,
)
from schema.standing import Standing

_Work = Item | Task | TrainingMark
_Renewal = tuple[Sequence[_Work], Sequence[_Work]]
"""Rows that are new or differ, and rows that go."""

_COME = frozenset({ChangeKind.NEW, ChangeKind.REINSTATED})
_GONE = frozenset({ChangeKind.DELETED, ChangeKind.GONE_HEADER, ChangeKind.PURGED, ChangeKind.ADDED_AND_ENDED})


def begin_review(key: str, digest: str, document: dict[str, Any], at: datetime, version: int) -> list[Row]:
    """The rows of a review that is opened on the evidence of that digest: the review first."""
    rows: list[_Work] = [
        *list_items(key, document),
        *list_tasks(key, document),
        *list_training(key, document),
    ]
    review = Review(
        key=key,
        system=document["system"],
        effective_date=date.fromisoformat(document["effective_date"]),
        state=ReviewState.DRAFT,
        state_why="",
        digest="",
        items=0,
        to_decide=0,
        undecided=0,
        deleted_in_use=0,
        deleted_undecided=0,
        opened_at=at,
        version=version,
        **_facts_of(digest, document),
    )
    return [replace(review, digest=digest_approval(review, ())), *(_at_version(row, version) for row in rows)]


def renew_review(
    review: Review, digest: str, before: dict[str, Any], after: dict[str, Any], standing: Standing, version: int
) -> tuple[list[Row], list[Row]]:
    """The rows that differ when the evidence of that digest takes the place of the earlier one, and the rows that go.

    `before` and `after` are the two documents. A change that is the same keeps its decision, unless a successor can be
    used no more; assignments stay. A task keeps what was done and assigned, a mark of training what is taught. Rows
    that stay as they were keep their version, so that nobody's work on them is refused.
    """
    key = review.key
    parts = (
        _renew_items(key, before, after, standing),
        _renew_tasks(key, before, after, standing),
        _renew_training(key, after, standing),
    )
    rows: list[Row] = [replace(review, version=version, **_facts_of(digest, after))]
    rows += [_at_version(row, version) for kept, _ in parts for row in kept]
    return rows, [row for _, gone in parts for row in gone]


def _facts_of(digest: str, document: dict[str, Any]) -> dict[str, Any]:
    """The fields of a review that come from its evidence alone."""
    reconciliation = document["reconciliation"]
    return {
        "previous": document["previous"],
        "current": document["current"],
        "evidence": digest,
        "differences": len(reconciliation["differences"]),
        "is_assessed": document["is_assessed"],
        "blockers": write_blockers(_find_blockers(digest, document)),
        "summary": build_summary(document),
    }


def _find_blockers(digest: str, document: dict[str, Any]) -> Iterator[Blocker]:
    reconciliation = document["reconciliation"]
    if not reconciliation["agrees"]:
        count = len(reconciliation["differences"])
        places = "1 place" if count == 1 else f"{count} places"
        what = (
            "no list of the publisher came with the release, so nothing proves the changes"
            if reconciliation["basis"] == "none"
            else f"the changes differ from the publisher's list ({reconciliation['basis']}) in {places}"
        )
        yield Blocker(BlockerKind.DIFFERENCES, what, digest_of_json([document["current"], reconciliation]))
    if not document["is_assessed"]:
        what = "no uses and no claims were read, so nobody knows where the changes hurt"
        yield Blocker(BlockerKind.NOT_ASSESSED, what, digest)


def _renew_items(key: str, before: dict[str, Any], after: dict[str, Any], standing: Standing) -> _Renewal:
    held = {item.subject: item for item in standing.items(key)}
    ended = _ended_codes(before, after)
    rows: list[_Work] = []
    for fresh in list_items(key, after):
        earlier = held.pop(fresh.subject, None)
        if earlier is None:
            rows.append(fresh)
            continue
        renewed = _carry(earlier, fresh, ended)
        if renewed != earlier:
            rows.append(renewed)
    return rows, list(held.values())


def _carry(earlier: Item, fresh: Item, ended: frozenset[str]) -> Item:
    """The fresh item with the work of the earlier one, as far as it holds."""
    assigned = replace(fresh, owner=earlier.owner, due_date=earlier.due_date, version=earlier.version)
    lost = sorted(ended.intersection(earlier.successors))
    if earlier.action is None:
        return replace(assigned, reason=earlier.reason)
    if earlier.fingerprint == fresh.fingerprint and not lost:
        return replace(
            assigned,
            action=earlier.action,
            reason=earlier.reason,
            successors=earlier.successors,
            decided_by=earlier.decided_by,
            decided_at=earlier.decided_at,
            is_open=is_open(fresh.needs_decision, earlier.action),
        )
    decided = f"{earlier.action.value.replace('_', ' ')}, decided by {earlier.decided_by}"
    why = f"{', '.join(lost)} may not be used any more" if lost else "the change itself is another now"
    return replace(assigned, reason=f"No decision since newer evidence came: {why} ({decided}).")


def _ended_codes(before: dict[str, Any], after: dict[str, Any]) -> frozenset[str]:
    """Codes that could be used by the earlier evidence and cannot by the newer one."""
    came, comes = _codes_of(before, _COME), _codes_of(after, _COME)
    return (came - comes) | _codes_of(after, _GONE)


def _at_version(row: _Work, version: int) -> Row:
    return replace(row, version=version)


def _codes_of(document: dict[str, Any], kinds: frozenset[ChangeKind]) -> frozenset[str]:
    return frozenset(entry["change"]["code"] for entry in document["changes"] if entry["change"]["kind"] in kinds)


def _renew_tasks(key: str, before: dict[str, Any], after: dict[str, Any], standing: Standing) -> _Renewal:
    held = {task.number: task for task in standing.tasks(key)}
    proposed = {task.number: task for task in list_tasks(key, before)}
    rows: list[_Work] = []
    for fresh in list_tasks(key, after):
        earlier = held.pop(fresh.number, None)
        if earlier is None:
            rows.append(fresh)
            continue
        first = proposed.get(fresh.number, earlier)
        is_assigned = (earlier.owner, earlier.due_date) != (first.owner, first.due_date)
        chosen = earlier if is_assigned else fresh
        renewed = replace(
            fresh,
            owner=chosen.owner,
            due_date=chosen.due_date,
            is_done=earlier.is_done,
            done_by=earlier.done_by,
            done_at=earlier.done_at,
            note=earlier.note,
            version=earlier.version,
        )
        if renewed != earlier:
            rows.append(renewed)
    return rows, list(held.values())


def _renew_training(key: str, after: dict[str, Any], standing: Standing) -> _Renewal:
    held = {(mark.subject, mark.department): mark for mark in standing.training(key)}
    rows: list[_Work] = []
    for fresh in list_training(key, after):
        earlier = held.pop((fresh.subject, fresh.department), None)
        if earlier is None or (earlier.title, earlier.aspects) != (fresh.title, fresh.aspects):
            rows.append(fresh)
    return rows, list(held.values())
