"""Who acts on the command line: a token in the environment, or a name with its password."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from schema.access import Actor, Via
from schema.errors import CredentialsError

if TYPE_CHECKING:
    from sqlalchemy import Engine

TOKEN_VARIABLE = "ADDENDA_TOKEN"  # noqa: S105  the name of a variable
PASSWORD_VARIABLE = "ADDENDA_PASSWORD"  # noqa: S105


def by_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The `--by` of every command that acts in somebody's name."""
    told = f"Who acts, with the password from {PASSWORD_VARIABLE} or a prompt; without it {TOKEN_VARIABLE} counts."
    return click.option("--by", metavar="NAME", help=told)(function)


def find_actor(engine: Engine, by: str | None) -> Actor:
    """Who acts: the account `by` with its password, or that of the token. Raises CredentialsError."""
    now = datetime.now(UTC)
    token = os.environ.get(TOKEN_VARIABLE, "")
    if by is None and not token:
        raise CredentialsError("nobody is named who does this", "", f"give --by NAME, or a token in {TOKEN_VARIABLE}")
    if by is None:
        from flows.account_tokens import authenticate_token

        return authenticate_token(engine, token, now, Via.COMMAND)
    from flows.account_sessions import authenticate_person

    return authenticate_person(engine, by, read_password(f"Password of {by}"), now)


def read_password(prompt: str) -> str:
    """The password of who acts: from the environment, or typed unseen. Raises CredentialsError without either."""
    given = os.environ.get(PASSWORD_VARIABLE)
    if given:
        return given
    if not sys.stdin.isatty():
        why = "no terminal is there to type it at"
        raise CredentialsError("a password is needed", why, f"put it into {PASSWORD_VARIABLE}")
    typed: str = click.prompt(prompt, hide_input=True, err=True)
    return typed
