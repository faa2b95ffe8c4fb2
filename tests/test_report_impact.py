"""The impact in the change report: figures, rows, sheets, and nothing where it was not assessed."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from flows.report.build import build_report
from flows.report.html import render_html
from flows.report.impact_build import TOP, view_impact
from flows.report.impact_wording import dollars_text
from flows.report.workbook import build_workbook
from flows.report.writer import write_report
from schema.claims import ClaimsSummary
from schema.impact import Exposure, Impact, ImpactItem, Priority
from tests.impact_samples import (
    AS_OF,
    assessed,
    diagnosis_impact,
    done_impact,
    empty_impact,
    hostile_impact,
    measure,
)
from tests.report_samples import ALL_RESULTS, diagnosis_result
from tests.test_report_html import Outline

IMPACTS = (diagnosis_impact, hostile_impact, empty_impact, done_impact)


def render(impact: Impact) -> str:
    return render_html(build_report(assessed(impact)))


def section_of(text: str) -> str:
    return text[text.index('<section class="impact"') : text.index('<section class="changes"')]


def words_of(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))


def open_workbook(impact: Impact) -> Any:
    return openpyxl.load_workbook(io.BytesIO(build_workbook(build_report(assessed(impact)))))


def test_deleted_codes_still_in_use_are_counted_those_named_first() -> None:
    view = view_impact(diagnosis_impact())
    assert [row.code for row in view.deleted] == ["C86.0", "Z99.8"]
    assert view.deleted_by_name == 1
    assert [item.change.code for item in diagnosis_impact().deleted_in_use] == ["C860"]


def test_dollars_at_stake_are_sums_over_codes() -> None:
    view = view_impact(diagnosis_impact())
    assert (view.changed_stakes.codes, view.changed_stakes.paid) == (2, Decimal("40950.99"))
    assert (view.deleted_stakes.codes, view.deleted_stakes.billed) == (1, Decimal("91001.00"))


def test_top_items_are_those_with_most_dollars_whatever_their_priority() -> None:
    impact = diagnosis_impact()
    change = impact.items[2].change
    many = tuple(
        ImpactItem(replace(change, code=f"F98{n:02d}"), Priority.LOW, (), (), Exposure(measure(1, "1", str(n))), ())
        for n in range(TOP + 5)
    )
    top = view_impact(replace(impact, items=many + impact.items)).top
    assert len(top) == TOP
    paid = [row.total.paid for row in top]
    assert paid == sorted(paid, reverse=True)
    assert top[0].code == "C86.0"


def test_uses_without_owner_come_first_with_what_could_not_be_read() -> None:
    view = view_impact(diagnosis_impact())
    rows = [(row.name, row.owner, row.cells, row.codes, len(row.unreadable)) for row in view.uses]
    assert rows == [
        ("registry", None, 2, 2, 2),
        ("charge master", "Revenue Integrity", 2, 1, 1),
        ("preference list", "Cancer Center", 1, 1, 0),
    ]
    assert (len(view.ownerless), view.unreadable) == (1, 3)


def test_every_owner_has_a_row_with_tasks_and_first_due_date() -> None:
    rows = {
        row.owner: (row.codes, row.deleted, row.tasks, row.first_due_date)
        for row in view_impact(diagnosis_impact()).owners
    }
    assert rows == {
        "Cancer Center": (1, 1, 1, date(2024, 8, 1)),
        "Revenue Integrity": (1, 1, 2, date(2024, 9, 1)),
        None: (2, 2, 1, date(2024, 9, 17)),
    }


def test_every_priority_has_a_row_and_every_item_is_in_one() -> None:
    rows = view_impact(diagnosis_impact()).priorities
    assert [row.priority for row in rows] == list(Priority)
    assert sum(row.items for row in rows) == len(diagnosis_impact().items)


def test_new_codes_missing_in_the_charge_master_are_named() -> None:
    view = view_impact(diagnosis_impact())
    assert [(row.code, row.total.lines) for row in view.moves] == [("C86.00", 125), ("C86.01", 125)]
    assert [row.code for row in view.missing] == ["C86.00"]
    assert "1 code is missing in the charge master." in words_of(section_of(render(diagnosis_impact())))


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        (ClaimsSummary(0, 0, None, None), "No claims are held"),
        (ClaimsSummary(1, 9, date(2024, 1, 1), date(2024, 12, 31)), "less than the window"),
        (ClaimsSummary(1, 9, date(2019, 1, 1), date(2019, 12, 31)), "none of them lies in the window"),
    ],
)
def test_what_limits_the_figures_is_said(claims: ClaimsSummary, words: str) -> None:
    view = view_impact(replace(diagnosis_impact(), claims=claims))
    assert [words in note for note in view.notes] == [True]


def test_claims_that_fill_the_window_need_no_remark() -> None:
    assert view_impact(diagnosis_impact()).notes == ()


def test_number_that_must_be_0_is_not_told_where_no_use_was_read() -> None:
    text = render(empty_impact())
    assert 'class="big unknown"' in text
    assert "not known" in words_of(text)
    assert "No use is named in addenda.toml" in text
    assert 'class="big good"' in render(done_impact())
    assert 'class="big bad"' in render(diagnosis_impact())


def test_section_names_window_items_reasons_places_and_guesses() -> None:
    words = words_of(section_of(render(diagnosis_impact())))
    for said in (
        "October 2, 2023 to September 30, 2024",
        "Deleted in a billing use.",
        "$91,001",
        "$40,501",
        "row 7; row 9",
        "range Z99.0-Z99.9",
        "Guess: titles alike",
        "1 use has no owner",
        "3 entries could not be read as a code",
    ):
        assert said in words, said


def test_changes_that_are_held_or_billed_carry_a_mark_and_no_other_does() -> None:
    text = render(diagnosis_impact())
    changes = text[text.index('<section class="changes"') :]
    marked = {a["id"] for tag, a in Outline(changes).tags if tag in {"tr", "tbody"} and "data-held" in a}
    assert marked == {"c-C860", "c-Z998", "c-F9821"}
    assert changes.count('<span class="hit">') == 3
    assert "in 4 places" in changes
    assert "billed $91,001" in changes


@pytest.mark.parametrize("make", ALL_RESULTS)
def test_report_without_an_impact_knows_nothing_of_it(make: Any) -> None:
    report = build_report(make())
    text = render_html(report)
    assert "stakes" not in text
    assert "data-held" not in text
    assert "held" not in Outline(text).scripts[0]
    names = openpyxl.load_workbook(io.BytesIO(build_workbook(report))).sheetnames
    assert [name for name in names if name.startswith("Impact")] == []


@pytest.mark.parametrize("make", IMPACTS)
def test_page_is_well_formed_inert_and_the_same_each_time(make: Any) -> None:
    text = render(make())
    outline = Outline(text)
    assert (outline.faults, outline.open) == ([], [])
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(a["href"])[1:] for tag, a in outline.tags if tag == "a"} <= set(ids)
    assert [tag for tag, _ in outline.tags].count("script") == 1
    assert [name for _, attributes in outline.tags for name in attributes if name.startswith("on")] == []
    assert not {"img", "link", "iframe", "object"} & {tag for tag, _ in outline.tags}
    assert "\x00" not in text
    assert text.encode() == render(make()).encode()


def test_headings_of_the_impact_go_down_one_step_at_a_time() -> None:
    levels = [int(tag[1]) for tag, _ in Outline(render(diagnosis_impact())).tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_workbook_has_items_and_each_cell_that_holds_them() -> None:
    workbook = open_workbook(diagnosis_impact())
    assert workbook.sheetnames[1:5] == ["Impact", "Impact uses", "Impact moves", "Impact unreadable"]
    rows = list(workbook["Impact"].iter_rows(values_only=True))
    found = dict(zip(rows[0], rows[1], strict=True))
    assert (found["Code"], found["Priority"], found["Lines"], found["Billed"]) == ("C86.0", "Critical", 125, 91001)
    assert found["Owners"] == "Cancer Center; Revenue Integrity; no owner"
    assert workbook["Impact"].cell(2, rows[0].index("Paid") + 1).number_format == "#,##0.00"
    uses = list(workbook["Impact uses"].iter_rows(min_row=2, values_only=True))
    assert len(uses) == sum(len(item.uses) for item in diagnosis_impact().items)
    summary = dict(workbook["Summary"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert summary["Deleted codes still in use"] == 1
    assert summary["Paid on changed codes"] == pytest.approx(40950.99)


def test_hostile_texts_stay_texts_in_every_sheet() -> None:
    for sheet in open_workbook(hostile_impact()).worksheets:
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
        assert sheet.freeze_panes == "B2"


def test_other_files_are_put_beside_the_report(tmp_path: Path) -> None:
    write_report(diagnosis_result(), tmp_path, {"impact.json": b"{}\n"})
    assert (tmp_path / "impact.json").read_bytes() == b"{}\n"
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "$0"), ("0.5", "$1"), ("-0.4", "$0"), ("-12.50", "−$13"), ("1234567.49", "$1,234,567")],
)
def test_dollars_are_rounded_half_up(amount: str, text: str) -> None:
    assert dollars_text(Decimal(amount)) == text


def test_days_left_count_from_the_day_of_the_assessment() -> None:
    assert view_impact(diagnosis_impact()).days_left == (date(2024, 10, 1) - AS_OF).days
