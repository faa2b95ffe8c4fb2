"""Packets: who gets what, the pages, the workbooks, the folder that is replaced as a whole."""

from __future__ import annotations

import io
import os
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.report.packets.build import build_packets
from flows.report.packets.model import Packet, PacketKind
from flows.report.packets.names import MAX_NAME, name_files
from flows.report.packets.wording import due_text, packet_sentence
from flows.report.packets.writer import render_packets, write_packets
from schema.errors import ReportError
from schema.impact import Impact
from tests.impact_samples import diagnosis_impact, done_impact, empty_impact, hostile_impact
from tests.report_samples import UNBROKEN
from tests.test_report_html import Outline

IMPACTS = (diagnosis_impact, hostile_impact, empty_impact, done_impact)
SAFE = re.compile(r"[a-z0-9-]+\.(html|xlsx)")


def packet_of(impact: Impact, name: str | None, kind: PacketKind) -> Packet:
    return next(packet for packet in build_packets(impact) if (packet.name, packet.kind) == (name, kind))


def read_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def read_sheet(data: bytes, name: str) -> list[dict[str, Any]]:
    rows = list(openpyxl.load_workbook(io.BytesIO(data))[name].iter_rows(values_only=True))
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def test_there_is_a_packet_for_each_owner_for_no_owner_and_for_each_department() -> None:
    found = [(packet.kind.value, packet.name) for packet in build_packets(diagnosis_impact())]
    assert found == [
        ("owner", "Cancer Center"),
        ("owner", "Revenue Integrity"),
        ("no owner", None),
        ("department", "Oncology"),
        ("department", "Psychiatry"),
        ("department", "Radiology"),
    ]


@pytest.mark.parametrize("make", IMPACTS)
def test_every_task_is_in_exactly_one_packet(make: Any) -> None:
    impact = make()
    given_out = [row.task for packet in build_packets(impact) for day in packet.due_days for row in day.tasks]
    assert sorted(map(repr, given_out)) == sorted(map(repr, impact.tasks))


def test_tasks_come_by_due_date_and_priority() -> None:
    packet = packet_of(diagnosis_impact(), "Revenue Integrity", PacketKind.OWNER)
    assert [(day.due_date, day.days) for day in packet.due_days] == [(date(2024, 9, 1), 18), (date(2024, 9, 17), 34)]
    assert [row.code for day in packet.due_days for row in day.tasks] == ["C86.0", "C86.00"]
    assert packet.due_days[1].tasks[0].title == "Lymphoma, nasal, active"


def test_owner_sees_own_cells_and_the_claims_of_the_whole_organisation() -> None:
    packet = packet_of(diagnosis_impact(), "Revenue Integrity", PacketKind.OWNER)
    assert [hit.location for code in packet.codes for place in code.places for hit in place.hits] == ["row 7", "row 9"]
    assert packet.total.lines == 125
    assert packet.uses == ("charge master",)


def test_department_sees_its_own_claims() -> None:
    packet = packet_of(diagnosis_impact(), "Radiology", PacketKind.DEPARTMENT)
    assert packet.total == diagnosis_impact().items[0].exposure.by_department["Radiology"]
    assert packet_of(diagnosis_impact(), "Psychiatry", PacketKind.DEPARTMENT).tasks == 0


def test_training_goes_to_the_departments_named_and_to_owners_of_what_it_replaces() -> None:
    taught = {packet.name: [row.code for row in packet.training] for packet in build_packets(diagnosis_impact())}
    assert taught["Oncology"] == ["C86.00"]
    assert taught["Revenue Integrity"] == ["C86.00"]
    assert taught["Radiology"] == []


def test_training_that_nobody_is_named_for_stands_on_the_index() -> None:
    index = render_packets(diagnosis_impact())["index.html"].decode()
    assert "Training that nobody is named for" in index
    assert "QA0.0141" in index


def test_packet_says_in_one_sentence_what_it_is() -> None:
    impact = diagnosis_impact()
    assert packet_sentence(packet_of(impact, "Revenue Integrity", PacketKind.OWNER)) == (
        "1 code held in what you own changes with ICD-10-CM FY2025 on October 1, 2024: "
        "2 tasks, the first due on September 1, 2024."
    )
    assert packet_sentence(packet_of(impact, None, PacketKind.NO_OWNER)).startswith("Nobody owns 1 use of codes:")
    assert packet_sentence(packet_of(done_impact(), "Revenue Integrity", PacketKind.OWNER)) == (
        "No code held in what you own changes with ICD-10-CM FY2025 on October 1, 2024: no task."
    )


