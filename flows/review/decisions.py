"""What may be written: decisions, texts, and work on a page that is not the newest. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

from schema.errors import ConflictError, UsageError, shorten_value
from schema.review import ACTIONS, Action, Decision, Item

TEXT_LIMIT = 2000
"""Characters of a reason, comment or note: a page of a letter."""
LINE_LIMIT = 120
"""Characters of a name: an owner, payer, team, label or view."""
SUCCESSOR_LIMIT = 50
"""Codes that one decision may name: no code was ever parted into as many, and a page can show them."""

# Embeddings, overrides and isolates turn what is read round, on the page and in the log.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control characters, halves of surrogate pairs, and the separators that some programs take for a line end.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def check_decision(item: Item, decision: Decision, usable: Collection[str]) -> Decision:
    """The decision as it is kept, the reason without blanks at its ends.

    `usable` are codes that the reviewed release holds and that may be billed from its effective date; others need not
    be in it. Raises UsageError.
    """
    allowed = ACTIONS[item.kind]
    if decision.action not in allowed:
        named = ", ".join(action.value for action in allowed)
        raise UsageError(
            f"{item.subject} cannot be decided {decision.action.value}",
            f"its change is {item.kind.value}",
            f"decide {named}",
        )
    reason = check_text("the reason", decision.reason)
    if decision.action is Action.REPLACE:
        _check_successors(item, decision.successors, usable)
    elif decision.successors:
        raise UsageError(
            f"{item.subject} is decided {decision.action.value} with successors",
            "successors go with replace alone",
            "leave them out, or decide replace",
        )
    return Decision(decision.action, reason, tuple(decision.successors))


def is_open(needs_decision: bool, action: Action | None) -> bool:
    """Whether a change still has to be decided: it needs to be, and is not, or not finally."""
    return needs_decision and action in (None, Action.NEEDS_POLICY)


def _check_successors(item: Item, successors: Collection[str], usable: Collection[str]) -> None:
    remedy = "name one or more codes that may be used from the effective date"
    if not successors:
        raise UsageError(f"{item.subject} is to be replaced by nothing", "replace needs a successor", remedy)
    if len(successors) > SUCCESSOR_LIMIT:
        raise UsageError(
            f"{item.subject} is to be replaced by {len(successors)} codes", f"{SUCCESSOR_LIMIT} at most", remedy
        )
    if len(set(successors)) != len(successors):
        raise UsageError(f"a successor of {item.subject} is named twice", "", "name each once")
    if item.code in successors:
        raise UsageError(f"{item.subject} is to be replaced by itself", "a successor is another code", remedy)
    for code in successors:
        if code not in usable:
            raise UsageError(
                f"{shorten_value(code)!r} cannot replace {item.subject}",
                "the release under review does not hold it, or it cannot be billed",
                remedy,
            )


def check_text(name: str, text: str, *, limit: int = TEXT_LIMIT, is_required: bool = True) -> str:
    """A text of some lines as it is kept: line ends are LF, without blanks at its ends. Raises UsageError."""
    return _check(name, text.replace("\r\n", "\n"), limit, is_required, allowed="\n")


def check_line(name: str, text: str, *, limit: int = LINE_LIMIT, is_required: bool = True) -> str:
    """A text of one line as it is kept, without blanks at its ends. Raises UsageError."""
    return _check(name, text, limit, is_required, allowed="")


def check_seen(version: int, seen: int, who: str) -> None:
    """Raises ConflictError when a row changed after the page was made.

    `version` is the last act about the row, `seen` the last act that the page knew, `who` says who did what when.
    """
    if version > seen:
        raise ConflictError(
            "somebody was quicker, and nothing was changed", who, "look at it as it is now, then do it again"
        )


def _check(name: str, text: str, limit: int, is_required: bool, *, allowed: str) -> str:
    kept = text.strip()
    if len(kept) > limit:
        raise UsageError(f"{name} is too long", f"it has {len(kept)} characters, {limit} at most", "shorten it")
    for character in kept:
        is_refused = character in _TURNING or unicodedata.category(character) in _REFUSED_CATEGORIES
        if is_refused and character not in allowed:
            raise UsageError(
                f"{name} holds a character that cannot be kept",
                f"U+{ord(character):04X} is a control character",
                "leave it out",
            )
    if is_required and not any(character.isprintable() and not character.isspace() for character in kept):
        raise UsageError(f"{name} is missing", "it is read in an audit years later", "write it")
    return kept
