"""Random small worlds of claims and answers: the engine counts what a plain count by hand gives."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flows.watch.events import Events, read_events
from schema.claims import DATE_OF_SERVICE, DIAGNOSIS_DATE, hide_claim_id
from tests.claim_lines import Line, make_line, write_parts
from tests.watch_events_by_hand import count_billed, count_denied
from tests.watch_parts import (
    DAY,
    Row,
    adjust,
    make_rejection,
    make_remit,
    make_validity,
    write_rejections,
    write_remits,
)
from tests.watch_world import World

BEFORE = DAY - timedelta(1)
VALIDITY = make_validity(
    ("hcpcs", "J0001", "deleted", None, BEFORE),
    ("hcpcs", "J0002", "new", DAY, None),
    ("hcpcs", "J0003", "revised", None, None),
    ("hcpcs", "JW", "revised", None, None),
    ("hcpcs", "JZ", "new", DAY, None),
    ("icd10cm", "E110", "deleted", None, BEFORE),
    ("icd10cm", "E111", "new", DAY, None),
    ("icd10cm", "E112", "revised", None, None),
    ("icd10pcs", "0DT0", "deleted", None, BEFORE),
    hcpcs=("J0009",),
    icd10cm=("I10",),
)
EFFECTIVE = {"hcpcs": DAY, "icd10cm": DAY, "icd10pcs": DAY}
CODES = ("J0001", "J0002", "J0003", "J0009", "99213", "99214")
DIAGNOSES = ("E110", "E111", "E112", "I10", "Z00")
PAYERS = ("Medicare", "Payer <b>", None)
CARCS = ("181", "146", "16", "97", "4", "182", "50", "150", "197", "45", "1", "11", "253", "A1", "999")
REMARKS = ("N22", "M25", "M76", "N56", "MA130", "N519")
STATUSES = ("507", "255", "453", "252", "247", "9999")
CLAIMS = 40


def make_lines(chance: random.Random) -> list[Line]:
    lines = []
    for number in range(CLAIMS):
        day = DAY + timedelta(chance.choice((-400, -366, -365, -30, -2, -1, 0, 1, 20)))
        payer, end = chance.choice(PAYERS), chance.choice((None, day, day + timedelta(3), day + timedelta(60)))
        codes = chance.sample(DIAGNOSES, chance.randrange(4))
        for line in range(1, chance.randrange(4) + 1):
            service = day + timedelta(chance.choice((0, 0, 0, 1)))
            lines.append(
                make_line(
                    claim_id=name(number),
                    claim_line_number=line,
                    payer=payer,
                    claim_end_date=end,
                    hcpcs_code=chance.choice((*CODES, None)),
                    hcpcs_modifier_1=chance.choice(("25", "JW", "JZ", None)),
                    hcpcs_modifier_2=chance.choice(("JW", None, None)),
                    diagnosis_code_type=chance.choice(("icd-10-cm", "icd-10-cm", None)),
                    procedure_code_1=chance.choice(("0DT0", None, None)),
                    **{f"diagnosis_code_{n}": code for n, code in enumerate(codes, chance.choice((1, 1, 2)))},
                    **{DATE_OF_SERVICE: service, DIAGNOSIS_DATE: chance.choice((service, day))},
                )
            )
    return lines


def name(number: int) -> str:
    return hide_claim_id(f"C{number:02}", "site key" if number % 2 else "")


def make_answer(chance: random.Random, claim: int, day: date, sequence: int) -> list[Row]:
    """One CLP: with lines, without, or the reversal of either."""
    status = chance.choice(("1", "1", "4", "2", "22", "25"))
    payer = PAYERS[(claim + chance.choice((0, 0, 0, 0, 1))) % len(PAYERS)]
    shared = [
        adjust("CO", chance.choice(CARCS), chance.choice((10, 20)), "claim") for _ in range(chance.choice((0, 0, 1)))
    ]
    numbers = chance.sample(("1", "2", "3"), chance.randrange(1, 4)) if chance.random() < 0.8 else [None]
    remarks = chance.sample(REMARKS, chance.choice((0, 0, 1)))
    rows = []
    for number in numbers:
        is_line = number is not None or chance.random() < 0.3
        code = chance.choice(CODES) if is_line and chance.random() < 0.95 else None
        adjustments = [
            adjust(chance.choice(("CO", "PR", "OA", "CR")), chance.choice(CARCS), chance.choice((-5, 0, 30, "12.25")))
            for _ in range(chance.randrange(3))
        ]
        rows.append(
            make_remit(
                claim_id=name(claim),
                payer=payer,
                claim_status=status,
                line_number=number,
                code=code,
                submitted_code=chance.choice((None, None, *CODES)) if code else None,
                modifiers=chance.choice((None, "25", "25 JW", "JZ")) if code else None,
                received_date=day,
                service_date=chance.choice((DAY - timedelta(1), DAY, None)),
                paid_amount=Decimal(chance.choice((0, 0, 40))),
                sequence=sequence,
                adjustments=shared + (adjustments if is_line else []),
                remarks=remarks + chance.sample(REMARKS, chance.choice((0, 0, 1))),
            )
        )
    return rows


def make_files(chance: random.Random) -> dict[str, list[Row]]:
    """Several files, some of one day; a file has each claim now and then, and twice for a reversal."""
    files = {}
    for number in range(6):
        day, rows = DAY + timedelta(chance.choice((10, 10, 25, 60))), []
        for sequence in range(1, CLAIMS):
            rows += make_answer(chance, chance.randrange(CLAIMS + 5), day, sequence)
        files[f"digest{number}"] = rows
    return files


def make_rejections(chance: random.Random) -> list[Row]:
    return [
        make_rejection(
            claim_id=name(chance.randrange(CLAIMS + 5)),
            payer=chance.choice(PAYERS),
            status_code=chance.choice(STATUSES),
            code=chance.choice((None, None, *CODES)),
            line_number=chance.choice((None, "1", "2")),
            received_date=DAY + timedelta(chance.choice((3, 30, 70))),
            service_date=chance.choice((None, DAY, BEFORE)),
        )
        for _ in range(20)
    ]


def read(folder: Path, chance: random.Random, world: World) -> Events:
    """The events, with files cut into parts and everything in some order."""
    lines, parts = chance.sample(world.lines, len(world.lines)), []
    for file, rows in world.files.items():
        rows, cut = chance.sample(rows, len(rows)), chance.randrange(1, len(rows))
        for n, some in enumerate((rows[:cut], rows[cut:])):
            parts.append(write_remits(folder / f"month={n}" / f"{file}-{n}.parquet", some))
    fronts = [write_rejections(folder / "front-0.parquet", world.rejections)]
    chance.shuffle(parts)
    folder.mkdir(exist_ok=True)
    claims = write_parts(folder, lines)
    return read_events(claims, parts, fronts, world.validity, world.as_of, world.effective)


def rows_of(table: Any) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in table.to_pylist()]


def by_key(table: Any, figures: int) -> dict[Any, Any]:
    return {row[:-figures]: row[-figures:] for row in rows_of(table)}


@pytest.mark.parametrize("seed", range(8))
def test_events_are_what_a_count_by_hand_gives(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    as_of = DAY + timedelta(chance.choice((12, 40, 90)))
    world = World(make_lines(chance), make_files(chance), make_rejections(chance), VALIDITY, as_of, EFFECTIVE)
    events = read(tmp_path, chance, world)
    for table, counter in count_billed(world).items():
        assert by_key(getattr(events, table), 1) == {key: (count,) for key, count in counter.items()}, table
    denied, cases = count_denied(world)
    assert by_key(events.denied, 3) == {key: tuple(row) for key, row in denied.items()}
    assert Counter(rows_of(events.cases)) == Counter(cases)


def test_order_of_rows_and_parts_does_not_matter(tmp_path: Path) -> None:
    chance = random.Random(99)
    world = World(
        make_lines(chance), make_files(chance), make_rejections(chance), VALIDITY, DAY + timedelta(90), EFFECTIVE
    )
    first, second = (read(tmp_path / str(n), random.Random(n), world) for n in range(2))
    assert [rows_of(getattr(first, table)) for table in Events.__slots__] == [
        rows_of(getattr(second, table)) for table in Events.__slots__
    ]
