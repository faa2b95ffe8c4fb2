"""Remittances taken in: what is kept of a line and a claim, exactly as the file says it."""

from __future__ import annotations

import random
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.remits import x12_835_tables
from loaders.remits.dataset import RemitsDataset
from schema.claims import hide_claim_id
from schema.remits import RemitImport
from tests.remit_files import Adjust, RemitClaim, RemitLine, Remittance, reverse, sample_remittance, write_835
from tests.remit_reading import list_kept, list_plainly, read_lines, read_plainly


def import_text(folder: Path, text: str | bytes, site_key: str = "") -> tuple[RemitImport, RemitsDataset]:
    path = folder / "remit.835"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    dataset = RemitsDataset(folder / "remits")
    return dataset.import_file(path, site_key), dataset


def take_rows(folder: Path, *claims: RemitClaim, **options: Any) -> list[dict[str, Any]]:
    """The rows of one remittance, which has to be taken in."""
    found, dataset = import_text(folder, write_835(Remittance(claims, **options)))
    assert found.refusal is None
    return read_lines(dataset)


LINE = RemitLine("99213", "100.10", [Adjust("CO", "45", "20.05")])


def test_line_is_kept_with_everything_that_the_watch_asks_for(tmp_path: Path) -> None:
    line = RemitLine(
        "g0439",
        "120.50",
        [Adjust("CO", "45", "20.25"), Adjust("PR", "2", "10"), Adjust("CO", "150", "5.5")],
        modifiers=("25", "gt"),
        submitted_code="99215",
        submitted_modifiers=("25",),
        line_number="0007",
        remarks=("N22", "m25"),
        service_date=date(2025, 10, 6),
    )
    claim = RemitClaim("A-17", [line], adjustments=[Adjust("OA", "23", "1.25")], remarks=["MA01"])
    [row] = take_rows(tmp_path, claim, payer="MEADOW  HEALTH PLAN ", produced_date=date(2025, 11, 3))
    adjustments = [
        ("CO", "45", Decimal("20.25"), "line"),
        ("CO", "150", Decimal("5.5"), "line"),
        ("PR", "2", Decimal(10), "line"),
        ("OA", "23", Decimal("1.25"), "claim"),
    ]
    assert row == {
        "claim_id": "A-17",
        "payer": "MEADOW HEALTH PLAN",
        "claim_status": "1",
        "line_number": "7",
        "code": "G0439",
        "modifiers": "25 GT",
        "submitted_code": "99215",
        "submitted_modifiers": "25",
        "received_date": date(2025, 11, 3),
        "service_date": date(2025, 10, 6),
        "charge_amount": Decimal("120.50"),
        "paid_amount": Decimal("84.75"),
        "sequence": 1,
        "adjustments": [dict(zip(("group", "carc", "amount", "level"), a, strict=True)) for a in adjustments],
        "remarks": ["N22", "M25", "MA01"],
    }


def test_claim_without_lines_gives_one_row_without_a_code(tmp_path: Path) -> None:
    claim = RemitClaim(
        "B", charge="500", adjustments=[Adjust("CO", "45", "120")], inpatient_remarks=("MA01", "N1"),
        first_date=date(2025, 10, 1), last_date=date(2025, 10, 4),
    )  # fmt: skip
    [row] = take_rows(tmp_path, claim)
    assert (row["code"], row["line_number"], row["modifiers"]) == (None, None, None)
    assert (row["charge_amount"], row["paid_amount"]) == (500, 380)
    assert (row["service_date"], row["remarks"]) == (date(2025, 10, 1), ["MA01", "N1"])
    assert [a["level"] for a in row["adjustments"]] == ["claim"]


def test_lines_are_numbered_by_their_control_number_else_by_their_place(tmp_path: Path) -> None:
    lines = [
        LINE,
        RemitLine("99214", 1, line_number="0012"),
        RemitLine("99215", 1),
        RemitLine("99216", 1, line_number="X-2"),
    ]
    rows = take_rows(tmp_path, RemitClaim("A", lines), RemitClaim("B", [LINE]))
    assert {row["code"]: row["line_number"] for row in rows if row["claim_id"] == "A"} == {
        "99213": "1",
        "99214": "12",
        "99215": "3",
        "99216": "X-2",
    }
    assert [(row["line_number"], row["sequence"]) for row in rows if row["claim_id"] == "B"] == [("1", 2)]


