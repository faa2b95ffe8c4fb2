"""The report as one HTML file: opens from disk, loads nothing, prints."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import groupby
from typing import TYPE_CHECKING

from flows.report import wording
from flows.report.environment import make_environment
from flows.report.model import ChangeRow, FamilyBar, FieldRow, KindSection, Report, Verdict
from flows.report.visible import draw_blanks, make_printable
from flows.report.word_marks import Segments
from schema.changes import ChangeKind, Difference, FieldClass
from schema.systems import display_code

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

# Long families are cut into tables of this size: browsers skip drawing a table that is out of sight,
# but never part of one.
ROWS_IN_A_TABLE = 150
# Only then is leaving tables undrawn worth what it costs (pictures of the whole page show gaps).
MANY_ROWS = 1_500
# What a row is taken to be high before it was drawn, in rem; it only steers the scroll bar.
_ROW_HEIGHT = 2.9
_FIELD_HEIGHT = 2.4

# A conversion table may name hundreds of codes for one (T15-T19); beyond this many the page names the range.
MOST_CANDIDATES = 8
# Rows of a table of the impact page; beyond them the workbook has all.
MOST_ROWS = 200
# The distance from one bar of the chart to the next, in CSS pixels.
BAR_PITCH = 17

_SAFE_CODE = re.compile(r"[A-Za-z0-9]+")
_BLANK_RUN = re.compile(r"(\s+)")


@dataclass(frozen=True, slots=True)
class TableView:
    """One table: the changes of one kind and family, or a stretch of them."""

    family_key: str
    family_label: str
    codes: str
    rows: tuple[ChangeRow, ...]
    height: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class SectionView:
    """One kind as it is drawn: which columns its tables have."""

    section: KindSection
    anchor: str
    is_by_field: bool
    common_remark: str
    """What holds for every row, and is then told once instead of in each of them."""
    has_remarks: bool
    has_candidates: bool
    candidates_title: str
    tables: tuple[TableView, ...]


@dataclass(frozen=True, slots=True)
class BarView:
    """One bar, in per cent of the width of the chart."""

    bar: FamilyBar
    top: int
    parts: tuple[tuple[str, str, str], ...]
    """(name, start, width)"""


def render_html(report: Report) -> str:
    """The whole file as text; equal reports give equal text."""
    environment = _environment()
    script = environment.get_template("report.js").render(impact=report.impact)
    sections = tuple(_view_section(section) for section in report.sections)
    anchors = {row.change.code: anchor_of(row) for section in report.sections for row in section.rows}
    return environment.get_template("report.html").render(
        report=report,
        impact=report.impact,
        most_rows=MOST_ROWS,
        heading=report.heading,
        verdict=report.verdict,
        sections=sections,
        anchors=anchors,
        display=partial(display_code, report.heading.system),
        families=_families(report),
        field_classes=_field_classes(report),
        bars=_view_bars(report.bars),
        pitch=BAR_PITCH,
        most=MOST_CANDIDATES,
        is_list_beside=_is_list_beside(report),
        is_long=sum(len(section.rows) for section in report.sections) > MANY_ROWS,
        difference_tables=_difference_tables(report.verdict),
        script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def anchor_of(row: ChangeRow) -> str:
    """The id of a row: `c-E109`, `m-A1` for a modifier. A code that is no code gives the digest of itself."""
    code = row.change.code
    name = code if _SAFE_CODE.fullmatch(code) else hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{'m' if row.record_kind == 'modifier' else 'c'}-{name}"


def mark_segments(segments: Segments, tag: str) -> Markup:
    """Marked text as HTML: changed stretches in `tag` (del or ins), blanks that matter as visible signs."""
    from markupsafe import Markup, escape

    frame = Markup("<del>{}</del>") if tag == "del" else Markup("<ins>{}</ins>")
    parts = []
    for segment in segments:
        text = make_printable(segment.text)
        if not segment.is_changed:
            parts.append(escape(text))
            continue
        core = text.strip(" ") or text
        # A single blank at the edge of changed words is no news, and would drag the line under it.
        start, end = text.find(core), text.find(core) + len(core)
        inner = Markup("").join(_draw_run(run, is_alone=not text.strip()) for run in _BLANK_RUN.split(core) if run)
        parts += [escape(text[:start]), frame.format(inner), escape(text[end:])]
    return Markup("").join(parts)


def _draw_run(run: str, *, is_alone: bool) -> Markup:
    from markupsafe import Markup, escape

    if run.isspace() and (is_alone or run != " "):
        name = wording.count_of(len(run), "blank")
        return Markup('<span class="blank" role="img" aria-label="{}">{}</span>').format(name, draw_blanks(run))
    return escape(run)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = make_environment()
    environment.filters.update(marks=mark_segments, anchor=anchor_of, fields=view_fields, size=_size_text)
    environment.globals.update(
        FieldClass=FieldClass,
        ChangeKind=ChangeKind,
        KIND_TITLES=wording.KIND_TITLES,
        KIND_MEANINGS=wording.KIND_MEANINGS,
        CLASS_TITLES=wording.CLASS_TITLES,
        CLASS_MEANINGS=wording.CLASS_MEANINGS,
    )
    return environment


def _size_text(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{max(size, 1) / 1e3:,.1f} kB"


def _view_section(section: KindSection) -> SectionView:
    is_by_field = section.kind in (ChangeKind.REVISED, ChangeKind.REVISED_HEADER)
    remarks = {(row.cause, *row.remarks) for row in section.rows}
    is_common = len(remarks) == 1 and len(section.rows) > 1 and not is_by_field
    return SectionView(
        section=section,
        anchor=f"kind-{section.kind.value.replace('_', '-')}",
        is_by_field=is_by_field,
        common_remark="; ".join(filter(None, next(iter(remarks)))) if is_common else "",
        has_remarks=not is_common and any(map(any, remarks)),
        has_candidates=any(row.candidates for row in section.rows),
        candidates_title="May replace" if section.kind is ChangeKind.NEW else "Candidate successors",
        tables=tuple(_cut_tables(section, is_by_field)),
    )


def view_fields(row: ChangeRow) -> tuple[FieldRow, ...]:
    """The fields of a row; the two titles are one line where they changed alike."""
    by_name = {field.change.name: field for field in row.fields}
    long, short = by_name.get("long_descriptor"), by_name.get("short_descriptor")
    if long is None or short is None or (long.before_text, long.after_text) != (short.before_text, short.after_text):
        return row.fields
    both = replace(long, title="Long and short title")
    return tuple(both if field is long else field for field in row.fields if field is not short)


def _cut_tables(section: KindSection, is_by_field: bool) -> Iterator[TableView]:
    for family, found in groupby(section.rows, key=lambda row: row.family):
        rows = tuple(found)
        for start in range(0, len(rows), ROWS_IN_A_TABLE):
            part = rows[start : start + ROWS_IN_A_TABLE]
            first, last = part[0].code, part[-1].code
            lines = sum(len(row.fields) for row in part) if is_by_field else 0
            yield TableView(
                family_key=family.key,
                family_label=family.label,
                codes=first if first == last else f"{first} to {last}",
                rows=part,
                height=f"{len(part) * _ROW_HEIGHT + lines * _FIELD_HEIGHT + 4:.0f}rem",
                is_first=start == 0,
            )


def _is_list_beside(report: Report) -> bool:
    """The publisher's counts can stand beside ours: the two are counted in the same way."""
    computed = report.verdict.computed
    return bool(report.verdict.official) and all(
        computed.get(kind.value) == report.counts.get(kind)
        for kind in (ChangeKind.NEW, ChangeKind.DELETED, ChangeKind.REVISED)
    )


