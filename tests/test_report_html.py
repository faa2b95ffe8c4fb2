"""The HTML file: inert, self-contained, well-formed, the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from flows.report.build import build_report
from flows.report.html import MOST_CANDIDATES, ROWS_IN_A_TABLE, mark_segments, render_html
from flows.report.word_marks import Segment, mark_words
from schema.changes import Successor, UpdateResult
from tests.report_samples import (
    ALL_RESULTS,
    CONTROLS,
    ResultMaker,
    diagnosis_result,
    make_result,
    many_result,
    procedure_result,
    supply_result,
)

GOLDEN = Path(__file__).parent / "golden" / "report_icd10cm.html"
VOID = {"meta", "input", "img", "br", "link", "rect", "path", "hr"}


class Outline(HTMLParser):
    """What a browser would see: tags with attributes, headings, scripts, whether tags are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.scripts: list[str] = []
        self.faults: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data


def render(result: UpdateResult) -> str:
    return render_html(build_report(result))


def scrub(text: str) -> str:
    """The file without style and script, which have tests of their own."""
    text = re.sub(r"(<style>).*?(</style>)", r"\1…\2", text, flags=re.DOTALL)
    text = re.sub(r"(<script>).*?(</script>)", r"\1…\2", text, flags=re.DOTALL)
    return re.sub(r"sha256-[A-Za-z0-9+/=]+", "sha256-…", text)


def test_report_looks_as_agreed() -> None:
    """Update recipe: ADDENDA_UPDATE_GOLDEN=1 pytest tests/test_report_html.py, then look at the diff."""
    current = scrub(render(diagnosis_result()))
    if os.environ.get("ADDENDA_UPDATE_GOLDEN"):
        GOLDEN.write_text(current, encoding="utf-8")
    assert current == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("make", ALL_RESULTS)
def test_equal_input_gives_equal_bytes(make: ResultMaker) -> None:
    assert render(make()).encode() == render(make()).encode()


@pytest.mark.parametrize("make", [*ALL_RESULTS, lambda: make_result("icd10cm", ())])
def test_tags_are_closed_and_ids_are_unique(make: ResultMaker) -> None:
    outline = Outline(render(make()))
    assert (outline.faults, outline.open) == ([], [])
    ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {str(a["href"])[1:] for tag, a in outline.tags if tag == "a"}
    assert links <= set(ids)


@pytest.mark.parametrize("make", ALL_RESULTS)
def test_nothing_is_loaded_from_anywhere(make: ResultMaker) -> None:
    text = render(make())
    for tag, attributes in Outline(text).tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base"}, tag
        assert not {"src", "srcset", "action", "data", "poster", "background"} & attributes.keys(), (tag, attributes)
        assert str(attributes.get("href", "#")).startswith("#")
    assert re.findall(r"url\(\s*['\"]?(?!#)", text) == []
    assert "@import" not in text
    assert re.findall(r"https?:", text) == []


def test_hostile_texts_are_inert() -> None:
    outline = Outline(render(supply_result()))
    assert [tag for tag, _ in outline.tags].count("script") == 1
    assert [name for _, attributes in outline.tags for name in attributes if name.startswith("on")] == []
    assert "alert(" not in outline.scripts[0]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in render(supply_result())


def test_only_our_own_script_may_run() -> None:
    outline = Outline(render(diagnosis_result()))
    digest = base64.b64encode(hashlib.sha256(outline.scripts[0].encode()).digest()).decode()
    policy = next(a["content"] for tag, a in outline.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert f"script-src 'sha256-{digest}';" in str(policy)
    assert str(policy).startswith("default-src 'none';")


def test_control_characters_are_drawn() -> None:
    text = render(supply_result())
    assert "nul ␀ bell ␇ escape ␛ override �txet� end �" in text
    assert CONTROLS not in text
    assert "\x00" not in text


def test_headings_go_down_one_step_at_a_time() -> None:
    for make in ALL_RESULTS:
        levels = [int(tag[1]) for tag, _ in Outline(render(make())).tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_change_and_difference_is_in_the_page() -> None:
    for make in ALL_RESULTS:
        report = build_report(make())
        text = render_html(report)
        rows = [a for tag, a in Outline(text).tags if tag in {"tr", "tbody"} and "id" in a]
        assert len(rows) == len(report.result.change_set.changes)
        assert all(difference.what in text for difference in report.result.reconciliation.differences)


def test_long_family_is_cut_into_tables_that_a_browser_can_leave_undrawn() -> None:
    text = render(many_result(2 * ROWS_IN_A_TABLE + 1))
    assert text.count('<div class="sheet"') == 3
    assert text.count(", continued") == 2
    assert text.count('<tr id="c-') == 2 * ROWS_IN_A_TABLE + 1


def test_changed_words_and_blanks_are_marked() -> None:
    left, right = mark_words("Body  mass <b>", "Body mass <i>")
    assert mark_segments(left, "del") == (
        'Body <del><span class="blank" role="img" aria-label="1 blank">␣</span></del>mass &lt;<del>b</del>&gt;'
    )
    assert mark_segments(right, "ins") == "Body mass &lt;<ins>i</ins>&gt;"


def test_blank_at_the_edge_of_changed_words_is_not_marked() -> None:
    assert mark_segments((Segment(" and childhood", True),), "ins") == " <ins>and childhood</ins>"


def test_titles_that_changed_alike_share_a_line() -> None:
    text = render(diagnosis_result())
    assert text.count("Long and short title") == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (diagnosis_result, "<strong>48 days</strong>"),
        (procedure_result, "in force for 12 days"),
        (supply_result, "in force today"),
    ],
)
def test_first_page_says_how_many_days_are_left(make: ResultMaker, words: str) -> None:
    assert words in render(make())


def test_hundreds_of_candidates_are_told_as_a_range() -> None:
    result = diagnosis_result()
    found = tuple(Successor(f"T15{n:03d}", "conversion table", 1, "", f"Foreign body {n}") for n in range(200))
    text = render(replace(result, successors={"C860": found}))
    assert text.count("Foreign body") == MOST_CANDIDATES
    assert "and 192 more, T15.008 to T15.199: all in changes.xlsx" in text