def test_first_day_of_a_range_and_then_the_claims_own_day_stand_in_for_the_day_of_service(tmp_path: Path) -> None:
    lines = [
        RemitLine("A0001", 1, service_date=date(2025, 1, 2), last_date=date(2025, 1, 9)),
        RemitLine("A0002", 1, service_date=None),
    ]
    rows = take_rows(tmp_path, RemitClaim("A", lines, first_date=date(2025, 3, 1)), RemitClaim("B", [lines[1]]))
    assert [row["service_date"] for row in rows] == [date(2025, 1, 2), date(2025, 3, 1), None]


def test_code_of_another_list_is_no_procedure(tmp_path: Path) -> None:
    rows = take_rows(tmp_path, RemitClaim("A", [RemitLine("0450", 1, qualifier="NU"), LINE]))
    assert [(row["code"], row["line_number"]) for row in rows] == [(None, "1"), ("99213", "2")]


@pytest.mark.parametrize(
    ("produced", "paid", "expected"),
    [(date(2025, 11, 3), date(2025, 11, 9), date(2025, 11, 3)), (None, date(2025, 11, 9), date(2025, 11, 9))],
)
def test_day_of_receipt_is_the_production_date_else_the_day_of_the_payment(
    produced: date | None, paid: date, expected: date, tmp_path: Path
) -> None:
    [row] = take_rows(tmp_path, RemitClaim("A", [LINE]), produced_date=produced, payment_date=paid)
    assert row["received_date"] == expected


def test_impossible_day_of_payment_does_no_harm_beside_a_production_date(tmp_path: Path) -> None:
    text = write_835(Remittance([RemitClaim("A", [LINE])], payment_date=date(2025, 12, 24)))
    found, dataset = import_text(tmp_path, text.replace("*20251224~", "*20252416~"))
    assert found.refusal is None
    assert [row["received_date"] for row in read_lines(dataset)] == [date(2025, 11, 3)]


def test_reversal_correction_and_predetermination_are_kept_with_their_status(tmp_path: Path) -> None:
    claim = RemitClaim("A", [LINE], adjustments=[Adjust("OA", "23", "3")])
    found, dataset = import_text(
        tmp_path,
        write_835(
            Remittance([claim, reverse(claim), RemitClaim("A", [LINE])]),
            Remittance([RemitClaim("P", [LINE], status="25")], total=0),
        ),
    )
    assert (found.refusal, found.claims, found.rows) == (None, 4, 4)
    assert found.notes == {"reversals": 1, "predeterminations": 1}
    rows = read_lines(dataset)
    assert [row["claim_status"] for row in rows] == ["1", "22", "1", "25"]
    assert [row["paid_amount"] for row in rows] == [Decimal(text) for text in ("80.05", "-80.05", "80.05", "80.05")]
    assert [sum(a["amount"] for a in row["adjustments"]) for row in rows[:2]] == [Decimal("23.05"), Decimal("-23.05")]


@pytest.mark.parametrize(
    ("element", "component", "terminator", "line_break"),
    [("*", ":", "~", ""), ("|", "<", "~", "\r\n"), ("*", ">", "\n", ""), ("\x1d", "\x1f", "\x1c", "")],
)
def test_separators_are_those_of_the_header(
    element: str, component: str, terminator: str, line_break: str, tmp_path: Path
) -> None:
    usual = write_835(sample_remittance(12))
    text = write_835(
        sample_remittance(12), element=element, component=component, terminator=terminator, line_break=line_break
    )
    found, dataset = import_text(tmp_path, text)
    assert found.refusal is None
    assert list_kept(dataset) == list_plainly(read_plainly(usual))


@pytest.mark.parametrize(
    ("name", "encoding"), [("CAISSE MALADIE ÉTÉ", "latin-1"), ("CAISSE MALADIE ÉTÉ", "utf-8"), ("CAISSE", "utf-8-sig")]
)
def test_payer_may_be_written_in_either_encoding(name: str, encoding: str, tmp_path: Path) -> None:
    found, dataset = import_text(
        tmp_path, write_835(Remittance([RemitClaim("A", [LINE])], payer=name)).encode(encoding)
    )
    assert found.refusal is None
    assert [row["payer"] for row in read_lines(dataset)] == [name]


