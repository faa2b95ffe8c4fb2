"""The proof: the log of acts is whole, and every row follows from it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from schema.acts import Act
from schema.review import Row


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as the log says. `where` names the act or the row, `what` is a sentence."""

    where: str
    what: str


class Memory:
    """A Standing in memory: what the acts add up to."""

    def __init__(self, read_evidence: Callable[[str], bytes | None]) -> None:
        raise NotImplementedError


def check_chain(acts: Iterable[Act], head: tuple[int, str]) -> list[Finding]:
    """Whether sequences have no gap, each act's hash is its own and the next one names it, and the head is the last."""
    raise NotImplementedError


def replay(acts: Iterable[Act], read_evidence: Callable[[str], bytes | None]) -> tuple[Memory, list[Finding]]:
    """What the acts add up to, and what in them cannot have happened."""
    raise NotImplementedError


def compare_rows(memory: Memory, rows: Iterable[Row]) -> list[Finding]:
    """Every row that differs from what the acts add up to, that is missing, or that no act gave."""
    raise NotImplementedError
