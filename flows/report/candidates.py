"""Candidate successors as they are shown: each once, under all the sources that name it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flows.report import wording
from flows.report.model import Candidate, CandidateGroup
from schema.changes import Successor
from schema.systems import display_code


def group_candidates(system: str, successors: Iterable[Successor]) -> tuple[CandidateGroup, ...]:
    """Each candidate once, grouped by all the sources that name it; strongest source first, then by code."""
    by_code: dict[str, list[Successor]] = {}
    for successor in sorted(successors, key=lambda s: (s.rank, s.source, s.detail, s.code)):
        by_code.setdefault(successor.code, []).append(successor)
    groups: dict[tuple[int, str], list[Candidate]] = {}
    guesses: set[tuple[int, str]] = set()
    for code, found in sorted(by_code.items()):
        source = wording.sources_text((s.source, s.detail) for s in found)
        title = next((s.title for s in found if s.title), "")
        key = found[0].rank, source
        groups.setdefault(key, []).append(Candidate(display_code(system, code), code, title))
        if all(successor.is_guess for successor in found):
            guesses.add(key)
    return tuple(CandidateGroup(key[1], tuple(found), key in guesses) for key, found in _sort_groups(groups))


def _sort_groups(groups: Mapping[tuple[int, str], list[Candidate]]) -> list[tuple[tuple[int, str], list[Candidate]]]:
    return sorted(groups.items(), key=lambda item: (item[0][0], item[1][0].stored_code, item[0][1]))
