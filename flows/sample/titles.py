"""Titles of ICD-10 codes in the sample, and the tables of changes by which its releases are told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_LINE = re.compile(r"([-+*?]) ([0-9A-Z]{3,7})(?: +([01]) (\S.*))?")
_SHORT = re.compile(r" +\| (\S.*)")
# CMS sorts by the tabular list: C4A stands behind C43, and the letter U behind all others.
_BEHIND = {"C4A": "C43"}
_LAST_LETTER = "U"


@dataclass(frozen=True, slots=True)
class Title:
    """One row of an order file. Without a short title of its own the short title is the long one."""

    code: str
    is_billable: bool
    long: str
    short: str


@dataclass(frozen=True, slots=True)
class TitleChanges:
    """What one release does to the one before it.

    A code whose billable flag changes is both deleted and added, as in the publisher's addenda.
    `unlisted` are revised codes of which the publisher's addenda say nothing.
    """

    added: tuple[Title, ...]
    deleted: tuple[str, ...]
    revised: tuple[Title, ...]
    unlisted: frozenset[str]


def read_changes(table: str) -> TitleChanges:
    """The changes in a table of the `rows` modules; raises ValueError for a line that is none.

    A line is a mark (`+` added, `-` deleted, `*` revised, `?` revised and not in the addenda), the code,
    the billable flag and the long title; a short title that differs follows on a line that begins with `|`.
    """
    lines: list[tuple[str, Title]] = []
    for line in table.strip("\n").split("\n"):
        if match := _LINE.fullmatch(line):
            long = match[4] or ""
            lines.append((match[1], Title(match[2], match[3] == "1", long, long)))
        elif (match := _SHORT.fullmatch(line)) and lines:
            mark, title = lines[-1]
            lines[-1] = mark, Title(title.code, title.is_billable, title.long, match[1])
        else:
            raise ValueError(f"no change of a title: {line!r}")
    return TitleChanges(
        added=tuple(title for mark, title in lines if mark == "+"),
        deleted=tuple(title.code for mark, title in lines if mark == "-"),
        revised=tuple(title for mark, title in lines if mark in "*?"),
        unlisted=frozenset(title.code for mark, title in lines if mark == "?"),
    )


def apply_changes(previous: Mapping[str, Title], changes: TitleChanges) -> dict[str, Title]:
    """The next release, by code in tabular order; raises ValueError when the changes do not fit."""
    current = dict(previous)
    for code in changes.deleted:
        if current.pop(code, None) is None:
            raise ValueError(f"{code} is deleted and was not there")
    for title in changes.added:
        if title.code in current:
            raise ValueError(f"{title.code} is added and was there")
        current[title.code] = title
    for title in changes.revised:
        if title.code not in current or current[title.code].is_billable is not title.is_billable:
            raise ValueError(f"{title.code} is revised and was not there at that level")
        current[title.code] = title
    return {code: current[code] for code in sort_codes(current)}


def sort_codes(codes: Iterable[str]) -> list[str]:
    """Codes in tabular order, each once."""
    return sorted(set(codes), key=_position)


def _position(code: str) -> tuple[bool, str, str]:
    category = code[:3]
    return code.startswith(_LAST_LETTER), _BEHIND.get(category, category), code
