"""The HCPCS code list as CMS lays it out: the text file of 320 columns, and the spreadsheet of 48."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from flows.sample.archives import write_workbook
from flows.sample.hcpcs_rows import HcpcsRow
from loaders.hcpcs.layout import (
    CONTINUATION_LENGTH,
    CONTINUATIONS,
    DATA_FIELDS,
    FIRST_LINES,
    LONG_DESCRIPTOR,
    RECORD_LENGTH,
    SEQUENCE_STEP,
    SHORT_DESCRIPTOR,
    Field,
)

# The header row of January 2019, which the other releases share but for one slip of a letter: field of the
# record -> its header. A list has a column for each of its values, numbered from 1.
_HEADERS = {
    "code": "HCPC",
    "sequence_number": "SEQNUM",
    "record_id": "RECID",
    "long_descriptor": "LONG DESCRIPTION",
    "short_descriptor": "SHORT DESCRIPTION",
    "pricing_indicators": "PRICE",
    "multiple_pricing": "MULT_PI",
    "coverage_manual_references": "CIM",
    "carrier_manual_references": "MCM",
    "statute": "STATUTE",
    "lab_certifications": "LABCERT",
    "cross_references": "XREF",
    "coverage": "COV",
    "asc_group": "ASC_GRP",
    "asc_date": "ASC_DT",
    "mog": "OPPS",
    "mog_policy": "OPPS_PI",
    "mog_date": "OPPS_DT",
    "processing_note": "PROCNOTE",
    "betos": "BETOS",
    "types_of_service": "TOS",
    "anesthesia_units": "ANEST_BU",
    "added_date": "ADD DT",
    "action_date": "ACT EFF DT",
    "termination_date": "TERM DT",
    "action_code": "ACTION CD",
}
_COUNTS = {field.name: field.count for field in DATA_FIELDS if field.is_list}
_SHEET = "A"
_CODE_WIDTH = 5
_RECORD_IDS = {kind: record_id for record_id, kind in FIRST_LINES.items()}
_CONTINUATION_IDS = {kind: record_id for record_id, kind in CONTINUATIONS.items()}


def write_text_file(rows: Iterable[HcpcsRow], *, preamble: Sequence[str], is_padded: bool) -> bytes:
    """The text file, in Windows-1252. Continuations are filled up to 320 columns (`is_padded`), or end behind
    the text as in 2020. Raises ValueError when a value is wider than its columns."""
    lines = [*preamble]
    for row in rows:
        kind = "modifier" if row.is_modifier else "code"
        pieces = textwrap.wrap(row.long, LONG_DESCRIPTOR.width, break_on_hyphens=False)
        for number, piece in enumerate(pieces):
            record_id = (_CONTINUATION_IDS if number else _RECORD_IDS)[kind]
            key = f"{row.code:>{_CODE_WIDTH}}{SEQUENCE_STEP * (number + 1):05}{record_id}"
            line = f"{key}{piece:<{LONG_DESCRIPTOR.width}}"
            if number == 0:
                line = _fill_first_line(line, row)
            elif is_padded:
                line = line.ljust(RECORD_LENGTH)
            lines.append(line if number == 0 or is_padded else line[:CONTINUATION_LENGTH])
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")


def _fill_first_line(line: str, row: HcpcsRow) -> str:
    columns = list(line.ljust(RECORD_LENGTH))

    def put(field: Field, values: Sequence[str]) -> None:
        if len(values) > field.count or any(len(value) > field.width for value in values):
            raise ValueError(f"{row.code}: {field.name} {values} does not fit its columns")
        for number, value in enumerate(values):
            start = field.first - 1 + number * field.width
            columns[start : start + len(value)] = value

    put(SHORT_DESCRIPTOR, (row.short,))
    for field in DATA_FIELDS:
        put(field, row.fields.get(field.name, ()))
    return "".join(columns)


def write_spreadsheet(rows: Iterable[HcpcsRow], *, preamble: Sequence[str]) -> bytes:
    """The spreadsheet of the same records, below its disclaimer: codes, dates and numbers are text cells."""
    table: list[Sequence[str]] = [[line] for line in preamble]
    table.append(
        [
            header
            for name, base in _HEADERS.items()
            for header in ([f"{base}{n}" for n in range(1, _COUNTS[name] + 1)] if name in _COUNTS else [base])
        ]
    )
    for row in rows:
        values = {
            **row.fields,
            "code": (f"{row.code:>{_CODE_WIDTH}}",),
            "sequence_number": (f"{SEQUENCE_STEP // 10:04}",),
            "record_id": (_RECORD_IDS["modifier" if row.is_modifier else "code"],),
            "long_descriptor": (row.long,),
            "short_descriptor": (row.short,),
        }
        cells: list[str] = []
        for name in _HEADERS:
            found = values.get(name, ())
            cells += [*found, *[""] * (_COUNTS.get(name, 1) - len(found))]
        table.append(cells)
    return write_workbook({_SHEET: [[cell or None for cell in row] for row in table]})
