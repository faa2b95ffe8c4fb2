"""HCPCS transaction reports: what CMS says it did to each code, as workbook and as printed text.

The report lists every code with one action in words, once by code and once by action. Header names
and wording change from release to release: `HCPC`, `HCPC/MOD`, `HCPCS/MOD`; `ACTION CD`, `TYPE OF
CHANGE`. The printed files (.prn, until 2020) cut what does not fit their columns.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from loaders.document import Document, Reader
from loaders.hcpcs.layout import CODE
from loaders.hcpcs.table import Table, find_header, make_table, read_table
from schema.errors import LayoutError, Place
from schema.fields import normalise_hcpcs_text
from schema.records import ListEntry, SupportingList

NO_CHANGE = "no_change"
UNKNOWN = "unknown"
# A fact shows examples, not a whole file of them.
MAX_EXAMPLES = 20

_HEADERS = {
    "code": CODE.headers,
    "action": ("ACTIONCD", "ACTIONCODE", "TYPEOFCHANGE"),
    "short_descriptor": ("SHORTDESCRIPTION", "SHORTDESC", "SHORTDESCRIPTOR"),
    "long_descriptor": ("LONGDESCRIPTION", "LONGDESC", "LONGDESCRIPTOR"),
    "added_date": ("ADDDT", "ADDDATE"),
}
_NEEDED = ("code", "action")
# The code list itself has an action code too, and dates.
_WITHOUT = ("added_date",)

_PRINT_HEADER = re.compile(
    r"^ *HCPCS?(?:/MOD)? +(?:TYPE OF CHANGE|ACTION CD) +(?P<short>SHORT DESCRIPTION) +(?P<long>LONG DESCRIPTION)",
    re.MULTILINE,
)
_PRINT_LINE = re.compile(r" *(\S+) +(\S.*?) *$")

# The letters of the sheet "Action Code Key" (and of column 293 of the record).
_LETTERS = {
    "a": "add",
    "b": "coverage_and_long_description",
    "c": "long_description",
    "d": "discontinued",
    "f": "coverage",
    "n": NO_CHANGE,
    "p": "payment",
    "r": "reactivated",
    "s": "short_description",
    "t": "miscellaneous",
}
# The first that fits counts. Words are matched by their beginning, since prints cut phrases off.
_PHRASES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (slug, re.compile(pattern))
    for slug, pattern in (
        (NO_CHANGE, r"no (?:change|maint)"),
        ("reactivated", r"re ?activat"),
        ("discontinued", r"discontin|terminat|delete"),
        ("miscellaneous", r"misc|betos|type of service"),
        ("coverage_and_long_description", r"cov.* long|long.* cov"),
        ("long_and_short_description", r"long.* short|short.* long"),
        ("coverage", r"cov|admin"),
        ("payment", r"pay|pric"),
        ("long_description", r"long"),
        ("short_description", r"short"),
        ("add", r"add(?:ed|ition|itions)?(?: |$)|new(?: |$)"),
    )
)


def action_slug(text: str) -> str:
    """The one name of an action, whatever the wording: `add`, `discontinued`, `long_description`,
    `short_description`, `long_and_short_description`, `payment`, `coverage`,
    `coverage_and_long_description`, `miscellaneous`, `reactivated`, `no_change`; else `unknown`."""
    words = " ".join(re.findall(r"[a-z]+", text.lower()))
    if words in _LETTERS:
        return _LETTERS[words]
    return next((slug for slug, pattern in _PHRASES if pattern.search(words)), UNKNOWN)


def recognise_workbook(document: Document) -> bool:
    """Whether a sheet has a header row with code and type of change."""
    return document.form == "workbook" and any(
        find_header(sheet, _HEADERS, _NEEDED, _WITHOUT) is not None for sheet in document.sheets
    )


def read_workbook(document: Document) -> SupportingList:
    """The report of a workbook, from the sheet that is sorted by code; see `_build_list`."""
    tables = [
        read_table(sheet, header, _HEADERS)
        for sheet in document.sheets
        if (header := find_header(sheet, _HEADERS, _NEEDED, _WITHOUT)) is not None
    ]
    return _build_list(document, sorted(tables, key=_count_descents), is_abridged=False)


def recognise_print(document: Document) -> bool:
    """Whether the text has the header line of a printed report."""
    return document.form == "text" and _PRINT_HEADER.search(document.head) is not None


def read_print(document: Document) -> SupportingList:
    """The report of a printed text; descriptors and phrases are cut. See `_build_list`."""
    lines = document.windows_text().split("\n")
    header, match = next(
        ((i, found) for i, line in enumerate(lines) if (found := _PRINT_HEADER.match(line))), (0, None)
    )
    if match is None:
        raise LayoutError("no header line", "", "give the report as CMS ships it", Place(document.place_name))
    short, long = match.start("short"), match.start("long")

    def cells() -> Iterator[tuple[int, dict[str, str]]]:
        for number, line in enumerate(lines[header + 1 :], start=header + 2):
            if found := _PRINT_LINE.match(line[:short]):
                yield (
                    number,
                    {
                        "code": found[1],
                        "action": found[2],
                        "short_descriptor": line[short:long],
                        "long_descriptor": line[long:],
                    },
                )

    return _build_list(document, [make_table(document.base_name, cells())], is_abridged=True)


def _build_list(document: Document, tables: Sequence[Table], is_abridged: bool) -> SupportingList:
    """The report as a list with one entry a code, sorted by code.

    Fields: `action` (see `action_slug`), `action_text` as written, `short_descriptor`,
    `long_descriptor`. Facts: `codes` (how many), `actions` (by slug), `is_abridged`, and what does not
    agree inside the report: `duplicates`, `disagreements` between its sheets, `unknown_actions`,
    `unreadable` rows, each a list of up to 20 texts.
    """
    by_code, duplicates = _index_entries(tables[0])
    disagreements: list[str] = []
    for table in tables[1:]:
        other, more = _index_entries(table)
        duplicates += more
        for code in sorted(by_code.keys() | other.keys()):
            actions = [_describe(entries.get(code)) for entries in (by_code, other)]
            if actions[0] != actions[1]:
                disagreements.append(f"{code}: {actions[0]} in {tables[0].name!r}, {actions[1]} in {table.name!r}")
    entries = tuple(by_code[code] for code in sorted(by_code))
    unknown = {entry.fields["action_text"] for entry in entries if entry.fields["action"] == UNKNOWN}
    return SupportingList(
        system="hcpcs",
        kind="transaction_report",
        file=document.base_name,
        entries=entries,
        facts={
            "codes": len(entries),
            "actions": dict(sorted(Counter(entry.fields["action"] for entry in entries).items())),
            "is_abridged": is_abridged,
            "duplicates": duplicates[:MAX_EXAMPLES],
            "disagreements": disagreements[:MAX_EXAMPLES],
            "unknown_actions": sorted(unknown)[:MAX_EXAMPLES],
            "unreadable": [text for table in tables for text in table.unreadable][:MAX_EXAMPLES],
        },
    )


def _index_entries(table: Table) -> tuple[dict[str, ListEntry], list[str]]:
    """The entries of a table by code. Of a code that stands twice an action beats "no change"."""
    entries: dict[str, ListEntry] = {}
    duplicates: list[str] = []
    for row in table.rows:
        if not row.code:
            continue
        text = normalise_hcpcs_text(row.cells.get("action", ""))
        fields = {
            "action": action_slug(text),
            "action_text": text,
            "short_descriptor": normalise_hcpcs_text(row.cells.get("short_descriptor", "")),
            "long_descriptor": normalise_hcpcs_text(row.cells.get("long_descriptor", "")),
        }
        above = entries.get(row.code)
        if above is not None:
            duplicates.append(
                f"{row.code}: {above.fields['action_text']!r} and {text!r} in {table.name!r}, row {row.number}"
            )
        if above is None or above.fields["action"] == NO_CHANGE:
            entries[row.code] = ListEntry(row.code, fields)
    return entries, duplicates


def _describe(entry: ListEntry | None) -> str:
    return entry.fields["action"] if entry else "absent"


def _count_descents(table: Table) -> int:
    """How often a code is followed by a smaller one; a sheet by code has one descent, if any."""
    codes = [row.code for row in table.rows if row.code]
    return sum(codes[i] > codes[i + 1] for i in range(len(codes) - 1))


READERS: tuple[Reader, ...] = (
    Reader("HCPCS transaction report", "hcpcs", recognise_workbook, read_workbook),
    Reader("HCPCS transaction report, printed", "hcpcs", recognise_print, read_print),
)
