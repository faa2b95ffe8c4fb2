"""Writing packets: a whole new folder put in the place of the earlier one, or the earlier one untouched."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from flows.report.impact_build import view_impact
from flows.report.packets.build import build_heading, build_packets, find_untaught
from flows.report.packets.html import render_index, render_packet
from flows.report.packets.workbook import build_packet_workbook
from schema.errors import Place, ReportError
from schema.impact import Impact

INDEX_NAME = "index.html"
# The names that this module gives; a folder with any other is not ours to replace.
_OURS = re.compile(r"index\.html|(no-owner|(owner|department)-[a-z0-9-]+)\.(html|xlsx)")
# What desktops and office programs leave in a folder that somebody looked into.
_LITTER = re.compile(r"\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|\.~lock\..*#", re.IGNORECASE)


def write_packets(impact: Impact, folder: Path) -> tuple[Path, ...]:
    """Write `index.html` and, for each owner and department, a page and a workbook; gives back their paths, sorted.

    The folder is written beside its place and then put there as a whole, so that nothing of an earlier run stays.
    Equal impacts give equal bytes. Raises ReportError when the folder cannot be written, or holds files that
    are no packets.
    """
    contents = render_packets(impact)
    try:
        place = folder.resolve()
        _refuse_strangers(place)
        _swap_folder(place, contents)
    except OSError as error:
        raise ReportError(
            "the packets cannot be written",
            error.strerror or str(error),
            "name a folder that can be written, with room beside it",
            Place(file=str(error.filename or folder)),
        ) from error
    return tuple(folder / name for name in sorted(contents))


def render_packets(impact: Impact) -> dict[str, bytes]:
    """The files by name."""
    packets = build_packets(impact)
    heading = build_heading(view_impact(impact))
    contents = {INDEX_NAME: render_index(heading, packets, find_untaught(impact, packets)).encode()}
    for packet in packets:
        contents[f"{packet.slug}.html"] = render_packet(packet).encode()
        contents[f"{packet.slug}.xlsx"] = build_packet_workbook(packet)
    return contents


def _refuse_strangers(folder: Path) -> None:
    if not folder.exists():
        return
    for path in sorted(folder.iterdir()):
        if _LITTER.fullmatch(path.name) or (_OURS.fullmatch(path.name) and path.is_file()):
            continue
        raise ReportError(
            "the folder of the packets holds something else",
            "the whole folder is replaced each time, and this would be lost",
            "name another folder, or move the file away",
            Place(file=str(path)),
        )


def _swap_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.parent / f".{folder.name}.{os.getpid()}.new"
    stale = folder.parent / f".{folder.name}.{os.getpid()}.old"
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        for name, data in contents.items():
            (fresh / name).write_bytes(data)
        has_earlier = folder.exists()
        if has_earlier:
            os.replace(folder, stale)
        try:
            os.replace(fresh, folder)
        except OSError:
            if has_earlier:
                os.replace(stale, folder)
            raise
        shutil.rmtree(stale, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
