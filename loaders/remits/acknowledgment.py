"""Claim acknowledgments (277CA): one row for each status by which a claim, or a line of it, was rejected.

Source of the positions: the X12 implementation guide 005010X214 (Health Care Claim Acknowledgment), with its
errata; the names are those of `schema/remits.py`. Names and numbers of patients (NM1*QC) are not even looked at.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from loaders.remits.acknowledgment_totals import ClaimTotals
from loaders.x12_envelope import Contents, Row, Segment, looks_like_x12, read_sound
from schema.errors import AddendaError, RemitsError
from schema.remits import REJECTING

__all__ = ["looks_like_277", "read_277ca"]

_CONTENTS = Contents(
    transaction="277",
    guides={"005010X214": "acknowledgment"},
    error=RemitsError,
    noun="277CA",
    wanted="claim acknowledgments",
    wrong_guide="it is no claim acknowledgment (005010X214) but another kind of 277",
)
# HL03 of each level, and of the level that it lies in.
_LEVELS = {"20": "", "21": "20", "19": "21", "PT": "19"}
_STATUSES = (1, 10, 11)  # the composites of an STC segment
_MOST_MODIFIERS = 4


def looks_like_277(head: bytes) -> bool:
    """Whether a file that begins with these bytes holds a 277 of any kind, by its first transaction."""
    header = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not looks_like_x12(head) or len(header) < 106:
        return False
    element, terminator = header[3:4], header[105:106]
    for segment in header.split(terminator)[1:]:
        name, *fields = segment.strip().split(element)
        if name == b"ST" and fields:
            return fields[0].strip() == b"277"
    return False


def read_277ca(path: Path) -> Iterator[Row]:
    """One row for each rejecting status of a claim or a service line, with the REJECTION columns that it fills.

    Dates are ISO text; codes are in upper case. A status stands once for a claim or line however often it is
    told. `payer` is the name of the information source where that is a payer (NM1*PR), else None: a
    clearinghouse (NM1*AY) rejects for many. A claim without a number, which is written as zeros, has none here.
    The first row comes after the whole file was found sound, its totals of accepted and rejected claims too.
    Raises RemitsError, which names file, segment and reason, never a value.
    """
    return read_sound(path, _CONTENTS, functools.partial(_read_rows, path))


def _read_rows(path: Path, segments: Iterator[Segment]) -> Iterator[Row]:
    reader: _Transaction | None = None
    for segment in segments:
        if reader is None:
            reader = _Transaction(path)
        yield from reader.take(segment)
        if segment.fields[0] == "SE":
            reader = None


class _Transaction:
    """What is known while the segments of one transaction come."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._received_date: str | None = None
        self._payer: str | None = None
        self._levels: dict[str, str] = {}
        self._level = ""
        self._claim: _Claim | None = None
        self._totals = ClaimTotals()

    def take(self, segment: Segment) -> Iterator[Row]:
        """The rows of the claim that ends with this segment."""
        name = segment.fields[0]
        if name in ("HL", "TRN", "SE") and self._claim:
            self._totals.add_claim(self._claim.is_rejected)
            yield from self._claim.rows()
            self._claim = None
        if name == "BHT":
            self._received_date = _read_day(segment.read(4))
            if self._received_date is None:
                raise self._refuse(segment, "BHT04 is no date, so nobody knows when it was sent")
        elif name == "HL":
            self._begin_level(segment)
        elif name == "NM1" and self._level == "20":
            self._payer = segment.read_organisation() if segment.read(1) == "PR" else None
        elif name == "TRN" and self._level == "PT":
            self._claim = _Claim(segment, self._received_date, self._payer)
        elif name == "QTY":
            self._read_total(segment)
        elif self._claim:
            self._take_of_claim(self._claim, segment)
        elif self._level == "PT" and name in ("STC", "SVC"):
            raise self._refuse(segment, f"{name} stands outside of a claim")
        elif name == "SE":
            self._end(segment)

    def _take_of_claim(self, claim: _Claim, segment: Segment) -> None:
        name = segment.fields[0]
        if name in ("STC", "SVC"):
            parts = segment.components(1)
            if len(parts) == 1 and parts[0]:
                # Read as one word it would be no rejection, and no code.
                raise self._refuse(segment, f"{name}01 is not parted by the separator that the header names")
            if name == "STC":
                claim.take_status(segment)
            else:
                claim.begin_line(parts)
        elif name == "REF" and segment.read(1) == "FJ":
            claim.take_line_number(segment.read(2))
        elif name == "DTP" and segment.read(1) == "472":
            claim.take_date(segment.read(3))

    def _begin_level(self, segment: Segment) -> None:
        number, parent, level = segment.read(1), segment.read(2), segment.read(3)
        if level not in _LEVELS or not number or number in self._levels:
            raise self._refuse(segment, "HL begins a level that is not known here, or a second time")
        if self._received_date is None:
            raise self._refuse(segment, "HL stands before the date of the acknowledgment (BHT04)")
        if (self._levels.get(parent) if parent else "") != _LEVELS[level]:
            raise self._refuse(segment, "HL02 does not lead to the level that this one lies in")
        self._levels[number] = self._level = level
        if level == "20":
            self._payer = None
        self._totals.begin_level(level, number, parent)

    def _read_total(self, segment: Segment) -> None:
        told = segment.read(2)
        if not (told.isascii() and told.isdecimal() and len(told) <= 15):
            raise self._refuse(segment, "QTY02 is no number of claims")
        self._totals.tell(segment.read(1), int(told), segment.number)

    def _end(self, segment: Segment) -> None:
        if not self._levels:
            raise self._refuse(segment, "a transaction has no level (HL)")
        for number, reason in self._totals.find_faults():
            raise _CONTENTS.refuse(self._path, reason, number)

    def _refuse(self, segment: Segment, reason: str) -> AddendaError:
        return _CONTENTS.refuse(self._path, reason, segment.number)


