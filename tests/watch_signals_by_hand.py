"""Denials and rejections of a small world, and the codes that they are blamed on, in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from schema.claims import DATE_OF_SERVICE
from schema.denials import NOT_DENIED, PATIENT_SHARES, classify_adjustment, classify_status, is_downcoded
from tests.claim_lines import Line
from tests.watch_parts import Row
from tests.watch_world import World, billed_of, codes_of, end_of, line_of, own_date_of, payer_of


@dataclass
class Signal:
    """A denial or rejection before it is blamed on a code."""

    claim_id: str
    payer: str | None
    category: str
    subject: str
    received: date
    own_date: date
    code: str | None
    modifiers: str | None
    number: str | None
    amount: Decimal = Decimal(0)
    line: Any = None
    paid: Decimal = Decimal(0)
    is_whole: bool = False
    is_standing: bool = False
    is_rejection: bool = False
    is_appealable: bool = False


def list_signals(world: World) -> Iterator[Signal]:
    for claim, answers in world.answers.items():
        for rows in answers:
            shared = set.intersection(*(set(row["remarks"]) for row in rows))
            for row in rows:
                yield from _deny(world, claim, row, row["remarks"], "line")
            for signal in _deny(world, claim, rows[0], sorted(shared), "claim"):
                signal.paid = sum((row["paid_amount"] for row in rows), Decimal(0))
                signal.is_standing = any(world.stands(claim, row) for row in rows)
                signal.is_whole, signal.line = True, ""
                yield signal
    for row in world.rejections:
        reason = classify_status(row["category_code"], row["status_code"])
        if reason is None or row["received_date"] > world.as_of:
            continue
        answered = [payer for name, payer in world.standing if name == row["claim_id"]]
        named = min((payer for payer in answered if payer), default=None)
        held = payer_of(world.claims[row["claim_id"]]) if row["claim_id"] in world.claims else None
        yield Signal(
            row["claim_id"], named if answered else held or row.get("payer"), reason.category, reason.subject,
            row["received_date"], row.get("service_date") or row["received_date"], row.get("code"),
            row.get("modifiers"), row.get("line_number"), is_whole=row.get("code") is None,
            is_standing=not answered, is_rejection=True,
        )  # fmt: skip


def _deny(world: World, claim: tuple[str, str | None], row: Row, remarks: Sequence[str], level: str) -> list[Signal]:
    found: list[tuple[str, str, Decimal]] = []
    positive = [a for a in row["adjustments"] if a["amount"] > 0]
    is_paid = row["paid_amount"] > 0 or any(a["carc"] in PATIENT_SHARES for a in positive)
    is_lesser = level == "line" and is_downcoded(is_paid, row.get("code"), row.get("submitted_code"), (), remarks)
    for a in positive:
        if a["level"] != level:
            continue
        reason = classify_adjustment(a["group"], a["carc"], remarks)
        if reason is not None:
            found.append((reason.category, reason.subject, a["amount"]))
        elif is_lesser and a["group"] != "PR" and a["carc"] not in {*NOT_DENIED, *PATIENT_SHARES}:
            found.append(("downcoding", "procedure", a["amount"]))
    if is_lesser:
        found.append(("downcoding", "procedure", Decimal(0)))
    return [
        Signal(
            *claim, category, subject, row["received_date"], row.get("service_date") or row["received_date"],
            row.get("submitted_code") or row.get("code"), row.get("submitted_modifiers") or row.get("modifiers"),
            row.get("line_number"), amount, line_of(row), row["paid_amount"],
            is_standing=world.stands(claim, row), is_appealable="MA130" not in remarks,
        )
        for category, subject, amount in found
    ]  # fmt: skip


def blame(world: World, signal: Signal) -> list[tuple[str, str, date, date]]:
    """System, code, key date and end date of every code that the signal counts for."""
    lines = world.claims.get(signal.claim_id, [])
    end = end_of(lines) if lines else None
    if signal.subject != "diagnosis" and signal.code and not signal.is_whole:
        dates = [line[DATE_OF_SERVICE] for line in lines if line.get("hcpcs_code") == signal.code]
        same = [
            line[DATE_OF_SERVICE]
            for line in lines
            if line.get("hcpcs_code") == signal.code and str(line.get("claim_line_number")) == signal.number
        ]
        found = [("hcpcs", signal.code, min(same or dates or [signal.own_date]), end or signal.own_date)]
    else:
        found = _choose(world, signal, lines, end)
    if signal.subject != "modifier":
        return found
    if signal.modifiers is not None and not signal.is_whole:
        told = set(signal.modifiers.split(" ")) & world.modifiers
        return found + [("hcpcs", code, day, last) for code in sorted(told) for _, _, day, last in found[:1]]
    dates_of = defaultdict(list)
    for line in lines:
        if signal.is_whole or signal.code is None or line.get("hcpcs_code") == signal.code:
            for n in range(1, 6):
                dates_of[line.get(f"hcpcs_modifier_{n}")].append(line[DATE_OF_SERVICE])
    return found + [
        ("hcpcs", code, min(days), end) for code, days in dates_of.items() if code in world.modifiers and end
    ]


def _choose(world: World, signal: Signal, lines: Sequence[Line], end: date | None) -> list[tuple[str, str, date, date]]:
    wanted = ("icd10cm",) if signal.subject == "diagnosis" else ("hcpcs", "icd10pcs")
    candidates: list[tuple[Any, ...]] = []
    for line in lines:
        number = str(line["claim_line_number"])
        for system, code, day, position in codes_of(world, line):
            if system in wanted and code not in world.modifiers:
                place = int(number) if system == "hcpcs" else position
                order = (
                    wanted.index(system),
                    world.rank(system, code, day),
                    place,
                    number != signal.number,
                    day,
                    number,
                )
                candidates.append((*order, code, (system, code, day, end)))
    if not lines and signal.subject != "diagnosis":
        for (name, _), answers in world.answers.items():
            for row in (row for rows in answers for row in rows if name == signal.claim_id):
                billed, own_date = billed_of(row), own_date_of(row)
                if billed:
                    told = row.get("line_number")
                    place, is_other = int(told or 99), told is None or told != signal.number
                    order = (2, world.rank("hcpcs", billed, own_date), place, is_other, own_date, told or "z")
                    candidates.append((*order, billed, ("hcpcs", billed, own_date, own_date)))
    return [min(candidates)[-1]] if candidates else []
