"""What a conversion table means by "previous codes": single codes, ranges and categories."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property

# Sorts after every character a code may have, so `code + _END` is behind all that begin with it.
_END = "\x7f"


class CodeOrder:
    """The billable codes of one release in the order of its order file, ready for `expand_previous`."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.codes = codes

    @cached_property
    def sorted_codes(self) -> Sequence[str]:
        """The codes sorted as text."""
        return sorted(self.codes)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Code -> its index in `codes`."""
        return {code: position for position, code in enumerate(self.codes)}

    def slice_range(self, low: str, high: str) -> Sequence[str]:
        """The codes from the first that is or begins with `low` to the last that is or begins with `high`.

        Where the release has nothing below one of the ends, the range runs in text order.
        """
        starts = _slice_below(self.sorted_codes, low)
        ends = _slice_below(self.sorted_codes, high)
        if not starts or not ends:
            return _slice_text_range(self.sorted_codes, low, high)
        return self.codes[min(map(self.positions.__getitem__, starts)) : max(map(self.positions.__getitem__, ends)) + 1]


def expand_previous(elements: Iterable[str], codes: Sequence[str] | CodeOrder) -> list[str]:
    """The billable codes that the elements of a conversion row stand for; sorted, each once.

    `codes` are the billable codes of the release the row looks back to. An element is a code, a range
    `A-B` (every code from A up to B and those that begin with B), or a category: a code that is not
    billable and stands for the billable codes below it. An element of which that release has nothing
    gives nothing.

    A range runs in the order of the order file (CMS, "ICD10OrderFiles.pdf") when `codes` is a
    `CodeOrder`; when they are a sequence, sorted as text, it runs in text order. The two differ where
    letters do not come last: Y93.A to Y93.G stand before Y93.8 there, and C4A before C44.
    """
    sorted_codes = codes.sorted_codes if isinstance(codes, CodeOrder) else codes
    found: set[str] = set()
    for element in elements:
        low, dash, high = element.partition("-")
        if not dash:
            below = _slice_below(sorted_codes, low)
            found.update([low] if below and below[0] == low else below)
        elif isinstance(codes, CodeOrder):
            found.update(codes.slice_range(low, high))
        else:
            found.update(_slice_text_range(codes, low, high))
    return sorted(found)


def _slice_below(codes: Sequence[str], code: str) -> Sequence[str]:
    return codes[bisect_left(codes, code) : bisect_left(codes, code + _END)]


def _slice_text_range(codes: Sequence[str], low: str, high: str) -> Sequence[str]:
    return codes[bisect_left(codes, low) : bisect_left(codes, high + _END)]