@pytest.mark.parametrize(("days", "text"), [(0, "today"), (1, "in 1 day"), (20, "in 20 days"), (-3, "3 days late")])
def test_due_dates_are_told_from_the_day_of_the_packet(days: int, text: str) -> None:
    assert due_text(days) == text


def test_page_shows_late_tasks_places_guesses_and_figures() -> None:
    pages = {name: data.decode() for name, data in render_packets(diagnosis_impact()).items() if name.endswith("html")}
    assert "13 days late" in pages["owner-cancer-center.html"]
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", pages["owner-revenue-integrity.html"]))
    for said in ("row 7; row 9", "Guess: titles alike", "$91,001", "48 days", "Sunday, September 1, 2024", "remission"):
        assert said in page, said
    assert pages["owner-revenue-integrity.html"].count('<td class="box">') == 3


@pytest.mark.parametrize("make", IMPACTS)
def test_pages_are_well_formed_run_nothing_and_load_nothing(make: Any) -> None:
    contents = render_packets(make())
    for name, data in contents.items():
        if not name.endswith(".html"):
            continue
        outline = Outline(data.decode())
        assert (outline.faults, outline.open) == ([], [])
        assert not {"script", "img", "link", "iframe", "object", "embed", "base", "form"} & {t for t, _ in outline.tags}
        assert [key for _, attributes in outline.tags for key in attributes if key.startswith("on")] == []
        policy = next(a["content"] for _, a in outline.tags if a.get("http-equiv") == "Content-Security-Policy")
        assert str(policy).startswith("default-src 'none'; style-src 'unsafe-inline';")
        assert "script-src" not in str(policy)
        ids = [a["id"] for _, a in outline.tags if "id" in a]
        assert len(ids) == len(set(ids))
        links = [str(a["href"]) for tag, a in outline.tags if tag == "a"]
        assert all(link[1:] in ids if link.startswith("#") else link in contents for link in links)
        levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert re.findall(r"url\(\s*['\"]?(?!#)", data.decode()) == []


def test_index_links_every_packet() -> None:
    contents = render_packets(hostile_impact())
    links = {a["href"] for tag, a in Outline(contents["index.html"].decode()).tags if tag == "a"}
    assert links == set(contents) - {"index.html"}


def test_workbook_has_tasks_with_dates_and_money_with_two_decimals() -> None:
    data = render_packets(diagnosis_impact())["owner-revenue-integrity.xlsx"]
    workbook = openpyxl.load_workbook(io.BytesIO(data))
    assert workbook.sheetnames == ["Tasks", "Codes", "Training", "About"]
    tasks = read_sheet(data, "Tasks")
    assert [(row["Due"], row["Code"], row["Where"]) for row in tasks] == [
        (datetime(2024, 9, 1), "C86.0", "row 7; row 9"),  # noqa: DTZ001 - a workbook knows no zone
        (datetime(2024, 9, 17), "C86.00", None),  # noqa: DTZ001
    ]
    codes = workbook["Codes"]
    column = [cell.value for cell in codes[1]].index("Billed") + 1
    assert (codes.cell(2, column).value, codes.cell(2, column).number_format) == (91001, "#,##0.00")
    assert "(Guess: titles alike)" in tasks[0]["Suggested successors"]
    for sheet in workbook.worksheets:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref == sheet.dimensions


def test_no_cell_of_a_hostile_packet_is_a_formula() -> None:
    for name, data in render_packets(hostile_impact()).items():
        if name.endswith(".xlsx"):
            for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
                for row in sheet.iter_rows():
                    assert {cell.data_type for cell in row} <= {"s", "n", "d"}
                    assert all(cell.quotePrefix for cell in row if cell.row > 1 and isinstance(cell.value, str))
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                assert not [member for member in archive.namelist() if b"<f>" in archive.read(member)]


@pytest.mark.parametrize("make", IMPACTS)
def test_equal_impacts_give_equal_bytes(make: Any) -> None:
    assert render_packets(make()) == render_packets(make())


