"""`addenda review`: updates under review, what is decided about them, and who did what when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from flows.commands.actor import by_option, find_actor
from flows.commands.common import (
    FINDINGS,
    format_option,
    open_settings,
    open_store,
    print_csv,
    print_json,
    print_table,
    today_of,
)
from flows.commands.review_acts import ACT_COMMANDS
from flows.commands.review_calls import choice_of
from flows.commands.review_names import read_key
from flows.commands.review_text import (
    ACT_COLUMNS,
    ITEM_COLUMNS,
    REVIEW_COLUMNS,
    describe_act,
    describe_item,
    describe_review,
    describe_standing,
    list_cells,
)
from schema.access import Permission, require
from schema.acts import Act, ActKind
from schema.changes import ChangeKind
from schema.errors import UsageError
from schema.impact import Priority
from schema.review import Action
from schema.review_query import ItemQuery, ItemSort
from schema.store.database import reading


@click.group("review")
def command() -> None:
    """Review updates: decide about changes, assign them, sign.

    REVIEW is typed like icd10cm@FY2025. Who acts: ADDENDA_TOKEN, or --by NAME with a password.
    """


@command.command("list")
@format_option
@click.pass_context
def list_(context: click.Context, output: str) -> None:
    """List the reviews, the newest effective date first."""
    from schema.store.review_reader import list_reviews

    settings = open_settings(context)
    with reading(open_store(settings)) as connection:
        rows = [describe_review(review, today_of(settings)) for review in list_reviews(connection)]
    _print({"reviews": rows}, rows, REVIEW_COLUMNS, output)


@command.command("show")
@click.argument("review")
@format_option
@click.pass_context
def show(context: click.Context, review: str, output: str) -> None:
    """Show how a review stands: state, digest, blockers, overrides, signatures."""
    from schema.store.review_reader import find_review, list_overrides, list_signatures

    settings, key = open_settings(context), read_key(review)
    with reading(open_store(settings)) as connection:
        found = find_review(connection, key)
        overrides, signatures = list_overrides(connection, key), list_signatures(connection, key)
    told = describe_standing(found, signatures, overrides, today_of(settings))
    if output == "json":
        print_json(told)
        return
    lines = [[name, told[name]] for name in
             ("review", "effective_date", "days_left", "state", "state_why", "previous", "current", "items",
              "to_decide", "undecided", "deleted_undecided", "digest", "version")]  # fmt: skip
    for one in told["blockers"]:
        is_aside = " (set aside)" if one["is_overridden"] else ""
        lines.append([f"blocker {one['kind']}{is_aside}", f"{one['what']} [{one['fingerprint'][:12]}]"])
    for one in told["overrides"]:
        lines.append([f"override {one['kind']}", f"{one['overridden_by']}, {one['overridden_at']}: {one['reason']}"])
    for one in told["signatures"]:
        is_void = f", void: {one['void_why']}" if one["void_at"] else ""
        words = f"{one['signer']}, {one['signed_at']}, digest {one['digest'][:12]}{is_void}"
        lines.append([f"signature {one['role']}", words])
    if output == "csv":
        print_csv(("what", "value"), lines)
    else:
        print_table(("", ""), lines)


@command.command("items")
@click.argument("review")
@click.option("--text", default="", help="Beginning of a code, or words of the title.")
@click.option("--kind", "kinds", multiple=True, type=choice_of(ChangeKind), help="May be repeated.")
@click.option("--priority", "priorities", multiple=True, type=choice_of(Priority), help="May be repeated.")
@click.option("--action", "actions", multiple=True, type=choice_of(Action), help="May be repeated.")
@click.option("--open/--closed", "is_open", default=None, help="Those that need a decision and have no final one.")
@click.option("--in-use/--unused", "is_in_use", default=None, help="Those that a use holds.")
@click.option("--owner", default="", help="Assigned to, or with a use of, this owner.")
@click.option("--sort", type=choice_of(ItemSort), default=ItemSort.PRIORITY.value, show_default=True)
@click.option("--page", default=1, type=click.IntRange(1), help="Which page; 1 by default.")
@click.option("--page-size", default=500, type=click.IntRange(1, 500), show_default=True)
@format_option
@click.pass_context
def items(
    context: click.Context,
    review: str,
    text: str,
    kinds: tuple[str, ...],
    priorities: tuple[str, ...],
    actions: tuple[str, ...],
    is_open: bool | None,
    is_in_use: bool | None,
    owner: str,
    sort: str,
    page: int,
    page_size: int,
    output: str,
) -> None:
    """List the changes of a review with what is decided about them."""
    from schema.store.review_reader import find_items, find_review

    key = read_key(review)
    query = ItemQuery(
        text=text,
        kinds=tuple(map(ChangeKind, kinds)),
        priorities=tuple(map(Priority, priorities)),
        actions=tuple(map(Action, actions)),
        is_open=is_open,
        is_in_use=is_in_use,
        owner=owner,
        sort=ItemSort(sort),
        page=page,
        page_size=page_size,
    )
    with reading(open_store(open_settings(context))) as connection:
        find_review(connection, key)
        found = find_items(connection, key, query)
    rows = [describe_item(item) for item in found.rows]
    whole = {"review": key, "total": found.total, "page": found.page, "pages": found.pages, "items": rows}
    _print(whole, rows, ITEM_COLUMNS, output)
    if found.pages > 1:
        click.echo(f"page {found.page} of {found.pages}, {found.total} changes", err=True)


@command.command("audit")
@click.argument("review", required=False)
@click.option("--person", help="What this account did.")
@click.option("--kind", "kinds", multiple=True, type=choice_of(ActKind), help="May be repeated.")
@click.option("--limit", default=200, type=click.IntRange(1, 100_000), show_default=True)
@click.option("--access", "has_access", is_flag=True, help="Sign-ins and accounts too, for those who may see them.")
@click.option("--verify", "is_verifying", is_flag=True, help="Prove that the log, and what follows from it, is whole.")
@click.option("--head", metavar="HASH", help="With --verify: an act with this hash, noted elsewhere, is in the log.")
@by_option
@format_option
@click.pass_context
def audit(
    context: click.Context,
    review: str | None,
    person: str | None,
    kinds: tuple[str, ...],
    limit: int,
    has_access: bool,
    is_verifying: bool,
    head: str | None,
    by: str | None,
    output: str,
) -> int:
    """Tell who did what when, the last act first; or prove with --verify that nobody changed the log or the rows.

    Exit code 1: something is not as it was written.
    """
    from schema.store.act_log import read_acts

    if head is not None and not is_verifying:
        raise UsageError("--head goes with --verify", "", "give both")
    settings = open_settings(context)
    engine = open_store(settings)
    if is_verifying:
        from flows.commands.review_verify import print_verification

        return FINDINGS if print_verification(engine, settings, head, output) else 0
    if has_access:
        require(find_actor(engine, by), Permission.AUDIT, "see who signed in")
    with reading(engine) as connection:
        acts: list[Act] = read_acts(
            connection,
            review=read_key(review) if review else None,
            kinds=[ActKind(kind) for kind in kinds] or None,
            actor=person,
            limit=limit,
            has_access=has_access,
        )
    rows = [describe_act(act) for act in acts]
    _print({"acts": rows}, rows, ACT_COLUMNS, output)
    return 0


@command.command("remind")
@format_option
@click.pass_context
def remind(context: click.Context, output: str) -> None:
    """Tell people of overdue tasks, days left, returned sign-offs and holds that end, as the daily schedule does."""
    from flows.reminders import list_reminders, send_reminders

    settings = open_settings(context)
    today = today_of(settings)
    rows = [
        {"title": event.title, "body": event.body} for event in list_reminders(open_store(settings), settings, today)
    ]
    _print({"reminders": rows}, rows, ("title", "body"), output)
    told = send_reminders(settings, today)
    click.echo(f"{told} messages sent" if settings.notify_urls else "nobody is told: notify_urls is empty", err=True)


def _print(whole: dict[str, Any], rows: Sequence[dict[str, Any]], columns: Sequence[str], output: str) -> None:
    if output == "json":
        print_json(whole)
    else:
        (print_csv if output == "csv" else print_table)(columns, [list_cells(row, columns) for row in rows])


for _act in ACT_COMMANDS:
    command.add_command(_act)
