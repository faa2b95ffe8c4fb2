"""What HCPCS records and correction lists refer to in place of a code: codes and ranges, followed to what is valid."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schema.changes import ChangeSet
from schema.records import CodeRecord, SupportingList

CROSS_REFERENCE = "cross reference"
CORRECTION = "correction"

# A HCPCS code or a CPT number (the number is a fact, its text is the AMA's): letter or digit, three digits,
# letter or digit. The columns XREF1 to XREF5 of the record hold one each; a correction list is made by hand
# and says ranges in words, too.
_CODE = r"[A-Z0-9][0-9]{3}[A-Z0-9]"
_ELEMENT = re.compile(rf"\b({_CODE})(?:\s*(?:[-–—]|THRU|THROUGH|TO)\s*({_CODE}))?\b")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A code that something refers to. `is_usable`: it is valid in the current release, or a CPT number."""

    code: str
    source: str
    detail: str
    is_usable: bool


def read_references(text: str) -> list[tuple[str, str]]:
    """The codes and ranges that a text names, as first and last code (of a code the same twice).

    A modifier counts where it is the whole text. Anything else, a reversed range too, names nothing.
    """
    cleaned = text.replace("\xa0", " ").strip().upper()
    if _MODIFIER.fullmatch(cleaned):
        return [(cleaned, cleaned)]
    found = [(match[1], match[2] or match[1]) for match in _ELEMENT.finditer(cleaned)]
    return [(low, high) for low, high in found if low <= high]


class References:
    """The references of a change set: by code what stands in its record, and what a correction list says.

    `records` are those of the current release by code; without any, nothing is known of what is valid,
    and every reference is usable. A code that the current release dropped is known by its record before.
    """

    def __init__(
        self, change_set: ChangeSet, lists: Sequence[SupportingList], records: Mapping[str, CodeRecord]
    ) -> None:
        gone = {change.code: change.record for change in change_set.changes if change.after is None}
        ended = {change.code: change.record for change in change_set.changes if change.after is not None}
        effective = change_set.current.effective_date
        self._records = {**gone, **ended, **records}
        self._valid = {
            code
            for code, record in records.items()
            if record.termination_date is None or record.termination_date >= effective
        }
        self._is_known = bool(records)
        self._sorted_codes = sorted(code for code in self._valid if records[code].kind == "code")
        self._corrections: dict[str, list[tuple[str, str]]] = {}
        for supporting in lists:
            if supporting.kind == "corrections":
                for entry in supporting.entries:
                    text = str(entry.fields.get("cross_reference") or "")
                    self._corrections.setdefault(entry.code, []).append((text, supporting.file))

    def follow(self, code: str) -> Iterator[Reference]:
        """The codes that the references of a code lead to, each once, of both sources.

        A code that is not valid leads on to what it refers to itself; one that leads nowhere is given
        as not usable. What only leads in a circle gives nothing.
        """
        seen = {code}
        waiting = [(code, "", "", "")]
        while waiting:
            at, source, detail, way = waiting.pop(0)
            for target, found_source, found_detail in self._refer(at):
                if target in seen:
                    continue
                seen.add(target)
                first_source, first_detail = source or found_source, detail or found_detail
                is_usable = self._is_usable(target)
                if is_usable or not any(self._refer(target)):
                    yield Reference(target, first_source, first_detail + way, is_usable)
                else:
                    waiting.append((target, first_source, first_detail, f"{way}, by way of {target}"))

    def _is_usable(self, code: str) -> bool:
        return not self._is_known or code in self._valid or _is_cpt(code)

    def _refer(self, code: str) -> Iterator[tuple[str, str, str]]:
        record = self._records.get(code)
        values: Any = record.details.get("cross_references", ()) if record else ()
        for text in [values] if isinstance(values, str) else values:
            yield from self._expand(str(text), CROSS_REFERENCE, "cross reference in the record")
        for text, file in self._corrections.get(code, ()):
            yield from self._expand(text, CORRECTION, file)

    def _expand(self, text: str, source: str, detail: str) -> Iterator[tuple[str, str, str]]:
        for low, high in read_references(text):
            if low == high:
                yield low, source, detail
                continue
            start, end = bisect_left(self._sorted_codes, low), bisect_right(self._sorted_codes, high)
            # Of CPT numbers nothing is held, so a range of them is known by its ends alone.
            is_held = self._is_known and not _is_cpt(low)
            for code in self._sorted_codes[start:end] if is_held else (low, high):
                yield code, source, f"{detail}, range {low}-{high}"


def _is_cpt(code: str) -> bool:
    return len(code) == 5 and code[0].isdigit()
