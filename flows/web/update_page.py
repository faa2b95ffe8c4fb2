"""The one page of an update as values: what stands in the way, who signed, what is still to be done. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flows.review.signoff import check_sign, list_blockers, overrides_in_force
from schema.access import Actor, Permission, Role
from schema.acts import Act
from schema.errors import AddendaError
from schema.releases import ReleaseId
from schema.review import (
    Blocker,
    BlockerKind,
    Item,
    Override,
    Readiness,
    Review,
    ReviewState,
    Signature,
    TrainingMark,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that the page is made of, as it was read in one transaction.

    `undecided` are the first deleted codes that a use names and nobody has decided; `open_owners` are
    (owner, open changes), `tasks` (owner, open tasks, overdue tasks), `training` (department, marks, trained).
    `later` is the later issue of the release that the store holds, if any. `comments` and `recent` are newest first.
    """

    review: Review
    signatures: Sequence[Signature]
    overrides: Sequence[Override]
    readiness: Sequence[Readiness]
    undecided: Sequence[Item]
    open_owners: Sequence[tuple[str, int]]
    tasks: Sequence[tuple[str, int, int]]
    training: Sequence[tuple[str, int, int]]
    untrained: Sequence[TrainingMark]
    comments: Sequence[Act]
    recent: Sequence[Act]
    later: ReleaseId | None


@dataclass(frozen=True, slots=True)
class BlockerLine:
    """One blocker, and the override that sets it aside."""

    blocker: Blocker
    override: Override | None
    may_override: bool


@dataclass(frozen=True, slots=True)
class SignedLine:
    """One signature, with the overrides that were in force when it was given: (what, reason, by, at)."""

    signature: Signature
    overrides: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One role that has to sign: its valid signature, or whether this visitor can give it, or why not."""

    role: Role
    signed: SignedLine | None
    can_sign: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class OwnerLine:
    """What one owner still has to do. `due_date` is the first day on which a task of theirs is due."""

    owner: str
    items: int
    tasks: int
    overdue: int


@dataclass(frozen=True, slots=True)
class UpdatePage:
    """What the template draws. Dollars are Decimal, days are whole."""

    standing: Standing
    review: Review
    summary: Mapping[str, Any]
    current: ReleaseId
    previous: ReleaseId
    days_left: int
    blockers: tuple[BlockerLine, ...]
    roles: tuple[RoleLine, ...]
    void: tuple[SignedLine, ...]
    other_signatures: tuple[SignedLine, ...]
    """Valid ones of a role that does not have to sign any more, by the settings of today."""
    owners: tuple[OwnerLine, ...]
    paid: Decimal
    billed: Decimal
    can_submit: bool
    can_return: bool
    can_reopen: bool
    can_refresh: bool
    can_work: bool

    @property
    def decided(self) -> int:
        """Changes that need a decision and have one."""
        return self.review.to_decide - self.review.undecided

    @property
    def open_blockers(self) -> int:
        """Blockers that nobody has set aside."""
        return sum(line.override is None for line in self.blockers)

    @property
    def signed(self) -> int:
        """Roles that have signed what stands here."""
        return sum(line.signed is not None for line in self.roles)


def build_update_page(standing: Standing, actor: Actor, sign_roles: Collection[Role], today: date) -> UpdatePage:
    """The page for one visitor on one day."""
    review = standing.review
    summary = json.loads(review.summary)
    may_sign = actor.may(Permission.SIGN)
    valid = [signature for signature in standing.signatures if signature.void_at is None]
    money = summary.get("priorities", {}).values()
    return UpdatePage(
        standing=standing,
        review=review,
        summary=summary,
        current=_release(review, review.current),
        previous=_release(review, review.previous),
        days_left=(review.effective_date - today).days,
        blockers=_list_blockers(standing, actor),
        roles=tuple(_role_line(role, standing, actor, sign_roles) for role in sign_roles),
        void=tuple(_signed_line(one) for one in standing.signatures if one.void_at is not None),
        other_signatures=tuple(_signed_line(one) for one in valid if one.role not in sign_roles),
        owners=_owner_lines(standing),
        paid=sum((Decimal(row["paid"]) for row in money), Decimal(0)),
        billed=sum((Decimal(row["billed"]) for row in money), Decimal(0)),
        can_submit=may_sign and review.state in (ReviewState.DRAFT, ReviewState.RETURNED),
        can_return=may_sign and review.state is ReviewState.IN_REVIEW,
        can_reopen=may_sign and review.state in (ReviewState.IN_REVIEW, ReviewState.APPROVED),
        can_refresh=actor.may(Permission.REFRESH),
        can_work=actor.may(Permission.WORK),
    )


def _release(review: Review, name: str) -> ReleaseId:
    """The release of a text such as `icd10cm@2024-10-01.1`, which the program wrote itself."""
    system, _, rest = name.partition("@")
    day, _, issue = rest.rpartition(".")
    return ReleaseId(system or review.system, date.fromisoformat(day), int(issue))


def _list_blockers(standing: Standing, actor: Actor) -> tuple[BlockerLine, ...]:
    review = standing.review
    blockers = list_blockers(review)
    if standing.later is not None and all(one.kind is not BlockerKind.SOURCE_REISSUED for one in blockers):
        what = f"{standing.later} is held, this is the review of {review.current}"
        blockers = (Blocker(BlockerKind.SOURCE_REISSUED, what, str(standing.later), False), *blockers)
    in_force = {(one.blocker, one.fingerprint): one for one in overrides_in_force(review, standing.overrides)}
    may_override = actor.may(Permission.OVERRIDE)
    lines = []
    for blocker in blockers:
        override = in_force.get((blocker.kind, blocker.fingerprint))
        can_override = may_override and override is None and blocker.can_be_overridden
        lines.append(BlockerLine(blocker, override, can_override))
    return tuple(sorted(lines, key=lambda line: line.override is not None))


def _role_line(role: Role, standing: Standing, actor: Actor, sign_roles: Collection[Role]) -> RoleLine:
    signed = [one for one in standing.signatures if one.role is role and one.void_at is None]
    if signed:
        return RoleLine(role, _signed_line(signed[-1]), False, "")
    review = standing.review
    if review.state is not ReviewState.IN_REVIEW or role not in actor.roles or not actor.may(Permission.SIGN):
        return RoleLine(role, None, False, "")
    if standing.later is not None:
        return RoleLine(role, None, False, "the source was re-issued: renew the evidence first")
    try:
        check_sign(review, standing.signatures, standing.overrides, role, actor, review.digest, sign_roles)
    except AddendaError as error:
        return RoleLine(role, None, False, error.why or error.what)
    return RoleLine(role, None, True, "")


def _signed_line(signature: Signature) -> SignedLine:
    overrides = json.loads(signature.statement).get("overrides") or ()
    return SignedLine(signature, tuple(overrides))


def _owner_lines(standing: Standing) -> tuple[OwnerLine, ...]:
    items = dict(standing.open_owners)
    tasks = {owner: (count, overdue) for owner, count, overdue in standing.tasks}
    lines = [OwnerLine(owner, items.get(owner, 0), *tasks.get(owner, (0, 0))) for owner in {*items, *tasks}]
    return tuple(sorted(lines, key=lambda line: (-line.overdue, -line.items, -line.tasks, line.owner)))
