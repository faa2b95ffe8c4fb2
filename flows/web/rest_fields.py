"""What a caller of REST may send in a path, a query or a field: its form and its length."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal

from fastapi import Path
from pydantic import AfterValidator, BeforeValidator, Field, StrictBool

# No control characters; in a text of more lines tabs and line ends may stand.
_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]*$"
KEY_PATTERN = r"^[a-z0-9]{1,20}@[0-9]{4}-[0-9]{2}-[0-9]{2}$"
SUBJECT_PATTERN = r"^(code|modifier):[!-.0-~]{1,40}$"
# Sequences are 64-bit numbers in both databases; JSON numbers are exact up to here.
LARGEST = 2**53


def _check_is_not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("it has to say something")
    return text


def _check_is_day(value: object) -> object:
    """Pydantic would take a number too, as seconds since 1970."""
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("it is not a date like 2024-10-01")
    return value


def _check_is_number(value: object) -> object:
    """Pydantic would take true and "1" too."""
    if isinstance(value, bool | str):
        raise ValueError("it is not a number")
    return value


Sequence = Annotated[int, Field(ge=0, le=LARGEST), BeforeValidator(_check_is_number)]
"""The sequence of an act; versions are such."""
SequenceInQuery = Annotated[int, Field(ge=0, le=LARGEST)]
Flag = StrictBool
Day = Annotated[date, BeforeValidator(_check_is_day)]
Line = Annotated[str, Field(max_length=120, pattern=_LINE)]
"""One line, or nothing."""
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=_LINE), AfterValidator(_check_is_not_blank)]
"""One line that says something."""
Note = Annotated[str, Field(max_length=2000, pattern=_TEXT)]
"""Text, or nothing."""
Reason = Annotated[str, Field(min_length=1, max_length=2000, pattern=_TEXT), AfterValidator(_check_is_not_blank)]
"""Text that says something."""
Code = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[A-Z0-9]+$")]
"""A stored code: upper case, without its dot."""
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A sha256 in hex."""
Subject = Annotated[str, Field(pattern=SUBJECT_PATTERN)]
Subjects = Annotated[list[Subject], Field(min_length=1, max_length=10_000)]

KeyInPath = Annotated[str, Path(alias="key", pattern=KEY_PATTERN, description="System and effective date.")]
SubjectInPath = Annotated[
    str, Path(alias="subject", pattern=SUBJECT_PATTERN, description="Kind of record and code, `code:E66813`.")
]
NumberInPath = Annotated[str, Path(alias="number", pattern=r"^[0-9A-Za-z]{1,64}$", description="Number of the task.")]
DayInPath = Annotated[Day, Path(alias="as_of", description="The day of the report of the watch.")]
CloseoutDays = Annotated[Literal["30", "60", "90"], Path(alias="days", description="Days after the effective date.")]


def closeout_scope(as_of: date, days: str) -> str:
    """What the signatures on a close-out name: `closeout@2024-10-31/30`."""
    return f"closeout@{as_of.isoformat()}/{days}"
