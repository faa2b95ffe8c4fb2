"""What may be written: decisions, texts, and work on a page that is not the newest. Pure."""

from __future__ import annotations

from collections.abc import Collection

from schema.review import Decision, Item

TEXT_LIMIT = 2000
LINE_LIMIT = 120
SUCCESSOR_LIMIT = 50


def check_decision(item: Item, decision: Decision, usable: Collection[str]) -> Decision:
    """The decision as it is kept. `usable` are codes that may be used from the effective date. Raises UsageError."""
    raise NotImplementedError


def check_text(name: str, text: str, *, limit: int = TEXT_LIMIT, is_required: bool = True) -> str:
    """A text of some lines as it is kept, without blanks at its ends. Raises UsageError."""
    raise NotImplementedError


def check_line(name: str, text: str, *, limit: int = LINE_LIMIT, is_required: bool = True) -> str:
    """A text of one line as it is kept, without blanks at its ends. Raises UsageError."""
    raise NotImplementedError


def check_seen(version: int, seen: int, who: str) -> None:
    """Raises ConflictError when a row changed after the page was made; `who` says who did what when."""
    raise NotImplementedError
