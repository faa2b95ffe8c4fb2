"""`addenda sources` against the replica: what is offered, held, quarantined, licensed, late and missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import CommandLine
from tests.replica.faults import Fault
from tests.replica.replica import Replica
from tests.site_runs import MAX_LINE, command_for, lines_naming, list_held, update

ICD10_PAGE = "/medicare/coding-billing/icd-10-codes"


def list_rows(command: CommandLine, **wanted: object) -> list[dict[str, Any]]:
    answer = command("sources", "--format", "json")
    assert (answer.code, answer.err) == (0, "")
    rows: list[dict[str, Any]] = answer.json["releases"]
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def test_sources_lists_every_release_and_downloads_no_file(replica: Replica, tmp_path: Path) -> None:
    command = command_for(replica, tmp_path / "home")
    rows = list_rows(command, contents="code_file")
    for system in ("icd10cm", "icd10pcs", "hcpcs"):
        own = [row for row in rows if row["system"] == system]
        assert sorted(row["release"] for row in own) == sorted(replica.labels(system))
        assert {row["state"] for row in own} == {"offered"}
        assert all(row["url"].startswith((replica.cms_url, replica.cdc_url)) for row in own)
    assert replica.log.downloads() == []
    assert replica.log.disallowed() == []
    assert command("sources", "--format", "json").json["as_of"] == "2026-11-22"


def test_what_is_behind_a_licence_is_listed_with_its_wrapper_and_never_asked_for(
    replica: Replica, tmp_path: Path
) -> None:
    command = command_for(replica, tmp_path / "home")
    update(command)
    gated = list_rows(command, state="needs_licence")
    assert {"/license/ama?file=" in row["url"] for row in gated} == {True}
    assert {row["licence"] for row in gated} == {"ama"}
    assert len(gated) == sum(item.is_gated and item.is_linked for item in replica.items)
    assert [entry for entry in replica.log.entries if "license" in entry.target] == []
    wrapped = {item.path for item in replica.items if item.is_gated}
    assert [entry for entry in replica.log.entries if entry.target in wrapped] == []
    # A licence alone is nothing that a person should know each day.
    assert command("sources", "--check").code == 0


def test_a_release_behind_a_licence_is_not_loaded(small_replica: Replica, tmp_path: Path) -> None:
    item = small_replica.change(small_replica.item("icd10pcs", "FY2026"), is_gated=True)
    command = command_for(small_replica, tmp_path / "home")
    update(command)
    assert [release for release in list_held(command) if "pcs" in release] == []
    assert small_replica.log.of(item.path) == []
    rows = list_rows(command, system="icd10pcs", effective_date="2025-10-01", contents="code_file")
    assert [row["state"] for row in rows] == ["needs_licence"]


@pytest.mark.parametrize("change", [
    {"text": "2024 ICD-10-PCS Order File (Long and Abbreviated Titles) (ZIP)"},
    {"path": "/files/zip/2024-icd-10-pcs-order-file-long-and-abbreviated-titles.zip"},
    {"heading": "2023 ICD-10-PCS files"},
    {"text": "April 1, 2026 ICD-10-PCS Order File (Long and Abbreviated Titles) (ZIP)",
     "path": "/files/zip/october-1-2025-icd-10-pcs-order-file.zip"},
])  # fmt: skip
def test_a_disagreement_is_quarantined_and_never_loaded(
    change: dict[str, str], small_replica: Replica, tmp_path: Path
) -> None:
    item = small_replica.change(small_replica.item("icd10pcs", "FY2026"), **change)
    command = command_for(small_replica, tmp_path / "home", ADDENDA_TODAY="2026-02-01")
    rows = list_rows(command, state="quarantined")
    assert [row["url"].endswith(item.path) for row in rows] == [True]
    assert "disagree" in rows[0]["reason"]
    answer = command("update")
    assert (answer.code, answer.err) == (1, "")
    assert list_held(command) == ["icd10cm@2024-10-01.1", "icd10cm@2025-10-01.1"]
    assert small_replica.log.of(item.path) == []
    told = lines_naming(answer, "quarantined, not loaded")
    assert len(told) == 1
    assert item.file_name in told[0]
    assert len(told[0]) <= MAX_LINE
    assert command("sources", "--check").code == 1


@pytest.mark.parametrize(("today", "state", "code"), [
    ("2026-03-10", None, 0), ("2026-03-18", "late", 1), ("2026-03-31", "late", 1), ("2026-04-01", "missing", 1),
])  # fmt: skip
def test_what_does_not_appear_is_late_and_then_missing(
    today: str, state: str | None, code: int, small_replica: Replica, tmp_path: Path
) -> None:
    small_replica.offer("icd10cm", "FY2026-apr")
    command = command_for(small_replica, tmp_path / "home", ADDENDA_TODAY=today)
    rows = [row for row in list_rows(command, system="icd10pcs") if row["state"] in ("late", "missing")]
    assert [(row["state"], row["effective_date"]) for row in rows] == ([(state, "2026-04-01")] if state else [])
    assert all(row["url"] is None and row["reason"] for row in rows)
    # HCPCS is not offered at all here, which is another alarm.
    hcpcs = [row for row in list_rows(command, system="hcpcs") if row["state"] in ("late", "missing")]
    assert command("sources", "--check").code == (1 if hcpcs else code)


def test_a_release_that_only_cdc_has_is_neither_late_nor_missing(small_replica: Replica, tmp_path: Path) -> None:
    small_replica.offer("icd10cm", "FY2026-apr", host="cdc")
    command = command_for(small_replica, tmp_path / "home", ADDENDA_TODAY="2026-04-02")
    rows = list_rows(command, system="icd10cm", effective_date="2026-04-01", contents="code_file")
    assert [row["state"] for row in rows] == ["offered"]


def test_an_updated_date_tells_a_repost_before_it_is_fetched(small_replica: Replica, tmp_path: Path) -> None:
    command = command_for(small_replica, tmp_path / "home")
    update(command)
    item = small_replica.item("icd10pcs", "FY2026")
    assert {row["state"] for row in list_rows(command, system="icd10pcs", release="FY2026", contents="code_file")} == {
        "held"
    }
    small_replica.repost("icd10pcs", "FY2026", updated=item.posted.date())
    row = list_rows(command, system="icd10pcs", release="FY2026", contents="code_file")[0]
    assert (row["state"], row["posted_date"]) == ("reposted", item.posted.date().isoformat())
    assert command("sources", "--check").code == 1
    assert "re-posted: icd10pcs@2025-10-01.1" in command("update").out
    row = list_rows(command, system="icd10pcs", release="FY2026", contents="code_file")[0]
    assert row["state"] == "held"


def test_a_new_date_of_the_same_file_is_told_until_the_next_update(small_replica: Replica, tmp_path: Path) -> None:
    command = command_for(small_replica, tmp_path / "home", ADDENDA_TODAY="2026-02-01")
    update(command)
    item = small_replica.item("icd10pcs", "FY2026")
    small_replica.change(item, updated=item.posted.date())
    wanted = {"system": "icd10pcs", "release": "FY2026", "contents": "code_file"}
    assert [row["state"] for row in list_rows(command, **wanted)] == ["reposted"]
    small_replica.log.clear()
    assert update(command).out.splitlines()[-1] == "nothing new"
    assert small_replica.log.downloads() == []
    assert [row["state"] for row in list_rows(command, **wanted)] == ["held"]


def test_verify_finds_an_archived_file_that_changed(small_replica: Replica, tmp_path: Path) -> None:
    command = command_for(small_replica, tmp_path / "home")
    update(command, "icd10pcs")
    assert command("sources", "verify").code == 0
    data = small_replica.item("icd10pcs", "FY2026").data
    stored = [p for p in (tmp_path / "home").rglob("*") if p.is_file() and p.read_bytes() == data]
    assert len(stored) == 1
    stored[0].chmod(0o644)
    stored[0].write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    answer = command("sources", "verify")
    assert (answer.code, answer.err) == (1, "")
    assert stored[0].name[:64] in answer.out


def test_a_folder_of_cdc_that_fails_costs_its_own_releases_alone(tmp_path: Path) -> None:
    with Replica({"icd10cm": ["FY2021", "FY2022", "FY2023"]}, has_other_sets=False) as replica:
        folder = replica.item("icd10cm", "FY2021", host="cdc").page + "/"
        replica.faults.set(folder, Fault("status", status=404))
        command = command_for(replica, tmp_path / "home", ADDENDA_TODAY="2023-03-01")
        answer = command("update", "icd10cm")
        assert answer.code == 1
        assert list_held(command) == ["icd10cm@2021-10-01.1", "icd10cm@2022-10-01.1"]


def test_a_page_without_the_links_it_had_is_told(small_replica: Replica, tmp_path: Path) -> None:
    command = command_for(small_replica, tmp_path / "home")
    update(command)
    small_replica.faults.set(ICD10_PAGE, Fault("html200"))
    answer = command("update")
    assert answer.code == 1
    assert len(lines_naming(answer, "icd10pcs")) >= 1
    assert command("sources", "--check", "--format", "json").code == 1


def test_hostile_words_of_a_page_stay_on_one_line(small_replica: Replica, tmp_path: Path) -> None:
    item = small_replica.item("icd10pcs", "FY2026")
    text = "2024 ICD-10-PCS \x1b[2J<script>alert(1)</script> Order\r\nFile " + "x" * 3000
    small_replica.change(item, text=text)
    command = command_for(small_replica, tmp_path / "home")
    told = lines_naming(command("update", "icd10pcs"), "quarantined, not loaded")
    assert len(told) == 1
    assert len(told[0]) <= MAX_LINE
    assert "\x1b" not in told[0]
    small_replica.add(replace(item, text=item.text))
