"""Values as columns hold them: dataclasses to rows and back, and what a column can hold at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from schema.errors import AuditError
from schema.records import canonical_json

LARGEST_NUMBER = 2**31 - 1
"""What an integer column holds at most; a larger number is not the key of anything."""

AnyValue = TypeVar("AnyValue")
_Coder = Callable[[Any], Any]
# Type hints cost a hundred times what a row does.
_KNOWN: dict[type[Any], Mapping[str, tuple[_Coder, _Coder]]] = {}


def is_storable(text: str) -> bool:
    """Whether both databases can hold the text: PostgreSQL refuses NUL, and neither takes half a surrogate pair."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def encode_value(value: Any) -> dict[str, Any]:
    """The fields of a dataclass as a row: enumerations by their values, tuples as canonical JSON, flags as 0 and 1."""
    return {name: encode(getattr(value, name)) for name, (encode, _) in _coders(type(value)).items()}


def decode_value(kind: type[AnyValue], row: Any) -> AnyValue:
    """The dataclass that a row (a mapping by column) holds, exactly as it was encoded.

    Raises AuditError where no dataclass was ever encoded like that.
    """
    name = ""
    try:
        values = {}
        for name, (_, decode) in _coders(kind).items():
            values[name] = decode(row[name])
    except (TypeError, ValueError, AttributeError) as error:
        raise AuditError(
            f"a stored {kind.__name__} cannot be read", f"its {name} is nothing that addenda writes", "see the audit"
        ) from error
    return kind(**values)


def _coders(kind: type[Any]) -> Mapping[str, tuple[_Coder, _Coder]]:
    if kind not in _KNOWN:
        hints = get_type_hints(kind)
        _KNOWN[kind] = {field.name: _coder_of(hints[field.name]) for field in fields(kind)}
    return _KNOWN[kind]


def _coder_of(hint: Any) -> tuple[_Coder, _Coder]:
    if isinstance(hint, UnionType):
        encode, decode = _coder_of(next(part for part in get_args(hint) if part is not type(None)))
        return (
            lambda value: None if value is None else encode(value),
            lambda value: None if value is None else decode(value),
        )
    if get_origin(hint) is tuple:
        _, decode_one = _coder_of(get_args(hint)[0])
        return canonical_json, lambda text: _decode_tuple(text, decode_one)
    if issubclass(hint, Enum):
        return lambda value: value.value, lambda value: hint(_decode_plain(value, str))
    if hint is bool:
        return int, _decode_flag
    if hint is datetime:
        return to_utc, _decode_instant
    return lambda value: value, lambda value: _decode_plain(value, hint)


def to_utc(value: datetime) -> datetime:
    """The same instant in UTC; raises ValueError when it names no zone, since whose clock it was is then a guess."""
    if value.tzinfo is None:
        raise ValueError(f"instant without a time zone: {value}")
    return value.astimezone(UTC)


def _decode_instant(value: Any) -> datetime:
    if not isinstance(value, datetime):
        raise TypeError("no instant")
    return value.astimezone(UTC)


def _decode_flag(value: Any) -> bool:
    if type(value) is not int or value not in (0, 1):
        raise TypeError("no flag")
    return value == 1


def _decode_plain(value: Any, kind: type[Any]) -> Any:
    # The very type: a date is no datetime here, and SQLite would keep a text in a column of numbers.
    if type(value) is not kind:
        raise TypeError(f"no {kind.__name__}")
    return value


def _decode_tuple(text: str, decode_one: _Coder) -> tuple[Any, ...]:
    if text == "[]":  # as most are, in thousands of rows
        return ()
    values = json.loads(text)
    # Another spelling would be the same tuple: the very text is looked at.
    if not isinstance(values, list) or canonical_json(values) != text:
        raise ValueError("no list as it is written")
    return tuple(decode_one(value) for value in values)
