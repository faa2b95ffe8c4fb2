"""`addenda account token`: secrets by which programs act."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import click

from flows.commands.actor import by_option, find_actor
from flows.commands.common import (
    format_option,
    open_settings,
    open_store,
    parse_day,
    print_csv,
    print_json,
    print_table,
)
from schema.access import Permission, Token
from schema.errors import UsageError

# Nobody remembers a token that was made for a trial; who wants it longer says so.
_TOKEN_DAYS = 365


@click.group("token")
def token() -> None:
    """Tokens: secrets by which programs act, within their scopes."""


@token.command("add")
@click.argument("label")
@click.option("--scope", "scopes", multiple=True, required=True, help="May be repeated.",
              type=click.Choice([scope.value for scope in Permission]))  # fmt: skip
@click.option("--expires", metavar="DATE", help=f"The last day, in UTC; default: in {_TOKEN_DAYS} days.")
@by_option
@click.pass_context
def token_add(context: click.Context, label: str, scopes: tuple[str, ...], expires: str | None, by: str | None) -> None:
    """Make a token of the account that acts; its secret is printed this once. LABEL says what it is for."""
    from flows.account_tokens import add_token

    engine = open_store(open_settings(context))
    now = datetime.now(UTC)
    day = parse_day(expires, "--expires") or (now + timedelta(days=_TOKEN_DAYS)).date()
    ends = _end_of(day)
    actor = find_actor(engine, by)
    click.echo(add_token(engine, actor, label, [Permission(scope) for scope in scopes], ends, now))
    click.echo(f"keep it now: it is not shown again; it ends after {day}", err=True)


@token.command("list")
@click.option("--account", help="Of this account alone.")
@format_option
@click.pass_context
def token_list(context: click.Context, account: str | None, output: str) -> None:
    """List the tokens, without their secrets."""
    from schema.store.access import list_tokens
    from schema.store.database import reading

    with reading(open_store(open_settings(context))) as connection:
        tokens = list_tokens(connection, account)
    if output == "json":
        print_json({"tokens": [_describe_token(one) for one in tokens]})
        return
    header = ("number", "account", "label", "scopes", "created_at", "expires_at", "is_revoked")
    rows = [[flatten(_describe_token(one)[column]) for column in header] for one in tokens]
    (print_csv if output == "csv" else print_table)(header, rows)


@token.command("revoke")
@click.argument("number", type=click.IntRange(min=1))
@by_option
@click.pass_context
def token_revoke(context: click.Context, number: int, by: str | None) -> None:
    """Revoke a token: an own one, or as administrator any."""
    from flows.account_tokens import revoke_token

    engine = open_store(open_settings(context))
    revoke_token(engine, find_actor(engine, by), number, datetime.now(UTC))
    click.echo(f"revoked: token {number}")


def flatten(value: Any) -> Any:
    """A value as one cell; what a spreadsheet would take for a formula is text."""
    from flows.report.data import disarm

    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "; ".join(value) if isinstance(value, list) else value
    return disarm(text) if isinstance(text, str) else text


def _end_of(day: date) -> datetime:
    try:
        return datetime.combine(day, time(), UTC) + timedelta(days=1)
    except OverflowError as error:
        raise UsageError(f"--expires cannot be {day}", "no day comes after it", "name an earlier day") from error


def _describe_token(one: Token) -> dict[str, Any]:
    return {
        "number": one.number,
        "account": one.account,
        "label": one.label,
        "scopes": [scope.value for scope in one.scopes],
        "created_at": one.created_at.isoformat(),
        "expires_at": one.expires_at.isoformat() if one.expires_at else None,
        "is_revoked": one.is_revoked,
    }
