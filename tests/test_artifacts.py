"""What the Prefect page is given: readable, short, and never markup that a publisher's file wrote."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.markdown import Markdown

from flows.artifacts import (
    MOST_ROWS,
    describe_counts,
    describe_load,
    describe_reconciliation,
    describe_report,
    describe_successors,
    escape_markdown,
    list_differences,
)
from flows.report.writer import ReportFiles
from flows.steps import LoadResult
from schema.changes import Difference, Reconciliation, Successor
from schema.contents import CheckResult
from schema.errors import shorten_value
from schema.releases import ReleaseId
from schema.store.writer import WrittenRelease
from tests.report_samples import CONTROLS, SURROGATE, diagnosis_result, make_result

HOSTILE = (
    '<script>alert(1)</script> | [a](javascript:alert(1)) **b** `c` ![d](https://evil.example/x.png) "&lt;"\n'
    f"# e {CONTROLS} {SURROGATE}"
)
FILES = ReportFiles(*(Path(f"/reports/{HOSTILE}/{name}") for name in ("a.html", "b.xlsx", "c.json", "d.csv")))


def read_inline(markdown: str) -> list[str]:
    """The kinds of everything inside the lines of a Markdown text, and not only text."""
    return sorted(
        {
            child.type
            for token in Markdown(markdown).parsed
            for child in token.children or ()
            if child.type not in {"text", "text_special"}
        }
    )


def read_bold(markdown: str) -> list[str]:
    """The texts in bold: ours are the ids of releases."""
    return re.findall(r"\*\*(.+?)\*\*", markdown)


def read_cells(markdown: str) -> list[str]:
    """The texts of the cells of all tables."""
    tokens = Markdown(markdown).parsed
    return [
        "".join(child.content for child in inline.children or ())
        for opening, inline in pairwise(tokens)
        if opening.type in {"td_open", "th_open"}
    ]


@given(st.text(max_size=80))
def test_any_text_is_one_cell_that_reads_as_the_text(text: str) -> None:
    cells = read_cells(f"| A | B |\n|---|---|\n| {escape_markdown(text)} | end |")
    assert cells == ["A", "B", shorten_value(" ".join(text.split()), 400), "end"]
    assert read_inline(f"| A |\n|---|\n| {escape_markdown(text)} |") == []


@given(st.text(alphabet="<>[]()*_`#~|!&:/.@w-+=\\ ab1\n", max_size=40))
def test_any_signs_are_no_markup_at_the_start_of_a_line(text: str) -> None:
    assert read_inline(f"x\n{escape_markdown(text)}") in ([], ["softbreak"])


@pytest.mark.parametrize(
    "text", ["https://evil.example", "WWW.evil.example", "someone@evil.example", "hcpcs@2020-07-01.1"]
)
def test_addresses_become_no_links_of_themselves(text: str) -> None:
    assert not re.search(r"://|www\.|\w@\w", escape_markdown(text), re.IGNORECASE)


def test_names_of_fields_and_checks_stay_as_they_are() -> None:
    assert escape_markdown("record_length: 7,158 records (+0.9%)") == "record_length: 7,158 records (+0.9%)"


def differ(*differences: Difference, basis: str = "order addenda a.txt") -> Reconciliation:
    return Reconciliation(basis, not differences, {}, {}, differences, (HOSTILE,))


def test_hostile_file_names_messages_and_notes_are_text_on_the_page() -> None:
    check = CheckResult(HOSTILE, False, False, HOSTILE, HOSTILE)
    loaded = describe_load(
        LoadResult(WrittenRelease(ReleaseId("hcpcs", date(2020, 1, 1), 1), "loaded", 3), [check], [HOSTILE])
    )
    result = diagnosis_result()
    successors = {"C860": (Successor("C8600", HOSTILE, 1),)}
    found = differ(Difference("A00", HOSTILE, None), basis=HOSTILE)
    texts = [
        loaded,
        describe_reconciliation(result.change_set, found),
        describe_successors(result.change_set, successors),
        describe_report(result, FILES),
        *list_differences("icd10cm", found)[0].values(),
    ]
    for text in texts:
        assert [kind for kind in read_inline(text) if not kind.startswith("strong")] == []
        assert [bold for bold in read_bold(text) if not bold.startswith(("hcpcs&#64;2020-", "icd10cm&#64;2023-"))] == []
        assert [c for c in text.replace("\n", "") if not c.isprintable()] == []


def test_load_shows_each_check_with_its_state_and_what_was_not_read() -> None:
    release = ReleaseId("hcpcs", date(2020, 7, 1), 2)
    checks = [
        CheckResult("record_length", True, True, "7158 records"),
        CheckResult("shrinkage", False, False, "12 records", "a test, says A. Person"),
    ]
    text = describe_load(LoadResult(WrittenRelease(release, "new issue", 3), checks, ["odd.bin", "other.bin"]))
    assert text.splitlines()[0] == "**hcpcs&#64;2020-07-01.2** new issue"
    assert read_cells(text)[4:] == [
        *("record_length", "required", "passed", "7158 records"),
        *("shrinkage", "advisory", "overridden", "12 records; overridden: a test, says A. Person"),
    ]
    assert text.splitlines()[-1] == "Not read: odd.bin, other.bin."


def test_counts_have_a_row_for_every_kind() -> None:
    cells = read_cells(describe_counts(diagnosis_result().change_set))
    counts = dict(zip(cells[::2], cells[1::2], strict=True))
    assert counts == {
        "Kind": "Codes",
        **{"New": "3", "Reinstated": "0", "Deleted": "2", "Revised": "2", "Added and ended": "0", "Purged": "0"},
        **{"New headers": "1", "Gone headers": "1", "Revised headers": "1"},
    }


def test_more_differences_than_a_page_bears_are_cut_and_counted() -> None:
    many = [Difference(f"A{n:04}", "not in the list", "in_year_code") for n in range(MOST_ROWS)]
    found = differ(*many, Difference("Z999", "not in ours", None))
    rows = list_differences("icd10cm", found)
    assert len(rows) == MOST_ROWS
    assert rows[0] == {"code": "Z99.9", "difference": "not in ours", "reason": "No known reason"}
    assert rows[1]["reason"] == "In-year code"
    text = describe_reconciliation(make_result("icd10cm", ()).change_set, found)
    assert text.endswith(f"The first {MOST_ROWS} of {MOST_ROWS + 1} differences; the report has them all.")


def test_few_differences_are_all_there_and_nothing_is_said_of_cutting() -> None:
    found = differ(*(Difference(f"A{n:04}", "not in the list", None) for n in range(MOST_ROWS)))
    assert len(list_differences("icd10cm", found)) == MOST_ROWS
    assert "The first" not in describe_reconciliation(make_result("icd10cm", ()).change_set, found)


def test_successors_are_counted_by_source() -> None:
    result = diagnosis_result()
    text = describe_successors(result.change_set, result.successors)
    assert "1 of 2 deleted codes with a candidate successor" in text
    assert read_cells(text)[2:] == ["Subdivision", "2", "Conversion table", "2"]
