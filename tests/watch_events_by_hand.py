"""The events of the watch in plain Python, claim by claim: what the questions to the engine have to agree with."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from schema.claims import DATE_OF_SERVICE, DIAGNOSIS_DATE
from schema.denials import NOT_DENIED, PATIENT_SHARES, classify_adjustment, classify_status, is_downcoded
from schema.validity import Validity
from tests.claim_lines import Line
from tests.watch_parts import Row

_NEW = ("new", "reinstated", "added_and_ended", "new_header")
_CODING = ("invalid_code", "modifier", "bundling")


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


@dataclass
class World:
    """What was received by `as_of`, and the answers to it."""

    lines: Sequence[Line]
    files: Mapping[str, Sequence[Row]]
    rejections: Sequence[Row]
    validity: Validity
    as_of: date
    effective: Mapping[str, date]
    claims: dict[str, list[Line]] = field(default_factory=dict)
    answers: dict[tuple[str, str | None], list[list[Row]]] = field(default_factory=dict)
    standing: dict[tuple[str, str | None], list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        grouped = defaultdict(list)
        for line in self.lines:
            grouped[line["claim_id"]].append(line)
        self.claims = {name: lines for name, lines in grouped.items() if end_of(lines) <= self.as_of}
        told: dict[Any, dict[Any, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for file, rows in self.files.items():
            for row in rows:
                if row["received_date"] <= self.as_of and row.get("claim_status") != "25":
                    key = (row["claim_id"], row.get("payer"))
                    told[key][row["received_date"], file, row["sequence"]].append(row)
        for claim, answers in told.items():
            self._take_answers(claim, answers)

    def _take_answers(self, claim: tuple[str, str | None], answers: Mapping[Any, list[Row]]) -> None:
        backs = {place[:2] for place, rows in answers.items() if rows[0]["claim_status"] == "22"}
        order = sorted(answers, key=lambda place: (place[0], place[:2] in backs, place[1:]))
        state: dict[Any, list[Row]] = {}
        self.answers[claim] = []
        for place in order:
            rows = answers[place]
            lines = [line_of(row) for row in rows]
            if "" in lines:
                state.clear()
            for line in ("", *lines):
                state.pop(line, None)
            if rows[0]["claim_status"] == "22":
                continue
            self.answers[claim].append(rows)
            for row in rows:
                state.setdefault(line_of(row), []).append(row)
        if state:
            self.standing[claim] = [row for rows in state.values() for row in rows]

    def is_after(self, system: str, day: date) -> bool | None:
        start = self.effective.get(system)
        if start is None or day < start - timedelta(365):
            return None
        return day >= start

    def stands(self, claim: tuple[str, str | None], row: Row) -> bool:
        return any(row is other for other in self.standing.get(claim, ()))

    def payers(self, claim_id: str) -> list[str | None]:
        answered = [payer for name, payer in self.standing if name == claim_id]
        return answered or [payer_of(self.claims[claim_id])]

    def rank(self, system: str, code: str, day: date) -> int:
        if self.validity.is_valid(system, code, day) is False:
            return 0
        kind = self.validity.find_kind(system, code)
        return 1 if kind in _NEW else 2 if kind in ("revised", "revised_header") else 3

    @property
    def modifiers(self) -> set[str]:
        return {code for system, code in self.validity.codes if system == "hcpcs" and len(code) == 2}


def end_of(lines: Sequence[Line]) -> date:
    return max(line.get("claim_end_date") or max(line[DATE_OF_SERVICE], line[DIAGNOSIS_DATE]) for line in lines)


def payer_of(lines: Sequence[Line]) -> str | None:
    return min((line["payer"] for line in lines if line.get("payer")), default=None)


def line_of(row: Row) -> str:
    """What is the same line in a later remittance."""
    if row.get("line_number"):
        return str(row["line_number"])
    code = row.get("submitted_code") or row.get("code")
    return f"{code}|{row.get('service_date') or ''}" if code else ""


def codes_of(world: World, line: Line) -> Iterator[tuple[str, str, date, int]]:
    """System, code, key date and position of every code that a line counts for."""
    if line.get("hcpcs_code"):
        yield "hcpcs", line["hcpcs_code"], line[DATE_OF_SERVICE], 0
    for n in range(1, 6):
        if line.get(f"hcpcs_modifier_{n}") in world.modifiers:
            yield "hcpcs", line[f"hcpcs_modifier_{n}"], line[DATE_OF_SERVICE], n
    for name, kind in (("diagnosis", "icd10cm"), ("procedure", "icd10pcs")):
        for n in range(1, 26):
            if line.get(f"{name}_code_{n}") and line.get(f"{name}_code_type"):
                yield kind, line[f"{name}_code_{n}"], line[DIAGNOSIS_DATE], n


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
    candidates = []
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
                code, day = (
                    row.get("submitted_code") or row.get("code"),
                    row.get("service_date") or row["received_date"],
                )
                if code:
                    number = row.get("line_number")
                    order = (2, world.rank("hcpcs", code, day), int(number) if number else 99)
                    is_other = number is None or number != signal.number
                    candidates.append((*order, is_other, day, number or "z", code, ("hcpcs", code, day, day)))
    return [min(candidates)[-1]] if candidates else []


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
            code, day = row.get("submitted_code") or row.get("code"), row.get("service_date") or row["received_date"]
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