def test_claim_ids_and_line_numbers_that_are_none_are_hidden_with_a_key(tmp_path: Path) -> None:
    lines = [RemitLine("99213", 1, line_number="ACCT77-1"), RemitLine("99214", 1, line_number="2")]
    _, dataset = import_text(tmp_path, write_835(Remittance([RemitClaim("ACCT77", lines)])), "key")
    rows = read_lines(dataset)
    assert {row["claim_id"] for row in rows} == {hide_claim_id("ACCT77", "key")}
    assert {row["line_number"] for row in rows} == {hide_claim_id("ACCT77-1", "key"), "2"}


def test_many_transactions_in_many_interchanges_come_out_the_same_however_they_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [sample_remittance(count, 1 + 100 * n, date(2025, 9 + n % 3, 5)) for n, count in enumerate((7, 0, 25, 3))]
    text = write_835(*parts, envelopes=3)
    expected = list_plainly(read_plainly(text))
    for number, (claims, whole) in enumerate([(32_768, 1 << 30), (1, 0), (10, 0)]):
        monkeypatch.setattr(x12_835_tables, "CLAIMS_PER_CHUNK", claims)
        monkeypatch.setattr(x12_835_tables, "WHOLE_BYTES", whole)
        (tmp_path / str(number)).mkdir()
        found, dataset = import_text(tmp_path / str(number), text)
        assert (found.refusal, found.claims, found.rows) == (None, 105, len(expected))
        assert list_kept(dataset) == expected
        assert sorted({row["sequence"] for row in read_lines(dataset)}) == list(range(1, 106))
        assert {Path(part.path).parent.name for part in dataset.line_parts()} == {"month=2025-09", "month=2025-11"}


AMOUNTS = st.decimals(-(10**9), 10**9, places=4, allow_nan=False, allow_infinity=False)
ADJUSTMENTS = st.lists(
    st.tuples(st.sampled_from(["CO", "PR", "OA", "PI"]), st.sampled_from(["45", "16", "A2"]), AMOUNTS), max_size=8
)
CLAIMS = st.lists(
    st.tuples(st.lists(st.tuples(AMOUNTS, ADJUSTMENTS), max_size=3), ADJUSTMENTS, AMOUNTS), min_size=1, max_size=5
)


@settings(deadline=None, max_examples=60)
@given(CLAIMS, AMOUNTS, st.randoms(use_true_random=False))
def test_sums_come_out_exactly_and_one_wrong_ten_thousandth_is_refused(
    drawn: list[Any], withheld: Decimal, chance: random.Random
) -> None:
    claims = [
        RemitClaim(
            f"C{number}",
            [RemitLine("99213", charge, [Adjust(*a) for a in adjusted]) for charge, adjusted in lines],
            adjustments=[Adjust(*a) for a in own],
            charge=None if lines else alone,
        )
        for number, (lines, own, alone) in enumerate(drawn)
    ]
    text = write_835(Remittance(claims, provider_adjustments=[("WO", withheld)]))
    with tempfile.TemporaryDirectory() as folder:
        found, dataset = import_text(Path(folder), text)
        assert found.refusal is None
        assert list_kept(dataset) == list_plainly(read_plainly(text))
        amounts = [
            place
            for place, segment in enumerate(text.split("~"))
            if segment.strip().startswith(("CLP", "SVC", "CAS", "BPR", "PLB"))
        ]
        spoilt = spoil(text, chance.choice(amounts), chance)
        found, dataset = import_text(Path(folder), spoilt)
        assert found.refusal


def spoil(text: str, place: int, chance: random.Random) -> str:
    """The text with one amount of this segment off by 0.0001."""
    segments = text.split("~")
    elements = segments[place].split("*")
    positions = {"CLP": [3, 4], "SVC": [2, 3], "BPR": [2], "PLB": [4]}.get(elements[0].strip(), [3])
    position = chance.choice(positions)
    elements[position] = str(Decimal(elements[position]) + Decimal("0.0001"))
    segments[place] = "*".join(elements)
    return "~".join(segments)
