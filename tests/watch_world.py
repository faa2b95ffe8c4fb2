"""A small world of claims and answers to them, and what of it stands, in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from schema.claims import DATE_OF_SERVICE, DIAGNOSIS_DATE
from schema.validity import Validity
from tests.claim_lines import Line
from tests.watch_parts import Row

_NEW = ("new", "reinstated", "added_and_ended", "new_header")


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
        first = min(place[0] for place in answers)

        def turn_of(place: Any) -> int:
            # There has to be something that a reversal takes back, and a correction comes after it.
            return (2 if place[0] == first else 0) if place[:2] in backs else 1

        order = sorted(answers, key=lambda place: (place[0], turn_of(place), place[1:]))
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
    ends: list[date] = [
        line.get("claim_end_date") or max(line[DATE_OF_SERVICE], line[DIAGNOSIS_DATE]) for line in lines
    ]
    return max(ends)


def payer_of(lines: Sequence[Line]) -> str | None:
    return min((line["payer"] for line in lines if line.get("payer")), default=None)


def billed_of(row: Row) -> Any:
    return row.get("submitted_code") or row.get("code")


def own_date_of(row: Row) -> Any:
    return row.get("service_date") or row["received_date"]


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
