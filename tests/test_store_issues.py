"""Releases and issues: what counts as the same, what becomes a new issue, what is never changed."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from tests.command_line import CommandLine, count_rows, held_releases
from tests.held_store import CM, CM_NEXT, check_refusal
from tests.order_files import (
    Code,
    codes_file,
    conversion_csv,
    make_codes,
    order_addenda,
    order_file,
    order_members,
    write_zip,
)

CORRECTED = [replace(code, long="Sample condition, corrected") if code.code == "A001" else code for code in CM_NEXT]


@pytest.fixture
def command(database_url: str, tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home", database_url)


@pytest.fixture
def cm_2024(tmp_path: Path) -> Path:
    return write_zip(tmp_path / "2024.zip", order_members("icd10cm", 2024, CM))


@pytest.fixture
def cm_2025(tmp_path: Path) -> Path:
    return write_zip(tmp_path / "2025.zip", order_members("icd10cm", 2025, CM_NEXT, CM))


def outcome(command: CommandLine, release: str, *paths: Path) -> tuple[str, str, int]:
    answer = command("load", "icd10cm", release, *paths, "--format", "json")
    assert answer.code == 0, answer.err
    told = answer.json
    return told["release_id"], told["outcome"], told["new_records"]


def test_release_given_twice_is_held(command: CommandLine, cm_2025: Path) -> None:
    # 200 codes, and the two lines of one revision in the addenda.
    assert outcome(command, "FY2025", cm_2025) == ("icd10cm@2024-10-01.1", "loaded", 202)
    rows = count_rows(command.url)
    assert outcome(command, "FY2025", cm_2025) == ("icd10cm@2024-10-01.1", "held", 0)
    assert count_rows(command.url) == rows


def test_release_in_other_packaging_is_the_same_release(command: CommandLine, cm_2025: Path, tmp_path: Path) -> None:
    outcome(command, "FY2025", cm_2025)
    rows = count_rows(command.url)
    folder = tmp_path / "unpacked" / "Code Descriptions (2025)"
    folder.mkdir(parents=True)
    for name, data in order_members("icd10cm", 2025, CM_NEXT, CM).items():
        (folder / name.replace("_", "-")).write_bytes(data)
    single = tmp_path / "icd10cm_order_2025.txt"
    single.write_bytes(order_file(CM_NEXT, newline="\n"))
    packed = tmp_path / "order 2025.txt.gz"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + order_file(CM_NEXT)))
    nested = write_zip(tmp_path / "nested.zip", {"a/2025.zip": cm_2025.read_bytes()})
    for path, sources in ((tmp_path / "unpacked", 3), (single, 1), (packed, 1), (nested, 1)):
        before = count_rows(command.url)["source"]
        assert outcome(command, "FY2025", path) == ("icd10cm@2024-10-01.1", "extended", 0)
        assert count_rows(command.url)["source"] == before + sources
        assert outcome(command, "FY2025", path) == ("icd10cm@2024-10-01.1", "held", 0)
    assert {**count_rows(command.url), "source": 0} == {**rows, "source": 0}


def test_other_content_is_a_new_issue_and_the_first_one_stays(
    command: CommandLine, cm_2024: Path, cm_2025: Path, tmp_path: Path
) -> None:
    outcome(command, "FY2024", cm_2024)
    outcome(command, "FY2025", cm_2025)
    before = command("diff", "icd10cm", "FY2024", "icd10cm@2024-10-01.1", "--format", "json").json
    corrected = write_zip(tmp_path / "errata.zip", order_members("icd10cm", 2025, CORRECTED, CM))
    # The corrected code, and the two lines of its revision.
    assert outcome(command, "FY2025", corrected) == ("icd10cm@2024-10-01.2", "new issue", 3)
    assert outcome(command, "FY2025", cm_2025) == ("icd10cm@2024-10-01.1", "held", 0)
    assert outcome(command, "2024-10-01.2", corrected) == ("icd10cm@2024-10-01.2", "held", 0)

    held = command("releases", "--format", "json").json["releases"]
    assert [(info["release_id"], info["is_latest_issue"]) for info in held] == [
        ("icd10cm@2023-10-01.1", True),
        ("icd10cm@2024-10-01.1", False),
        ("icd10cm@2024-10-01.2", True),
    ]
    assert command("diff", "icd10cm", "FY2024", "icd10cm@2024-10-01.1", "--format", "json").json == before
    changed = command("diff", "icd10cm", "2024-10-01.1", "FY2025", "--format", "json").json
    assert [change["code"] for change in changed["changes"]] == ["A001"]
    answer = command("lookup", "icd10cm", "A00.1", "--on", "2025-01-01", "--format", "json").json
    assert (answer["release"], answer["long_descriptor"]) == ("icd10cm@2024-10-01.2", "Sample condition, corrected")


def test_issue_number_may_be_named_and_is_never_given_to_other_content(
    command: CommandLine, cm_2025: Path, tmp_path: Path
) -> None:
    corrected = write_zip(tmp_path / "errata.zip", order_members("icd10cm", 2025, CORRECTED, CM))
    assert outcome(command, "icd10cm@2024-10-01.3", corrected) == ("icd10cm@2024-10-01.3", "loaded", 204)
    rows = count_rows(command.url)
    check_refusal(command("load", "icd10cm", "2024-10-01.3", cm_2025), "2024-10-01.3", "held with other content")
    assert count_rows(command.url) == rows
    assert outcome(command, "2024-10-01.1", cm_2025)[:2] == ("icd10cm@2024-10-01.1", "new issue")
    assert outcome(command, "FY2025", corrected)[:2] == ("icd10cm@2024-10-01.3", "held")
    # The publisher goes back: only the operator can say that the first content is in force again.
    assert outcome(command, "2024-10-01.4", cm_2025) == ("icd10cm@2024-10-01.4", "new issue", 0)
    assert held_releases(command.url) == [f"icd10cm@2024-10-01.{issue}" for issue in (1, 3, 4)]
    answer = command("lookup", "icd10cm", "A00.1", "--on", "2025-01-01", "--format", "json").json
    assert (answer["release"], answer["long_descriptor"]) == ("icd10cm@2024-10-01.4", "Sample condition 1")


def test_lists_may_come_later_but_not_before(command: CommandLine, tmp_path: Path) -> None:
    order, addenda, table = (tmp_path / name for name in ("order_2025.txt", "addenda.txt", "conversion.csv"))
    order.write_bytes(order_file(CM_NEXT))
    addenda.write_bytes(order_addenda(CM, CM_NEXT))
    table.write_bytes(conversion_csv([("A00.1", "2024", "A00.2")]))
    check_refusal(command("load", "icd10cm", "FY2025", addenda), "addenda.txt", "no code list", "first")
    assert count_rows(command.url)["record"] == 0
    assert outcome(command, "FY2025", order)[1:] == ("loaded", 200)
    assert outcome(command, "FY2025", addenda)[1:] == ("extended", 2)
    assert outcome(command, "FY2025", addenda)[1:] == ("held", 0)
    assert outcome(command, "FY2025", table)[1:] == ("extended", 1)
    assert outcome(command, "FY2025", order, addenda, table)[1:] == ("held", 0)
    lists = command("releases", "--format", "json").json["releases"][0]["lists"]
    assert [(held["kind"], held["rows"]) for held in lists] == [("order_addenda", 2), ("conversion", 1)]
    check_refusal(command("load", "icd10cm", "2024-10-01.2", table), "no code list", "conversion.csv")


def test_lists_of_another_release_are_refused_when_they_come_later(command: CommandLine, tmp_path: Path) -> None:
    order, addenda = (tmp_path / name for name in ("order_2025.txt", "addenda_2026.txt"))
    order.write_bytes(order_file(CM_NEXT))
    addenda.write_bytes(order_addenda(CM_NEXT, [*CM_NEXT, Code("B00", "One more")]))
    outcome(command, "FY2025", order)
    rows = count_rows(command.url)
    words = "publisher_count", "order_2025.txt has 180 billable codes, 181", "addenda_2026.txt"
    check_refusal(command("load", "icd10cm", "FY2025", addenda), *words)
    assert count_rows(command.url) == rows


def test_records_are_stored_once_for_each_content(command: CommandLine, cm_2024: Path, tmp_path: Path) -> None:
    outcome(command, "FY2024", cm_2024)
    for year, codes in ((2025, CM_NEXT), (2026, [*CM_NEXT[:50], *CM_NEXT[60:]])):
        path = write_zip(tmp_path / f"{year}.zip", {f"order_{year}.txt": order_file(codes)})
        assert outcome(command, f"FY{year}", path)[1] == "loaded"
    rows = count_rows(command.url)
    assert rows["record"] == 201
    assert rows["release"] == 3
    assert rows["run"] <= 6


def test_override_needs_a_name_and_a_note_and_is_kept(command: CommandLine, cm_2024: Path, tmp_path: Path) -> None:
    outcome(command, "FY2024", cm_2024)
    short = tmp_path / "order_2025.txt"
    short.write_bytes(order_file(CM[:150]))
    call = ("load", "icd10cm", "FY2025", short, "--override", "shrinkage", "--override", "last_code")
    who = ("--note", "the chapter was withdrawn", "--by", "K. Osei")
    check_refusal(command(*call[:4]), "shrinkage", "--override shrinkage")
    check_refusal(command(*call), "usage", "note and a name")
    check_refusal(command(*call, *who[:2]), "usage", "note and a name")
    check_refusal(command(*call, "--note", "  ", *who[2:]), "usage", "note and a name")
    check_refusal(command(*call[:6], *who), "last_code failed")
    check_refusal(command(*call, "--override", "no_such", *who), "usage", "no such check: no_such", "shrinkage")
    assert held_releases(command.url) == ["icd10cm@2023-10-01.1"]

    assert command(*call, *who).code == 0
    checks = command("releases", "--format", "json").json["releases"][1]["checks"]
    assert {check["name"]: check["override"] for check in checks if check["state"] == "overridden"} == {
        "shrinkage": "K. Osei: the chapter was withdrawn",
        "last_code": "K. Osei: the chapter was withdrawn",
    }
    assert "shrinkage (K. Osei: the chapter was withdrawn)" in command("releases").out
    # What a person has settled once is not asked again for the same content.
    assert outcome(command, "FY2025", short) == ("icd10cm@2024-10-01.1", "held", 0)


def test_required_check_cannot_be_overridden(command: CommandLine, tmp_path: Path) -> None:
    for check, files in {
        "order_numbers": {"order_2025.txt": order_file(CM, first=2)},
        "publisher_count": {"order_2025.txt": order_file(CM), "a.txt": order_addenda(CM, make_codes("icd10cm", 210))},
        "year": {"order_2024.txt": order_file(CM)},
        "duplicate_keys": {"order_2025.txt": order_file([*CM, CM[3]]), "c.txt": codes_file([*CM, CM[3]])},
    }.items():
        path = write_zip(tmp_path / f"{check}.zip", files)
        call = ("load", "icd10cm", "FY2025", path, "--override", check, "--note", "I know", "--by", "Me")
        line = check_refusal(command(*call), f"check {check} failed")
        assert "--override" not in line
    assert held_releases(command.url) == []
