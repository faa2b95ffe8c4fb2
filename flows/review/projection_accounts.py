"""What acts on views, accounts and tokens do to their rows. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flows.review.outcome import Outcome, impossible, read_flag, read_number, read_text
from schema.access import Member, Permission, Role, TokenGrant
from schema.acts import Act
from schema.review import (
    SavedView,
)
from schema.standing import Standing


def save_view(act: Act, standing: Standing) -> Outcome:
    """The view under its name."""
    return Outcome((SavedView(act.actor, act.subject, read_text(act.body["query"]), read_flag(act.body["is_shared"])),))


def remove_view(act: Act, standing: Standing) -> Outcome:
    """The view removed."""
    view = standing.view(act.actor, act.subject)
    if view is None:
        raise impossible(act, "there is no such view")
    return Outcome(removed=(view,))


def add_account(act: Act, standing: Standing) -> Outcome:
    """The account."""
    if standing.member(act.subject) is not None:
        raise impossible(act, f"the account {act.subject} is there already")
    facts = _facts_of_account(act)
    return Outcome(
        (Member(act.subject, **facts, password_digest=read_text(act.body["password_digest"]), created_at=act.at),)
    )


def change_account(act: Act, standing: Standing) -> Outcome:
    """The account as it is now."""
    return Outcome((replace(_member(act, standing), **_facts_of_account(act)),))


def _facts_of_account(act: Act) -> dict[str, Any]:
    return {
        "display_name": read_text(act.body["display_name"]),
        "roles": tuple(Role(role) for role in act.body["roles"]),
        "teams": tuple(read_text(team) for team in act.body["teams"]),
        "is_active": read_flag(act.body["is_active"]),
    }


def set_password(act: Act, standing: Standing) -> Outcome:
    """The account with the digest of its new password."""
    return Outcome((replace(_member(act, standing), password_digest=read_text(act.body["password_digest"])),))


def add_token(act: Act, standing: Standing) -> Outcome:
    """The token."""
    _member(act, standing)
    body = act.body
    number = read_number(body["number"])
    if standing.grant(number) is not None:
        raise impossible(act, f"the token {number} is there already")
    grant = TokenGrant(
        number=number,
        account=act.subject,
        label=read_text(body["label"]),
        scopes=tuple(Permission(scope) for scope in body["scopes"]),
        digest=read_text(body["digest"]),
        expires_at=datetime.fromisoformat(body["expires_at"]) if body["expires_at"] is not None else None,
        is_revoked=False,
        created_at=act.at,
    )
    return Outcome((grant,))


def revoke_token(act: Act, standing: Standing) -> Outcome:
    """The token revoked."""
    grant = standing.grant(read_number(act.body["number"]))
    if grant is None or grant.account != act.subject:
        raise impossible(act, f"{act.subject} has no such token")
    return Outcome((replace(grant, is_revoked=True),))


def _member(act: Act, standing: Standing) -> Member:
    member = standing.member(act.subject)
    if member is None:
        raise impossible(act, f"there is no account {act.subject}")
    return member
