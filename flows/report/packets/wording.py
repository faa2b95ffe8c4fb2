"""The sentences of a packet."""

from __future__ import annotations

from datetime import date

from flows.report.packets.model import Packet, PacketHeading, PacketKind
from flows.report.wording import count_of, long_date


def packet_sentence(packet: Packet) -> str:
    """What the packet is, in one sentence."""
    when = effective_text(packet.heading)
    tasks = count_of(packet.tasks, "task")
    first = packet.first_due_date
    due = f", the first due on {long_date(first)}" if first else ""
    if packet.kind is PacketKind.DEPARTMENT:
        codes = count_of(len(packet.codes), "code that this department bills", "codes that this department bills")
        learn = count_of(len(packet.training), "change", "changes")
        what = f"{codes} {'changes' if len(packet.codes) == 1 else 'change'} {when}: {tasks}{due}"
        return f"{what}, and {learn} to learn." if packet.training else f"{what}."
    codes = count_of(len(packet.codes), "code")
    if packet.kind is PacketKind.NO_OWNER:
        return f"Nobody owns {count_of(len(packet.uses), 'use')} of codes: find an owner for each; {tasks} wait{due}."
    change = "changes" if len(packet.codes) == 1 else "change"
    return f"{codes} held in what you own {change} {when}: {tasks}{due}."


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