class _Claim:
    """What is kept of one claim (loop 2200D) and its rejected lines (2220D) while its segments come."""

    def __init__(self, segment: Segment, received_date: str | None, payer: str | None) -> None:
        number = segment.read(2)
        self.is_rejected = False
        self._claim: Row = {
            # The guide has zeros written where the claim had no number of its own.
            "claim_id": number if number.strip("0") else None,
            "payer": payer,
            "received_date": received_date,
        }
        self._places: list[tuple[Row, list[tuple[str, str]]]] = [({}, [])]

    def begin_line(self, procedure: list[str]) -> None:
        """A service line: SVC01 gives its code where that is HCPCS (HC), and not a revenue code or a drug."""
        qualifier, code, *modifiers = (*procedure, "")
        line: Row = {}
        if qualifier == "HC":
            filled = [modifier for modifier in map(_clean, modifiers[:_MOST_MODIFIERS]) if modifier]
            line = {"code": _clean(code) or None, "modifiers": " ".join(filled) or None}
        self._places.append((line, []))

    def take_status(self, segment: Segment) -> None:
        """The rejecting ones among the composites of an STC segment."""
        # The claim's action code: U is among the rejected of the totals also without such a category (A4: not found).
        self.is_rejected |= segment.read(3) == "U" and len(self._places) == 1
        statuses = self._places[-1][1]
        for position in _STATUSES:
            category, status, *_ = (*segment.components(position), "")
            told = _clean(category), _clean(status)
            if told[0] in REJECTING:
                self.is_rejected = True
                if told not in statuses:
                    statuses.append(told)

    def take_line_number(self, number: str) -> None:
        if len(self._places) > 1:
            self._places[-1][0]["line_number"] = number or None

    def take_date(self, period: str) -> None:
        """The first day of D8 or RD8; a day that is none is left out, since the rejection holds without."""
        self._places[-1][0]["service_date"] = _read_day(period.partition("-")[0])

    def rows(self) -> Iterator[Row]:
        """A row for each status, those of the claim itself first; a line without a day has that of its claim."""
        day = self._places[0][0].get("service_date")
        for place, statuses in self._places:
            shared = self._claim | place | {"service_date": place.get("service_date") or day}
            for category, status in statuses:
                yield shared | {"category_code": category, "status_code": status or None}


def _clean(code: str) -> str:
    """A code as it is compared: in upper case, without blanks."""
    return "".join(code.upper().split())


def _read_day(text: str) -> str | None:
    """YYYYMMDD as an ISO date; None for what is none."""
    if not (len(text) == 8 and text.isascii() and text.isdecimal()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
    except ValueError:
        return None
