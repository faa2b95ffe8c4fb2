"""What the acts on the command line share: their options, who acts on which review, and what they print."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import click

from flows.commands.actor import by_option, find_actor
from flows.commands.common import format_option, open_settings, open_store, print_csv, print_json
from flows.commands.review_names import read_digest, read_key, read_subject
from flows.commands.review_text import ACT_COLUMNS, describe_act, list_cells
from flows.settings import Settings
from schema.access import Actor
from schema.acts import Act
from schema.review import Review

if TYPE_CHECKING:
    from sqlalchemy import Engine

reason_option = click.option("--reason", required=True, help="Why. It is kept for ever: name no patient.")
note_option = click.option("--note", default="", help="What is worth knowing. It is kept for ever: name no patient.")
digest_option = click.option(
    "--digest", required=True, help="What you saw: the digest of addenda review show, its first 12 signs at least."
)
seen_option = click.option(
    "--seen",
    type=click.IntRange(0, 2**53),
    help="The version that you saw: what changed after it is refused. Default: as it is now.",
)
codes_argument = click.argument("codes", nargs=-1, required=True)


def choice_of(values: Iterable[StrEnum]) -> click.Choice[str]:
    """A choice by value: of members themselves click would ask for the names."""
    return click.Choice([value.value for value in values])


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an act: who acts on which review."""

    engine: Engine
    settings: Settings
    review: Review
    actor: Actor
    now: datetime
    output: str

    @property
    def key(self) -> str:
        """The key of the review."""
        return self.review.key

    def version(self, seen: int | None) -> int:
        """The version that the person saw, by default the present one."""
        return self.review.version if seen is None else seen

    def subjects(self, codes: tuple[str, ...]) -> list[str]:
        """The changes that were typed as codes."""
        return [read_subject(self.key, code) for code in codes]

    def digest(self, typed: str) -> str:
        """The whole digest that was typed; raises ConflictError when it is not the present one."""
        return read_digest(self.review, typed)

    def print(self, *acts: Act) -> None:
        """One line for each act, or the acts whole."""
        rows = [describe_act(act) for act in acts]
        if self.output == "json":
            print_json({"acts": rows})
        elif self.output == "csv":
            print_csv(ACT_COLUMNS, [list_cells(row, ACT_COLUMNS) for row in rows])
        else:
            for row in rows:
                about = " ".join(part for part in (row["review"], row["subject"]) if part)
                click.echo(f"act {row['sequence']}: {row['actor']} {row['kind']} {about}")


def acting(function: Callable[..., None]) -> Callable[..., None]:
    """A command on the review of its first argument: the function gets a `Call` and the other options."""

    @click.argument("review")
    @by_option
    @format_option
    @click.pass_context
    def run(context: click.Context, /, review: str, by: str | None, output: str, **given: Any) -> None:
        function(open_call(context, review, by, output), **given)

    run.__doc__, run.__name__ = function.__doc__, function.__name__
    # Options that the function has already come after the review.
    run.__click_params__ = [*getattr(function, "__click_params__", []), *run.__click_params__]  # type: ignore[attr-defined]
    return run


def open_call(context: click.Context, review: str, by: str | None, output: str) -> Call:
    """Who acts on which review; raises CredentialsError, ReviewNotFoundError."""
    from schema.store.database import reading
    from schema.store.review_reader import find_review

    settings = open_settings(context)
    engine = open_store(settings)
    actor = find_actor(engine, by)
    with reading(engine) as connection:
        found = find_review(connection, read_key(review))
    return Call(engine, settings, found, actor, datetime.now(UTC), output)
