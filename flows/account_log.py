"""What is kept of accounts in the log of acts, and what a name, a role and a team may look like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from flows.review.decisions import check_line
from flows.review.projection import project
from schema.access import SYSTEM, Actor, Role
from schema.acts import Act, ActKind
from schema.errors import UsageError, shorten_value
from schema.store.act_log import ActDraft, append_acts
from schema.store.review_rows import StoredStanding, save_rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_MOST_TEAMS = 50


def keep_act(
    connection: Connection, actor: Actor, kind: ActKind, subject: str, body: Mapping[str, Any], now: datetime
) -> Act:
    """Append an act about an account, with the rows that follow from it, inside `writing`."""
    act = append_acts(connection, [ActDraft(actor, kind, "", subject, body)], now)[0]
    save_rows(connection, project(act, StoredStanding(connection)).rows)
    return act


def digest_secret(secret: str) -> str:
    """The sha256 (hex) under which a secret is known here."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def spell_name(name: str) -> str:
    """The name as accounts have it: people type capitals and blanks."""
    return name.strip().lower()


def check_name(name: str) -> str:
    """The name of a new account. Raises UsageError."""
    spelled = spell_name(name)
    if not _NAME.fullmatch(spelled):
        raise UsageError(
            f"an account cannot be named {shorten_value(name)!r}",
            "a name has up to 64 letters a to z, digits, and . _ @ - inside",
            "choose another name",
        )
    if spelled == SYSTEM.name:
        raise UsageError(f"an account cannot be named {spelled}", "the log names the program so", "choose another name")
    return spelled


def check_display_name(name: str) -> str:
    """How people see the account. Raises UsageError."""
    return check_line("the full name", name)


def check_roles(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Each role once, in the order of `Role`. Raises UsageError without one."""
    given = set(roles)
    if not given:
        raise UsageError("an account needs a role", "", f"choose of {', '.join(Role)}")
    return tuple(role for role in Role if role in given)


def check_teams(teams: Iterable[str]) -> tuple[str, ...]:
    """Each team once, sorted. Raises UsageError."""
    given = sorted({check_line("the team", team) for team in teams})
    if len(given) > _MOST_TEAMS:
        raise UsageError("too many teams", f"an account has {_MOST_TEAMS} at most", "leave some out")
    return tuple(given)
