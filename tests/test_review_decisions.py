"""What may be decided and written about a change, and what is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.review.decisions import (
    LINE_LIMIT,
    SUCCESSOR_LIMIT,
    TEXT_LIMIT,
    check_decision,
    check_line,
    check_seen,
    check_text,
    is_open,
)
from flows.review.evidence import build_evidence, list_items, read_document
from schema.changes import ChangeKind
from schema.errors import ConflictError, UsageError
from schema.review import ACTIONS, Action, Decision, Item
from tests.impact_values import change_of
from tests.report_samples import ARABIC
from tests.review_values import KEY, assessed

USABLE = frozenset({"E0005", "E0006", "E0001"})


def item_of(kind: ChangeKind) -> Item:
    return list_items(KEY, read_document(build_evidence(assessed(change_of(kind, "E0001")))))[0]


@pytest.mark.parametrize("kind", ChangeKind)
@pytest.mark.parametrize("action", Action)
def test_action_is_allowed_exactly_where_the_kind_has_it(kind: ChangeKind, action: Action) -> None:
    successors = ("E0005",) if action is Action.REPLACE else ()
    decision = Decision(action, "because", successors)
    if action in ACTIONS[kind]:
        assert check_decision(item_of(kind), decision, USABLE) == decision
    else:
        with pytest.raises(UsageError, match=r"cannot be decided .*; decide "):
            check_decision(item_of(kind), decision, USABLE)


@pytest.mark.parametrize(
    ("successors", "why"),
    [
        ((), "replaced by nothing"),
        (("E0005", "E0005"), "named twice"),
        (("E0001",), "replaced by itself"),
        (("E0005", "E9999"), "'E9999' cannot replace"),
        (("<b>\n",), "cannot replace"),
        (tuple(f"E{n:04}" for n in range(SUCCESSOR_LIMIT + 1)), "51 codes"),
    ],
)
def test_replacement_needs_other_codes_that_can_be_used(successors: tuple[str, ...], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        check_decision(item_of(ChangeKind.DELETED), Decision(Action.REPLACE, "because", successors), USABLE)


def test_replacement_may_name_as_many_codes_as_the_limit() -> None:
    codes = tuple(f"J{n:04}" for n in range(SUCCESSOR_LIMIT))
    decision = Decision(Action.REPLACE, "because", codes)
    assert check_decision(item_of(ChangeKind.DELETED), decision, codes) == decision


def test_successors_go_with_replace_alone() -> None:
    with pytest.raises(UsageError, match="successors go with replace"):
        check_decision(item_of(ChangeKind.DELETED), Decision(Action.RETIRE, "because", ("E0005",)), USABLE)


@pytest.mark.parametrize("reason", ["", "  \n ", "\u200b\u200b", "\u200f"])
def test_decision_needs_a_reason_that_can_be_read(reason: str) -> None:
    with pytest.raises(UsageError, match="the reason is missing"):
        check_decision(item_of(ChangeKind.DELETED), Decision(Action.RETIRE, reason), USABLE)


def test_reason_is_kept_without_blanks_at_its_ends() -> None:
    decision = check_decision(item_of(ChangeKind.DELETED), Decision(Action.RETIRE, " one\r\ntwo \n"), USABLE)
    assert decision.reason == "one\ntwo"


@pytest.mark.parametrize("character", "\x00\x1b\x7f\x9f\u202e\u2066\u2028\ud83d")
@pytest.mark.parametrize("check", [check_text, check_line])
def test_control_characters_are_refused_and_named(character: str, check: Callable[[str, str], str]) -> None:
    with pytest.raises(UsageError, match=f"U\\+{ord(character):04X}"):
        check("the comment", f"a{character}b")


@pytest.mark.parametrize("text", [ARABIC, "naïve <b>&\"'", "👩‍⚕️ ok", "=1+1"])
def test_what_people_write_is_kept_as_it_is(text: str) -> None:
    assert check_text("the comment", text) == text == check_line("the owner", text)


def test_line_is_one_line() -> None:
    with pytest.raises(UsageError, match="U\\+000A"):
        check_line("the owner", "one\ntwo")


def test_limits_count_what_is_kept() -> None:
    assert len(check_text("the note", " " + "x" * TEXT_LIMIT + " ")) == TEXT_LIMIT
    with pytest.raises(UsageError, match=f"{TEXT_LIMIT} at most"):
        check_text("the note", "x" * (TEXT_LIMIT + 1))
    assert len(check_line("the owner", "x" * LINE_LIMIT)) == LINE_LIMIT
    with pytest.raises(UsageError, match=f"{LINE_LIMIT} at most"):
        check_line("the owner", "x" * (LINE_LIMIT + 1))


def test_note_may_be_left_out_where_none_is_required() -> None:
    assert check_text("the note", "  ", is_required=False) == ""
    assert check_line("the owner", "", is_required=False) == ""


@given(st.text())
def test_text_is_kept_whole_or_refused(text: str) -> None:
    try:
        kept = check_text("the note", text, is_required=False)
    except UsageError:
        return
    assert kept == text.replace("\r\n", "\n").strip()
    assert all(c == "\n" or unicodedata.category(c) not in ("Cc", "Cs") for c in kept)
    assert check_text("the note", kept, is_required=False) == kept


def test_row_that_changed_after_the_page_was_made_is_a_conflict_that_names_who() -> None:
    check_seen(7, 7, "rosa decided it")
    with pytest.raises(ConflictError, match="rosa decided it"):
        check_seen(8, 7, "rosa decided it")


@pytest.mark.parametrize(
    ("needs_decision", "action", "expected"),
    [
        (True, None, True),
        (True, Action.NEEDS_POLICY, True),
        (True, Action.RETIRE, False),
        (False, None, False),
        (False, Action.NEEDS_POLICY, False),
    ],
)
def test_change_is_open_until_it_is_decided_finally(
    needs_decision: bool, action: Action | None, expected: bool
) -> None:
    assert is_open(needs_decision, action) is expected
