"""Every fault of a site through `addenda update`: a retry, the mirror, or one clear line; others go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from schema.releases import parse_release
from tests.replica.faults import Fault
from tests.replica.items import Item
from tests.replica.replica import Replica
from tests.site_runs import CONTACT, MAX_LINE, command_for, lines_naming, list_held, update

ALL = [
    "icd10cm@2024-10-01.1", "icd10cm@2025-10-01.1", "icd10pcs@2024-10-01.1", "icd10pcs@2025-04-01.1",
    "icd10pcs@2025-10-01.1",
]  # fmt: skip
BROKEN = "icd10pcs@2025-10-01.1"
# Fault, and how often the file may be asked for.
RETRIED = {
    "html200": (Fault("html200"), 5),
    "short_read": (Fault("short_read"), 5),
    "truncated": (Fault("truncated"), 5),
    "broken_zip": (Fault("broken_zip"), 5),
    "500": (Fault("status", status=500), 5),
    "disconnect": (Fault("disconnect"), 5),
    "403": (Fault("status", status=403), 4),
    "404": (Fault("status", status=404), 4),
    "zip_bomb": (Fault("zip_bomb"), 5),
}
# Those for which ICD-10-CM is held against the mirror too.
MIRRORED = ("html200", "404", "zip_bomb")


@pytest.fixture
def sites() -> Iterator[Replica]:
    """Each release with one before it, so that the publisher's addenda can be held against the changes."""
    offered = {"icd10cm": ["FY2025", "FY2026"], "icd10pcs": ["FY2025", "FY2025-apr", "FY2026"]}
    with Replica(offered, has_other_sets=False) as replica:
        yield replica


def check_line(lines: list[str], word: str) -> None:
    """One line of the right length tells what failed."""
    told = [line for line in lines if word in line]
    assert len(told) == 1
    assert len(told[0]) <= MAX_LINE


@pytest.mark.parametrize("name", RETRIED)
def test_a_file_that_fails_for_good_comes_from_the_mirror_or_is_told_in_one_line(
    name: str, sites: Replica, tmp_path: Path
) -> None:
    fault, most = RETRIED[name]
    systems = ["icd10pcs", "icd10cm"] if name in MIRRORED else ["icd10pcs"]
    expected = [release for release in ALL if release.partition("@")[0] in systems]
    items = [sites.item(system, "FY2026") for system in systems]
    for item in items:
        sites.faults.set(item, fault)
    command = command_for(sites, tmp_path / "home")
    answer = command("update", *systems)
    assert (answer.code, answer.err) == (1, "")
    assert sorted(list_held(command)) == [release for release in expected if release != BROKEN]
    check_line(lines_naming(answer, "icd10pcs FY2026 ("), items[0].file_name)
    assert lines_naming(answer, "icd10cm FY2026 (") == []
    for item in items:
        assert 1 <= len(sites.log.of(item.path)) <= most
    assert len(sites.log.agents()) == 1
    assert sites.log.without_contact(CONTACT) == []
    assert sites.log.overlaps() == []
    assert command("sources", "verify").code == 0

    sites.faults.clear()
    again = update(command, *systems)
    assert f"{BROKEN} loaded" in again.out
    assert "re-posted" not in again.out
    assert sorted(list_held(command)) == expected


def test_faults_that_pass_are_retried_and_everything_is_loaded(sites: Replica, tmp_path: Path) -> None:
    faults = [Fault("html200", times=1), Fault("short_read", times=1), Fault("truncated", times=1),
              Fault("broken_zip", times=1), Fault("disconnect", times=1), Fault("status", status=500, times=2),
              Fault("status", status=429, retry_after="1", times=1), Fault("status", status=403, times=1),
              Fault("status", status=503, times=1)]  # fmt: skip
    items = [item for item in sites.items if item.host == "cms" and item.media_type == "application/zip"]
    for number, item in enumerate(items):
        sites.faults.set(item, faults[number % len(faults)])
    assert len(items) >= len(faults)
    command = command_for(sites, tmp_path / "home")
    update(command, "icd10cm", "icd10pcs")
    assert sorted(list_held(command)) == ALL


def test_retry_after_is_waited_for(sites: Replica, tmp_path: Path) -> None:
    item = sites.item("icd10pcs", "FY2026")
    sites.faults.set(item, Fault("status", status=429, retry_after="2", times=1))
    update(command_for(sites, tmp_path / "home"), "icd10pcs")
    first, second = sites.log.of(item.path)
    assert second.started - first.finished >= 2


