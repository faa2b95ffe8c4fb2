"""Tokens: secrets for programs, with no more rights than the account has and the scopes allow."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from flows.account_log import digest_secret, keep_act
from flows.account_throttle import check_throttle, note_failure
from flows.review.decisions import check_line
from schema.access import SYSTEM, Actor, Permission, Token, Via, require
from schema.acts import ActKind
from schema.errors import AccessError, CredentialsError, ReviewNotFoundError, UsageError
from schema.store.access import list_tokens, next_token_number, read_account, read_token, save_token
from schema.store.database import reading, writing

if TYPE_CHECKING:
    from sqlalchemy import Engine

PREFIX = "addenda_"
"""What a secret begins with, so that scanners of repositories find one that was left there."""
_FORM = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


def add_token(
    engine: Engine,
    actor: Actor,
    label: str,
    scopes: Iterable[Permission],
    expires_at: datetime | None,
    now: datetime,
) -> str:
    """The secret of a new token of the actor's own account, shown this once: `addenda_` and 43 characters.

    Raises AccessError when the actor came by a token or may not do what a scope allows, and UsageError.
    """
    if actor.scopes is not None:
        raise AccessError("a token makes no token", "", "sign in with a password")
    wanted = set(scopes)
    granted = tuple(scope for scope in Permission if scope in wanted)
    if not granted:
        raise UsageError("a token needs a scope", "", f"choose of {', '.join(Permission)}")
    for scope in granted:
        require(actor, scope, f"give a token the scope {scope.value}")
    if expires_at is not None and expires_at <= now:
        raise UsageError("the token would have expired already", "", "choose a day in the future")
    kept = check_line("the label", label)
    secret = PREFIX + secrets.token_urlsafe(32)
    with writing(engine) as connection:
        account = read_account(connection, actor.name)
        if account is None or not account.is_active:
            raise AccessError(f"{actor.name} has no account that a token could be of", "", "add the account first")
        number = next_token_number(connection)
        token = Token(digest_secret(secret), number, account.name, kept, granted, now, expires_at, False)
        save_token(connection, token)
        body = {
            "number": number,
            "label": kept,
            "scopes": [scope.value for scope in granted],
            "digest": token.digest,
            "expires_at": expires_at.isoformat() if expires_at else None,
        }
        keep_act(connection, actor, ActKind.TOKEN_ADDED, account.name, body, now)
    return secret


def revoke_token(engine: Engine, actor: Actor, number: int, now: datetime) -> None:
    """Revoke an own token, or as administrator any; one that is revoked stays so.

    Raises AccessError, and ReviewNotFoundError when there is no such token.
    """
    with writing(engine) as connection:
        token = next((token for token in list_tokens(connection) if token.number == number), None)
        if token is None or token.account != actor.name:
            # Whose tokens there are is not told to others either.
            require(actor, Permission.ACCOUNTS, "revoke the tokens of others")
        if token is None:
            raise ReviewNotFoundError(f"there is no token {number}", "", "see: addenda account token list")
        if token.is_revoked:
            return
        save_token(connection, replace(token, is_revoked=True))
        keep_act(connection, actor, ActKind.TOKEN_REVOKED, token.account, {"number": number}, now)


def authenticate_token(engine: Engine, secret: str, now: datetime, via: Via) -> Actor:
    """Who acts by a token: the account with its roles of this moment, limited to the scopes.

    Raises CredentialsError when the token is unknown, revoked or has expired, or the account is disabled.
    """
    refusal = CredentialsError("the token is not accepted", "", "ask for a new one")
    if not _FORM.fullmatch(secret):
        raise refusal
    with reading(engine) as connection:
        token = read_token(connection, digest_secret(secret))
        account = read_account(connection, token.account) if token else None
    if token is None:
        # Not in the audit: whoever makes secrets up could fill it without end.
        raise refusal
    why = _find_fault(token, now, is_active=account is not None and account.is_active)
    if account is None or why:
        keys = {f"token {token.number}": 1}
        with writing(engine) as connection:
            # A program that goes on asking is told of once in 15 minutes.
            if not check_throttle(connection, keys, now):
                note_failure(connection, keys, now)
                body = {"token": token.number, "why": why}
                keep_act(connection, replace(SYSTEM, via=via), ActKind.SIGN_IN_FAILED, token.account, body, now)
        raise refusal
    return Actor(account.name, frozenset(account.roles), via, account.teams, frozenset(token.scopes))


def _find_fault(token: Token, now: datetime, *, is_active: bool) -> str:
    if token.is_revoked:
        return "revoked token"
    if token.expires_at is not None and now >= token.expires_at:
        return "expired token"
    return "" if is_active else "disabled account"
