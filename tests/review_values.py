"""Updates to review, and a log of acts in memory, kept as the steps keep it in the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from flows.impact.assess import ImpactSettings, build_impact, window_before
from flows.review.evidence import build_evidence
from flows.review.projection import Outcome, project
from flows.review.replay import Memory
from flows.review.signoff import build_statement, must_reopen, settle
from schema.access import SIGNING_ROLES, SYSTEM, Actor, Role, Via
from schema.acts import FIRST_HASH, Act, ActKind, hash_act
from schema.changes import Change, ChangeKind, FieldClass, Reconciliation, Successor, UpdateResult
from schema.claims import ClaimsSummary
from schema.releases import ReleaseId
from schema.review import Review
from schema.uses import InventoryUse
from tests.impact_values import (
    EFFECTIVE,
    cell_of,
    change_of,
    code_element,
    exposure_of,
    field_of,
    range_element,
    result_of,
    use_of,
)

KEY = f"hcpcs@{EFFECTIVE.isoformat()}"
START = datetime(2024, 8, 14, 9, tzinfo=UTC)
CLAIMS = ClaimsSummary(1, 900, date(2023, 10, 1), date(2024, 8, 1))

ROSA = Actor("rosa", frozenset({Role.CODER}), Via.PAGE)
SAM = Actor("sam", frozenset({Role.COMPLIANCE}), Via.PAGE)
TESS = Actor("tess", frozenset({Role.REVENUE_LEAD}), Via.REST)
UMA = Actor("uma", frozenset(SIGNING_ROLES), Via.COMMAND)
PEOPLE = (ROSA, SAM, TESS, UMA)

DELETED, NEW, REVISED = ChangeKind.DELETED, ChangeKind.NEW, ChangeKind.REVISED
USES = (
    use_of(
        cell_of(code_element("E0001")),
        cell_of(code_element("E0002"), row=3),
        name="cdm",
        kind="charge_master",
        owner="revenue integrity",
    ),
    use_of(cell_of(range_element("E0000", "E0009")), name="payer rules", kind="payer_rule", owner=None),
)


def changes_of(*more: Change) -> tuple[Change, ...]:
    """Two deleted codes that a use names, one that none does, new ones, revised ones, a modifier."""
    return (
        change_of(DELETED, "E0001"),
        change_of(DELETED, "E0002"),
        change_of(DELETED, "L0001"),
        change_of(NEW, "E0005"),
        change_of(NEW, "E0105"),
        change_of(REVISED, "E0003", field_of(FieldClass.COVERAGE), field_of(FieldClass.PAYMENT)),
        change_of(REVISED, "E0100", field_of(FieldClass.ADMINISTRATIVE)),
        change_of(NEW, "ZZ"),
        *more,
    )


def assessed(
    *changes: Change,
    uses: Sequence[InventoryUse] = USES,
    successors: Mapping[str, tuple[Successor, ...]] | None = None,
    is_assessed: bool = True,
    issue: int = 1,
    as_of: date = date(2024, 8, 14),
    reconciliation: Reconciliation | None = None,
) -> UpdateResult:
    """An update with its impact; E0001 stands on claims of two departments, with much money."""
    named = successors or {"E0001": (Successor("E0005", "cross reference", 1, "CMS", "Title of E0005, left side"),)}
    result = result_of("hcpcs", *changes, successors=named, as_of=as_of, reconciliation=reconciliation)
    current = ReleaseId("hcpcs", EFFECTIVE, issue)
    result = replace(
        result,
        change_set=replace(result.change_set, current=current),
        current=replace(result.current, release_id=current),
    )
    if not is_assessed:
        return result
    departments = {"cardiology": 30, None: 10}
    exposures = {
        "E0001": replace(
            exposure_of(40, paid="61000.125", billed="90000", departments=departments),
            by_payer=exposure_of(40, departments={"A <b>payer</b>": 30, None: 10}).by_department,
        ),
        "E0003": exposure_of(3, paid="12.5"),
    }
    window = window_before(EFFECTIVE)
    return replace(result, impact=build_impact(result, tuple(uses), exposures, CLAIMS, window, ImpactSettings()))


def sample_result() -> UpdateResult:
    """The update that most tests review."""
    return assessed(*changes_of())


class Log:
    """A log of acts, with the rows as each transaction leaves them."""

    def __init__(self, evidence: Mapping[str, bytes] | None = None) -> None:
        self.acts: list[Act] = []
        self.evidence: dict[str, bytes] = dict(evidence or {})
        self.memory = Memory(self.evidence.get)

    @property
    def head(self) -> tuple[int, str]:
        """Sequence and hash of the last act."""
        return (self.acts[-1].sequence, self.acts[-1].hash) if self.acts else (0, FIRST_HASH)

    @property
    def review(self) -> Review:
        """The one review."""
        review = self.memory.review(KEY)
        if review is None:
            raise LookupError(KEY)
        return review

    def write(self, actor: Actor, kind: ActKind, subject: str = "", review: str = KEY, /, **body: Any) -> Act:
        """One act in a transaction of its own, with the automatic reopening that follows."""
        return self.write_all(actor, kind, [subject], review, **body)[0]

    def write_all(
        self, actor: Actor, kind: ActKind, subjects: Sequence[str], review: str = KEY, /, **body: Any
    ) -> list[Act]:
        """One act for each subject, in one transaction."""
        acts = [self.append(actor, kind, review, subject, body) for subject in subjects]
        for act in acts:
            self.memory.apply(project(act, self.memory))
        if review:
            self.settle(review)
        return acts

    def settle(self, key: str) -> None:
        """What follows from the acts of a transaction."""
        after = settle(key, self.memory, self.acts[-1].sequence)
        self.memory.apply(Outcome((after,)))
        if must_reopen(after, self.memory.signatures(key)):
            self.write(SYSTEM, ActKind.REOPENED, "", key, why="what was signed has changed")

    def append(self, actor: Actor, kind: ActKind, review: str, subject: str, body: Mapping[str, Any]) -> Act:
        """The next act of the chain, without its rows."""
        sequence, previous = self.head
        roles = tuple(role for role in Role if role in actor.roles)
        at = START + timedelta(minutes=sequence)
        act = Act(sequence + 1, at, actor.name, roles, actor.via, kind, review, subject, dict(body), previous, "")
        self.acts.append(replace(act, hash=hash_act(act)))
        return self.acts[-1]

    def keep(self, result: UpdateResult) -> str:
        """Keep the evidence of an update; its digest."""
        data = build_evidence(result)
        digest = sha256(data).hexdigest()
        self.evidence[digest] = data
        return digest

    def open(self, result: UpdateResult | None = None) -> Act:
        """Open the review of an update."""
        return self._bring(ActKind.OPENED, result or sample_result())

    def refresh(self, result: UpdateResult, why: str = "newer evidence") -> Act:
        """Bring newer evidence."""
        return self._bring(ActKind.REFRESHED, result, why=why)

    def _bring(self, kind: ActKind, result: UpdateResult, **more: str) -> Act:
        digest = self.keep(result)
        change_set = result.change_set
        return self.write(
            SYSTEM, kind, evidence=digest, previous=str(change_set.previous), current=str(change_set.current), **more
        )

    def decide(self, actor: Actor, subject: str, action: str, *successors: str, reason: str = "because") -> Act:
        """Decide about one change."""
        return self.write(actor, ActKind.DECIDED, subject, action=action, reason=reason, successors=list(successors))

    def decide_deleted(self, actor: Actor = ROSA) -> None:
        """Decide what has to be decided before anybody can sign."""
        self.decide(actor, "code:E0001", "replace", "E0005")
        self.decide(actor, "code:E0002", "retire")

    def submit(self, actor: Actor = ROSA) -> Act:
        """Put it before the signers."""
        return self.write(actor, ActKind.SUBMITTED, digest=self.review.digest)

    def sign(self, actor: Actor, role: Role, sign_roles: Sequence[Role] = SIGNING_ROLES) -> Act:
        """Sign it as it stands, without asking whether that is allowed."""
        statement = build_statement(self.review, role, self.memory.overrides(KEY), sign_roles)
        return self.write(actor, ActKind.SIGNED, **statement)

    def sign_all(self) -> None:
        """Every role signs."""
        for actor, role in ((ROSA, Role.CODER), (SAM, Role.COMPLIANCE), (TESS, Role.REVENUE_LEAD)):
            self.sign(actor, role)

    def rows(self) -> Iterator[Any]:
        """Every row as the transactions left it."""
        return self.memory.rows()


def opened() -> Log:
    """A review just opened."""
    log = Log()
    log.open()
    return log


def reissue(log: Log) -> Act:
    """The publisher issues a source again."""
    return log.write(SYSTEM, ActKind.REOPENED, why="again", later="hcpcs@2024-10-01.2")


def signed_log() -> Log:
    """A review with every kind of act about it, approved."""
    log = Log()
    log.open()
    log.decide_deleted()
    log.write(ROSA, ActKind.COMMENTED, "code:E0001", text="why not E0006?")
    log.write(ROSA, ActKind.ASSIGNED, "code:E0003", owner="billing", due_date="2024-09-01")
    log.decide(ROSA, "code:E0003", "needs_policy")
    log.write(ROSA, ActKind.ITEM_REOPENED, "code:E0003", reason="not yet")
    first, second, third = (task.number for task in log.memory.tasks(KEY)[:3])
    log.write(TESS, ActKind.TASK_DONE, first, note="done in test")
    log.write(TESS, ActKind.TASK_DONE, second, note="")
    log.write(TESS, ActKind.TASK_REOPENED, second, reason="not in production")
    log.write(TESS, ActKind.TASK_ASSIGNED, third, owner="rosa", due_date="2024-09-02")
    mark = log.memory.training(KEY)[0]
    log.write(SAM, ActKind.TRAINED, mark.subject, department=mark.department, is_trained=True, note="in the huddle")
    log.write(TESS, ActKind.READINESS, payer="A payer", code="", is_ready=False, hold_until="2024-10-15", note="")
    log.submit()
    log.sign(ROSA, Role.CODER)
    log.write(SAM, ActKind.RETURNED, digest=log.review.digest, reason="E0003?")
    log.decide(ROSA, "code:E0003", "needs_policy")
    log.submit()
    log.sign_all()
    log.write(TESS, ActKind.CLOSEOUT_SIGNED, "closeout@2024-10-31/30", "", role="revenue_lead", digest="d" * 64,
              sign_roles=["revenue_lead"])  # fmt: skip
    log.write(ROSA, ActKind.VIEW_SAVED, "mine", "", query="owner=rosa", is_shared=True)
    log.write(SYSTEM, ActKind.ACCOUNT_ADDED, "vera", "", display_name="Vera", roles=["reader"], teams=["it"],
              is_active=True, password_digest="e" * 64)  # fmt: skip
    log.write(SYSTEM, ActKind.TOKEN_ADDED, "vera", "", number=1, label="script", scopes=["read"], digest="f" * 64,
              expires_at="2025-01-01T00:00:00+00:00")  # fmt: skip
    return log
