"""Word marks: what differs is marked, nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.report.word_marks import Segment, Segments, mark_values, mark_words, value_text


def show(segments: Segments) -> str:
    return "".join(f"[{segment.text}]" if segment.is_changed else segment.text for segment in segments)


@pytest.mark.parametrize(
    ("before", "after", "marked_before", "marked_after"),
    [
        ("same title", "same title", "same title", "same title"),
        (
            "Ehrlichiosis chafeensis",
            "Ehrlichiosis chaffeensis",
            "Ehrlichiosis [chafeensis]",
            "Ehrlichiosis [chaffeensis]",
        ),
        ("infancy", "infancy and childhood", "infancy", "infancy[ and childhood]"),
        ("old words here", "new terms here", "[old words] here", "[new terms] here"),
        ("foo  bar", "foo bar", "foo [ ]bar", "foo bar"),
        ("a, b", "a; b", "a[,] b", "a[;] b"),
        ("", "there", "", "[there]"),
        ("Meniere", "Me\u0301nie\u0300re", "[Meniere]", "[Me\u0301nie\u0300re]"),
    ],
)
def test_changed_words_are_marked(before: str, after: str, marked_before: str, marked_after: str) -> None:
    left, right = mark_words(before, after)
    assert (show(left), show(right)) == (marked_before, marked_after)


WORDS = st.lists(st.sampled_from(["left", "right", " ", "  ", ",", "é", "\t", "<b>"])).map("".join)


@given(WORDS, WORDS)
def test_segments_joined_are_the_texts_and_what_is_not_marked_is_the_same(before: str, after: str) -> None:
    left, right = mark_words(before, after)
    assert "".join(s.text for s in left) == before
    assert "".join(s.text for s in right) == after
    kept = ["".join(s.text for s in side if not s.is_changed) for side in (left, right)]
    assert kept[0] == kept[1]
    assert all(s.text for s in left + right)


def test_very_long_texts_are_marked_in_bounded_time() -> None:
    before = "start " + " ".join(f"a{n}" for n in range(20_000)) + " end"
    after = "start " + " ".join(f"b{n}" for n in range(20_000)) + " end"
    left, _ = mark_words(before, after)
    assert [segment.is_changed for segment in left] == [False, True, False]


def test_lists_are_marked_entry_by_entry() -> None:
    left, right = mark_values(["31", "32"], ["32", "36"])
    assert (show(left), show(right)) == ("[31]; 32", "32; [36]")


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), ("a", "a"), (["a", "b"], "a; b"), ({"b": 1}, '{"b":1}'), (7, "7")]
)
def test_any_value_has_a_text(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_blank_value_has_no_segments() -> None:
    assert mark_values(None, "D") == ((), (Segment("D", True),))
    assert mark_values(None, None) == ((), ())
