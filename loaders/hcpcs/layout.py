"""The layout of the HCPCS code list as data: columns of the text file, headers of the spreadsheet.

Source: CMS, "HCPCS Contractor Record" (HCPCS2019_recordlayout.txt, the same in 2018 and 2024), which comes with every
annual file at https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system. The header names of the
spreadsheet are those of the files themselves, January 2018 to July 2020.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

RECORD_LENGTH = 320
# A continuation holds nothing but text, and some years (2020) leave the blanks behind it out.
CONTINUATION_LENGTH = 91
# The last column that holds anything, the action code: what is left of a first line must reach it.
FIRST_LINE_LENGTH = 293

# Lines of one code are numbered 00100, 00200 and so on.
SEQUENCE_STEP = 100

FIRST_LINES = {"3": "code", "7": "modifier"}
CONTINUATIONS = {"4": "code", "8": "modifier"}


Kind = Literal["text", "date", "digits", "quantity"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the record.

    `first` and `last` are columns counted from 1. A field with `is_list` holds values of `width`
    characters side by side; in the spreadsheet each has a column of its own, numbered from 1.
    `headers` are the accepted spreadsheet headers in the spelling of `normalise_header`, without
    the number. `values` says what one value may look like; other values are reported, not refused.
    `kind`: `digits` are a name, whose leading zeros a spreadsheet may have lost; of a `quantity` they
    say nothing. `is_zero_blank`: zeros alone mean that there is no value.
    """

    name: str
    first: int
    last: int
    headers: tuple[str, ...]
    width: int
    kind: Kind = "text"
    is_list: bool = False
    is_required: bool = False
    is_zero_blank: bool = False
    values: re.Pattern[str] | None = None

    @property
    def count(self) -> int:
        """How many values stand side by side."""
        return (self.last - self.first + 1) // self.width


def _one(
    name: str,
    first: int,
    last: int,
    *headers: str,
    values: str = "",
    kind: Kind = "text",
    is_zero_blank: bool = False,
    is_required: bool = False,
) -> Field:
    return Field(
        name,
        first,
        last,
        headers,
        last - first + 1,
        kind=kind,
        is_zero_blank=is_zero_blank,
        is_required=is_required,
        values=re.compile(values) if values else None,
    )


def _date(name: str, first: int, *headers: str, is_required: bool = False) -> Field:
    return Field(name, first, first + 7, headers, 8, kind="date", is_required=is_required)


def _list(
    name: str,
    first: int,
    last: int,
    width: int,
    *headers: str,
    values: str = "",
    kind: Kind = "text",
    is_required: bool = False,
) -> Field:
    return Field(
        name,
        first,
        last,
        headers,
        width,
        is_list=True,
        kind=kind,
        is_required=is_required,
        values=re.compile(values) if values else None,
    )


CODE = _one(
    "code",
    1,
    5,
    "HCPC",
    "HCPCS",
    "HCPCMOD",
    "HCPCSMOD",
    "HCPCSMODCODE",
    "HCPCSCODE",
    "HCPCCODE",
    "CODE",
    is_required=True,
)
RECORD_ID = _one("record_id", 11, 11, "RECID", "RECORDID", "RIC")
LONG_DESCRIPTOR = _one("long_descriptor", 12, 91, "LONGDESCRIPTION", "LONGDESC", "LONGDESCRIPTOR", is_required=True)
SHORT_DESCRIPTOR = _one(
    "short_descriptor", 92, 119, "SHORTDESCRIPTION", "SHORTDESC", "SHORTDESCRIPTOR", is_required=True
)
ADDED_DATE = _date("added_date", 269, "ADDDT", "ADDDATE", "DATEADDED", is_required=True)
TERMINATION_DATE = _date("termination_date", 285, "TERMDT", "TERMDATE", "TERMINATIONDATE", is_required=True)
# 01-09 were the payment groups until 2007; since then YY says that an ASC may do it.
ASC_GROUP = _one("asc_group", 231, 232, "ASCGRP", "ASCGROUP", "ASCIND", values="YY|0[1-9]")
ASC_DATE = _date("asc_date", 233, "ASCDT", "ASCDATE", "ASCEFFDT")
ACTION_DATE = _date("action_date", 277, "ACTEFFDT", "ACTEFFDATE", "ACTIONEFFDT", "ACTIONEFFECTIVEDATE")
ACTION_CODE = _one("action_code", 293, 293, "ACTIONCD", "ACTIONCODE", values="[ABCDFNPRST]", is_required=True)

