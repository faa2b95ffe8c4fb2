"""`addenda update` against the replica: from nothing, again, after a re-post, and how it asks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schema.releases import parse_release
from tests.replica.replica import Replica
from tests.site_runs import CONTACT, command_for, list_held, update

INTERVAL = 0.02


def ids_of(replica: Replica, system: str) -> list[str]:
    return sorted(str(parse_release(system, label)) + ".1" for label in replica.labels(system))


def test_update_from_nothing_loads_every_release_and_a_second_one_fetches_nothing(
    replica: Replica, tmp_path: Path
) -> None:
    command = command_for(replica, tmp_path / "home")
    first = update(command)
    loaded = [line.split()[0] for line in first.out.splitlines() if line.endswith((" loaded", " new issue"))]
    expected = [release for system in ("hcpcs", "icd10cm", "icd10pcs") for release in ids_of(replica, system)]
    # The errata of January 2022 hold a code list of their own.
    expected.insert(expected.index("icd10pcs@2022-04-01.1") + 1, "icd10pcs@2022-04-01.2")
    assert loaded == expected
    assert sorted(list_held(command)) == expected
    assert "re-posted" not in first.out
    assert replica.log.overlaps() == []
    for host in ("cms", "cdc"):
        assert replica.log.starts_with_robots(host)
        assert replica.log.shortest_pause(host) >= INTERVAL
    assert len(replica.log.agents()) == 1
    assert replica.log.without_contact(CONTACT) == []
    assert replica.log.disallowed() == []
    assert [entry.target for entry in replica.log.entries if entry.kind == "licence"] == []
    targets = [entry.target for entry in replica.log.downloads()]
    assert len(targets) == len(set(targets))

    replica.log.clear()
    second = update(command)
    assert second.out.splitlines()[-1] == "nothing new"
    assert replica.log.downloads() == []
    files = [entry for entry in replica.log.entries if entry.kind == "file"]
    assert sorted(entry.target for entry in files) == sorted(targets)
    pages = [entry for entry in replica.log.entries if entry.kind == "page" and entry.host == "cms"]
    assert pages
    assert all(entry.is_conditional and entry.status == 304 for entry in [*files, *pages])
    assert sorted(list_held(command)) == expected


def test_two_undisturbed_updates_differ_in_instants_and_homes_alone(small_replica: Replica, tmp_path: Path) -> None:
    listings = []
    for name in ("one", "other"):
        home = tmp_path / name
        command = command_for(small_replica, home)
        update(command)
        text = command("releases", "--format", "json").out.replace(str(home), "HOME")
        listings.append(json.loads(text, object_hook=lambda row: {k: v for k, v in row.items() if k[-3:] != "_at"}))
    assert listings[0] == listings[1]


def test_a_repost_becomes_issue_2_and_is_reported_as_such(small_replica: Replica, tmp_path: Path) -> None:
    command = command_for(small_replica, tmp_path / "home")
    update(command)
    small_replica.repost("icd10pcs", "FY2026")
    small_replica.log.clear()
    answer = command("update")
    assert (answer.code, answer.err) == (1, "")
    assert "re-posted: icd10pcs@2025-10-01.1 has other content now, loaded as icd10pcs@2025-10-01.2" in answer.out
    assert len(small_replica.log.downloads()) == 1
    report = tmp_path / "home" / "reports" / "icd10pcs@2025-10-01.2_from_2025-10-01.1"
    changes = json.loads((report / "changes.json").read_text(encoding="utf-8"))["changes"]
    assert [change["kind"] for change in changes] == ["revised"]
    assert {"icd10pcs@2025-10-01.1", "icd10pcs@2025-10-01.2"} <= set(list_held(command))
    # Both issues can be read.
    back = command("diff", "icd10pcs", "icd10pcs@2025-10-01.2", "icd10pcs@2025-10-01.1")
    assert (back.code, back.err) == (0, "")
    assert changes[0]["code"] in back.out
    assert update(command).out.splitlines()[-1] == "nothing new"


def test_releases_that_appear_later_are_the_only_ones_fetched(small_replica: Replica, tmp_path: Path) -> None:
    command = command_for(small_replica, tmp_path / "home")
    update(command)
    small_replica.offer("icd10pcs", "FY2026-apr")
    small_replica.log.clear()
    answer = update(command)
    assert [line for line in answer.out.splitlines() if line.endswith(" loaded")] == ["icd10pcs@2026-04-01.1 loaded"]
    assert "icd10pcs@2025-10-01.1 → icd10pcs@2026-04-01.1" in answer.out
    names = [entry.target.rpartition("/")[2] for entry in small_replica.log.downloads()]
    assert names == ["april-1-2026-icd-10-pcs-order-file-long-abbreviated-titles.zip"]


def test_a_release_that_only_cdc_has_is_loaded_from_there(small_replica: Replica, tmp_path: Path) -> None:
    small_replica.offer("icd10cm", "FY2026-apr", host="cdc")
    command = command_for(small_replica, tmp_path / "home")
    rows = command("sources", "--format", "json").json["releases"]
    row = next(r for r in rows if r["effective_date"] == "2026-04-01" and r["contents"] == "code_file")
    assert (row["state"], row["url"].startswith(small_replica.cdc_url)) == ("offered", True)
    assert "icd10cm@2026-04-01.1 loaded" in update(command, "icd10cm").out


def test_loose_files_of_cdc_are_loaded_with_their_addenda(tmp_path: Path) -> None:
    with Replica({"icd10cm": ["FY2021", "FY2022"]}, has_other_sets=False) as replica:
        replica.change(replica.item("icd10cm", "FY2022", host="cdc"), is_linked=True)
        command = command_for(replica, tmp_path / "home", ADDENDA_TODAY="2021-12-01")
        replica.offer("icd10cm", "FY2022-apr", host="cdc")
        answer = update(command, "icd10cm")
    assert "against order addenda icd10cm_order_addenda_2022.txt: agrees code for code" in answer.out


@pytest.mark.parametrize("system", ["icd10cm", "icd10pcs"])
def test_a_named_system_is_updated_alone(system: str, small_replica: Replica, tmp_path: Path) -> None:
    command = command_for(small_replica, tmp_path / "home")
    update(command, system)
    assert {release.partition("@")[0] for release in list_held(command)} == {system}
