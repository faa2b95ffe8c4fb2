"""`addenda review …`: comments, tasks, training, and whether the payers are ready."""

from __future__ import annotations

import click

from flows.commands.common import (
    format_option,
    open_settings,
    open_store,
    parse_day,
    print_csv,
    print_json,
    print_table,
)
from flows.commands.review_calls import Call, acting, note_option, reason_option, seen_option
from flows.commands.review_names import read_key, read_subject
from flows.commands.review_text import TASK_COLUMNS, describe_task, list_cells
from schema.errors import UsageError


@click.command("comment")
@acting
@click.argument("text")
@click.option("--code", help="About this change; without it about the review.")
def comment(call: Call, text: str, code: str | None) -> None:
    """Say TEXT about REVIEW or one of its changes. It is kept for ever: name no patient."""
    from flows.review_acts import comment as act

    subject = read_subject(call.key, code) if code else ""
    call.print(act(call.engine, call.actor, call.key, subject, text, now=call.now))


@click.group("task")
def task() -> None:
    """The tasks of a review: list, finish, reopen, assign."""


@task.command("list")
@click.argument("review")
@click.option("--owner", "owners", multiple=True, help="Of this owner; may be repeated.")
@click.option("--done/--open", "is_done", default=None, help="Those that are done, or those that are not.")
@click.option("--overdue", metavar="DATE", help="Those that were due before this day.")
@format_option
@click.pass_context
def list_(
    context: click.Context, review: str, owners: tuple[str, ...], is_done: bool | None, overdue: str | None, output: str
) -> None:
    """List the tasks of REVIEW, the earliest due first."""
    from schema.store.database import reading
    from schema.store.review_reader import find_review, list_tasks

    key, before = read_key(review), parse_day(overdue, "--overdue")
    with reading(open_store(open_settings(context))) as connection:
        find_review(connection, key)
        found = list_tasks(
            connection, review=key, owners=owners or None, is_done=is_done, due_before=before, limit=100_000
        )
    rows = [describe_task(one) for one in found]
    if output == "json":
        print_json({"review": key, "tasks": rows})
    else:
        (print_csv if output == "csv" else print_table)(TASK_COLUMNS, [list_cells(row, TASK_COLUMNS) for row in rows])


@task.command("done")
@acting
@click.argument("number")
@note_option
@seen_option
def done(call: Call, number: str, note: str, seen: int | None) -> None:
    """Say that task NUMBER of REVIEW is done."""
    from flows.review_acts import finish_task as act

    call.print(act(call.engine, call.actor, call.key, number, note, call.version(seen), now=call.now))


@task.command("reopen")
@acting
@click.argument("number")
@reason_option
@seen_option
def reopen(call: Call, number: str, reason: str, seen: int | None) -> None:
    """Say that task NUMBER of REVIEW is not done."""
    from flows.review_acts import reopen_task as act

    call.print(act(call.engine, call.actor, call.key, number, reason, call.version(seen), now=call.now))


@task.command("assign")
@acting
@click.argument("number")
@click.option("--owner", required=True, help="Who does it.")
@click.option("--due", required=True, metavar="DATE", help="Until when.")
@seen_option
def assign(call: Call, number: str, owner: str, due: str, seen: int | None) -> None:
    """Give task NUMBER of REVIEW another owner and due date."""
    from flows.review_acts import assign_task as act

    day = parse_day(due, "--due")
    if day is None:
        raise UsageError("--due is missing", "", "write it as YYYY-MM-DD")
    call.print(act(call.engine, call.actor, call.key, number, owner, day, call.version(seen), now=call.now))


@click.command("trained")
@acting
@click.argument("code")
@click.option("--department", default="", help="Which department; without it the claims name none.")
@click.option("--not", "is_undone", is_flag=True, help="It was not taught after all.")
@note_option
@seen_option
def trained(call: Call, code: str, department: str, is_undone: bool, note: str, seen: int | None) -> None:
    """Say that a department was taught what changes with CODE of REVIEW."""
    from flows.review_acts import mark_trained as act

    subject, version = read_subject(call.key, code), call.version(seen)
    is_trained = not is_undone
    call.print(act(call.engine, call.actor, call.key, subject, department, is_trained, note, version, now=call.now))


@click.command("readiness")
@acting
@click.argument("payer")
@click.option("--code", default="", help="For this code alone; without it for the whole update.")
@click.option("--ready/--not-ready", "is_ready", required=True, default=None, help="Whether it is.")
@click.option("--hold-until", metavar="DATE", help="With --not-ready: claims are held until this day.")
@note_option
@seen_option
def readiness(
    call: Call, payer: str, code: str, is_ready: bool, hold_until: str | None, note: str, seen: int | None
) -> None:
    """Say whether PAYER is ready for REVIEW."""
    from flows.review_acts import set_readiness as act

    day, version = parse_day(hold_until, "--hold-until"), call.version(seen)
    call.print(act(call.engine, call.actor, call.key, payer, code, is_ready, day, note, version, now=call.now))


WORK_COMMANDS: tuple[click.Command, ...] = (comment, task, trained, readiness)
