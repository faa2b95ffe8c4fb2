"""Small releases for property tests: letters anywhere in a code, odd blanks and accents, dates about the releases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from flows.diff.compare import Records
from schema.records import CodeRecord, RecordKind

Release = dict[tuple[str, str], CodeRecord]

FIRST, SECOND = date(2031, 1, 1), date(2031, 4, 1)
_DAY = timedelta(days=1)
# Before, on the edges of, between and after the two effective dates.
DATES = tuple(
    sorted({day + step * _DAY for day in (FIRST, SECOND) for step in (-400, -1, 0, 1, 400)} | {date(2031, 2, 14)})
)

_POOL = ("A00", "A000", "A1BC2D", "QA00141", "QAB", "C4A", "Z9Z9Z9Z", "0016070", "XW0DXR7")
icd_codes = st.sampled_from(_POOL) | st.from_regex(r"[A-Z][0-9A-Z]{2,6}", fullmatch=True)
hcpcs_codes = st.sampled_from(("A0021", "G2001", "Q5111", "J1B2C")) | st.from_regex(r"[A-Z][0-9A-Z]{4}", fullmatch=True)
modifiers = st.sampled_from(("QQ", "1P", "A1", "CS"))

_EDITS = (
    "Tube(s)",
    "Tube(s )",
    "tube(s)",
    "Tubé(s)",
    "Tube(s)  ",
    "1.5 mg",
    "15 mg",
    "Tube\u00a0(s)",
    "<b>Tube</b>",
    "=1+1",
)
titles = st.sampled_from(_EDITS) | st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).map(
    str.rstrip
).filter(bool)
_values = st.sampled_from(("00", "13", "21", "é"))
_value_lists = st.lists(_values, min_size=1, max_size=3, unique=True).map(sorted)
details = st.fixed_dictionaries(
    {},
    optional={
        "coverage": st.sampled_from("CDIMS"),
        "pricing_indicators": _value_lists,
        "cross_references": _value_lists,
        "statute": titles,
        "action_code": st.sampled_from("ACDNP"),
        "action_date": st.sampled_from(DATES).map(date.isoformat),
    },
)


@st.composite
def icd_records(draw: st.DrawFn, code: str) -> CodeRecord:
    return CodeRecord("icd10cm", "code", code, draw(st.booleans()), draw(titles), draw(titles))


@st.composite
def hcpcs_records(draw: st.DrawFn, code: str) -> CodeRecord:
    kind: RecordKind = "modifier" if len(code) == 2 else "code"
    added, ended = (draw(st.none() | st.sampled_from(DATES)) for _ in range(2))
    return CodeRecord("hcpcs", kind, code, None, draw(titles), draw(titles), added, ended, draw(details))


@st.composite
def release_pairs(draw: st.DrawFn, system: str) -> tuple[Release, Release]:
    """Two releases that share codes: in each the code is as before, other, or not there."""
    is_icd = system != "hcpcs"
    codes = draw(st.lists(icd_codes if is_icd else hcpcs_codes | modifiers, max_size=8, unique=True))
    before: Release = {}
    after: Release = {}
    for code in codes:
        record = draw(icd_records(code) if is_icd else hcpcs_records(code))
        other = draw(st.sampled_from(("same", "other", "absent")))
        key = (record.kind, code)
        if draw(st.booleans()) or other == "absent":
            before[key] = record
        if other == "same":
            after[key] = record
        elif other == "other":
            after[key] = draw(icd_records(code) if is_icd else hcpcs_records(code))
    return before, after


@st.composite
def reordered(draw: st.DrawFn, release: Records) -> Release:
    """The same release, its rows in another order."""
    return dict(draw(st.permutations(list(release.items()))))


_texts = st.text(max_size=6)
nested_fields: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(("excludes1", "includes", "seventh_characters", "code_first", "statute")),
    _texts | st.lists(_texts, max_size=4) | st.dictionaries(st.sampled_from("ADSX"), _texts, max_size=3),
    max_size=5,
)
"""Fields of a record, notes among them: texts, lists, and meanings by seventh character."""
