"""The totals of claims in an acknowledgment (QTY of loops 2200B and 2200C) against the claims that it lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

# HL03 of the receiver and of a provider: QTY01 of the claims accepted and rejected below it.
_KINDS = {"21": {"90": "accepted", "AA": "rejected"}, "19": {"QA": "accepted", "QC": "rejected"}}


@dataclass
class _Level:
    """A receiver or provider: claims found below it, and what it tells of them with the segment's number."""

    parent: _Level | None
    accepted: int = 0
    rejected: int = 0
    told: dict[str, tuple[int, int]] = field(default_factory=dict)
    children: list[_Level] = field(default_factory=list)

    @property
    def is_listed(self) -> bool:
        """Whether every claim below is listed: a level that was rejected as a whole lists none of its claims."""
        if self.children:
            return all(child.is_listed for child in self.children)
        return self.accepted + self.rejected > 0


class ClaimTotals:
    """Counts claims by level while the segments come."""

    def __init__(self) -> None:
        self._levels: dict[str, _Level] = {}
        self._current: _Level | None = None
        self._kind = ""

    def begin_level(self, kind: str, number: str, parent: str) -> None:
        """A level begins: HL03, HL01 and HL02."""
        self._kind = kind
        if kind == "20":
            self._current = None
        elif kind == "PT":
            self._current = self._levels[parent]
        else:
            above = self._levels.get(parent)
            self._current = self._levels[number] = _Level(above)
            if above:
                above.children.append(self._current)

    def tell(self, kind: str, claims: int, segment: int) -> None:
        """A QTY segment: what the level says of its claims."""
        what = _KINDS.get(self._kind, {}).get(kind)
        if self._current and what:
            self._current.told[what] = claims, segment

    def add_claim(self, is_rejected: bool) -> None:
        """One claim of the level that was begun last."""
        level = self._current
        while level:
            level.rejected += is_rejected
            level.accepted += not is_rejected
            level = level.parent

    def find_faults(self) -> Iterator[tuple[int, str]]:
        """(number of the QTY segment, reason) for each total that is not what was found."""
        for level in self._levels.values():
            for what, found in (("accepted", level.accepted), ("rejected", level.rejected)):
                told, segment = level.told.get(what, (found, 0))
                if told < found or (level.is_listed and told != found):
                    yield segment, f"QTY02 does not tell the number of {what} claims, which is {found}"