def test_waits_grow_with_the_attempts(sites: Replica, tmp_path: Path) -> None:
    item = sites.item("icd10pcs", "FY2026")
    sites.faults.set(item, Fault("status", status=500))
    command_for(sites, tmp_path / "home")("update", "icd10pcs")
    entries = sites.log.of(item.path)
    for number, (earlier, later) in enumerate(pairwise(entries), start=2):
        assert later.started - earlier.finished >= 0.02 * 2**number * 0.99


@pytest.mark.parametrize("fault", [
    Fault("wrong_disposition_name", name="2019-something-else.zip"),
    Fault("wrong_content_type", name="application/octet-stream"),
    Fault("wrong_content_type", name="text/html"),
])  # fmt: skip
def test_a_wrong_name_or_type_of_the_right_content_does_no_harm(fault: Fault, sites: Replica, tmp_path: Path) -> None:
    for system in ("icd10cm", "icd10pcs"):
        sites.faults.set(sites.item(system, "FY2026"), fault)
    command = command_for(sites, tmp_path / "home")
    update(command, "icd10cm", "icd10pcs")
    assert sorted(list_held(command)) == ALL
    assert not any(entry.host == "cdc" and "cription" in entry.target for entry in sites.log.downloads())


@pytest.mark.parametrize(("asked", "sent"), [("FY2026", "FY2025"), ("FY2026", "FY2025-apr"), ("FY2025", "FY2026"),
                                             ("FY2025", "FY2025-apr"), ("FY2025-apr", "FY2025")])  # fmt: skip
def test_a_redirect_to_the_file_of_another_release_is_refused(
    asked: str, sent: str, sites: Replica, tmp_path: Path
) -> None:
    item = sites.item("icd10pcs", asked)
    sites.faults.set(item, Fault("redirect", status=302, location=sites.item("icd10pcs", sent).path))
    command = command_for(sites, tmp_path / "home")
    answer = command("update", "icd10pcs")
    refused = f"{parse_release('icd10pcs', asked)}.1"
    assert answer.code == 1
    assert list_held(command) == [one for one in ALL if "pcs" in one and one != refused]
    check_line(lines_naming(answer, f"icd10pcs {asked} ("), "was redirected to another release")


def test_a_redirect_of_icd10cm_ends_at_the_mirror(sites: Replica, tmp_path: Path) -> None:
    other = sites.item("icd10cm", "FY2025")
    sites.faults.set(sites.item("icd10cm", "FY2026"), Fault("redirect", status=301, location=other.path))
    command = command_for(sites, tmp_path / "home")
    update(command, "icd10cm")
    assert list_held(command) == ALL[:2]


def test_a_redirect_to_the_same_release_is_followed(sites: Replica, tmp_path: Path) -> None:
    item = sites.item("icd10pcs", "FY2026")
    moved = sites.add(replace_path(item, "/files/zip/2026-icd-10-pcs-order-file.zip"))
    sites.faults.set(item, Fault("redirect", status=301, location=moved.path))
    command = command_for(sites, tmp_path / "home")
    assert f"{BROKEN} loaded" in update(command, "icd10pcs").out


def replace_path(item: Item, path: str) -> Item:
    return replace(item, path=path, is_linked=False)


@pytest.mark.parametrize(("system", "other"), [("icd10cm", ("icd10cm", "FY2025")), ("icd10pcs", ("icd10pcs", "FY2025")),
                                               ("icd10pcs", ("icd10cm", "FY2026"))])  # fmt: skip
def test_the_file_of_another_release_at_the_right_address_is_never_taken(
    system: str, other: tuple[str, str], sites: Replica, tmp_path: Path
) -> None:
    sites.faults.set(sites.item(system, "FY2026"), Fault("content", body=sites.item(*other).data))
    command = command_for(sites, tmp_path / "home")
    answer = command("update", system)
    own = [release for release in ALL if release.startswith(f"{system}@")]
    if system == "icd10cm":  # from the mirror
        assert (answer.code, list_held(command)) == (0, own)
    else:
        assert (answer.code, list_held(command)) == (1, own[:-1])
        check_line(lines_naming(answer, "icd10pcs FY2026 ("), "2026-icd-10-pcs-order-file")


