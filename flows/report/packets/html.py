"""Packets as HTML pages: each opens from disk, loads nothing, runs nothing, prints."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from flows.report.environment import make_environment
from flows.report.packets.model import Packet, PacketHeading, PacketKind, TrainingRow
from flows.report.packets.wording import due_text, packet_sentence, weekday_date

if TYPE_CHECKING:
    from jinja2 import Environment

# Places of one task, and candidates of one group, that a page names; the workbook has all.
MOST_PLACES = 12
MOST_CANDIDATES = 6


def render_packet(packet: Packet) -> str:
    """The page of one packet; equal packets give equal text."""
    return (
        _environment()
        .get_template("packets/packet.html")
        .render(
            packet=packet,
            heading=packet.heading,
            most_places=MOST_PLACES,
            most_candidates=MOST_CANDIDATES,
        )
    )


def render_index(heading: PacketHeading, packets: Sequence[Packet], untaught: Sequence[TrainingRow]) -> str:
    """The page that links all packets; `untaught` is the training that is in none of them."""
    return (
        _environment()
        .get_template("packets/index.html")
        .render(
            heading=heading,
            groups=[
                ("Owners", [p for p in packets if p.kind is not PacketKind.DEPARTMENT]),
                ("Departments", [p for p in packets if p.kind is PacketKind.DEPARTMENT]),
            ],
            untaught=untaught,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = make_environment()
    environment.filters.update(due=due_text, weekday=weekday_date, sentence_of=packet_sentence)
    environment.globals.update(PacketKind=PacketKind)
    return environment
