"""The events of the watch in plain Python, claim by claim: what the questions to the engine have to agree with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tests.watch_signals_by_hand import Signal, blame, list_signals
from tests.watch_world import World, billed_of, codes_of, end_of, line_of, own_date_of

_CODING = ("invalid_code", "modifier", "bundling")


def count_billed(world: World) -> dict[str, Counter[Any]]:
    units: dict[Any, list[date]] = defaultdict(list)
    for claim_id, lines in world.claims.items():
        for payer in world.payers(claim_id):
            for line in lines:
                for system, code, day, _ in codes_of(world, line):
                    units[claim_id, payer, system, code, world.is_after(system, day)].append(day)
    for (claim_id, payer), rows in world.standing.items():
        held = {line.get("hcpcs_code") for line in world.claims.get(claim_id, ())}
        for row in rows:
            code, day = billed_of(row), own_date_of(row)
            if code and code not in held:
                units[claim_id, payer, "hcpcs", code, world.is_after("hcpcs", day)].append(day)
    found: dict[str, Counter[Any]] = {name: Counter() for name in ("billed", "adjudicated", "invalid_billed")}
    for (claim_id, payer, system, code, is_after), days in units.items():
        if is_after is None:
            continue
        end = end_of(world.claims[claim_id]) if claim_id in world.claims else max(days)
        key = (system, code, payer, end, is_after)
        found["billed"][key] += 1
        found["adjudicated"][key] += (claim_id, payer) in world.standing
        found["invalid_billed"][key] += any(world.validity.is_valid(system, code, day) is False for day in days)
    return {name: +counter for name, counter in found.items()}


def count_denied(world: World) -> tuple[dict[Any, list[Any]], list[tuple[Any, ...]]]:
    """The rows of `denied` (claims, amount, recovered amount by key) and of `cases`."""
    units: dict[Any, list[Any]] = defaultdict(list)
    for signal in list_signals(world):
        for system, code, day, end in blame(world, signal):
            is_after = world.is_after(system, day)
            if is_after is not None:
                key = (signal.claim_id, signal.payer, system, code, str(signal.category), is_after)
                units[key].append((signal, day, end))
    denied: dict[Any, list[Any]] = defaultdict(lambda: [0, Decimal(0), Decimal(0)])
    cases = []
    for (claim_id, payer, system, code, category, is_after), found in units.items():
        standing = [signal for signal, _, _ in found if signal.is_standing]
        deciding = standing or [signal for signal, _, _ in found]
        is_rejection = all(signal.is_rejection for signal in deciding)
        amount = sum((signal.amount for signal in standing), Decimal(0))
        recovered = Decimal(0) if standing else _recover(world, [signal for signal, _, _ in found])
        received, end = min(signal.received for signal, _, _ in found), max(end for _, _, end in found)
        row = denied[system, code, payer, category, end, received, is_after, is_rejection, bool(standing)]
        row[0], row[1], row[2] = row[0] + 1, row[1] + amount, row[2] + recovered
        if standing and is_after:
            told = {day: world.validity.is_valid(system, code, day) for _, day, _ in found}
            invalid = [day for day, is_valid in told.items() if is_valid is False]
            is_valid = False if invalid else next(iter(told.values()))
            fault = "ours" if invalid else "payer" if is_valid and category == "invalid_code" else "unknown"
            can_appeal = all(signal.is_appealable for signal, _, _ in found if not signal.is_rejection)
            can_appeal = can_appeal and not is_rejection
            latest, key_date = max(signal.received for signal in standing), min(invalid or told)
            action = _act(fault, category, can_appeal)
            cases.append(
                (claim_id, payer, system, code, category, fault, amount, latest, key_date, action, is_rejection)
            )
    return denied, cases


def _act(fault: str, category: str, can_appeal: bool) -> str:
    if fault == "payer":
        return "appeal" if can_appeal else "resubmit"
    return "appeal" if fault == "unknown" and can_appeal and category not in _CODING else "correct"


def _recover(world: World, signals: Sequence[Signal]) -> Decimal:
    gained: dict[Any, Decimal] = defaultdict(Decimal)
    for signal in signals:
        if signal.is_rejection:
            continue
        now = [
            row["paid_amount"]
            for row in world.standing.get((signal.claim_id, signal.payer), ())
            if signal.line == "" or line_of(row) == signal.line
        ]
        key = (signal.line, signal.is_whole)
        gained[key] = max(gained[key], sum(now, Decimal(0)) - signal.paid)
    return sum(gained.values(), Decimal(0))
