"""The files of one update: its report, and with an impact its packets and the baseline of `addenda impact verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flows.impact_settings import read_impact_settings
from flows.report.writer import ReportFiles, write_report
from flows.settings import Settings
from schema.changes import UpdateResult
from schema.releases import ReleaseId

if TYPE_CHECKING:
    from schema.impact import Impact


def report_folder(previous: ReleaseId, current: ReleaseId) -> str:
    """The name of the folder of one update's files, below `reports` and below `impact`."""
    return f"{current}_from_{previous.effective_date}.{previous.issue}"


def folder_of(result: UpdateResult) -> str:
    """The name of the folder of this update's files."""
    return report_folder(result.previous.release_id, result.current.release_id)


def write_update(
    result: UpdateResult, settings: Settings, config: Path | None = None, folder: Path | None = None
) -> ReportFiles:
    """Write the report (into `folder`, by default below the home folder) and, with an impact, its packets.

    The baseline of `addenda impact verify` is written where there is none yet: an update that runs again while
    people work on their lists must not forget what it found in them first. Raises ReportError or ImpactError.
    """
    if result.impact is not None:
        write_impact(result.impact, settings.home / "impact" / folder_of(result), config, keeps_baseline=True)
    return write_report(result, folder or settings.reports / folder_of(result))


def write_impact(
    impact: Impact, folder: Path, config: Path | None = None, *, keeps_baseline: bool = False
) -> tuple[tuple[Path, ...], str]:
    """The packets of an assessment, and its document as JSON text, written into `folder` as the baseline too.

    With `keeps_baseline` a baseline that is there stays. Raises ReportError or ImpactError.
    """
    from flows.impact.baseline import write_values
    from flows.impact.document import impact_document
    from flows.impact.writer import IMPACT_NAME, render_document, write_document
    from flows.report.packets.writer import write_packets

    document = render_document(impact_document(impact, read_impact_settings(config)))
    packets = write_packets(impact, folder / "packets")
    if not (keeps_baseline and (folder / IMPACT_NAME).exists()):
        write_values(impact.inventory, impact.system, folder)
        write_document(document, folder)
    return packets, document
