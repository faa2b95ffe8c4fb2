"""The pages of the watch as text, the work list, and the folder that is replaced as a whole."""

from __future__ import annotations

import base64
import csv
import hashlib
import html
import io
import json
import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import process_time

import openpyxl
import pytest

from flows.report.watch.writer import render_dashboard, write_dashboard
from schema.errors import ReportError
from schema.watch import Status, WatchReport
from tests.test_report_html import Outline
from tests.watch_reports import (
    EFFECTIVE,
    HOSTILE,
    believable_report,
    calm_report,
    empty_report,
    hostile_report,
    late_report,
    many_report,
)

ReportMaker = Callable[[], WatchReport]
REPORTS: tuple[ReportMaker, ...] = (believable_report, calm_report, empty_report, late_report, hostile_report)


def pages_of(report: WatchReport) -> dict[str, str]:
    return {name: data.decode() for name, data in render_dashboard(report).items() if name.endswith(".html")}


def text_of(page: str) -> str:
    """What a reader sees: without style, script and tags, one blank between words."""
    bare = re.sub(r"<(style|script)>.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", bare)).split())


def read_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def read_work(report: WatchReport) -> list[dict[str, str]]:
    text = render_dashboard(report)["work.csv"].decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("make", REPORTS)
def test_pages_are_well_formed_load_nothing_and_run_only_their_own_script(make: ReportMaker) -> None:
    for name, page in pages_of(make()).items():
        outline = Outline(page)
        assert (outline.faults, outline.open) == ([], []), name
        assert not {"img", "link", "iframe", "object", "embed", "base", "image", "use"} & {t for t, _ in outline.tags}
        assert [key for _, attributes in outline.tags for key in attributes if key.startswith("on")] == []
        ids = [a["id"] for _, a in outline.tags if "id" in a]
        assert len(ids) == len(set(ids))
        policy = next(str(a["content"]) for _, a in outline.tags if a.get("http-equiv") == "Content-Security-Policy")
        assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
        digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in outline.scripts]
        assert re.findall(r"'sha256-([^']+)'", policy) == digests
        assert len(digests) == (name == "dashboard.html")


def test_hostile_names_stay_text() -> None:
    for name, page in pages_of(hostile_report()).items():
        assert "<script>alert" not in page
        assert not {"\x00", "\u202e"} & set(page), name
    assert "<script>alert(1)</script>" in text_of(pages_of(hostile_report())["dashboard.html"])


@pytest.mark.parametrize("make", REPORTS)
def test_equal_reports_give_equal_bytes(make: ReportMaker) -> None:
    assert render_dashboard(make()) == render_dashboard(make())


def test_order_of_what_the_report_holds_does_not_change_a_byte() -> None:
    report = believable_report()
    turned = replace(
        report,
        items=report.items[::-1],
        entries=report.entries[::-1],
        work=report.work[::-1],
        current=report.current[::-1],
        evidence=dict(list(report.evidence.items())[::-1]),
        trend=dict(list(report.trend.items())[::-1]),
    )
    assert render_dashboard(turned) == render_dashboard(report)


def test_dashboard_tells_alarm_since_fault_dollars_and_evidence() -> None:
    report = believable_report()
    page = text_of(pages_of(report)["dashboard.html"])
    evidence = report.evidence["hcpcs", "J1836"]
    assert evidence.record_digest
    for said in (
        "In alarm since October 25, 2025",
        "The payer’s table is behind: the code counted on the claims’ key dates. Appeal, with evidence.",
        "Ours: by our table the code did not count on the claims’ key dates. Correct and resubmit.",
        evidence.release_digest,
        evidence.record_digest,
        "day 42 of 90, 48 days left",
        "Nobody watched these, and they jumped",
        "All invalid-code denials, against the years before",
        "What is watched, and why",
        "Table of denial codes: 2026.1",
    ):
        assert said in page, said
    order = [page.index(heading) for heading in ("In alarm 7", "Nobody watched", "On watch 2", "As before 4")]
    assert order == sorted(order)


def test_calm_dashboard_says_so() -> None:
    page = text_of(pages_of(calm_report())["dashboard.html"])
    assert "Nothing on a watched code is denied more often than chance explains." in page
    assert "In alarm 0" in page


