"""What every act does to the rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from flows.review.projection import Outcome, project
from schema.access import SYSTEM, Member, Permission, Role, TokenGrant
from schema.acts import Act, ActKind
from schema.changes import ChangeKind
from schema.errors import AuditError
from schema.review import Action, Item, Override, Readiness, Review, SavedView, Signature
from tests.impact_values import cell_of, change_of, code_element, use_of
from tests.review_values import KEY, ROSA, SAM, TESS, USES, Log, assessed, changes_of, signed_log


@pytest.fixture
def log() -> Log:
    """A review just opened."""
    log = Log()
    log.open()
    return log


def item(log: Log, subject: str = "code:E0001") -> Item:
    found = log.memory.item(KEY, subject)
    if found is None:
        raise LookupError(subject)
    return found


def test_opening_gives_review_items_tasks_and_training(log: Log) -> None:
    outcome = project(replace(log.acts[0], review=KEY), Log(log.evidence).memory)
    kinds = [type(row).__name__ for row in outcome.rows]
    assert kinds[0] == "Review"
    assert {name: kinds.count(name) for name in kinds} == {"Review": 1, "Item": 8, "Task": 9, "TrainingMark": 1}
    assert {getattr(row, "version", None) for row in outcome.rows} == {1}
    assert outcome.removed == ()


def test_decision_is_kept_with_who_and_when(log: Log) -> None:
    before = item(log)
    act = log.decide(ROSA, "code:E0001", "replace", "E0005", "E0105", reason="split by side")
    assert item(log) == replace(
        before,
        action=Action.REPLACE,
        reason="split by side",
        successors=("E0005", "E0105"),
        decided_by="rosa",
        decided_at=act.at,
        is_open=False,
        version=act.sequence,
    )


def test_needs_policy_is_a_decision_that_stays_open(log: Log) -> None:
    log.decide(ROSA, "code:E0001", "needs_policy")
    assert (item(log).action, item(log).is_open) == (Action.NEEDS_POLICY, True)


def test_reopened_item_has_no_decision_and_keeps_its_owner(log: Log) -> None:
    before = item(log)
    log.write(ROSA, ActKind.ASSIGNED, "code:E0001", owner="billing", due_date="2024-09-01")
    log.decide(ROSA, "code:E0001", "retire")
    log.write(SAM, ActKind.ITEM_REOPENED, "code:E0001", reason="wrong")
    assert item(log) == replace(before, owner="billing", due_date=date(2024, 9, 1), version=4)


def test_comment_changes_no_row_but_the_version_of_the_review(log: Log) -> None:
    before = {repr(row) for row in log.rows() if not isinstance(row, Review)}
    log.write(ROSA, ActKind.COMMENTED, "code:E0001", text="why?")
    assert {repr(row) for row in log.rows() if not isinstance(row, Review)} == before
    assert log.review.version == 2


def test_task_is_done_reopened_and_assigned(log: Log) -> None:
    task = log.memory.tasks(KEY)[0]
    act = log.write(TESS, ActKind.TASK_DONE, task.number, note="built")
    done = replace(task, is_done=True, done_by="tess", done_at=act.at, note="built", version=2)
    assert log.memory.task(KEY, task.number) == done
    log.write(TESS, ActKind.TASK_REOPENED, task.number, reason="not live")
    assert log.memory.task(KEY, task.number) == replace(task, note="not live", version=3)
    log.write(TESS, ActKind.TASK_ASSIGNED, task.number, owner="it", due_date=None)
    assert log.memory.task(KEY, task.number) == replace(task, note="not live", owner="it", version=4)


def test_training_is_marked_and_taken_back(log: Log) -> None:
    mark = log.memory.training(KEY)[0]
    body = {"department": mark.department, "note": "huddle"}
    act = log.write(SAM, ActKind.TRAINED, mark.subject, is_trained=True, **body)
    trained = replace(mark, is_trained=True, trained_by="sam", trained_at=act.at, note="huddle", version=2)
    assert log.memory.training(KEY) == [trained]
    log.write(SAM, ActKind.TRAINED, mark.subject, is_trained=False, **body)
    assert log.memory.training(KEY) == [replace(mark, note="huddle", version=3)]


def test_readiness_is_kept_by_payer_and_code(log: Log) -> None:
    body: dict[str, Any] = {"payer": "P", "is_ready": False, "note": "testing"}
    act = log.write(TESS, ActKind.READINESS, code="", hold_until="2024-10-15", **body)
    log.write(TESS, ActKind.READINESS, code="E0001", hold_until=None, **body)
    assert log.memory.readiness(KEY, "P", "") == Readiness(
        KEY, "P", "", False, date(2024, 10, 15), "testing", "tess", act.at, act.sequence
    )
    log.write(TESS, ActKind.READINESS, code="", hold_until=None, **(body | {"is_ready": True}))
    kept = log.memory.readiness(KEY, "P", "")
    assert kept is not None
    assert (kept.is_ready, kept.version) == (True, 4)


def test_signature_and_override_are_named_by_their_act() -> None:
    log = signed_log()
    sequences = [row.sequence for row in log.rows() if isinstance(row, Signature | Override)]
    assert all(
        log.acts[number - 1].kind in (ActKind.SIGNED, ActKind.CLOSEOUT_SIGNED, ActKind.OVERRIDDEN)
        for number in sequences
    )


def test_closeout_is_signed_under_its_own_scope() -> None:
    (signature,) = signed_log().memory.signatures("closeout@2024-10-31/30")
    assert (signature.role, signature.signer, signature.digest) == (Role.REVENUE_LEAD, "tess", "d" * 64)


def test_view_is_saved_for_its_person_and_removed() -> None:
    log = Log()
    log.write(ROSA, ActKind.VIEW_SAVED, "mine", "", query="a=b", is_shared=False)
    log.write(SAM, ActKind.VIEW_SAVED, "mine", "", query="c=d", is_shared=True)
    assert log.memory.view("rosa", "mine") == SavedView("rosa", "mine", "a=b", False)
    log.write(ROSA, ActKind.VIEW_REMOVED, "mine", "")
    assert log.memory.view("rosa", "mine") is None
    assert log.memory.view("sam", "mine") is not None


def test_accounts_and_tokens_follow_from_their_acts() -> None:
    log = Log()
    facts: dict[str, Any] = {"display_name": "Vera", "roles": ["reader", "coder"], "teams": ["it"], "is_active": True}
    act = log.write(SYSTEM, ActKind.ACCOUNT_ADDED, "vera", "", password_digest="1", **facts)
    log.write(SYSTEM, ActKind.PASSWORD_SET, "vera", "", password_digest="2")
    log.write(SYSTEM, ActKind.ACCOUNT_CHANGED, "vera", "", **(facts | {"is_active": False, "roles": ["reader"]}))
    assert log.memory.member("vera") == Member("vera", "Vera", (Role.READER,), ("it",), False, "2", act.at)
    expires = "2025-01-01T00:00:00+00:00"
    act = log.write(SYSTEM, ActKind.TOKEN_ADDED, "vera", "", number=1, label="script", scopes=["read"], digest="x",
                    expires_at=expires)  # fmt: skip
    expected = TokenGrant(1, "vera", "script", (Permission.READ,), "x", datetime(2025, 1, 1, tzinfo=UTC), False, act.at)
    assert log.memory.grant(1) == expected
    log.write(SYSTEM, ActKind.TOKEN_REVOKED, "vera", "", number=1)
    assert log.memory.grant(1) == replace(expected, is_revoked=True)


@pytest.mark.parametrize("kind", [ActKind.SIGNED_IN, ActKind.SIGN_IN_FAILED, ActKind.SIGNED_OUT, ActKind.COMMENTED])
def test_acts_of_signing_in_and_comments_give_no_row(log: Log, kind: ActKind) -> None:
    assert project(replace(log.acts[0], kind=kind), log.memory) == Outcome()


def bad_acts() -> list[Any]:
    decision = {"action": "retire", "reason": "r", "successors": []}
    return [
        (ActKind.OPENED, "", {"evidence": "0" * 64}),
        (ActKind.REFRESHED, "", {"evidence": "0" * 64}),
        (ActKind.DECIDED, "code:NONE", decision),
        (ActKind.DECIDED, "code:E0001", {}),
        (ActKind.DECIDED, "code:E0001", decision | {"action": "other"}),
        (ActKind.DECIDED, "code:E0001", decision | {"reason": 1}),
        (ActKind.DECIDED, "code:E0001", decision | {"successors": None}),
        (ActKind.DECIDED, "code:E0001", decision | {"successors": [1]}),
        (ActKind.ITEM_REOPENED, "code:NONE", {"reason": ""}),
        (ActKind.ASSIGNED, "code:E0001", {"owner": "x", "due_date": "soon"}),
        (ActKind.ASSIGNED, "code:E0001", {"owner": None, "due_date": None}),
        (ActKind.TASK_DONE, "0", {"note": ""}),
        (ActKind.TRAINED, "code:E0001", {"department": "none", "is_trained": True, "note": ""}),
        (ActKind.TRAINED, "code:E0001", {"department": "cardiology", "is_trained": 1, "note": ""}),
        (ActKind.READINESS, "", {"payer": "P", "code": "", "is_ready": True, "hold_until": 5, "note": ""}),
        (ActKind.SIGNED, "", {"role": "reader!", "digest": "", "sign_roles": []}),
        (ActKind.OVERRIDDEN, "", {"kind": "anything"}),
        (ActKind.REOPENED, "", {}),
        (ActKind.REOPENED, "", {"why": "x", "later": 5}),
        (ActKind.VIEW_REMOVED, "none", {}),
        (ActKind.ACCOUNT_CHANGED, "nobody", {}),
        (ActKind.PASSWORD_SET, "nobody", {"password_digest": ""}),
        (ActKind.TOKEN_ADDED, "nobody", {"number": 1}),
        (ActKind.TOKEN_REVOKED, "nobody", {"number": True}),
        (ActKind.TOKEN_REVOKED, "nobody", {"number": 1}),
    ]


@pytest.mark.parametrize(("kind", "subject", "body"), bad_acts())
def test_act_that_cannot_have_happened_is_refused_by_its_number(
    log: Log, kind: ActKind, subject: str, body: dict[str, Any]
) -> None:
    act = Act(2, log.acts[0].at, "rosa", (Role.CODER,), ROSA.via, kind, KEY, subject, body, log.acts[0].hash, "")
    with pytest.raises(AuditError, match="act 2"):
        project(act, log.memory)


@pytest.mark.parametrize(
    "act", [act for act in signed_log().acts if act.review and act.kind not in (ActKind.OPENED, ActKind.COMMENTED)]
)
def test_act_about_a_review_that_is_not_there_is_refused(act: Act) -> None:
    with pytest.raises(AuditError, match=f"act {act.sequence} "):
        project(act, Log().memory)


def test_review_is_opened_once_and_on_its_own_evidence(log: Log) -> None:
    with pytest.raises(AuditError, match="is there already"):
        project(log.acts[0], log.memory)
    with pytest.raises(AuditError, match="that of another release"):
        project(replace(log.acts[0], review="hcpcs@2025-01-01"), log.memory)


def test_refresh_keeps_the_work_on_what_is_the_same(log: Log) -> None:
    log.decide_deleted()
    log.write(ROSA, ActKind.ASSIGNED, "code:E0003", owner="billing", due_date="2024-09-01")
    tasks = log.memory.tasks(KEY)
    log.write(TESS, ActKind.TASK_DONE, tasks[0].number, note="built")
    log.write(TESS, ActKind.TASK_ASSIGNED, tasks[1].number, owner="it", due_date="2024-09-03")
    mark = log.memory.training(KEY)[0]
    log.write(SAM, ActKind.TRAINED, mark.subject, department=mark.department, is_trained=True, note="")
    before = {repr(row) for row in log.rows() if not isinstance(row, Review)}
    log.refresh(assessed(*changes_of(), issue=2))
    assert {repr(row) for row in log.rows() if not isinstance(row, Review)} == before
    assert log.review.current == "hcpcs@2024-10-01.2"


def test_refresh_shows_another_impact_without_losing_the_decision(log: Log) -> None:
    log.decide_deleted()
    more = (*USES, use_of(cell_of(code_element("E0001")), name="orders", kind="order_set", owner="nursing"))
    log.refresh(assessed(*changes_of(), uses=more))
    found = item(log)
    assert (found.action, found.uses, found.use_owners) == (Action.REPLACE, 3, ("nursing", "revenue integrity"))
    assert found.version == log.acts[-1].sequence
    assert item(log, "code:E0002").version < found.version


def test_refresh_takes_the_decision_from_a_change_that_is_another_and_says_so(log: Log) -> None:
    log.decide_deleted()
    log.write(ROSA, ActKind.ASSIGNED, "code:E0001", owner="billing", due_date=None)
    changes = [change for change in changes_of() if change.code != "E0001"]
    log.refresh(assessed(change_of(ChangeKind.DELETED, "E0001", is_retroactive=True), *changes))
    found = item(log)
    assert (found.action, found.successors, found.decided_by, found.decided_at) == (None, (), "", None)
    assert found.reason == (
        "No decision since newer evidence came: the change itself is another now (replace, decided by rosa)."
    )
    assert (found.owner, found.is_open) == ("billing", True)
    log.refresh(assessed(change_of(ChangeKind.DELETED, "E0001", is_retroactive=True), *changes, issue=2))
    assert item(log).reason == found.reason
    assert log.review.deleted_undecided == 1


@pytest.mark.parametrize("kind", [ChangeKind.DELETED, ChangeKind.ADDED_AND_ENDED, None])
def test_refresh_takes_the_decision_whose_successor_may_not_be_used_any_more(log: Log, kind: ChangeKind | None) -> None:
    log.decide_deleted()
    others = [change for change in changes_of() if change.code != "E0005"]
    more = [change_of(kind, "E0005")] if kind else []
    log.refresh(assessed(*others, *more))
    assert item(log).action is None
    assert "E0005 may not be used any more" in item(log).reason
    assert item(log, "code:E0002").action is Action.RETIRE


def test_refresh_removes_what_is_gone_and_adds_what_came(log: Log) -> None:
    changes = [change for change in changes_of() if change.code != "E0001"]
    log.refresh(assessed(*changes, change_of(ChangeKind.DELETED, "E0007")))
    subjects = [each.subject for each in log.memory.items(KEY)]
    assert "code:E0001" not in subjects
    assert "code:E0007" in subjects
    assert not [task for task in log.memory.tasks(KEY) if task.code == "E0001"]
    assert log.memory.training(KEY) == []
    assert log.review.items == 8


def test_refresh_moves_tasks_that_nobody_assigned_to_the_new_owner(log: Log) -> None:
    cdm = [task for task in log.memory.tasks(KEY) if task.use == "cdm"]
    log.write(TESS, ActKind.TASK_ASSIGNED, cdm[0].number, owner="tess", due_date=None)
    moved = (replace(USES[0], owner="pharmacy"), USES[1])
    for issue in (2, 3):
        log.refresh(assessed(*changes_of(), uses=moved, issue=issue))
        owners = {task.number: task.owner for task in log.memory.tasks(KEY) if task.use == "cdm"}
        assert owners == {cdm[0].number: "tess"} | {task.number: "pharmacy" for task in cdm[1:]}


def test_refresh_asks_for_training_anew_when_there_is_something_else_to_teach(log: Log) -> None:
    mark = log.memory.training(KEY)[0]
    log.write(SAM, ActKind.TRAINED, mark.subject, department=mark.department, is_trained=True, note="")
    result = assessed(*changes_of())
    impact = result.impact
    assert impact is not None
    taught = tuple(replace(each, aspects=("laterality", "encounter")) for each in impact.training)
    log.refresh(replace(result, impact=replace(impact, training=taught)))
    (again,) = log.memory.training(KEY)
    assert (again.is_trained, again.aspects) == (False, ("laterality", "encounter"))
