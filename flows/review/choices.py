"""What was decided, in the place of what was suggested. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from schema.changes import ChangeKind, Successor
from schema.errors import shorten_value
from schema.review import Action, Item
from schema.watch import WATCH_DAYS, WatchAct

CHOSEN = "decision"
"""The source of a successor that people chose."""

_HEADERS = frozenset({ChangeKind.NEW_HEADER, ChangeKind.GONE_HEADER, ChangeKind.REVISED_HEADER})
_LONGEST_REASON = 200

Successors = Mapping[str, tuple[Successor, ...]]


def choose_successors(suggested: Successors, decided: Iterable[Item], titles: Mapping[str, str]) -> Successors:
    """The successors by changed code, in both directions as in `UpdateResult`, with those that were chosen in the
    place of those that were suggested: the chosen ones of a code that is replaced, none of one that is retired.
    `titles` are by code. Other codes keep what was suggested."""
    chosen = {
        item.code: item.successors if item.action is Action.REPLACE else ()
        for item in decided
        if item.action in (Action.REPLACE, Action.RETIRE)
    }
    found = {
        code: tuple(s for s in candidates if s.code not in chosen or code in chosen[s.code])
        for code, candidates in suggested.items()
        if code not in chosen
    }
    for code, successors in chosen.items():
        found[code] = tuple(Successor(to, CHOSEN, 1, "", titles.get(to, "")) for to in successors)
        for to in successors:
            if to not in chosen and not any(s.code == code for s in found.get(to, ())):
                found[to] = (Successor(code, CHOSEN, 1, "", titles.get(code, "")), *found.get(to, ()))
    return {code: candidates for code, candidates in sorted(found.items()) if candidates}


def list_policy_acts(decided: Iterable[Item], effective_date: date) -> list[WatchAct]:
    """An act of the watch for each code that waits for a policy: it is watched until there is one.

    The acts lie in the 90 days before the effective date, so that they count for this update alone.
    """
    first, last = effective_date - timedelta(days=WATCH_DAYS), effective_date - timedelta(days=1)
    acts = []
    for item in decided:
        if item.action is not Action.NEEDS_POLICY or item.kind in _HEADERS or item.decided_at is None:
            continue
        day = item.decided_at.date()
        reason = f"needs a policy, decided {day}: {shorten_value(' '.join(item.reason.split()), _LONGEST_REASON)}"
        system = item.review.partition("@")[0]
        acts.append(WatchAct("add", system, item.code, None, reason, item.decided_by, min(max(day, first), last)))
    return acts
