"""What an act gives, and how its body is read: what is not of the kind that the log holds is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from schema.acts import Act
from schema.errors import AuditError
from schema.review import Review, Row
from schema.standing import Standing


@dataclass(frozen=True, slots=True)
class Outcome:
    """Rows that are there now, in the place of those of the same key; and rows that are gone."""

    rows: tuple[Row, ...] = ()
    removed: tuple[Row, ...] = ()


def impossible(act: Act, why: str) -> AuditError:
    """The error for an act that the acts before it leave no room for."""
    return AuditError(f"act {act.sequence} ({act.kind.value}) cannot have happened", why, "see the audit of the log")


def find_review(act: Act, standing: Standing) -> Review:
    """The review that the act is about. Raises AuditError."""
    review = standing.review(act.review)
    if review is None:
        raise impossible(act, f"there is no review {act.review}")
    return review


def read_text(value: Any) -> str:
    """The value, a text. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} instead of a text")
    return value


def read_flag(value: Any) -> bool:
    """The value, true or false. Raises TypeError."""
    if not isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} instead of true or false")
    return value


def read_number(value: Any) -> int:
    """The value, a whole number. Raises TypeError."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{type(value).__name__} instead of a number")
    return value


def read_day(value: Any) -> date | None:
    """The day of an ISO text, None for null. Raises TypeError or ValueError."""
    return None if value is None else date.fromisoformat(value)
