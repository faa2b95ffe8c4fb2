"""What the store knows of a code beyond the two releases: its history as steps, and its notes before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from flows.report.html import mark_segments
from flows.report.word_marks import Segment, mark_words
from schema.records import CodeRecord
from schema.releases import ReleaseId
from schema.review import Item, Review
from schema.store.lookup import Lookup
from schema.systems import display_code

if TYPE_CHECKING:
    from sqlalchemy import Engine

_NOTE_TITLES = {
    "use_additional": "Use additional code",
    "seventh_characters": "7th characters",
    "seventh_character": "7th character",
    "seventh_character_note": "7th character",
    "seventh_character_notes": "7th characters",
}
_NOT_SHOWN = frozenset({"inherited", "scope", "name", "title", "is_placeholder"})


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of the history: from this release on the code was so. Marks show what differs from the step before.

    `side` is `before` or `after` where the step is in force on that side of the update.
    """

    label: str
    release: str
    day: date
    state: str
    title: Markup | str
    dates: str
    sides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoteView:
    """Notes of one sort. `at` is the code above that they stand at, "" for the code's own."""

    at: str
    title: str
    lines: tuple[Markup | str, ...]


def read_code_past(engine: Engine, review: Review, item: Item) -> dict[str, Any]:
    """`history` and `notes` of a change under review, for its page."""
    days = (review.effective_date - timedelta(days=1), review.effective_date)
    with Lookup(engine, review.system) as lookup:
        steps = lookup.history(item.code)
        before, after = (lookup.notes(item.code, day) for day in days)
    return {
        "history": view_history(steps, days),
        "notes": list(compare_notes(review.system, before or after, after or before)),
    }


def view_history(
    steps: Sequence[tuple[ReleaseId, CodeRecord | None]], days: tuple[date, date] | None = None
) -> list[StepView]:
    """The code through the releases, as `Lookup.history` gives it; `days` are one of each side of an update."""
    in_force = [_place_on(steps, day) for day in days or ()]
    found: list[StepView] = []
    before = ""
    for place, (release_id, record) in enumerate(steps):
        title: Markup | str = ""
        if record is not None:
            text = record.long_descriptor
            title = mark_segments(mark_words(before, text)[1], "ins") if before and before != text else text
            before = text
        found.append(
            StepView(
                label=release_id.label,
                release=str(release_id),
                day=release_id.effective_date,
                state=state_of(record),
                title=title,
                dates=dates_of(record),
                sides=tuple(name for name, at in zip(("before", "after"), in_force, strict=False) if at == place),
            )
        )
    return found


def state_of(record: CodeRecord | None) -> str:
    """What a release has of a code, in a word or two."""
    if record is None:
        return "not listed"
    if record.is_billable is None:
        return "listed"
    return "billable" if record.is_billable else "header"


def dates_of(record: CodeRecord | None) -> str:
    """The dates of a HCPCS record in words, "" for ICD."""
    if record is None:
        return ""
    added = f"added {record.added_date.isoformat()}" if record.added_date else ""
    ended = f"last day {record.termination_date.isoformat()}" if record.termination_date else ""
    return ", ".join(filter(None, (added, ended)))


def compare_notes(system: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[NoteView]:
    """The notes of a code, then those of the codes above it, nearest first; what came and went is marked."""
    yield from _compare_fields("", before, after)
    old, new = before.get("inherited") or {}, after.get("inherited") or {}
    for code in sorted({*old, *new}, key=lambda code: (-len(code), code)):
        yield from _compare_fields(display_code(system, code), old.get(code) or {}, new.get(code) or {})


def _compare_fields(at: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[NoteView]:
    for name in dict.fromkeys((*after, *before)):
        if name in _NOT_SHOWN:
            continue
        one, other = _lines_of(before.get(name)), _lines_of(after.get(name))
        came, went = [line for line in other if line not in one], [line for line in one if line not in other]
        lines: list[Markup | str] = [line for line in other if line in one]
        if len(came) == len(went) == 1:
            # One line in the place of another: what differs is told word by word.
            before_marks, after_marks = mark_words(went[0], came[0])
            if any(segment.is_changed for segment in before_marks):
                lines.append(mark_segments(before_marks, "del"))
            lines.append(mark_segments(after_marks, "ins"))
        else:
            lines += [mark_segments((Segment(line, True),), "del") for line in went]
            lines += [mark_segments((Segment(line, True),), "ins") for line in came]
        if lines:
            yield NoteView(at, _NOTE_TITLES.get(name) or name.replace("_", " ").capitalize(), tuple(lines))


def _lines_of(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [f"{name}: {'; '.join(map(str, v)) if isinstance(v, list) else v}" for name, v in value.items()]
    return [str(line) for line in value] if isinstance(value, list) else [str(value)]


def _place_on(steps: Sequence[tuple[ReleaseId, CodeRecord | None]], day: date) -> int:
    return max((n for n, (release_id, _) in enumerate(steps) if release_id.effective_date <= day), default=-1)
