"""`addenda review …`: the acts about changes, and those of sign-off."""

from __future__ import annotations

import click

from flows.commands.common import config_path, parse_day
from flows.commands.review_calls import (
    Call,
    acting,
    choice_of,
    codes_argument,
    digest_option,
    reason_option,
    seen_option,
)
from flows.commands.review_work import WORK_COMMANDS
from schema.access import SIGNING_ROLES, Role
from schema.errors import ConflictError
from schema.review import Action, BlockerKind, Decision


@click.command("decide")
@acting
@codes_argument
@click.option("--action", required=True, type=choice_of(Action), help="What is to be done.")
@click.option("--successor", "successors", multiple=True, help="With replace: by this code; may be repeated.")
@reason_option
@seen_option
def decide(
    call: Call, codes: tuple[str, ...], action: str, successors: tuple[str, ...], reason: str, seen: int | None
) -> None:
    """Decide about CODES of REVIEW: all of them, or none where one cannot be."""
    from flows.review_acts import decide as act

    wanted = Decision(Action(action), reason, successors)
    call.print(*act(call.engine, call.actor, call.key, call.subjects(codes), wanted, call.version(seen), now=call.now))


@click.command("reopen-item")
@acting
@codes_argument
@reason_option
@seen_option
def reopen_item(call: Call, codes: tuple[str, ...], reason: str, seen: int | None) -> None:
    """Take the decisions about CODES of REVIEW back."""
    from flows.review_acts import reopen_items as act

    call.print(*act(call.engine, call.actor, call.key, call.subjects(codes), reason, call.version(seen), now=call.now))


@click.command("assign")
@acting
@codes_argument
@click.option("--owner", required=True, help='Who does it; "" for nobody.')
@click.option("--due", metavar="DATE", help="Until when.")
@seen_option
def assign(call: Call, codes: tuple[str, ...], owner: str, due: str | None, seen: int | None) -> None:
    """Give CODES of REVIEW an owner and a due date."""
    from flows.review_acts import assign as act

    day, subjects = parse_day(due, "--due"), call.subjects(codes)
    call.print(*act(call.engine, call.actor, call.key, subjects, owner, day, call.version(seen), now=call.now))


@click.command("submit")
@acting
@digest_option
def submit(call: Call, digest: str) -> None:
    """Put REVIEW before those who sign."""
    from flows.review_acts import submit as act

    named = call.digest(digest)
    call.print(act(call.engine, call.actor, call.key, named, settings=call.settings, now=call.now))


@click.command("sign")
@acting
@click.option("--role", required=True, type=choice_of(SIGNING_ROLES), help="For which role.")
@digest_option
def sign(call: Call, role: str, digest: str) -> None:
    """Sign REVIEW, exactly as its digest names it."""
    from flows.review_acts import sign as act

    named, roles = call.digest(digest), call.settings.sign_roles
    call.print(act(call.engine, call.actor, call.key, Role(role), named, roles, settings=call.settings, now=call.now))


@click.command("return")
@acting
@digest_option
@reason_option
def return_(call: Call, digest: str, reason: str) -> None:
    """Return REVIEW to those who prepared it; its signatures are void."""
    from flows.review_acts import send_back as act

    named = call.digest(digest)
    call.print(act(call.engine, call.actor, call.key, named, reason, settings=call.settings, now=call.now))


@click.command("override")
@acting
@click.argument("blocker", type=choice_of(BlockerKind))
@click.option("--fingerprint", required=True, help="Of the blocker that you saw, its first 12 signs at least.")
@reason_option
def override(call: Call, blocker: str, fingerprint: str, reason: str) -> None:
    """Set BLOCKER of REVIEW aside; the reason stays beside every signature."""
    from flows.review.signoff import list_blockers
    from flows.review_acts import override as act

    kind, typed = BlockerKind(blocker), fingerprint.strip().lower()
    prints = [one.fingerprint for one in list_blockers(call.review) if one.kind is kind]
    whole = next((one for one in prints if one.startswith(typed) and len(typed) >= 12), None)
    if whole is None:
        raise ConflictError(f"the blocker {kind.value} is not what you saw", "", "see addenda review show")
    call.print(act(call.engine, call.actor, call.key, kind, reason, whole, settings=call.settings, now=call.now))


@click.command("reopen")
@acting
@reason_option
def reopen(call: Call, reason: str) -> None:
    """Take REVIEW back to draft; its signatures are void."""
    from flows.review_acts import reopen as act

    call.print(act(call.engine, call.actor, call.key, reason, settings=call.settings, now=call.now))


@click.command("refresh")
@acting
def refresh(call: Call) -> None:
    """Renew REVIEW with the latest issue, the uses and the claims as they are now.

    Decisions about changes that are the same stay; where something signed differs, the signatures are void.
    """
    from flows.commands.common import print_json
    from flows.commands.review_text import describe_review as tell_whole
    from flows.review_steps import describe_review, refresh_review

    config = config_path(click.get_current_context())
    found = refresh_review(call.engine, call.settings, config, call.key, call.actor, call.now)
    if call.output == "json":
        print_json(tell_whole(found, call.now.date()))
    else:
        click.echo(describe_review(found))


ACT_COMMANDS: tuple[click.Command, ...] = (
    decide,
    reopen_item,
    assign,
    *WORK_COMMANDS,
    submit,
    sign,
    return_,
    override,
    reopen,
    refresh,
)
