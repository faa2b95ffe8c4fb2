"""Guesses at successors where nobody names one: titles that are nearly the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from schema.changes import TITLE_LIKENESS, Change, ChangeKind, ChangeSet, Successor
from schema.records import CodeRecord
from schema.systems import get_system

LEAST_LIKENESS = 92.0
"""How like two titles have to be, 0 to 100 (rapidfuzz `ratio` of their words, sorted), to be a guess.

Measured on the real releases of 2018 to 2025, on deleted codes whose replacement the publisher names
(a guess is right when it is one of those that are named): at 92, with `NEAR_BEST` and `_TURNING_WORDS`,

    system     codes  guessed at  guesses  of them right
    icd10cm    510    351         398      94 %
    icd10pcs   105     89          89      100 %
    hcpcs       18     13          13      100 %

At 88 it is 93 % for ICD-10-CM and 96 % for ICD-10-PCS, whose titles differ by one word in ten; at 95 nearly
nothing is guessed there. The sample of HCPCS is small. Whether a code of which the publisher says nothing has
a successor at all cannot be measured: it remains a guess.
"""

NEAR_BEST = 1.0
"""How far below the best guess another one may lie. Titles of one category are all alike: of what lies within
one point nine in ten are right, of everything above the threshold three in four."""

MAX_GUESSES = 3
GUESS_RANK = 5
"""After everything that is named, usable or not (`flows/diff/successors.py`)."""

# Titles that differ in one of these are alike and mean the opposite, or the other side.
_TURNING_WORDS = frozenset({"no", "not", "non", "without", "left", "right", "bilateral", "unilateral"})
_WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?")
_COMING = frozenset({ChangeKind.NEW, ChangeKind.REINSTATED})
# The part of a code by which its neighbours are found: category, table, letter.
_NEIGHBOURHOODS = {"icd10cm": 3, "icd10pcs": 3, "hcpcs": 1}


_Turning = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Title:
    code: str
    text: str
    turning: _Turning


def neighbourhood_of(system: str, code: str) -> str:
    """What the code shares with its neighbours: ICD-10-CM category, ICD-10-PCS table, HCPCS letter."""
    return code[: _NEIGHBOURHOODS[get_system(system).name]]


def guess_successors(
    change_set: ChangeSet, deleted: Iterable[Change], records: Mapping[str, CodeRecord]
) -> dict[str, tuple[Successor, ...]]:
    """By deleted code, of those given, at most `MAX_GUESSES` guesses; codes without one have no key.

    Guessed are the new codes of the change set, wherever they stand, and the codes of the same
    neighbourhood that are in `records`, those of the current release.
    """
    from rapidfuzz import fuzz, process

    system, day = change_set.system, change_set.current.effective_date
    arriving = {change.code: change.record for change in change_set.changes if change.kind in _COMING}
    new: dict[_Turning, list[_Title]] = {}
    around: dict[tuple[str, _Turning], list[_Title]] = {}
    for code, record in sorted({**records, **arriving}.items()):
        if _is_usable(record, day):
            title = _read_title(record)
            if code in arriving:
                new.setdefault(title.turning, []).append(title)
            else:
                around.setdefault((neighbourhood_of(system, code), title.turning), []).append(title)
    found: dict[str, tuple[Successor, ...]] = {}
    pools: dict[tuple[str, _Turning], tuple[list[_Title], list[str]]] = {}
    for change in deleted:
        own = _read_title(change.before or change.record)
        place = neighbourhood_of(system, change.code), own.turning
        if place not in pools:
            pool = [*new.get(own.turning, ()), *around.get(place, ())]
            pools[place] = pool, [title.text for title in pool]
        pool, texts = pools[place]
        matches = process.extract(own.text, texts, scorer=fuzz.ratio, limit=None, score_cutoff=LEAST_LIKENESS)
        if best := _choose(own, [(score, pool[position]) for _, score, position in matches]):
            found[change.code] = tuple(
                Successor(title.code, TITLE_LIKENESS, GUESS_RANK, f"{score:.0f} of 100") for score, title in best
            )
    return found


def _choose(own: _Title, scored: Sequence[tuple[float, _Title]]) -> list[tuple[float, _Title]]:
    fitting = [
        (score, title)
        for score, title in scored
        if title.code != own.code and title.turning == own.turning and own.text
    ]
    fitting.sort(key=lambda match: (-match[0], match[1].code))
    return [match for match in fitting if match[0] >= fitting[0][0] - NEAR_BEST][:MAX_GUESSES]


def _is_usable(record: CodeRecord, day: date) -> bool:
    is_ended = record.termination_date is not None and record.termination_date < day
    return record.kind == "code" and record.is_billable is not False and not is_ended


def _read_title(record: CodeRecord) -> _Title:
    words = sorted(_WORD.findall(record.long_descriptor.casefold()))
    return _Title(record.code, " ".join(words), _TURNING_WORDS.intersection(words))
