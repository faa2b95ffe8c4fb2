"""Reading single values of HCPCS records: dates, numbers, codes, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from loaders.hcpcs.layout import Field
from schema.fields import normalise_hcpcs_text

_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
# Date cells of a spreadsheet come as ISO dates; lists made by hand have the American form.
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00:00)?")
_AMERICAN_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_CODE = re.compile(r"[A-Z0-9]{5}|[A-Z0-9]{2}")
# HCPCS began in 1978 and its oldest added dates are of 1982; anything before 1900 is a slipped column.
_FIRST_YEAR = 1900


def parse_date(text: str) -> date | None:
    """A date written YYYYMMDD, YYYY-MM-DD or M/D/YYYY; None for blank and zeros; ValueError else."""
    text = text.strip()
    if not text.strip("0"):
        return None
    if match := _COMPACT_DATE.fullmatch(text) or _ISO_DATE.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _AMERICAN_DATE.fullmatch(text):
        month, day, year = (int(part) for part in match.groups())
    else:
        raise ValueError(f"not a date: {text!r}")
    if year < _FIRST_YEAR:
        raise ValueError(f"not a date of HCPCS: {text!r}")
    return date(year, month, day)


def parse_iso_date(text: str) -> str | None:
    """The same as an ISO string; None also where the text is no date at all."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found.isoformat() if found else None


def parse_code(text: str) -> str | None:
    """A code (5 characters) or modifier (2) as stored, or None where the text is neither."""
    code = text.strip()
    # Upper case is made of ASCII alone: a sharp s would become two letters.
    code = code.upper() if code.isascii() else ""
    return code if _CODE.fullmatch(code) else None


def read_values(field: Field, parts: Sequence[str], *, is_padded: bool) -> list[str]:
    """The values of a field that are not blank, each normalised.

    `is_padded` says that the source has all columns, so no leading zero can be lost.
    """
    values = []
    for part in parts:
        value = normalise_hcpcs_text(part)
        if value.isascii() and value.isdigit():
            if field.kind == "quantity":
                value = value.lstrip("0")
            elif field.is_zero_blank and not value.strip("0"):
                value = ""
            elif field.kind == "digits" and not is_padded:
                value = value.zfill(field.width)
        if value:
            values.append(value)
    return values


def as_detail(field: Field, values: list[str]) -> Any:
    """What the details hold: one text, or a sorted list without repeats; None where it is blank."""
    if not values:
        return None
    return sorted(set(values)) if field.is_list else values[0]