def _families(report: Report) -> list[tuple[str, str]]:
    families = sorted({row.family for section in report.sections for row in section.rows})
    return [(family.key, family.label) for family in families]


def _field_classes(report: Report) -> list[FieldClass]:
    found = {row.field_class for section in report.sections for change in section.rows for row in change.fields}
    return [field_class for field_class in FieldClass if field_class in found]


def _view_bars(bars: tuple[FamilyBar, ...]) -> tuple[BarView, ...]:
    widest = max((bar.total for bar in bars), default=0)
    return tuple(_view_bar(bar, number, widest) for number, bar in enumerate(bars))


def _view_bar(bar: FamilyBar, number: int, widest: int) -> BarView:
    parts = []
    start = 0
    for name, count in (("new", bar.new), ("deleted", bar.deleted), ("revised", bar.revised)):
        if count:
            parts.append((name, f"{100 * start / widest:.2f}%", f"{100 * count / widest:.2f}%"))
            start += count
    return BarView(bar, number * BAR_PITCH, tuple(parts))


def _difference_tables(verdict: Verdict) -> list[tuple[str, str, tuple[Difference, ...], bool]]:
    """(anchor, title, differences, is the first of its reason), cut like the tables of changes."""
    return [
        (
            f"reason-{number}",
            group.title,
            group.differences[start : start + ROWS_IN_A_TABLE],
            start == 0,
        )
        for number, group in enumerate(verdict.groups, start=1)
        for start in range(0, len(group.differences), ROWS_IN_A_TABLE)
    ]
