"""Writing packets: a whole new folder put in the place of the earlier one, or the earlier one untouched."""

from __future__ import annotations

import re
from pathlib import Path

from flows.report.folder import replace_folder
from flows.report.impact_build import view_impact
from flows.report.packets.build import build_heading, build_packets, find_untaught
from flows.report.packets.html import render_index, render_packet
from flows.report.packets.workbook import build_packet_workbook
from schema.impact import Impact

INDEX_NAME = "index.html"
# The names that this module gives; a folder with any other is not ours to replace.
_OURS = re.compile(r"index\.html|(no-owner|(owner|department)-[a-z0-9-]+)\.(html|xlsx)")


def write_packets(impact: Impact, folder: Path) -> tuple[Path, ...]:
    """Write `index.html` and, for each owner and department, a page and a workbook; gives back their paths, sorted.

    The folder is written beside its place and then put there as a whole, so that nothing of an earlier run stays.
    Equal impacts give equal bytes. Raises ReportError when the folder cannot be written, or holds files that
    are no packets.
    """
    return replace_folder(folder, render_packets(impact), _OURS, "packets")


def render_packets(impact: Impact) -> dict[str, bytes]:
    """The files by name."""
    packets = build_packets(impact)
    heading = build_heading(view_impact(impact))
    contents = {INDEX_NAME: render_index(heading, packets, find_untaught(impact, packets)).encode()}
    for packet in packets:
        contents[f"{packet.slug}.html"] = render_packet(packet).encode()
        contents[f"{packet.slug}.xlsx"] = build_packet_workbook(packet)
    return contents
