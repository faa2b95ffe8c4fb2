"""docs/watch.md says what there is: the reasons with their signals, the keys of the report, the files, the options."""

from __future__ import annotations

import re

import click
import pytest

from flows.commands.watch import command
from flows.commands.watch_text import ITEM_COLUMNS
from flows.watch.watchlist import expect_categories
from schema.watch import REVIEW_DAYS, WATCH_DAYS, Reason, Status
from tests.doc_pages import PAGES, read_names, read_tables

PAGE = PAGES["watch.md"]
TABLES = read_tables(PAGE)


def test_every_reason_is_told_with_the_signals_that_it_leads_to_expect() -> None:
    told = {read_names(row[0])[0]: row[2] for row in TABLES["reason"]}
    assert set(told) == {reason.value for reason in Reason}
    for name, signals in told.items():
        expected = {category.value for category in expect_categories([Reason(name)])}
        alike = read_names(signals)
        if alike in ([name] for name in told):
            expected, alike = {*read_names(told[alike[0]])}, [*read_names(told[alike[0]])]
        assert set(alike) == expected, name


def test_every_key_of_an_item_is_told_in_its_order() -> None:
    assert [name for row in TABLES["key"] for name in read_names(row[0])] == list(ITEM_COLUMNS)


def test_every_status_and_the_lengths_of_the_watch_are_told() -> None:
    statuses = next(row[1] for row in TABLES["key"] if row[0] == "`status`")
    assert set(read_names(statuses)) == {status.value for status in Status}
    assert f"reviewed after {REVIEW_DAYS} days and ends after\n{WATCH_DAYS}" in PAGE


@pytest.mark.parametrize("name", ["add", "end", "run", "report", "list"])
def test_commands_and_options_of_the_page_exist(name: str) -> None:
    assert isinstance(command, click.Group)
    options = {option for parameter in command.commands[name].params for option in parameter.opts}
    lines = re.findall(rf"addenda (?:--config \S+ )?watch {name}\b([^\n`]*)", PAGE)
    assert lines
    assert {option for line in lines for option in re.findall(r"--[a-z-]+", line)} <= options
