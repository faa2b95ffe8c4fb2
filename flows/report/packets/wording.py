"""The sentences of a packet."""

from __future__ import annotations

from datetime import date

from flows.report.packets.model import Packet, PacketHeading, PacketKind
from flows.report.wording import count_of, long_date


def packet_sentence(packet: Packet) -> str:
    """What the packet is, in one sentence."""
    first = packet.first_due_date
    tasks = count_of(packet.tasks, "task") if packet.tasks else "no task"
    todo = f"{tasks}, the first due on {long_date(first)}" if first else tasks
    if packet.kind is PacketKind.NO_OWNER:
        return f"{_ownerless_text(packet)}: find an owner for each; {todo}."
    learn = ""
    if packet.kind is PacketKind.DEPARTMENT and packet.training:
        learn = f", and {count_of(len(packet.training), 'change')} to learn"
    return f"{_codes_text(packet)} {effective_text(packet.heading)}: {todo}{learn}."


def _ownerless_text(packet: Packet) -> str:
    if packet.uses:
        return f"Nobody owns {count_of(len(packet.uses), 'use')} of codes"
    return "What stands here belongs to nobody"


def _codes_text(packet: Packet) -> str:
    where = "that this department bills" if packet.kind is PacketKind.DEPARTMENT else "held in what you own"
    number = len(packet.codes)
    if not number:
        return f"No code {where} changes"
    return f"{count_of(number, 'code')} {where} {'changes' if number == 1 else 'change'}"


def effective_text(heading: PacketHeading) -> str:
    """When the release counts: `on October 1, 2024`, with the release."""
    return f"with {heading.system_title} {heading.current.label} on {long_date(heading.effective_date)}"


def due_text(days: int) -> str:
    """How far a due date is: `in 20 days`, `today`, `3 days late`."""
    if days == 0:
        return "today"
    return f"in {count_of(days, 'day')}" if days > 0 else f"{count_of(-days, 'day')} late"


def weekday_date(day: date) -> str:
    """`Tuesday, September 3, 2024`."""
    return f"{day:%A}, {long_date(day)}"
