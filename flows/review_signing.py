"""Sign-off as acts: submit, sign, return, set a blocker aside, reopen; each is anchored outside the database.

Errors are those of `flows.review_acts`; SignOffError says that the state, a blocker or a signature forbids it, and
ConflictError that the review is not what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from flows.review.decisions import check_text
from flows.review.signoff import (
    build_statement,
    check_reopen,
    check_return,
    check_sign,
    check_signer,
    check_submit,
    list_blockers,
    list_valid,
    open_blockers,
)
from flows.review_audit import keep_anchor
from flows.review_issues import find_later_issue
from flows.review_writing import Desk, find_review, perform_one
from flows.settings import Settings
from schema.access import Actor, Permission, Role, require
from schema.acts import Act, ActKind
from schema.errors import AccessError, ConflictError, ReviewNotFoundError, SignOffError, UsageError, shorten_value
from schema.review import BlockerKind
from schema.store.act_log import ActDraft

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

_SCOPE = re.compile(r"closeout@([0-9]{4}-[0-9]{2}-[0-9]{2})/(30|60|90)")


def submit(engine: Engine, actor: Actor, key: str, digest: str, *, settings: Settings, now: datetime) -> Act:
    """Put a draft, or what was returned, before the signers. `digest` is the one that was seen."""
    require(actor, Permission.SIGN, "submit reviews")

    def prepare(desk: Desk) -> ActDraft:
        check_submit(find_review(desk, key), digest)
        return ActDraft(actor, ActKind.SUBMITTED, key, "", {"digest": digest})

    return _perform_anchored(engine, settings, now, prepare)


def sign(
    engine: Engine,
    actor: Actor,
    key: str,
    role: Role,
    digest: str,
    sign_roles: Sequence[Role],
    *,
    settings: Settings,
    now: datetime,
) -> Act:
    """Sign for one role; the last of `sign_roles` approves. Raises SignOffError too when the source was issued anew."""
    require(actor, Permission.SIGN, "sign reviews")

    def prepare(desk: Desk) -> ActDraft:
        review = find_review(desk, key)
        overrides = desk.overrides(key)
        check_sign(review, desk.signatures(key), overrides, role, actor, digest, sign_roles)
        later = find_later_issue(desk.connection, review)
        if later is not None:
            raise SignOffError(f"the review {key} cannot be signed", f"{later} was issued since", "refresh the review")
        return ActDraft(actor, ActKind.SIGNED, key, "", build_statement(review, role, overrides, sign_roles))

    return _perform_anchored(engine, settings, now, prepare)


def send_back(
    engine: Engine, actor: Actor, key: str, digest: str, reason: str, *, settings: Settings, now: datetime
) -> Act:
    """Return a review to those who prepared it; its signatures are void."""
    require(actor, Permission.SIGN, "return reviews")

    def prepare(desk: Desk) -> ActDraft:
        kept = check_text("the reason", reason)
        check_return(find_review(desk, key), digest)
        return ActDraft(actor, ActKind.RETURNED, key, "", {"digest": digest, "reason": kept})

    return _perform_anchored(engine, settings, now, prepare)


def override(
    engine: Engine,
    actor: Actor,
    key: str,
    kind: BlockerKind,
    reason: str,
    fingerprint: str,
    *,
    settings: Settings,
    now: datetime,
) -> Act:
    """Set a blocker aside, with a reason that stays beside the signatures. `fingerprint` is that of the blocker seen:
    of a blocker that has changed since, ConflictError says so."""
    require(actor, Permission.OVERRIDE, "set blockers aside")

    def prepare(desk: Desk) -> ActDraft:
        kept = check_text("the reason", reason)
        review = find_review(desk, key)
        found = [blocker for blocker in list_blockers(review) if blocker.kind is kind]
        blocker = next((one for one in found if one.fingerprint == fingerprint), None)
        if blocker is None:
            why = f"it is now: {found[0].what}" if found else "it is not there any more"
            raise ConflictError(f"the blocker {kind.value} is not what you saw", why, "look at it as it is now")
        if not blocker.can_be_overridden:
            raise SignOffError(f"the blocker {kind.value} cannot be set aside", blocker.what, "refresh the review")
        if blocker not in open_blockers(review, desk.overrides(key)):
            raise SignOffError(f"the blocker {kind.value} is set aside already", blocker.what, "nothing to do")
        body = {"kind": kind.value, "what": blocker.what, "fingerprint": fingerprint, "reason": kept}
        return ActDraft(actor, ActKind.OVERRIDDEN, key, "", body)

    return _perform_anchored(engine, settings, now, prepare)


def reopen(engine: Engine, actor: Actor, key: str, reason: str, *, settings: Settings, now: datetime) -> Act:
    """Take a review in review, or approved, back to draft; its signatures are void."""
    require(actor, Permission.SIGN, "reopen reviews")

    def prepare(desk: Desk) -> ActDraft:
        kept = check_text("the reason", reason)
        check_reopen(find_review(desk, key))
        return ActDraft(actor, ActKind.REOPENED, key, "", {"why": kept})

    return _perform_anchored(engine, settings, now, prepare)


def sign_closeout(
    engine: Engine, settings: Settings, actor: Actor, scope: str, role: Role, digest: str, now: datetime
) -> Act:
    """Sign a close-out of the watch: `scope` is `closeout@2024-10-31/30`, `digest` that of its JSON's bytes.

    A signature on other bytes of the same scope does not count: who gave it may sign again.
    """
    require(actor, Permission.SIGN, "sign close-outs")
    if role not in actor.roles:
        raise AccessError(
            f"{actor.name} may not sign as {role.value}",
            "the account has not that role",
            "ask an administrator for the role, or let another person sign",
        )
    as_of, days = _read_scope(scope)

    def prepare(desk: Desk) -> ActDraft:
        present = digest_closeout(settings, scope)
        if digest != present:
            raise ConflictError(
                f"the close-out {scope} is not what you saw",
                f"its digest is {present[:12]}, yours was {shorten_value(digest, 12)}",
                "look at it as it is now, then sign",
            )
        given = [signature for signature in list_valid(desk.signatures(scope)) if signature.digest == present]
        check_signer(f"the close-out {scope}", given, role, actor.name, settings.closeout_roles)
        body = {
            "role": role.value,
            "sign_roles": [one.value for one in settings.closeout_roles],
            "digest": present,
            "as_of": as_of.isoformat(),
            "days": days,
        }
        return ActDraft(actor, ActKind.CLOSEOUT_SIGNED, "", scope, body)

    return _perform_anchored(engine, settings, now, prepare)


def digest_closeout(settings: Settings, scope: str) -> str:
    """The sha256 (hex) of the close-out's JSON as it lies in the home folder: what its page names.

    Raises UsageError for a scope that is none, ReviewNotFoundError when no such close-out was written.
    """
    as_of, days = _read_scope(scope)
    path = settings.home / "watch" / as_of.isoformat() / f"closeout-{days}.json"
    try:
        return sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError as error:
        raise ReviewNotFoundError(
            f"there is no close-out {scope}", "it was not written", f"addenda watch report --as-of {as_of} --close-outs"
        ) from error
    except OSError as error:
        raise SignOffError(f"the close-out {scope} cannot be read", error.strerror or str(error), "check it") from error


def _read_scope(scope: str) -> tuple[date, int]:
    match = _SCOPE.fullmatch(scope)
    try:
        day = date.fromisoformat(match[1]) if match else None
    except ValueError:
        day = None
    if match is None or day is None:
        raise UsageError(f"{shorten_value(scope)!r} is no close-out", "", "name it like closeout@2024-10-31/30")
    return day, int(match[2])


def _perform_anchored(engine: Engine, settings: Settings, now: datetime, prepare: Callable[[Desk], ActDraft]) -> Act:
    act = perform_one(engine, now, prepare)
    keep_anchor(settings, act)
    return act
