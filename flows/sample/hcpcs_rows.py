"""Records of HCPCS in the sample, and the tables of changes by which its releases are told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from loaders.hcpcs.layout import DATA_FIELDS

# The names in the tables -> the fields of the record layout.
_FIELDS = {
    "added": "added_date",
    "ended": "termination_date",
    "acted": "action_date",
    "action": "action_code",
    "cov": "coverage",
    "price": "pricing_indicators",
    "multi": "multiple_pricing",
    "cim": "coverage_manual_references",
    "mcm": "carrier_manual_references",
    "statute": "statute",
    "lab": "lab_certifications",
    "xref": "cross_references",
    "ascgrp": "asc_group",
    "ascdate": "asc_date",
    "note": "processing_note",
    "tos": "types_of_service",
    "betos": "betos",
}
_KNOWN_FIELDS = frozenset(layout.name for layout in DATA_FIELDS)
_HEAD = re.compile(r"([-+*]) ([0-9A-Z]{2}|[A-Z][0-9]{4})(?: (\S.*))?")
_PAIRS = re.compile(r" +[a-z]+=\S*(?: [a-z]+=\S*)*")
_TEXT = re.compile(r" +(\S.*)")
_NO_ACTION = "N"


@dataclass(frozen=True, slots=True)
class HcpcsRow:
    """One record. `fields` holds the values by the name of the layout field, dates as YYYYMMDD."""

    code: str
    short: str = ""
    long: str = ""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_modifier(self) -> bool:
        """Whether it is a modifier (two characters), not a code."""
        return len(self.code) == 2

    def value(self, name: str) -> str:
        """The (first) value of a field, "" where it is blank."""
        return next(iter(self.fields.get(name, ())), "")


@dataclass(frozen=True, slots=True)
class HcpcsChanges:
    """What one release does to the one before it. A row of `changed` holds only what changes; a field
    without a value becomes blank."""

    added: tuple[HcpcsRow, ...]
    gone: tuple[str, ...]
    changed: tuple[HcpcsRow, ...]


def read_changes(table: str) -> HcpcsChanges:
    """The changes in a table of the `rows` modules; raises ValueError for a line that is none.

    A record begins with a mark (`+` added, `-` gone, `*` changed), the code and the short title. Lines set
    in follow: the long title, wrapped, and the other fields as `name=value`, lists with commas.
    """
    rows: list[tuple[str, HcpcsRow]] = []
    for line in table.strip("\n").split("\n"):
        if match := _HEAD.fullmatch(line):
            rows.append((match[1], HcpcsRow(match[2], match[3] or "")))
            continue
        if not rows:
            raise ValueError(f"no change of a record: {line!r}")
        mark, row = rows[-1]
        if _PAIRS.fullmatch(line):
            row = replace(row, fields={**row.fields, **dict(_read_pair(pair) for pair in line.split())})
        elif match := _TEXT.fullmatch(line):
            row = replace(row, long=f"{row.long} {match[1]}".strip())
        else:
            raise ValueError(f"no change of a record: {line!r}")
        rows[-1] = mark, row
    return HcpcsChanges(
        added=tuple(row for mark, row in rows if mark == "+"),
        gone=tuple(row.code for mark, row in rows if mark == "-"),
        changed=tuple(row for mark, row in rows if mark == "*"),
    )


def apply_changes(previous: Mapping[str, HcpcsRow], changes: HcpcsChanges) -> dict[str, HcpcsRow]:
    """The next release, by code, modifiers first; raises ValueError when the changes do not fit.

    A record on which nothing is done has action N and keeps the date of what was done last, as at CMS.
    """
    current = {
        code: replace(row, fields={**row.fields, "action_code": (_NO_ACTION,)}) for code, row in previous.items()
    }
    for code in changes.gone:
        if current.pop(code, None) is None:
            raise ValueError(f"{code} goes and was not there")
    for row in changes.added:
        if row.code in current:
            raise ValueError(f"{row.code} is added and was there")
        current[row.code] = row
    for row in changes.changed:
        if row.code not in current:
            raise ValueError(f"{row.code} is changed and was not there")
        before = current[row.code]
        fields = {name: values for name, values in {**before.fields, **row.fields}.items() if values}
        current[row.code] = HcpcsRow(row.code, row.short or before.short, row.long or before.long, fields)
    return {code: current[code] for code in sort_codes(current)}


def sort_codes(codes: Iterable[str]) -> list[str]:
    """Modifiers, then codes, each in the order of their characters: the order of the files."""
    return sorted(set(codes), key=lambda code: (len(code), code))


def _read_pair(pair: str) -> tuple[str, tuple[str, ...]]:
    name, _, value = pair.partition("=")
    if _FIELDS.get(name) not in _KNOWN_FIELDS:
        raise ValueError(f"no field of a record: {pair!r}")
    return _FIELDS[name], tuple(value.split(",")) if value else ()