def test_hcpcs_without_a_mirror_is_told_in_one_line_and_other_quarters_are_loaded(tmp_path: Path) -> None:
    with Replica({"hcpcs": ["2026Q2", "2026Q3", "2026Q4"]}, has_other_sets=False) as replica:
        item = replica.item("hcpcs", "2026Q3")
        replica.faults.set(item, Fault("status", status=404))
        command = command_for(replica, tmp_path / "home")
        answer = command("update", "hcpcs")
        assert answer.code == 1
        assert list_held(command) == ["hcpcs@2026-04-01.1", "hcpcs@2026-10-01.1"]
        check_line(lines_naming(answer, "hcpcs 2026Q3"), item.file_name)


def test_a_certificate_that_nobody_trusts_is_refused_and_the_mirror_stands_in(sites: Replica, tmp_path: Path) -> None:
    for system in ("icd10cm", "icd10pcs"):
        sites.change(sites.item(system, "FY2026"), absolute=sites.tls_url)
    command = command_for(sites, tmp_path / "home")
    answer = command("update", "icd10cm", "icd10pcs")
    assert answer.code == 1
    assert list_held(command) == ALL[:-1]
    check_line(lines_naming(answer, "icd10pcs FY2026 ("), "2026-icd-10-pcs-order-file")


def test_a_page_that_fails_leaves_the_other_systems_alone(tmp_path: Path) -> None:
    offered = {"icd10cm": ["FY2026"], "icd10pcs": ["FY2026"], "hcpcs": ["2026Q3", "2026Q4"]}
    with Replica(offered, has_other_sets=False) as replica:
        replica.faults.set("/medicare/coding-billing/icd-10-codes", Fault("status", status=500))
        command = command_for(replica, tmp_path / "home", ADDENDA_TODAY="2026-11-22")
        answer = command("update", "icd10cm", "icd10pcs", "hcpcs")
        assert answer.code == 1
        assert list_held(command) == ["hcpcs@2026-07-01.1", "hcpcs@2026-10-01.1", "icd10cm@2025-10-01.1"]
        check_line(answer.out.splitlines(), "the site answered 500, attempt 5")
        checked = command("sources", "--check", "--format", "json")
        assert checked.code == 1
        assert len(checked.json["problems"]) == 1
        # Nobody can say what is missing on a page that was not seen.
        assert not [r for r in checked.json["releases"] if r["system"] == "icd10pcs" and r["state"] == "missing"]


def test_a_list_that_fails_keeps_no_code_back_and_comes_with_the_next_update(sites: Replica, tmp_path: Path) -> None:
    item = sites.item("icd10cm", "FY2026", "conversion_table")
    mirror = sites.item("icd10cm", "FY2026", "conversion_table", "cdc")
    for one in (item, mirror):
        sites.faults.set(one, Fault("status", status=404))
    command = command_for(sites, tmp_path / "home")
    answer = command("update", "icd10cm")
    assert (answer.code, list_held(command)) == (1, ALL[:2])
    check_line(lines_naming(answer, "icd10cm FY2026 ("), item.file_name)
    sites.faults.clear()
    again = update(command, "icd10cm")
    assert "re-posted" not in again.out
    assert list_held(command) == ALL[:2]


def test_a_list_that_is_refused_keeps_no_code_back(sites: Replica, tmp_path: Path) -> None:
    item = sites.item("icd10cm", "FY2026", "tabular")
    sites.faults.set(item, Fault("content", body=sites.item("icd10pcs", "FY2026").data))
    command = command_for(sites, tmp_path / "home")
    answer = command("update", "icd10cm")
    assert (answer.code, list_held(command)) == (1, ALL[:2])
    check_line(lines_naming(answer, item.file_name), "icd10cm")


def test_a_mirror_does_not_stand_in_for_a_release_that_came_from_cms(sites: Replica, tmp_path: Path) -> None:
    command = command_for(sites, tmp_path / "home")
    update(command, "icd10cm")
    sites.repost("icd10cm", "FY2026", host="cdc")
    sites.faults.set(sites.item("icd10cm", "FY2026"), Fault("status", status=404))
    answer = command("update", "icd10cm")
    assert answer.code == 1
    assert "re-posted" not in answer.out
    assert list_held(command) == ALL[:2]
