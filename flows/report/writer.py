"""Writing the report of one update into a folder: all files, or an error and the earlier files untouched."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from flows.report.build import build_report
from flows.report.data import render_csv, render_json, report_document
from flows.report.html import render_html
from flows.report.workbook import build_workbook
from schema.changes import UpdateResult
from schema.errors import Place, ReportError

HTML_NAME = "report.html"
WORKBOOK_NAME = "changes.xlsx"
JSON_NAME = "changes.json"
CSV_NAME = "changes.csv"


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """The paths of what was written."""

    html: Path
    workbook: Path
    json: Path
    csv: Path


def write_report(result: UpdateResult, folder: Path, more: Mapping[str, bytes] = MappingProxyType({})) -> ReportFiles:
    """Write `report.html`, `changes.xlsx`, `changes.json` and `changes.csv` into `folder`, made if need be.

    `more` are files to put beside them, by name. Equal input gives equal bytes. Everything is rendered and
    written beside its place first, then put there by renaming. Raises ReportError when the folder cannot be
    written.
    """
    report = build_report(result)
    contents = {
        HTML_NAME: render_html(report).encode(),
        WORKBOOK_NAME: build_workbook(report),
        JSON_NAME: render_json(report_document(result)).encode(),
        CSV_NAME: render_csv(result.change_set).encode(),
        **more,
    }
    try:
        _put_files(folder, contents)
    except OSError as error:
        raise ReportError(
            "the report cannot be written",
            error.strerror or str(error),
            "name a folder that can be written, with room in it",
            Place(file=str(error.filename or folder)),
        ) from error
    return ReportFiles(folder / HTML_NAME, folder / WORKBOOK_NAME, folder / JSON_NAME, folder / CSV_NAME)


def _put_files(folder: Path, contents: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    beside = {name: folder / f".{name}.{os.getpid()}.tmp" for name in contents}
    try:
        for name, data in contents.items():
            beside[name].write_bytes(data)
        for name, path in beside.items():
            os.replace(path, folder / name)
    finally:
        for path in beside.values():
            path.unlink(missing_ok=True)