def test_order_of_tasks_and_items_given_does_not_matter_to_a_packet() -> None:
    impact = diagnosis_impact()
    assert render_packets(replace(impact, tasks=impact.tasks[::-1])) == render_packets(impact)


def test_file_names_are_safe_unique_and_short() -> None:
    names = list(render_packets(hostile_impact()))
    assert all(SAFE.fullmatch(name) for name in names)
    assert len({name.lower() for name in names}) == len(names)
    assert max(map(len, names)) <= MAX_NAME + len(".html")


@given(st.sets(st.tuples(st.sampled_from(["owner", "department"]), st.text(max_size=60)), max_size=12))
def test_no_name_gives_an_unsafe_or_a_shared_file_name(pairs: set[tuple[str, str]]) -> None:
    found = name_files(pairs)
    assert found.keys() == pairs
    assert len(set(found.values())) == len(pairs)
    assert all(re.fullmatch(rf"(owner|department)-[a-z0-9-]{{1,{MAX_NAME}}}", slug) for slug in found.values())


def test_names_that_look_alike_get_files_of_their_own() -> None:
    names = [("owner", name) for name in ("Revenue Integrity", "revenue-integrity", "révenue integrity", UNBROKEN)]
    slugs = name_files([*names, ("owner", "Pharmacy")])
    assert slugs["owner", "Pharmacy"] == "owner-pharmacy"
    assert len(set(slugs.values())) == len(slugs)
    first = slugs["owner", "Revenue Integrity"]
    crossed = name_files([*names, ("owner", first.removeprefix("owner-"))])
    assert len(set(crossed.values())) == len(crossed)


def test_packets_are_written_and_their_paths_given_back(tmp_path: Path) -> None:
    paths = write_packets(diagnosis_impact(), tmp_path / "a" / "packets")
    assert [path.name for path in paths] == list(read_files(tmp_path / "a" / "packets"))
    assert {path.name: path.read_bytes() for path in paths} == render_packets(diagnosis_impact())


def test_files_of_owners_that_have_gone_do_not_stay(tmp_path: Path) -> None:
    folder = tmp_path / "packets"
    write_packets(diagnosis_impact(), folder)
    (folder / ".DS_Store").write_text("what a desktop leaves")
    write_packets(empty_impact(), folder)
    assert list(read_files(folder)) == ["index.html"]
    assert list(tmp_path.iterdir()) == [folder]


def test_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ReportError, match=r"^the folder of the packets holds something else \(.*notes.txt\)"):
        write_packets(diagnosis_impact(), tmp_path)
    assert read_files(tmp_path) == {"notes.txt": b"mine"}


def test_disk_that_fills_leaves_the_earlier_packets_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "packets"
    write_packets(diagnosis_impact(), folder)
    earlier = read_files(folder)
    write_bytes = Path.write_bytes

    def fill(path: Path, data: bytes) -> int:
        if path.name == "no-owner.html":
            write_bytes(path, data[:10])
            raise OSError(28, "No space left on device", str(path))
        return write_bytes(path, data)

    monkeypatch.setattr(Path, "write_bytes", fill)
    changed = replace(diagnosis_impact(), training=())
    with pytest.raises(ReportError, match="No space left on device") as refused:
        write_packets(changed, folder)
    assert "\n" not in refused.value.line
    assert read_files(folder) == earlier
    assert list(tmp_path.iterdir()) == [folder]


def test_swap_that_fails_puts_the_earlier_packets_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "packets"
    write_packets(diagnosis_impact(), folder)
    earlier = read_files(folder)
    replace_path = os.replace

    def refuse(source: Path, target: Path) -> None:
        if source.name.endswith(".new"):
            raise OSError(13, "Permission denied", str(target))
        replace_path(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(ReportError, match="Permission denied"):
        write_packets(empty_impact(), folder)
    assert read_files(folder) == earlier
    assert list(tmp_path.iterdir()) == [folder]


def test_place_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "packets").write_text("a file")
    with pytest.raises(ReportError, match="the packets cannot be written"):
        write_packets(diagnosis_impact(), tmp_path / "packets")
    assert (tmp_path / "packets").read_text() == "a file"


def test_symbolic_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_packets(empty_impact(), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "index.html").is_file()
