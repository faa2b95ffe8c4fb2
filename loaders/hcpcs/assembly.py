"""Putting the lines of a HCPCS code list together, whether they come from the text or a spreadsheet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from loaders.hcpcs.layout import (
    ACTION_CODE,
    ACTION_DATE,
    ADDED_DATE,
    ASC_DATE,
    ASC_GROUP,
    DETAIL_FIELDS,
    TERMINATION_DATE,
    Field,
)
from loaders.hcpcs.values import as_detail, parse_date, read_values
from schema.contents import CodeFile
from schema.errors import Place, RecordError, shorten_value
from schema.fields import normalise_hcpcs_text
from schema.records import CodeRecord, RecordKind, build_block
from schema.systems import SYSTEMS

SYSTEM = "hcpcs"
# A check shows examples, not a whole file of them.
MAX_EXAMPLES = 20
# The action code of a row on which nothing was done; such rows keep the date of what was done last.
NO_ACTION = "N"

_QUARTERS = {"JAN": 1, "APR": 4, "JUL": 7, "OCT": 10}
_MONTH_IN_NAME = re.compile(
    r"(?<![A-Z])(JAN|APR|JUL|OCT)(?:UARY|IL|Y|OBER)?(?![A-Z])[ _-]*(?:(?:20)?(\d\d)(?!\d))?", re.IGNORECASE
)
_YEAR_IN_NAME = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_SHORT_YEAR_IN_NAME = re.compile(r"(?:HCPCS?|ANWEB)[ _-]*(\d\d)(?!\d)", re.IGNORECASE)


def find_release_in_name(name: str) -> tuple[int | None, int | None]:
    """The year and the first month of the quarter that a file name speaks of; None where it is silent.

    `HCPC2025_OCT_ANWEB_v3.xlsx` is (2025, 10), `HCPC17_CONTR_ANWEB.txt` is (2017, None).
    """
    month = _MONTH_IN_NAME.search(name)
    year = _YEAR_IN_NAME.search(name)
    short_year = _SHORT_YEAR_IN_NAME.search(name)
    number = _QUARTERS[month[1].upper()] if month else None
    if year:
        return int(year[1]), number
    if short_year:
        return 2000 + int(short_year[1]), number
    return (2000 + int(month[2]) if month and month[2] else None), number


@dataclass(slots=True)
class _Pending:
    """A record whose long description is still growing."""

    code: str
    kind: RecordKind
    short_descriptor: str
    pieces: list[str]
    data: Mapping[str, Sequence[str]]
    line: int


@dataclass(slots=True)
class CodeFileBuilder:
    """Takes the lines of one file in order and gives back its CodeFile.

    `file` is the name for the CodeFile, `place_name` the one for errors; `has_columns` says that the
    columns of the layout are those of the file. The values of a line come as texts by field name, as
    many as the layout has for the field.
    """

    file: str
    place_name: str
    has_columns: bool = True
    records: dict[RecordKind, list[CodeRecord]] = field(default_factory=lambda: {"modifier": [], "code": []})
    _first_lines: dict[str, int] = field(default_factory=dict)
    _pending: _Pending | None = None
    _lines: int = 0
    _unknown: set[str] = field(default_factory=set)
    _remarks: list[str] = field(default_factory=list)
    _sequence_breaks: int = 0
    _action_dates: Counter[str] = field(default_factory=Counter)

    def place(self, line: int, column: int | None = None, value: str | None = None) -> Place:
        return Place(self.place_name, line, column, value)

    def add_first_line(
        self, line: int, code: str, kind: RecordKind, short: str, long: str, data: Mapping[str, Sequence[str]]
    ) -> None:
        """Begins a record. Raises RecordError when the code has had its first line already."""
        if code in self._first_lines:
            raise RecordError(
                f"{kind} stands twice in the file",
                f"its first record is on line {self._first_lines[code]}",
                "download the file again",
                self.place(line, 1, code),
            )
        self._finish_record()
        self._lines += 1
        self._first_lines[code] = line
        self._pending = _Pending(code, kind, normalise_hcpcs_text(short), [long], data, line)

    def add_continuation(self, line: int, code: str, kind: RecordKind, long: str, *, may_repeat: bool = False) -> None:
        """Adds text to the record above, unless it `may_repeat` and the text stands at its end already.

        Raises RecordError when there is no record above, or one of another code.
        """
        pending = self._pending
        if pending is None:
            raise RecordError(
                "continuation before its first line",
                "nothing stands above that it could continue",
                "download the file again",
                self.place(line, 11, code),
            )
        if (pending.code, pending.kind) != (code, kind):
            raise RecordError(
                "continuation of another code",
                f"the record above is {pending.code}",
                "download the file again",
                self.place(line, 1, code),
            )
        self._lines += 1
        text = normalise_hcpcs_text(" ".join(pending.pieces)) if may_repeat else ""
        if not (text and text.endswith(normalise_hcpcs_text(long))):
            pending.pieces.append(long)

    def note_sequence_break(self, line: int, code: str) -> None:
        """Keeps for the facts that the line of a code does not follow the one above it."""
        self._sequence_breaks += 1
        if self._sequence_breaks <= MAX_EXAMPLES:
            self._remarks.append(f"{code}: the sequence number on line {line} does not follow the one above")

    def finish(self, facts: Mapping[str, Any]) -> CodeFile:
        """The file's modifiers and codes, in file order, with what was seen on the way.

        Facts: `year` and `month` in the file's name (or None), `records_in_file`, `action_dates` (by
        ISO date, the records with an action other than "none" on it), `unknown_values` (up to 20
        texts `field=value`), `unknown_value_count`, `sequence_breaks` (how many lines do not follow
        the one above by number), `remarks` (sentences on both), and those given.
        """
        self._finish_record()
        year, month = find_release_in_name(self.file)
        unknown = sorted(self._unknown)
        return CodeFile(
            system=SYSTEM,
            file=self.file,
            blocks=tuple(build_block(SYSTEM, kind, records) for kind, records in self.records.items()),
            facts={
                "year": year,
                "month": month,
                "records_in_file": self._lines,
                "action_dates": dict(sorted(self._action_dates.items())),
                "unknown_values": unknown[:MAX_EXAMPLES],
                "unknown_value_count": len(unknown),
                "sequence_breaks": self._sequence_breaks,
                "remarks": self._remarks,
                **facts,
            },
        )

    def _finish_record(self) -> None:
        pending, self._pending = self._pending, None
        if pending is None:
            return
        shape = SYSTEMS[SYSTEM].modifier_pattern if pending.kind == "modifier" else SYSTEMS[SYSTEM].code_pattern
        if shape is not None and not shape.fullmatch(pending.code):
            self._unknown.add(f"code={pending.code}")
        details = self._read_details(pending)
        if details.get(ACTION_DATE.name) and details.get(ACTION_CODE.name, NO_ACTION) != NO_ACTION:
            self._action_dates[details[ACTION_DATE.name]] += 1
        self.records[pending.kind].append(
            CodeRecord(
                system=SYSTEM,
                kind=pending.kind,
                code=pending.code,
                is_billable=None,
                short_descriptor=pending.short_descriptor,
                long_descriptor=normalise_hcpcs_text(" ".join(pending.pieces)),
                added_date=self._read_date(ADDED_DATE, pending),
                termination_date=self._read_date(TERMINATION_DATE, pending),
                details=details,
            )
        )

    def _read_details(self, pending: _Pending) -> dict[str, Any]:
        pending = replace(pending, data=self._restore_slipped_date(pending))
        details: dict[str, Any] = {}
        for layout in DETAIL_FIELDS:
            if layout.kind == "date":
                found = self._read_date(layout, pending)
                if found is not None:
                    details[layout.name] = found.isoformat()
                continue
            values = read_values(layout, pending.data.get(layout.name, ()), is_padded=self.has_columns)
            if not values:
                continue
            if layout.values is not None:
                strange = (value for value in values if not layout.values.fullmatch(value))
                self._unknown.update(f"{layout.name}={shorten_value(value)}" for value in strange)
            details[layout.name] = as_detail(layout, values)
        return details

    def _read_date(self, layout: Field, pending: _Pending) -> date | None:
        text = "".join(pending.data.get(layout.name, ())).strip()
        try:
            return parse_date(text)
        except ValueError as error:
            raise RecordError(
                f"{layout.name} of {pending.code} is no date",
                "dates are YYYYMMDD, blank or zeros",
                "download the file again; if it is the same, CMS must correct it",
                self.place(pending.line, layout.first if self.has_columns else None, text),
            ) from error

    def _restore_slipped_date(self, pending: _Pending) -> Mapping[str, Sequence[str]]:
        """The data with an ASC date that begins in the columns of the ASC group put in its place.

        Five records of January 2018 have the group left out and the eight digits two columns too far
        left, in the text and the spreadsheet alike.
        """
        group = "".join(pending.data.get(ASC_GROUP.name, ())).strip()
        day = "".join(pending.data.get(ASC_DATE.name, ())).strip()
        if not (len(group) == 2 and len(day) == 6 and (group + day).isdigit()):
            return pending.data
        self._remarks.append(f"{pending.code}: the ASC date {group + day} begins in the columns of the ASC group")
        return {**pending.data, ASC_GROUP.name: (), ASC_DATE.name: (group + day,)}