def test_charts_hold_the_observed_weeks_in_words_and_in_height() -> None:
    report = believable_report()
    page = pages_of(report)["dashboard.html"]
    descriptions = [html.unescape(found) for found in re.findall(r"<desc[^>]*>(.*?)</desc>", page)]
    for item in report.items:
        told = f"By week: {', '.join(str(observed) for _, observed, _ in item.weeks)}."
        assert any(description.endswith(told) for description in descriptions), told
    chart = re.search(r'<svg class="chart".*?</svg>', page)
    if chart is None:
        pytest.fail("the first alarm has no chart")
    heights = [float(found) for found in re.findall(r'class="bar[^"]*"[^>]* height="([\d.]+)"', chart[0])]
    first = next(item for item in report.items if item.code == "L8614" and item.payer is None)
    counts = [observed for _, observed, _ in first.weeks if observed]
    assert [round(height / heights[0] * counts[0]) for height in heights] == counts


def test_closeouts_are_written_from_their_day_on_and_seal_the_json_beside_them() -> None:
    assert {name for name in render_dashboard(empty_report()) if name.startswith("closeout")} == set()
    contents = render_dashboard(late_report())
    for day in (30, 60, 90):
        page, document = contents[f"closeout-{day}.html"].decode(), contents[f"closeout-{day}.json"]
        assert hashlib.sha256(document).hexdigest() in page
        for said in ("Alarms that are open 7", "Alarms that are closed 1", "Name Signature Date", "What was decided"):
            assert said in text_of(page)


def test_closeout_of_a_day_keeps_the_figures_of_that_day() -> None:
    then = replace(believable_report(), as_of=EFFECTIVE + timedelta(days=30))
    contents = render_dashboard(late_report(), {30: then})
    assert contents["closeout-30.html"] == render_dashboard(then)["closeout-30.html"]
    assert json.loads(contents["closeout-30.json"])["as_of"] == "2025-10-31"
    assert "not on day 30" not in contents["closeout-30.html"].decode()
    assert "not on day 60" in contents["closeout-60.html"].decode()


def test_work_list_holds_each_claim_with_action_and_evidence() -> None:
    report = believable_report()
    rows = read_work(report)
    assert {row["claim_id"] for row in rows} == {work.claim_id for work in report.work}
    assert sum(float(row["denied_amount"]) for row in rows) == float(sum(work.denied_amount for work in report.work))
    assert {row["action"] for row in rows} == {"appeal", "correct", "resubmit"}
    assert all(row["release_digest"] for row in rows)


def test_no_spreadsheet_runs_a_cell_of_the_work_list() -> None:
    for row in read_work(hostile_report()):
        assert not [value for value in row.values() if value[:1] in "=+-@\t\r" and value]
    data = render_dashboard(hostile_report())["work.xlsx"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


def test_workbook_holds_claims_and_items() -> None:
    report = believable_report()
    workbook = openpyxl.load_workbook(io.BytesIO(render_dashboard(report)["work.xlsx"]))
    assert workbook.sheetnames == ["Work list", "Items", "About"]
    assert workbook["Work list"].max_row == len(report.work) + 1
    assert workbook["Items"].max_row == len(report.items) + 1
    statuses = [cell.value for cell in workbook["Items"]["A"]][1:]
    assert statuses.count("In alarm") == sum(item.status is Status.ALARM for item in report.items)


def test_files_are_written_and_what_is_gone_does_not_stay(tmp_path: Path) -> None:
    folder = tmp_path / "watch" / "dashboard"
    paths = write_dashboard(late_report(), folder)
    assert [path.name for path in paths] == list(read_files(folder))
    write_dashboard(empty_report(), folder)
    assert list(read_files(folder)) == ["dashboard.html", "watch.json", "work.csv", "work.xlsx"]
    assert list(folder.parent.iterdir()) == [folder]


def test_folder_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "alarms.json").write_text("{}")
    with pytest.raises(ReportError, match=r"^the folder of the pages of the watch holds something else \(.*alarms"):
        write_dashboard(empty_report(), tmp_path)
    assert read_files(tmp_path) == {"alarms.json": b"{}"}


def test_swap_that_fails_puts_the_earlier_pages_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "dashboard"
    write_dashboard(late_report(), folder)
    earlier = read_files(folder)
    replace_path = os.replace

    def refuse(source: Path, target: Path) -> None:
        if source.name.endswith(".new"):
            raise OSError(13, "Permission denied", str(target))
        replace_path(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(ReportError, match="Permission denied"):
        write_dashboard(empty_report(), folder)
    assert read_files(folder) == earlier


def test_two_thousand_items_are_rendered_in_two_seconds() -> None:
    report = many_report(2_000)
    render_dashboard(empty_report())
    start = process_time()
    contents = render_dashboard(report)
    assert process_time() - start < 2.0
    assert len(contents["dashboard.html"]) < 4_000_000


def test_nothing_of_a_hostile_name_is_lost_from_the_json() -> None:
    document = json.loads(render_dashboard(hostile_report())["watch.json"])
    assert HOSTILE in {item["payer"] for item in document["items"]}
