"""What was decided in the review of an update, for the watch of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from flows.review.choices import choose_successors, list_policy_acts
from schema.changes import UpdateResult
from schema.review import Item, review_key
from schema.store.database import reading
from schema.store.reader import read_codes_in
from schema.store.review_rows import StoredStanding
from schema.watch import WatchAct

if TYPE_CHECKING:
    from sqlalchemy import Engine


def apply_decisions(engine: Engine, result: UpdateResult) -> UpdateResult:
    """The result with the successors that were chosen in the place of those that were suggested."""
    current = result.current.release_id
    decided = _read_decided(engine, result)
    named = {code for item in decided for code in (item.code, *item.successors)}
    if not named:
        return result
    titles = {change.code: change.record.long_descriptor for change in result.change_set.changes}
    with reading(engine) as connection:
        for code, record in read_codes_in(connection, current, sorted(named - titles.keys())).items():
            titles[code] = record.long_descriptor
    return replace(result, successors=choose_successors(result.successors, decided, titles))


def add_policy_acts(engine: Engine, results: Iterable[UpdateResult], acts: Sequence[WatchAct]) -> list[WatchAct]:
    """The acts of people on the watchlist by day, those of their reviews among them: a code that needs a policy."""
    found = [
        act
        for result in results
        for act in list_policy_acts(_read_decided(engine, result), result.current.release_id.effective_date)
    ]
    return sorted([*found, *acts], key=lambda act: act.act_date) if found else list(acts)


def _read_decided(engine: Engine, result: UpdateResult) -> Sequence[Item]:
    with reading(engine) as connection:
        return StoredStanding(connection).decided(review_key(result.current.release_id))
