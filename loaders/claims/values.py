"""Columns as they were written made into the columns that are kept; what cannot be read is named, not mended.

Everything goes by the distinct values of a column where it can: claims repeat themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from loaders.claims.layout import MONEY
from schema.claims import MONEY_DIGITS, MONEY_SCALE

NOT_A_DATE = "not a date"
NOT_AN_AMOUNT = "not an amount"
TOO_MANY_DECIMALS = f"more than {MONEY_SCALE} decimals"
TOO_LARGE = "amount too large"

_DIGITS = MONEY_DIGITS - MONEY_SCALE
_AMOUNT = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$"
_SMALL_AMOUNT = rf"^[+-]?0*[0-9]{{0,{_DIGITS}}}(\.[0-9]*)?$"
_EXACT_AMOUNT = rf"^[+-]?[0-9]*(\.[0-9]{{0,{MONEY_SCALE}}}0*)?$"
# A spreadsheet's number where a code belongs: 99213.0 is 99213.
_WHOLE_NUMBER = r"^([0-9]+)\.0+$"
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})-([0-9]{2})|([0-9]{2})([0-9]{2}))"
    r"(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?\ ?(?:Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_FIRST_DAY, _LAST_DAY = date.min, date.max


def read_text(column: pa.Array) -> pa.Array:
    """Text without blanks at its ends; None for nothing."""
    return _by_value(_as_text(column), _trim)


def read_identifier(column: pa.Array) -> pa.Array:
    """Text without blanks at its ends, as plain strings: almost every value is another one."""
    return _trim(_decode(_as_text(column)))


def read_word(column: pa.Array) -> pa.Array:
    """Text in lower case: the name of a code system."""
    return _by_value(_as_text(column), lambda values: pc.utf8_lower(_trim(values)))


def read_code(column: pa.Array) -> pa.Array:
    """A code: upper case, no dots, a whole number without its decimals."""

    def clean(values: pa.Array) -> pa.Array:
        whole = pc.replace_substring_regex(_trim(values), _WHOLE_NUMBER, r"\1")
        return _trim(pc.replace_substring(pc.utf8_upper(whole), ".", ""))

    return _by_value(_as_text(column), clean)


def read_diagnosis(column: pa.Array) -> pa.Array:
    """A code of ICD: upper case, no dots. A number stays what it is: ICD-9's 250.0 is not 250."""
    return _by_value(_as_text(column), lambda v: _trim(pc.replace_substring(pc.utf8_upper(_trim(v)), ".", "")))


def read_dates(column: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Dates (date32), and where something stands that is none."""
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        days = column.cast(pa.date32())
        is_day = pc.and_(pc.greater_equal(days, pa.scalar(_FIRST_DAY)), pc.less_equal(days, pa.scalar(_LAST_DAY)))
        return pc.if_else(is_day, days, None), pc.fill_null(pc.invert(is_day), False)
    texts = read_text(column)
    values = texts.dictionary
    dates = pa.array([read_date(text) if text else None for text in values.to_pylist()], pa.date32())
    days = dates.take(texts.indices)
    return days, pc.and_not(texts.is_valid(), days.is_valid())


@lru_cache(maxsize=1 << 14)
def read_date(text: str) -> date | None:
    """YYYY-MM-DD or YYYYMMDD, alone or with a time of day after it (ISO 8601); None for anything else."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year, *rest = (int(part) for part in found.groups() if part)
    try:
        return date(year, *rest)
    except ValueError:
        return None


def read_amounts(column: pa.Array) -> tuple[pa.Array, list[tuple[str, pa.Array]]]:
    """Dollars as exact decimals, and by reason where something stands that is none. Empty stays empty."""
    if pa.types.is_decimal(column.type):
        return _round_decimals(column)
    texts = _trim(_decode(_as_text(column)))
    is_amount = pc.match_substring_regex(texts, _AMOUNT)
    is_small = pc.match_substring_regex(texts, _SMALL_AMOUNT)
    is_exact = pc.match_substring_regex(texts, _EXACT_AMOUNT)
    reasons = _name_reasons(is_amount, is_exact, is_small)
    good = pc.and_(is_amount, pc.and_(is_small, is_exact))
    return pc.if_else(good, texts, None).cast(MONEY), reasons


def read_line_numbers(column: pa.Array) -> pa.Array:
    """Whole numbers (int32); None for anything else, since no figure goes by them."""
    texts = pc.replace_substring_regex(_trim(_decode(_as_text(column))), _WHOLE_NUMBER, r"\1")
    is_number = pc.match_substring_regex(texts, "^[0-9]{1,9}$")
    return pc.if_else(is_number, texts, None).cast(pa.int32())


def _round_decimals(column: pa.Array) -> tuple[pa.Array, list[tuple[str, pa.Array]]]:
    limit = Decimal(10) ** _DIGITS
    wide = column.cast(pa.decimal256(76, max(column.type.scale, MONEY_SCALE)))
    rounded = pc.round(wide, MONEY_SCALE)
    is_exact = pc.equal(rounded, wide)
    is_small = pc.less(pc.abs(wide), pa.scalar(limit))
    good = pc.if_else(pc.and_(is_exact, is_small), rounded, None)
    return good.cast(MONEY), _name_reasons(pc.equal(wide, wide), is_exact, is_small)


def _name_reasons(is_amount: pa.Array, is_exact: pa.Array, is_small: pa.Array) -> list[tuple[str, pa.Array]]:
    # An empty amount is null in all three, and fails none of them.
    return [
        (NOT_AN_AMOUNT, pc.fill_null(pc.invert(is_amount), False)),
        (TOO_MANY_DECIMALS, pc.fill_null(pc.and_(is_amount, pc.invert(is_exact)), False)),
        (TOO_LARGE, pc.fill_null(pc.and_(is_amount, pc.invert(is_small)), False)),
    ]


def _as_text(column: pa.Array) -> pa.Array:
    """Text as it stands, or what a number looks like when it is written out: strings or a dictionary of them."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        values = _as_text(column.dictionary)
        return pa.DictionaryArray.from_arrays(column.indices.cast(pa.int32()), values)
    if pa.types.is_floating(kind):
        # The shortest text that gives the same number again, without an exponent; 99213.0 becomes 99213.
        texts = column.cast(pa.string())
        if pc.any(pc.match_substring(texts, "e")).as_py():
            texts = pa.array([text and _write_out(text) for text in texts.to_pylist()], pa.string())
        return texts
    if pa.types.is_decimal(kind):
        texts = [None if value is None else format(value, "f") for value in column.to_pylist()]
        return pc.replace_substring_regex(pa.array(texts, pa.string()), _WHOLE_NUMBER, r"\1")
    return column.cast(pa.string())


def _write_out(text: str) -> str:
    return format(Decimal(text), "f") if "e" in text else text


def _trim(texts: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def _decode(texts: pa.Array) -> pa.Array:
    return texts.dictionary_decode() if pa.types.is_dictionary(texts.type) else texts


def _by_value(texts: pa.Array, clean: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """A dictionary of distinct cleaned texts, no null among them."""
    encoded = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
    cleaned = clean(encoded.dictionary).dictionary_encode()
    return pa.DictionaryArray.from_arrays(cleaned.indices.take(encoded.indices), cleaned.dictionary)
