"""The proof: a log that nobody touched gives every row, and every touch is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.review.memory import key_of
from flows.review.replay import Finding, check_chain, compare_rows, replay
from flows.review.signoff import (
    list_blockers,
)
from schema.access import Role
from schema.acts import Act, ActKind, hash_act
from schema.review import ReviewState
from tests.review_touches import name_of, other, rehash, verify
from tests.review_values import (
    KEY,
    ROSA,
    SAM,
    TESS,
    UMA,
    Log,
    opened,
    reissue,
    signed_log,
)

APPROVED = signed_log()
ROWS = list(APPROVED.rows())
MEMORY = replay(APPROVED.acts, APPROVED.evidence.get)[0]


def test_log_that_nobody_touched_proves_every_row() -> None:
    assert verify(APPROVED) == []
    assert APPROVED.review.state is ReviewState.APPROVED
    assert {type(row).__name__ for row in ROWS} >= {"Review", "Item", "Task", "Signature", "Member", "TokenGrant"}


def test_empty_log_proves_an_empty_store() -> None:
    assert verify(Log()) == []


@pytest.mark.parametrize("name", [field.name for field in fields(Act)])
@pytest.mark.parametrize("number", range(len(APPROVED.acts)))
def test_every_touched_field_of_every_act_breaks_the_chain(number: int, name: str) -> None:
    acts = list(APPROVED.acts)
    acts[number] = replace(acts[number], **{name: other(getattr(acts[number], name))})
    assert check_chain(acts, APPROVED.head)


@given(data=st.data())
def test_every_touched_value_inside_a_body_breaks_the_chain(data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(APPROVED.acts) - 1))
    body = APPROVED.acts[number].body
    name = data.draw(st.sampled_from(sorted(body)) if body else st.text())
    value = data.draw(st.none() | st.booleans() | st.text() | st.lists(st.text()))
    changed = {**body, name: value}
    acts = list(APPROVED.acts)
    acts[number] = replace(acts[number], body=changed)
    assert bool(check_chain(acts, APPROVED.head)) == (changed != body)


@pytest.mark.parametrize("number", range(len(APPROVED.acts)))
def test_act_that_was_taken_out_is_missed(number: int) -> None:
    acts = [act for act in APPROVED.acts if act.sequence != number + 1]
    assert check_chain(acts, APPROVED.head)


@pytest.mark.parametrize("number", range(len(APPROVED.acts) - 1))
def test_acts_in_another_order_are_found(number: int) -> None:
    acts = list(APPROVED.acts)
    acts[number : number + 2] = reversed(acts[number : number + 2])
    assert check_chain(acts, APPROVED.head)


def test_act_that_was_put_in_or_repeated_is_found() -> None:
    assert check_chain([*APPROVED.acts, APPROVED.acts[-1]], APPROVED.head)
    more = Log()
    more.acts = list(APPROVED.acts)
    more.append(ROSA, ActKind.COMMENTED, KEY, "", {"text": "put in"})
    assert check_chain(more.acts, APPROVED.head) == [
        Finding("the head of the log", f"it names act {len(APPROVED.acts)}, but the log ends with act {more.head[0]}")
    ]
    assert check_chain(more.acts, more.head) == []


def test_act_that_was_changed_with_its_own_hash_is_found_by_the_next_one() -> None:
    acts = list(APPROVED.acts)
    changed = replace(acts[4], actor="mallory")
    acts[4] = replace(changed, hash=hash_act(changed))
    assert [finding.where for finding in check_chain(acts, APPROVED.head)] == ["act 6"]


def test_gap_in_the_log_is_found_though_the_chain_was_mended() -> None:
    acts = rehash(APPROVED.acts[:3] + APPROVED.acts[4:])
    assert [finding.where for finding in check_chain(acts, (acts[-1].sequence, acts[-1].hash))] == ["act 5"]


def test_log_that_was_written_anew_whole_does_not_fit_a_head_kept_elsewhere() -> None:
    acts = rehash([replace(act, actor="nobody") for act in APPROVED.acts])
    assert check_chain(acts, (acts[-1].sequence, acts[-1].hash)) == []
    assert [finding.where for finding in check_chain(acts, APPROVED.head)] == ["the head of the log"]


ROW_FIELDS = [(number, field.name) for number, row in enumerate(ROWS) for field in fields(row)]


@pytest.mark.parametrize(("number", "name"), ROW_FIELDS)
def test_every_touched_field_of_every_row_is_found(number: int, name: str) -> None:
    rows = list(ROWS)
    rows[number] = replace(rows[number], **{name: other(getattr(rows[number], name))})
    findings = compare_rows(MEMORY, rows)
    if key_of(rows[number]) == key_of(ROWS[number]):
        assert len(findings) == 1
        assert findings[0].what.startswith(f"{name} is ")
    else:
        assert findings[-1].what == "it is missing: the acts give it"
        assert len(findings) > 1


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[name_of(row) for row in ROWS])
def test_row_that_was_taken_out_or_doubled_is_found(number: int) -> None:
    assert len(compare_rows(MEMORY, ROWS[:number] + ROWS[number + 1 :])) == 1
    assert [finding.what for finding in compare_rows(MEMORY, [*ROWS, ROWS[number]])] == ["it is there twice"]


def test_order_of_the_rows_does_not_matter() -> None:
    assert compare_rows(MEMORY, reversed(ROWS)) == []


@pytest.mark.parametrize("kind", [ActKind.DECIDED, ActKind.SIGNED, ActKind.TRAINED, ActKind.READINESS])
def test_act_changed_by_somebody_who_knows_the_chain_does_not_give_the_rows(kind: ActKind) -> None:
    acts = rehash([replace(act, actor="mallory") if act.kind is kind else act for act in APPROVED.acts])
    memory, findings = replay(acts, APPROVED.evidence.get)
    assert check_chain(acts, (acts[-1].sequence, acts[-1].hash)) == []
    assert [*findings, *compare_rows(memory, ROWS)]


def test_evidence_that_was_changed_or_lost_is_found() -> None:
    (digest,) = APPROVED.evidence
    for data in (APPROVED.evidence[digest].replace(b"61000.13", b"00000.13"), None):
        _, findings = replay(APPROVED.acts, {digest: data}.get)
        assert findings[0].where == "act 1"
        assert digest[:12] in findings[0].what


def forge(build: Callable[[Log], object]) -> list[str]:
    """What is found in a log to which something was written that nobody would have let through."""
    log = opened()
    build(log)
    assert check_chain(log.acts, log.head) == []
    return [finding.what for finding in replay(log.acts, log.evidence.get)[1]]


def ready(log: Log) -> Log:
    log.decide_deleted()
    log.submit()
    return log


FORGERIES: dict[str, tuple[Callable[[Log], object], str]] = {
    "signed in draft": (lambda log: log.sign(ROSA, Role.CODER), "it is draft"),
    "signed over a blocker": (lambda log: (log.submit(), log.sign(ROSA, Role.CODER)), "2 deleted codes"),
    "signed without the role": (lambda log: ready(log).sign(ROSA, Role.COMPLIANCE), "has not that role"),
    "signed for two roles": (
        lambda log: (ready(log).sign(UMA, Role.CODER), log.sign(UMA, Role.COMPLIANCE)),
        "nobody signs alone",
    ),
    "role signed twice": (lambda log: (ready(log).sign(ROSA, Role.CODER), log.sign(UMA, Role.CODER)), "coder has"),
    "another digest signed": (
        lambda log: ready(log).write(
            ROSA, ActKind.SIGNED, role="coder", sign_roles=["coder"], digest="0" * 64, evidence=log.review.evidence,
            previous=log.review.previous, current=log.review.current),
        "names another digest",
    ),
    "another release signed": (
        lambda log: ready(log).write(
            ROSA, ActKind.SIGNED, role="coder", sign_roles=["coder"], digest=log.review.digest,
            evidence=log.review.evidence, previous=log.review.previous, current="hcpcs@2024-10-01.9"),
        "names another current",
    ),
    "signed without a word": (lambda log: ready(log).append(ROSA, ActKind.SIGNED, KEY, "", {}), "cannot be read"),
    "submitted twice": (lambda log: (log.submit(), log.submit()), "cannot be submitted"),
    "returned in draft": (
        lambda log: log.write(SAM, ActKind.RETURNED, digest=log.review.digest, reason="no"), "cannot be returned"),
    "reopened by hand in draft": (lambda log: log.write(SAM, ActKind.REOPENED, why="no"), "cannot be reopened"),
    "decided as its kind cannot be": (lambda log: log.decide(ROSA, "code:E0001", "add"), "cannot be decided add"),
    "replaced by nothing": (lambda log: log.decide(ROSA, "code:E0001", "replace"), "with 0 successors"),
    "set aside what was not there": (
        lambda log: log.write(SAM, ActKind.OVERRIDDEN, kind="differences", what="", fingerprint="", reason="x"),
        "nothing of differences",
    ),
    "set aside a source issued anew": (
        lambda log: (reissue(log), log.write(SAM, ActKind.OVERRIDDEN, kind="source_reissued", what="", reason="x",
                                             fingerprint=list_blockers(log.review)[-1].fingerprint)),
        "cannot be set aside",
    ),
    "close-out signed without the role": (
        lambda log: log.write(ROSA, ActKind.CLOSEOUT_SIGNED, "closeout@2024-10-31/30", "", role="revenue_lead",
                              digest="d", sign_roles=["revenue_lead"]),
        "had not the role",
    ),
    "close-out signed twice": (
        lambda log: [log.write(TESS, ActKind.CLOSEOUT_SIGNED, "closeout@2024-10-31/30", "", role="revenue_lead",
                               digest="d", sign_roles=["revenue_lead"]) for _ in range(2)],
        "has signed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_act_that_the_rules_forbid_is_found_though_the_chain_fits(name: str) -> None:
    build, expected = FORGERIES[name]
    findings = forge(build)
    assert any(expected in what for what in findings), findings


def test_signature_that_should_have_been_voided_is_found() -> None:
    log = ready(opened())
    log.sign(ROSA, Role.CODER)
    log.append(SAM, ActKind.DECIDED, KEY, "code:E0003", {"action": "no_action", "reason": "r", "successors": []})
    _, findings = replay(log.acts, log.evidence.get)
    assert [finding.what for finding in findings] == ["the signature of rosa holds, but is on something else"]


def test_close_out_may_be_signed_again_on_other_bytes() -> None:
    log = Log()
    for digest in ("d", "e"):
        log.write(TESS, ActKind.CLOSEOUT_SIGNED, "closeout@2024-10-31/30", "", role="revenue_lead", digest=digest,
                  sign_roles=["revenue_lead"])  # fmt: skip
    assert verify(log) == []
