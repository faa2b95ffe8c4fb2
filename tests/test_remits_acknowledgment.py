"""A 277CA gives one row for each status that rejects a claim or a line of it, and nothing of a patient."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.remits.acknowledgment import looks_like_277, read_277ca
from schema.remits import REJECTING, REJECTION_DATE_COLUMNS, REJECTION_TEXT_COLUMNS
from tests.acknowledgment_files import (
    AcknowledgedClaim,
    AcknowledgedLine,
    Acknowledgment,
    write_277ca,
    write_acknowledgments,
)
from tests.x12_files import Claim, Separators, write_837

Row = dict[str, str | None]
COLUMNS = {*REJECTION_TEXT_COLUMNS, *REJECTION_DATE_COLUMNS}


def read(folder: Path, data: bytes) -> list[Row]:
    path = folder / "acknowledgment.277"
    path.write_bytes(data)
    return list(read_277ca(path))


def statuses(rows: list[Row]) -> list[str]:
    return [f"{row['category_code']}:{row['status_code']}" for row in rows]


def test_rejected_line_tells_its_code_modifiers_number_and_day(tmp_path: Path) -> None:
    line = AcknowledgedLine("J0120", ("JZ", "59"), ("A7:507",), "2", "20260113")
    (row,) = read(tmp_path, write_277ca([AcknowledgedClaim("ACCT-7", ("A1:19:PR",), (line,))], "First Plan"))
    assert row == {
        "claim_id": "ACCT-7",
        "payer": "First Plan",
        "category_code": "A7",
        "status_code": "507",
        "line_number": "2",
        "code": "J0120",
        "modifiers": "JZ 59",
        "received_date": "2026-01-20",
        "service_date": "2026-01-13",
    }


def test_rejected_claim_has_no_code_and_the_day_of_the_claim(tmp_path: Path) -> None:
    claim = AcknowledgedClaim("ACCT-7", ("A7:254",), service_date="20260110-20260114")
    (row,) = read(tmp_path, write_277ca([claim]))
    assert (row["status_code"], row["service_date"]) == ("254", "2026-01-10")
    assert not {"code", "modifiers", "line_number"} & row.keys()


@pytest.mark.parametrize("category", REJECTING)
def test_each_rejecting_category_gives_a_row(tmp_path: Path, category: str) -> None:
    rows = read(tmp_path, write_277ca([AcknowledgedClaim(statuses=(f"{category}:255",))]))
    assert statuses(rows) == [f"{category}:255"]


@pytest.mark.parametrize("category", ["A0", "A1", "A2", "A4", "A5", "F2", "P1", ""])
def test_every_other_category_gives_none(tmp_path: Path, category: str) -> None:
    data = write_277ca([AcknowledgedClaim(statuses=(f"{category}:255",)), AcknowledgedClaim("SECOND", ("A7:255",))])
    assert [row["claim_id"] for row in read(tmp_path, data)] == ["SECOND"]


def test_all_three_composites_and_all_status_segments_are_looked_at(tmp_path: Path) -> None:
    claim = AcknowledgedClaim(statuses=("A3:21 A7:254 A1:19", "A8:477", "A2:20 A2:20 A6:255"))
    assert statuses(read(tmp_path, write_277ca([claim]))) == ["A3:21", "A7:254", "A8:477", "A6:255"]


def test_status_told_twice_of_one_place_counts_once_and_of_two_places_twice(tmp_path: Path) -> None:
    lines = (AcknowledgedLine(statuses=("A7:507 A7:507", "A7:507")), AcknowledgedLine("A9270", number="2"))
    rows = read(tmp_path, write_277ca([AcknowledgedClaim(statuses=("A7:507",), lines=lines)]))
    assert [row.get("code") for row in rows] == [None, "J0120", "A9270"]


def test_line_without_a_day_has_that_of_its_claim(tmp_path: Path) -> None:
    lines = (AcknowledgedLine(service_date=""), AcknowledgedLine(service_date="20260230"))
    rows = read(tmp_path, write_277ca([AcknowledgedClaim(lines=lines, service_date="20260112")]))
    assert [row["service_date"] for row in rows] == ["2026-01-12", "2026-01-12"]


def test_line_without_its_number_has_none(tmp_path: Path) -> None:
    (row,) = read(tmp_path, write_277ca([AcknowledgedClaim(lines=(AcknowledgedLine(number=""),))]))
    assert row.get("line_number") is None


@pytest.mark.parametrize("qualifier", ["NU", "AD", "HP", "N4"])
def test_what_is_no_hcpcs_code_is_left_out(tmp_path: Path, qualifier: str) -> None:
    (row,) = read(tmp_path, write_277ca([AcknowledgedClaim(lines=(AcknowledgedLine("0450", qualifier=qualifier),))]))
    assert row.get("code") is None


def test_free_text_after_the_modifiers_is_left_out(tmp_path: Path) -> None:
    line = AcknowledgedLine(modifiers=("jz", "", "59", "", "WHEELED THING FOR MR SAMPLE"))
    (row,) = read(tmp_path, write_277ca([AcknowledgedClaim(lines=(line,))]))
    assert row["modifiers"] == "JZ 59"


def test_clearinghouse_is_no_payer(tmp_path: Path) -> None:
    claims = (AcknowledgedClaim(statuses=("A7:507",)),)
    both = [Acknowledgment((claims,), "A PLAN"), Acknowledgment((claims,), "A CLEARINGHOUSE", source="AY")]
    assert [row["payer"] for row in read(tmp_path, write_acknowledgments(both))] == ["A PLAN", None]


def test_payer_is_named_as_claims_name_it(tmp_path: Path) -> None:
    (row,) = read(tmp_path, write_277ca([AcknowledgedClaim(statuses=("A7:507",))], "Santé  Première "))
    assert row["payer"] == "Santé Première"


def test_claim_whose_number_was_not_known_has_none(tmp_path: Path) -> None:
    (row,) = read(tmp_path, write_277ca([AcknowledgedClaim("0" * 20, ("A7:507",))]))
    assert row["claim_id"] is None


def test_claims_of_several_providers_and_transactions_keep_their_day(tmp_path: Path) -> None:
    claims = tuple(AcknowledgedClaim(f"C{number}", ("A7:507",)) for number in range(4))
    both = [Acknowledgment((claims[:1], claims[1:3])), Acknowledgment((claims[3:],), received_date="20260121")]
    rows = read(tmp_path, write_acknowledgments(both))
    assert [row["claim_id"] for row in rows] == ["C0", "C1", "C2", "C3"]
    assert [row["received_date"] for row in rows] == ["2026-01-20"] * 3 + ["2026-01-21"]


def test_shape_that_medicare_contractors_send_is_read(tmp_path: Path) -> None:
    """The line's status without a date, the claim's that only points to it, and an answer to the interchange."""
    data = write_277ca([AcknowledgedClaim(statuses=("A3:247",), lines=(AcknowledgedLine(number="1"),))])
    data = data.replace(b"STC*A7:507*20260120*U", b"STC*A7:507**U").replace(b"~GS", b"~TA1*1*260120*1200*A*000~GS")
    assert data.count(b"507**U") == data.count(b"TA1") == 1
    assert statuses(read(tmp_path, data)) == ["A3:247", "A7:507"]


def test_file_that_only_accepts_gives_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, write_277ca([AcknowledgedClaim(), AcknowledgedClaim("C2", ("A1:20",))])) == []


def test_patients_are_not_looked_at(tmp_path: Path) -> None:
    patient = ("NM1*QC*1*PLANTED*PATIENT****MI*PLANTED77", "REF*EJ*PLANTED88", "DMG*D8*19500101")
    references = ("REF*1K*PLANTED99", "REF*D9*PLANTED66", "REF*EA*PLANTED55")
    claim = AcknowledgedClaim("C1", ("A7:507",), (AcknowledgedLine(),), patient=patient, references=references)
    data = write_277ca([claim]).replace(b"*U*100~", b"*U*100********PLANTED TEXT OF MR PATIENT~")
    told = {value for row in read(tmp_path, data) for value in row.values()}
    assert not [value for value in told if "PLANTED" in str(value) or "1950" in str(value)]


CODE = st.text("ABCDEFGHJ0123456789", min_size=1, max_size=7)
STATUS = st.builds("{}:{}".format, st.sampled_from(["A1", "A2", "A3", "A6", "A7", "A8"]), st.integers(1, 800))
SEGMENTS = st.lists(STATUS, min_size=1, max_size=3).map(" ".join)
LINES = st.builds(
    AcknowledgedLine,
    code=CODE,
    modifiers=st.lists(st.sampled_from(["25", "GC", "JZ"]), max_size=4).map(tuple),
    statuses=st.lists(SEGMENTS, max_size=2).map(tuple),
    service_date=st.dates().map(lambda day: f"{day:%Y%m%d}".zfill(8)),
)
CLAIMS = st.builds(
    AcknowledgedClaim,
    number=CODE.filter(lambda number: bool(number.strip("0"))),
    statuses=st.lists(SEGMENTS, min_size=1, max_size=2).map(tuple),
    lines=st.lists(LINES, max_size=3).map(tuple),
)
MARKS = st.permutations(["*", ":", "^", "~", "|", ">", "!", "\x1c", "\x1d", "\x1e", "\x1f", "\n"])
SEPARATORS = st.builds(
    lambda marks, end: Separators(marks[0], marks[1], marks[2], marks[3], "" if marks[3] == "\n" else end),
    MARKS,
    st.sampled_from(["", "\n", "\r\n"]),
)


def expected_rows(claim: AcknowledgedClaim) -> list[tuple[str, str | None, str]]:
    """(claim, code, status) of every place, counted by hand."""
    found = []
    for code, told in [(None, claim.statuses), *((line.code, line.statuses) for line in claim.lines)]:
        parts = dict.fromkeys(part for segment in told for part in segment.split())
        found += [(claim.number, code, part) for part in parts if part.split(":")[0] in REJECTING]
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CLAIMS, max_size=3).map(tuple), min_size=1, max_size=3).map(tuple), SEPARATORS)
def test_every_file_gives_its_rejections_and_no_other_column(
    tmp_path_factory: pytest.TempPathFactory, providers: tuple[tuple[AcknowledgedClaim, ...], ...], marks: Separators
) -> None:
    data = write_acknowledgments([Acknowledgment(providers)], marks)
    rows = read(tmp_path_factory.getbasetemp(), data)
    told = [(row["claim_id"], row.get("code"), f"{row['category_code']}:{row['status_code']}") for row in rows]
    assert told == [row for provider in providers for claim in provider for row in expected_rows(claim)]
    assert all(row.keys() <= COLUMNS for row in rows)
    assert looks_like_277(data)


def test_277_is_told_from_other_files_by_its_beginning() -> None:
    whole = write_277ca([AcknowledgedClaim()])
    assert looks_like_277(b"\xef\xbb\xbf\r\n" + whole)
    assert looks_like_277(whole.replace(b"005010X214", b"005010X212"))
    assert not looks_like_277(whole.replace(b"ST*277", b"ST*835"))
    assert not looks_like_277(write_837([Claim()]))
    assert not looks_like_277(whole[: whole.index(b"ST*")])
    assert not any(looks_like_277(head) for head in (b"", b"ISA", b"ISA,277", b"claim_id,ST*277~", b"PAR1", b"~" * 200))


def test_files_of_the_tests_are_right_by_the_guide_itself() -> None:
    """pyx12 knows the guide element by element; what it finds wrong in a file of ours would make tests of nothing."""
    from pyx12.params import params
    from pyx12.x12n_document import x12n_document

    lines = (AcknowledgedLine(modifiers=("JZ",)), AcknowledgedLine("A9270", statuses=("A7:507 A3:21",), number="2"))
    claims = [AcknowledgedClaim(), AcknowledgedClaim("C2", ("A7:507 A3:21",), lines)]
    answer = io.StringIO()
    assert x12n_document(params(), io.StringIO(write_277ca(claims).decode()), answer, None, None)
    assert "*IK5*A" in answer.getvalue().replace("~\n", "~").replace("~", "*")
