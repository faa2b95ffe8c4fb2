"""HCPCS transaction reports: counts, wording, and what disagrees inside a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.hcpcs import workbook
from loaders.hcpcs.transactions import action_slug
from schema.contents import CodeFile
from tests.hcpcs_lists import ANNUAL_2019, ANNUAL_2020, make_workbook, open_member, read_list


@pytest.mark.parametrize(
    ("path", "member", "codes", "actions"),
    [
        (
            ANNUAL_2019,
            "HCPC2019_Trans_Alpha.xlsx",
            6800,
            {
                "add": 228,
                "coverage": 1,
                "coverage_and_long_description": 1,
                "discontinued": 49,
                "long_description": 94,
                "no_change": 6372,
                "payment": 47,
                "short_description": 8,
            },
        ),
        (
            ANNUAL_2020,
            "HCPC2020_TRANS_ALPHA_w_disclaimer.xlsx",
            7079,
            {
                "add": 250,
                "discontinued": 99,
                "long_description": 70,
                "no_change": 6648,
                "payment": 10,
                "short_description": 2,
            },
        ),
        (
            "2020-04/trans_alpha.xlsx",
            "trans_alpha.xlsx",
            7097,
            {"add": 18, "discontinued": 1, "long_description": 4, "no_change": 7074},
        ),
        (
            "2020-07/trans_alpha.xlsx",
            "trans_alpha.xlsx",
            7158,
            {
                "add": 61,
                "discontinued": 9,
                "long_and_short_description": 1,
                "long_description": 3,
                "no_change": 7083,
                "short_description": 1,
            },
        ),
    ],
)
def test_transaction_report_has_the_counts_that_cms_published(
    releases: Path, path: str, member: str, codes: int, actions: dict[str, int]
) -> None:
    report = read_list(open_member(releases, path, member))
    assert report.kind == "transaction_report"
    assert report.facts["codes"] == len(report.entries) == codes
    assert report.facts["actions"] == actions
    assert report.facts["is_abridged"] is False
    assert report.facts["disagreements"] == report.facts["unknown_actions"] == report.facts["unreadable"] == []
    assert [entry.code for entry in report.entries] == sorted({entry.code for entry in report.entries})


def test_modifier_that_the_sheet_by_action_has_twice_is_named(releases: Path) -> None:
    report = read_list(open_member(releases, "2020-07/trans_alpha.xlsx", "trans_alpha.xlsx"))
    assert report.facts["duplicates"] == [
        "CS: 'Long/Short Description Change' and 'No Change' in 'Changes by Action Code', row 141"
    ]
    entry = next(entry for entry in report.entries if entry.code == "CS")
    assert entry.fields["action"] == "long_and_short_description"


@pytest.mark.parametrize(
    ("path", "whole", "prints"),
    [
        (ANNUAL_2019, "HCPC2019_Trans_Alpha.xlsx", ("Changes_by_HCPCSCode.prn", "Changes_by_ActionCode.prn")),
        (
            ANNUAL_2020,
            "HCPC2020_TRANS_ALPHA_w_disclaimer.xlsx",
            ("Changes_by_HCPC.prn", "Changes_by_ActionCode.prn"),
        ),
    ],
)
def test_printed_reports_say_what_the_workbook_says(
    releases: Path, path: str, whole: str, prints: tuple[str, str]
) -> None:
    report = read_list(open_member(releases, path, whole))
    by_code, by_action = (read_list(open_member(releases, path, name)) for name in prints)
    assert by_code.entries == by_action.entries
    assert by_code.facts["is_abridged"] is True
    assert by_code.facts["actions"] == report.facts["actions"]
    for printed, entry in zip(by_code.entries, report.entries, strict=True):
        assert (printed.code, printed.fields["action"]) == (entry.code, entry.fields["action"])
        assert entry.fields["action_text"].startswith(printed.fields["action_text"])
        assert entry.fields["short_descriptor"].startswith(printed.fields["short_descriptor"])
        assert entry.fields["long_descriptor"].startswith(printed.fields["long_descriptor"])


def test_transaction_report_adds_what_the_code_list_has_as_added(releases: Path) -> None:
    report = read_list(open_member(releases, "2020-04/trans_alpha.xlsx", "trans_alpha.xlsx"))
    listed = {
        release: workbook.read_workbook(open_member(releases, f"{release}/anweb.xlsx", "anweb.xlsx"))
        for release in ("2020-04", "2020-07")
    }
    codes = {release: _codes_of(found) for release, found in listed.items()}
    assert {entry.code for entry in report.entries} == codes["2020-04"]
    later = read_list(open_member(releases, "2020-07/trans_alpha.xlsx", "trans_alpha.xlsx"))
    added = {entry.code for entry in later.entries if entry.fields["action"] == "add"}
    assert added == codes["2020-07"] - codes["2020-04"]


def _codes_of(code_file: CodeFile) -> set[str]:
    return {code for block in code_file.blocks for code in block.codes}


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("ADD", "add"),
        (" Add ", "add"),
        ("Discontinued", "discontinued"),
        ("Long Description Change", "long_description"),
        ("Long Description Chang", "long_description"),
        ("SHORT DESCRIPTION CHANGE", "short_description"),
        ("Short Description Chan", "short_description"),
        ("Long/Short Description Change", "long_and_short_description"),
        ("Payment Change", "payment"),
        ("Coverage  Change", "coverage"),
        ("Coverage and Long Desc Change", "coverage_and_long_description"),
        ("Coverage and Long Desc", "coverage_and_long_description"),
        ("Misc Change (TOS, BETOS)", "miscellaneous"),
        ("Miscellaneous change (BETOS or Type of Service)", "miscellaneous"),
        ("Re-activated", "reactivated"),
        ("Reactivated", "reactivated"),
        ("No Change", "no_change"),
        ("No change", "no_change"),
        ("T", "miscellaneous"),
        ("B", "coverage_and_long_description"),
        ("Addressed elsewhere", "unknown"),
        ("", "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_action_in_words_has_one_name(words: str, slug: str) -> None:
    assert action_slug(words) == slug


def test_sheets_of_a_report_that_disagree_are_named() -> None:
    report = read_list(
        make_workbook(
            action=[["HCPC", "Action Cd"], ["X2", "ADD"], ["X0002", "Payment Change"], ["X0001", "Discontinued"]],
            code=[["HCPC", "Action Cd"], ["X2", "ADD"], ["X0001", "No Change"], ["X0003", "Renamed"], ["see", "n"]],
        )
    )
    assert [(entry.code, entry.fields["action"]) for entry in report.entries] == [
        ("X0001", "no_change"),
        ("X0003", "unknown"),
        ("X2", "add"),
    ]
    assert report.facts["disagreements"] == [
        "X0001: no_change in 'code', discontinued in 'action'",
        "X0002: absent in 'code', payment in 'action'",
        "X0003: unknown in 'code', absent in 'action'",
    ]
    assert report.facts["unknown_actions"] == ["Renamed"]
    assert report.facts["unreadable"] == ["row 5: see"]
