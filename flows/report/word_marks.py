"""Marking, word by word, what differs between two texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from schema.records import canonical_json

# Beyond this many words the matcher, which is quadratic, would cost seconds; the middle is then marked whole.
MAX_WORDS = 1500

# A combining accent (U+0300 to U+036F) belongs to its letter.
_WORD = re.compile(r"[\w\u0300-\u036f]+|\s|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one text; `is_changed` where the other text has something else, or nothing."""

    text: str
    is_changed: bool


Segments = tuple[Segment, ...]


def mark_words(before: str, after: str) -> tuple[Segments, Segments]:
    """Both texts cut into segments, joined again they are the texts; equal stretches are unmarked.

    Words, single blanks and single signs are compared. A lone blank between two changed words counts
    as changed with them, so that a replaced phrase is one mark.
    """
    if before == after:
        whole = (Segment(before, False),) if before else ()
        return whole, whole
    left, right = _WORD.findall(before), _WORD.findall(after)
    marks: tuple[list[Segment], list[Segment]] = ([], [])
    for is_changed, left_part, right_part in _join_phrases(_pair_stretches(left, right)):
        for segments, part in zip(marks, (left_part, right_part), strict=True):
            if part:
                segments.append(Segment(part, is_changed))
    return tuple(marks[0]), tuple(marks[1])


def mark_values(before: Any, after: Any) -> tuple[Segments, Segments]:
    """As `mark_words`, for any value of a field: a list is marked entry by entry, blank gives ()."""
    if _is_list(before) and _is_list(after) and not (before is None and after is None):
        left, right = ([_text_of(entry) for entry in value or ()] for value in (before, after))
        return _mark_entries(left, right), _mark_entries(right, left)
    return mark_words(_text_of(before), _text_of(after))


def _is_list(value: Any) -> bool:
    return value is None or (isinstance(value, Sequence) and not isinstance(value, str | bytes))


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical_json(value)


def value_text(value: Any) -> str:
    """A field's value in one line: blank is "", the entries of a list are parted by `; `."""
    return "; ".join(map(_text_of, value)) if value is not None and _is_list(value) else _text_of(value)


def _mark_entries(entries: list[str], others: list[str]) -> Segments:
    known = set(others)
    segments: list[Segment] = []
    for entry in entries:
        if segments:
            segments.append(Segment("; ", False))
        segments.append(Segment(entry, entry not in known))
    return tuple(segments)


def _pair_stretches(left: list[str], right: list[str]) -> list[tuple[bool, str, str]]:
    """(is changed, stretch of the left, stretch of the right), in order."""
    head = _common_length(left, right)
    tail = _common_length(left[head:][::-1], right[head:][::-1])
    middle_left, middle_right = left[head : len(left) - tail], right[head : len(right) - tail]
    same_head, same_tail = "".join(left[:head]), "".join(left[len(left) - tail :])
    if max(len(middle_left), len(middle_right)) > MAX_WORDS:
        middle = [(True, "".join(middle_left), "".join(middle_right))]
    else:
        matcher = SequenceMatcher(None, middle_left, middle_right, autojunk=False)
        middle = [
            (tag != "equal", "".join(middle_left[i1:i2]), "".join(middle_right[j1:j2]))
            for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        ]
    return [(False, same_head, same_head), *middle, (False, same_tail, same_tail)]


def _common_length(left: list[str], right: list[str]) -> int:
    length = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        length += 1
    return length


def _join_phrases(stretches: list[tuple[bool, str, str]]) -> list[tuple[bool, str, str]]:
    joined: list[tuple[bool, str, str]] = []
    for place, (is_changed, left, right) in enumerate(stretches):
        is_gap = (
            not is_changed
            and left.isspace()
            and joined
            and joined[-1][0]
            and place + 1 < len(stretches)
            and stretches[place + 1][0]
            and not _is_blank_change(joined[-1])
            and not _is_blank_change(stretches[place + 1])
        )
        if (is_changed or is_gap) and joined and joined[-1][0]:
            joined[-1] = (True, joined[-1][1] + left, joined[-1][2] + right)
        elif left or right:
            joined.append((is_changed, left, right))
    return joined


def _is_blank_change(stretch: tuple[bool, str, str]) -> bool:
    return not (stretch[1] + stretch[2]).strip()
