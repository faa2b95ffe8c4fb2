"""Touching acts and rows as somebody does who is not to be found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from flows.review.memory import key_of
from flows.review.replay import Finding, check_chain, compare_rows, replay
from schema.acts import FIRST_HASH, Act, hash_act
from schema.review import Row
from tests.review_values import (
    Log,
)


def verify(log: Log) -> list[Finding]:
    """Everything that is found in a log and its rows."""
    memory, findings = replay(log.acts, log.evidence.get)
    return [*check_chain(log.acts, log.head), *findings, *compare_rows(memory, log.rows())]


def other(value: Any) -> Any:
    """Another value of the same kind."""
    match value:
        case bool():
            return not value
        case Enum():
            return next(each for each in type(value) if each is not value)
        case int():
            return value + 1
        case str():
            return value[:-1] + ("1" if value.endswith("0") else "0")
        case datetime():
            return value + timedelta(microseconds=1)
        case date():
            return value + timedelta(days=1)
        case tuple():
            return value[1:] if value else ("x",)
        case dict():
            return value | {"added": 1}
        case None:
            return "something"
    raise TypeError(type(value))


def name_of(row: Row) -> str:
    """The table and key of a row."""
    return " ".join([type(row).__name__, *map(str, key_of(row))])


def rehash(acts: Iterable[Act]) -> list[Act]:
    """The acts with a chain that fits, as somebody makes it who knows how."""
    chained: list[Act] = []
    last = FIRST_HASH
    for act in acts:
        act = replace(act, previous_hash=last, hash="")
        last = hash_act(act)
        chained.append(replace(act, hash=last))
    return chained
