"""Whatever people try, in any order: what the rules let happen, and that it is proved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.review.decisions import check_decision
from flows.review.replay import check_chain, compare_rows, replay
from flows.review.signoff import (
    check_override,
    check_reopen,
    check_return,
    check_sign,
    check_submit,
    list_blockers,
    list_valid,
)
from schema.access import SIGNING_ROLES, Actor
from schema.acts import Act, ActKind
from schema.changes import ChangeKind
from schema.errors import AddendaError
from schema.review import Action, BlockerKind, Decision, ReviewState
from tests.impact_values import change_of
from tests.review_touches import name_of, other, verify
from tests.review_values import (
    KEY,
    PEOPLE,
    ROSA,
    SAM,
    TESS,
    Log,
    assessed,
    changes_of,
    opened,
    reissue,
    sample_result,
)

# What people try, in any order; the rules let it happen or refuse it.

EVIDENCE = (
    sample_result(),
    assessed(*changes_of(), issue=2),
    assessed(*changes_of()[1:], change_of(ChangeKind.DELETED, "E0007")),
    assessed(*changes_of(), is_assessed=False),
)
SUBJECTS = ("code:E0001", "code:E0002", "code:E0003", "code:E0007")
SUCCESSORS = ("E0005", "E0105")


def decide(log: Log, actor: Actor, pick: int) -> None:
    subjects = [each for each in SUBJECTS if pick & 1 or each == SUBJECTS[pick % len(SUBJECTS)]]
    action = list(Action)[pick % len(Action)]
    successors = SUCCESSORS[: 1 + pick % 2] if action is Action.REPLACE else ()
    items = [item for item in (log.memory.item(KEY, each) for each in subjects) if item]
    for item in items:
        check_decision(item, Decision(action, "because", successors), SUCCESSORS)
    log.write_all(actor, ActKind.DECIDED, [item.subject for item in items], action=action.value, reason="because",
                  successors=list(successors)) if items else None  # fmt: skip


def reopen_item(log: Log, actor: Actor, pick: int) -> None:
    decided = log.memory.decided(KEY)
    if decided:
        log.write(actor, ActKind.ITEM_REOPENED, decided[pick % len(decided)].subject, reason="again")


def assign(log: Log, actor: Actor, pick: int) -> None:
    items = log.memory.items(KEY)
    log.write(actor, ActKind.ASSIGNED, items[pick % len(items)].subject, owner=f"owner {pick}", due_date=None)


def work_on_task(log: Log, actor: Actor, pick: int) -> None:
    tasks = log.memory.tasks(KEY)
    if tasks:
        task = tasks[pick % len(tasks)]
        acts: Sequence[tuple[ActKind, dict[str, Any]]] = (
            (ActKind.TASK_DONE, {"note": ""}),
            (ActKind.TASK_REOPENED, {"reason": "no"}),
            (ActKind.TASK_ASSIGNED, {"owner": "it", "due_date": "2024-09-09"}),
        )
        kind, body = acts[pick % 3]
        log.write(actor, kind, task.number, **body)


def train(log: Log, actor: Actor, pick: int) -> None:
    for mark in log.memory.training(KEY)[:1]:
        log.write(actor, ActKind.TRAINED, mark.subject, department=mark.department, is_trained=bool(pick % 2), note="")


def comment(log: Log, actor: Actor, pick: int) -> None:
    log.write(actor, ActKind.COMMENTED, text=str(pick))


def say_readiness(log: Log, actor: Actor, pick: int) -> None:
    log.write(actor, ActKind.READINESS, payer=f"p{pick % 2}", code="", is_ready=True, hold_until=None, note="")


def submit(log: Log, actor: Actor, pick: int) -> None:
    digest = log.review.digest if pick % 4 else "0" * 64
    check_submit(log.review, digest)
    log.write(actor, ActKind.SUBMITTED, digest=digest)


def sign(log: Log, actor: Actor, pick: int) -> None:
    role = SIGNING_ROLES[pick % 3]
    digest = log.review.digest if pick % 5 else "0" * 64
    signatures, overrides = log.memory.signatures(KEY), log.memory.overrides(KEY)
    check_sign(log.review, signatures, overrides, role, actor, digest, SIGNING_ROLES)
    log.sign(actor, role)


def return_review(log: Log, actor: Actor, pick: int) -> None:
    check_return(log.review, log.review.digest)
    log.write(actor, ActKind.RETURNED, digest=log.review.digest, reason=f"no {pick}")


def reopen(log: Log, actor: Actor, pick: int) -> None:
    check_reopen(log.review)
    log.write(actor, ActKind.REOPENED, why=f"again {pick}")


def override(log: Log, actor: Actor, pick: int) -> None:
    blockers = list_blockers(log.review)
    if blockers:
        seen = blockers[pick % len(blockers)]
        check_override(log.review, seen.kind, seen.fingerprint)
        log.write(actor, ActKind.OVERRIDDEN, kind=seen.kind.value, what=seen.what, fingerprint=seen.fingerprint,
                  reason="we know")  # fmt: skip


def refresh(log: Log, _actor: Actor, pick: int) -> None:
    log.refresh(EVIDENCE[pick % len(EVIDENCE)])


def post_again(log: Log, _actor: Actor, _pick: int) -> None:
    if BlockerKind.SOURCE_REISSUED not in [blocker.kind for blocker in list_blockers(log.review)]:
        reissue(log)


Attempt = Callable[[Log, Actor, int], None]
# What leads to an approval is tried more often, so that approvals are reached and lost again.
ATTEMPTS: tuple[Attempt, ...] = (
    *(decide, reopen_item, assign, work_on_task, train, comment, say_readiness),
    *(submit, sign, sign, sign, return_review, reopen, override, override, refresh, post_again),
)
attempts = st.lists(
    st.tuples(st.sampled_from(ATTEMPTS), st.sampled_from(PEOPLE), st.integers(0, 59)), min_size=1, max_size=40
)
# As the day goes well, with accidents between.
good_days = st.tuples(attempts, attempts).map(
    lambda tries: [
        (decide, ROSA, 1),
        *tries[0][:3],
        (submit, ROSA, 1),
        (override, SAM, 0),
        (sign, ROSA, 3),
        *tries[1][:3],
        (sign, SAM, 1),
        (sign, TESS, 2),
        *tries[0][3:],
    ]
)


def play(tries: Iterable[tuple[Attempt, Actor, int]], after: Callable[[Log], None] = lambda log: None) -> Log:
    """The log of what happened; what was refused is not in it."""
    log = opened()
    for attempt, actor, pick in tries:
        length, rows = len(log.acts), set(map(repr, log.rows()))
        try:
            attempt(log, actor, pick)
        except AddendaError:
            assert (len(log.acts), set(map(repr, log.rows()))) == (length, rows)
        after(log)
    return log


def check_approval(log: Log) -> None:
    """Approved means: every role, each by another person who has it, all on what stands there."""
    valid = list_valid(log.memory.signatures(KEY))
    people = {person.name: person for person in PEOPLE}
    assert {signature.digest for signature in valid} <= {log.review.digest}
    assert len({signature.signer for signature in valid}) == len({signature.role for signature in valid}) == len(valid)
    assert all(signature.role in people[signature.signer].roles for signature in valid)
    has_all = {signature.role for signature in valid} == set(SIGNING_ROLES)
    assert (log.review.state is ReviewState.APPROVED) == has_all


@given(attempts | good_days)
@settings(deadline=None)
def test_nothing_that_is_allowed_leads_to_an_approval_without_every_role_by_another_person(
    tries: list[tuple[Attempt, Actor, int]],
) -> None:
    play(tries, check_approval)


@given(attempts | good_days)
@settings(deadline=None)
def test_replay_of_whatever_happened_gives_the_rows_as_they_came_about(
    tries: list[tuple[Attempt, Actor, int]],
) -> None:
    log = play(tries)
    memory, _ = replay(log.acts, log.evidence.get)
    assert verify(log) == []
    assert {name_of(row): row for row in memory.rows()} == {name_of(row): row for row in log.rows()}


@given(tries=attempts | good_days, data=st.data())
@settings(deadline=None)
def test_any_touch_of_whatever_happened_is_found(tries: list[tuple[Attempt, Actor, int]], data: st.DataObject) -> None:
    log = play(tries)
    memory, _ = replay(log.acts, log.evidence.get)
    rows = list(log.rows())
    number = data.draw(st.integers(0, len(rows) - 1))
    name = data.draw(st.sampled_from([field.name for field in fields(rows[number])]))
    rows[number] = replace(rows[number], **{name: other(getattr(rows[number], name))})
    assert compare_rows(memory, rows)
    place = data.draw(st.integers(0, len(log.acts) - 1))
    field = data.draw(st.sampled_from([field.name for field in fields(Act)]))
    acts = list(log.acts)
    acts[place] = replace(acts[place], **{field: other(getattr(acts[place], field))})
    assert check_chain(acts, log.head)


def test_good_day_without_accidents_ends_with_an_approval() -> None:
    """Otherwise the properties above would speak of nothing."""
    day = [(decide, ROSA, 1), (submit, ROSA, 1), (override, SAM, 0), (sign, ROSA, 3), (sign, SAM, 1), (sign, TESS, 2)]
    assert play(day).review.state is ReviewState.APPROVED
