"""`addenda account`: who has a name here, with which roles, and the tokens of programs."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

import click

from flows.commands.account_tokens import flatten, token
from flows.commands.actor import by_option, find_actor, read_password
from flows.commands.common import (
    format_option,
    open_settings,
    open_store,
    print_csv,
    print_json,
    print_table,
)
from schema.access import Account, Actor, Role
from schema.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import Engine

_LONGEST_LINE = 4096

role_option = click.option(
    "--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]), help="May be repeated."
)
team_option = click.option(
    "--team", "teams", multiple=True, help="Name of an owner that the person stands for; may be repeated."
)
password_option = click.option(
    "--password-file", type=click.File("r"), help="Take the new password from the first line of a file, - for stdin."
)


@click.group("account")
def command() -> None:
    """Accounts: people with their roles and teams, and tokens of programs."""


command.add_command(token)


@command.command("add")
@click.argument("name")
@click.option("--display-name", help="The full name; default: NAME.")
@role_option
@team_option
@password_option
@click.option("--no-password", is_flag=True, help="A proxy or an OpenID provider opens the door.")
@by_option
@click.pass_context
def add(
    context: click.Context,
    name: str,
    display_name: str | None,
    roles: tuple[str, ...],
    teams: tuple[str, ...],
    password_file: TextIO | None,
    no_password: bool,
    by: str | None,
) -> None:
    """Add an account.

    The first one has the role administrator and needs nobody to add it; every later one does (--by).
    """
    from flows.accounts import add_account, add_first_administrator

    engine = open_store(open_settings(context))
    shown = name if display_name is None else display_name
    if _needs_first(engine, roles, teams):
        password = None if no_password else _read_new(password_file)
        account = add_first_administrator(engine, name, shown, password, datetime.now(UTC))
    else:
        actor = find_actor(engine, by)
        password = None if no_password else _read_new(password_file)
        given = [Role(role) for role in roles]
        account = add_account(engine, actor, name, shown, given, teams, password, datetime.now(UTC))
    click.echo(f"added: {_say(account)}")


@command.command("list")
@format_option
@click.pass_context
def list_(context: click.Context, output: str) -> None:
    """List the accounts."""
    from schema.store.access import list_accounts
    from schema.store.database import reading

    with reading(open_store(open_settings(context))) as connection:
        accounts = list_accounts(connection)
    if output == "json":
        print_json({"accounts": [_describe(account) for account in accounts]})
        return
    header = ("name", "display_name", "roles", "teams", "is_active", "has_password", "created_at")
    rows = [[flatten(_describe(account)[column]) for column in header] for account in accounts]
    (print_csv if output == "csv" else print_table)(header, rows)


@command.command("change")
@click.argument("name")
@click.option("--display-name", help="The full name.")
@role_option
@team_option
@click.option("--no-teams", is_flag=True, help="The person stands for no owner any more.")
@click.option("--active", "is_active", is_flag=True, help="Let a disabled account in again.")
@by_option
@click.pass_context
def change(
    context: click.Context,
    name: str,
    display_name: str | None,
    roles: tuple[str, ...],
    teams: tuple[str, ...],
    no_teams: bool,
    is_active: bool,
    by: str | None,
) -> None:
    """Change an account: roles and teams that are given stand in the place of those it has."""
    from flows.accounts import change_account

    if teams and no_teams:
        raise UsageError("--team and --no-teams do not go together", "", "give one of them")
    engine = open_store(open_settings(context))
    actor = find_actor(engine, by)
    account = change_account(
        engine,
        actor,
        name,
        display_name=display_name,
        roles=[Role(role) for role in roles] if roles else None,
        teams=teams if teams or no_teams else None,
        is_active=True if is_active else None,
        now=datetime.now(UTC),
    )
    click.echo(f"changed: {_say(account)}")


@command.command("disable")
@click.argument("name")
@by_option
@click.pass_context
def disable(context: click.Context, name: str, by: str | None) -> None:
    """Shut an account out: its sessions and tokens end, its history stays."""
    from flows.accounts import change_account

    engine = open_store(open_settings(context))
    actor = find_actor(engine, by)
    account = change_account(engine, actor, name, is_active=False, now=datetime.now(UTC))
    click.echo(f"disabled: {_say(account)}")


@command.command("password")
@click.argument("name")
@password_option
@by_option
@click.pass_context
def password(context: click.Context, name: str, password_file: TextIO | None, by: str | None) -> None:
    """Set a password: without --by one's own, whose old one is asked for. Ends the sessions of the account."""
    from flows.account_log import spell_name
    from flows.accounts import set_password

    engine = open_store(open_settings(context))
    who = spell_name(name if by is None else by)
    old = read_password(f"Present password of {who}")
    actor = _authenticate(engine, who, old)
    fresh = _read_new(password_file)
    set_password(engine, actor, name, fresh, datetime.now(UTC), old=old if who == spell_name(name) else None)
    click.echo(f"the password of {spell_name(name)} is set, and its sessions have ended")


def _needs_first(engine: Engine, roles: tuple[str, ...], teams: tuple[str, ...]) -> bool:
    """Whether there is no administrator yet; then the account to be added has to be one. Raises UsageError."""
    from schema.store.access import list_accounts
    from schema.store.database import reading

    with reading(engine) as connection:
        if any(account.is_active and Role.ADMINISTRATOR in account.roles for account in list_accounts(connection)):
            return False
    if set(roles) != {Role.ADMINISTRATOR} or teams:
        why = "there is no administrator yet, and nobody else can add accounts"
        remedy = "begin with: addenda account add NAME --role administrator"
        raise UsageError("the first account is an administrator and nothing else", why, remedy)
    return True


def _authenticate(engine: Engine, name: str, password: str) -> Actor:
    from flows.account_sessions import authenticate_person

    return authenticate_person(engine, name, password, datetime.now(UTC))


def _read_new(file: TextIO | None) -> str:
    """The new password: the first line of the file, or typed twice unseen. Raises UsageError without either."""
    if file is not None:
        return file.readline(_LONGEST_LINE).rstrip("\r\n")
    if not sys.stdin.isatty():
        why = "no terminal is there to type it at"
        raise UsageError("the new password is needed", why, "give --password-file FILE, or - for stdin")
    typed: str = click.prompt("New password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


def _describe(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "display_name": account.display_name,
        "roles": [role.value for role in account.roles],
        "teams": list(account.teams),
        "is_active": account.is_active,
        "has_password": account.password_hash is not None,
        "created_at": account.created_at.isoformat(),
    }


def _say(account: Account) -> str:
    return f"{account.name} ({', '.join(account.roles)})"