# The sequence number (columns 6-10) and the record id (11) are no fields of the record: they number the lines that one
# long description is wrapped over, and are 00100 and 3 or 7 on the first line of every code and modifier.
SEQUENCE_HEADERS = ("SEQNUM", "SEQUENCE", "SEQUENCENUMBER", "SEQ")

DETAIL_FIELDS: tuple[Field, ...] = (
    # "00" is a value: Part B does not price the service separately.
    _list(
        "pricing_indicators",
        120,
        127,
        2,
        "PRICE",
        "PRICINGINDICATOR",
        values=r"\d\d",
        kind="digits",
        is_required=True,
    ),
    _one("multiple_pricing", 128, 128, "MULTPI", "MULTIPLEPRICING", values="[9A-G]"),
    _list("coverage_manual_references", 129, 146, 6, "CIM"),
    _list("carrier_manual_references", 147, 170, 8, "MCM"),
    _one("statute", 171, 180, "STATUTE"),
    _list("lab_certifications", 181, 204, 3, "LABCERT", values=r"\d{3}", kind="digits"),
    # A replacement may be a CPT code, or a modifier.
    _list("cross_references", 205, 229, 5, "XREF", values="[A-Z0-9]{2,5}"),
    _one("coverage", 230, 230, "COV", "COVERAGE", "COVERAGECODE", values="[CDIMS]", is_required=True),
    ASC_GROUP,
    ASC_DATE,
    # 000 is "no MOG applies".
    _one("mog", 241, 243, "OPPS", "MOG", "MOGGRP", values=r"\d{3}", kind="digits", is_zero_blank=True),
    _one("mog_policy", 244, 244, "OPPSPI", "MOGPI", "MOGPOLICY", values="[1234679]"),
    _date("mog_date", 245, "OPPSDT", "MOGDT", "MOGDATE"),
    _one(
        "processing_note",
        253,
        256,
        "PROCNOTE",
        "PROCESSINGNOTE",
        values=r"\d{4}",
        kind="digits",
        is_zero_blank=True,
    ),
    _one("betos", 257, 259, "BETOS", values=r"[A-Z]\d[A-Z]?"),
    _list("types_of_service", 261, 265, 1, "TOS", "TYPEOFSERVICE", values="[A-Z0-9]"),
    # Zero base units mean that the code is no anesthesia service.
    _one(
        "anesthesia_units",
        266,
        268,
        "ANESTBU",
        "ANESBU",
        "ANESTHESIABASEUNITS",
        values=r"[1-9]\d{0,2}",
        kind="quantity",
    ),
    ACTION_DATE,
    ACTION_CODE,
)

DATA_FIELDS: tuple[Field, ...] = (ADDED_DATE, TERMINATION_DATE, *DETAIL_FIELDS)
"""Everything beside code and descriptors, which stand in first lines only."""

WORKBOOK_FIELDS: tuple[Field, ...] = (CODE, RECORD_ID, LONG_DESCRIPTOR, SHORT_DESCRIPTOR, *DATA_FIELDS)


def normalise_header(text: str) -> str:
    """A header cell in upper case without blanks, underscores and other signs: `ADD DT` is `ADDDT`."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """What a header row of the spreadsheet says.

    `columns` are column indexes by field name, those of a list in order of its numbers. `missing` are
    the headers, in the publisher's order, that stand nowhere; `missing_required` those among them
    that a release cannot do without. `unknown` are headers of no field, as they are written.
    """

    columns: dict[str, list[int]]
    missing: tuple[str, ...]
    missing_required: tuple[str, ...]
    unknown: tuple[str, ...]


def read_header(cells: Sequence[str]) -> HeaderRow:
    """Where each field stands, by the names in a header row; the columns may have any order."""
    positions: dict[str, int] = {}
    for index, cell in enumerate(cells):
        positions.setdefault(normalise_header(cell), index)
    columns: dict[str, list[int]] = {}
    missing: list[str] = []
    required: list[str] = []
    known = {"", *SEQUENCE_HEADERS}
    for field in WORKBOOK_FIELDS:
        spellings = [_number_headers(field, base) for base in field.headers]
        found = next((names for names in spellings if any(n in positions for n in names)), spellings[0])
        present = [n for n in found if n in positions]
        known.update(present)
        if present:
            columns[field.name] = [positions[n] for n in present]
        missing.extend(n for n in found if n not in positions)
        if field.is_required and not present:
            required.append(found[0])
    unknown = (cells[index].strip() for name, index in positions.items() if name not in known)
    return HeaderRow(columns, tuple(missing), tuple(required), tuple(unknown))


def _number_headers(field: Field, base: str) -> list[str]:
    return [f"{base}{number}" for number in range(1, field.count + 1)] if field.is_list else [base]
