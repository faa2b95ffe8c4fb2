"""A 277CA that is cut, miscounts or is something else is refused whole, in one line that names no value of it."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.remits.acknowledgment import read_277ca
from schema.errors import RemitsError
from tests.acknowledgment_files import (
    AcknowledgedClaim,
    AcknowledgedLine,
    Acknowledgment,
    write_277ca,
    write_acknowledgments,
)
from tests.x12_files import Claim, Separators, write_837

PATIENT = ("NM1*QC*1*PLANTED*PATIENT****MI*SECRET77",)
LINES = (AcknowledgedLine("E1399", ("NU",)), AcknowledgedLine("A9270", statuses=("A7:507 A3:21",), number="2"))
CLAIMS = (
    AcknowledgedClaim("SECRETACCT1", patient=PATIENT),
    AcknowledgedClaim("SECRETACCT2", ("A7:507",), LINES, patient=PATIENT),
    AcknowledgedClaim("SECRETACCT3", ("A3:21",), patient=PATIENT),
)
WHOLE = write_277ca(CLAIMS)
BROKEN_LINES = write_acknowledgments([Acknowledgment((CLAIMS[:1], CLAIMS[1:]))], Separators(line_break="\r\n"))
SECRETS = ("SECRET", "PLANTED", "SUBSCRIBER", "MBR0001", "E1399", "A9270")


def refuse(path: Path, data: bytes) -> str:
    """The line of the refusal, which came before any row."""
    path.write_bytes(data)
    with pytest.raises(RemitsError) as refusal:
        next(read_277ca(path))
    line = refusal.value.line
    assert line.isprintable()
    assert [secret for secret in SECRETS if secret in line] == []
    assert refusal.value.__cause__ is None, "a lower exception may quote what it read"
    return line


def test_whole_files_are_read(tmp_path: Path) -> None:
    for data in (WHOLE, BROKEN_LINES):
        path = tmp_path / "whole.277"
        path.write_bytes(data)
        assert len(list(read_277ca(path))) == 5


@pytest.mark.parametrize("data", [WHOLE, BROKEN_LINES], ids=["plain", "line breaks"])
def test_file_cut_at_any_byte_is_refused(tmp_path: Path, data: bytes) -> None:
    for length in range(data.rindex(b"~")):
        refuse(tmp_path / "cut.277", data[:length])


def test_second_interchange_cut_at_any_byte_takes_the_first_with_it(tmp_path: Path) -> None:
    for length in range(len(WHOLE) + 1, 2 * len(WHOLE) - 1, 7):
        refuse(tmp_path / "cut.277", (WHOLE + WHOLE)[:length])


@settings(max_examples=150)
@given(st.integers(107, len(BROKEN_LINES) - 1), st.integers(1, 400))
def test_file_with_a_terminator_missing_is_refused(
    tmp_path_factory: pytest.TempPathFactory, start: int, length: int
) -> None:
    if b"~" in BROKEN_LINES[start : start + length]:
        refuse(tmp_path_factory.getbasetemp() / "gap.277", BROKEN_LINES[:start] + BROKEN_LINES[start + length :])


@settings(max_examples=200)
@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=12))
def test_bytes_written_over_end_in_rows_or_in_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, start: int, noise: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.277"
    path.write_bytes(WHOLE[:start] + noise + WHOLE[start + len(noise) :])
    lines = []
    try:
        list(read_277ca(path))
    except RemitsError as refusal:
        lines.append(refusal.line)
    assert [line for line in lines if not line.isprintable() or any(secret in line for secret in SECRETS)] == []


def change(old: str, new: str, count: int = 1) -> bytes:
    assert old.encode() in WHOLE
    return WHOLE.replace(old.encode(), new.encode(), count)


SEGMENTS = WHOLE.count(b"~") - len(("ISA", "GS", "GE", "IEA"))
FAULTS = {
    "one segment too many": (change("REF*FJ*2~", "REF*FJ*2~REF*XZ*1~"), "SE01"),
    "one segment missing": (change("REF*FJ*2~", ""), f"which is {SEGMENTS - 1}"),
    "SE02 differs": (change("*0001~GE", "*0002~GE"), "SE02"),
    "GE01 differs": (change("GE*1*1", "GE*2*1"), "GE01"),
    "IEA02 differs": (change("IEA*1*000000001", "IEA*1*000000002"), "IEA02"),
    "no IEA": (change("IEA*1*000000001~", ""), "cut off"),
    "a claim status answer": (WHOLE.replace(b"005010X214", b"005010X212"), "no claim acknowledgment (005010X214)"),
    "a pending claims report": (WHOLE.replace(b"005010X214", b"005010X228"), "no claim acknowledgment (005010X214)"),
    "an older acknowledgment": (WHOLE.replace(b"005010X214", b"004040X167"), "no claim acknowledgment (005010X214)"),
    "no guide at all": (WHOLE.replace(b"005010X214", b""), "no claim acknowledgment (005010X214)"),
    "claims": (write_837([Claim()]), "it holds claims (837), not claim acknowledgments (277CA)"),
    "a remittance": (change("ST*277", "ST*835"), "a remittance (835)"),
    "an acknowledgement of syntax": (change("ST*277", "ST*999"), "an acknowledgement (999)"),
    "claims beside it": (WHOLE + write_837([Claim()]), "it holds claims (837)"),
    "no transaction": (write_acknowledgments([]), "no transaction of claim acknowledgments"),
    "no X12": (b"claim_id,status\nC1,A7:507\n", "something else than an interchange"),
    "too few accepted": (change("QTY*90*1", "QTY*90*0"), "number of accepted claims, which is 1"),
    "too many accepted": (change("QTY*90*1", "QTY*90*2"), "number of accepted claims, which is 1"),
    "too few rejected": (change("QTY*AA*2", "QTY*AA*1"), "number of rejected claims, which is 2"),
    "too many rejected": (change("QTY*AA*2", "QTY*AA*3"), "number of rejected claims, which is 2"),
    "a provider's accepted": (change("QTY*QA*1", "QTY*QA*2"), "number of accepted claims, which is 1"),
    "a provider's rejected": (change("QTY*QC*2", "QTY*QC*9"), "number of rejected claims, which is 2"),
    "a total in words": (change("QTY*AA*2", "QTY*AA*TWO"), "QTY02"),
    "a total in other digits": (change("QTY*AA*2", "QTY*AA*²"), "QTY02"),
    "a total beyond all measure": (change("QTY*AA*2", "QTY*AA*" + "9" * 5000), "QTY02"),
    "no date": (change("*20260120*1635*TH", "**1635*TH"), "BHT04"),
    "a day that is none": (change("*20260120*1635*TH", "*20260230*1635*TH"), "BHT04"),
    "a day in other digits": (change("*20260120*1635*TH", "*２０２６0120*1635*TH"), "BHT04"),
    "no BHT": (change("BHT*0085", "NTE*0085"), "before the date"),
    "a level of another kind": (change("HL*4*3*PT", "HL*4*3*22"), "not known here"),
    "a level without a number": (change("HL*4*3*PT", "HL**3*PT"), "not known here"),
    "a level that stands twice": (change("HL*5*3*PT", "HL*4*3*PT"), "second time"),
    "a patient below the payer": (change("HL*4*3*PT", "HL*4*1*PT"), "HL02"),
    "a patient below nobody": (change("HL*4*3*PT", "HL*4*77*PT"), "HL02"),
    "a payer below a payer": (change("HL*2*1*21*1", "HL*2*1*20*1"), "HL02"),
    "a provider below nobody": (change("HL*3*2*19*1", "HL*3**19*1"), "HL02"),
    "a claim without its number": (change("TRN*2*SECRETACCT1", "REF*2*SECRETACCT1"), "outside of a claim"),
    "a line parted by another mark": (change("SVC*HC:E1399:NU", "SVC*HC>E1399>NU"), "SVC01 is not parted"),
    "a status parted by another mark": (change("STC*A7:507*", "STC*A7>507*"), "STC01 is not parted"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_file_with_a_fault_is_refused_whole(tmp_path: Path, fault: str) -> None:
    data, words = FAULTS[fault]
    assert words in refuse(tmp_path / "acknowledgment.277", data)


def test_transaction_without_levels_is_refused(tmp_path: Path) -> None:
    body = b"BHT*0085*08*1*20260120*1635*TH~SE*3*0001~"
    data = WHOLE[: WHOLE.index(b"BHT*")] + body + WHOLE[WHOLE.index(b"GE*") :]
    assert "no level" in refuse(tmp_path / "acknowledgment.277", data)


def test_claims_that_a_level_rejected_as_a_whole_are_told_and_not_listed(tmp_path: Path) -> None:
    """Loop 2200C may reject a provider with all claims, which then stand in the totals alone."""
    path = tmp_path / "acknowledgment.277"
    listed = write_acknowledgments([Acknowledgment(((), CLAIMS))])
    assert listed.count(b"QTY*QC*0~") == listed.count(b"QTY*AA*2~") == 1
    path.write_bytes(listed.replace(b"QTY*QC*0~", b"QTY*QC*7~").replace(b"QTY*AA*2~", b"QTY*AA*9~"))
    assert len(list(read_277ca(path))) == 5
    assert "which is 2" in refuse(path, listed.replace(b"QTY*AA*2~", b"QTY*AA*1~"))


def test_totals_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "acknowledgment.277"
    path.write_bytes(write_acknowledgments([Acknowledgment((CLAIMS,), has_totals=False)]))
    assert len(list(read_277ca(path))) == 5


def test_claim_that_was_not_found_is_among_the_rejected_totals_and_gives_no_row(tmp_path: Path) -> None:
    path = tmp_path / "acknowledgment.277"
    data = write_277ca([AcknowledgedClaim(statuses=("A4:35",))]).replace(b"*WQ*100~REF", b"*U*100~REF")
    path.write_bytes(data.replace(b"90*1", b"90*0").replace(b"QA*1", b"QA*0").replace(b"AA*0", b"AA*1"))
    assert "rejected claims, which is 1" in refuse(path, path.read_bytes())
    path.write_bytes(path.read_bytes().replace(b"QC*0", b"QC*1"))
    assert list(read_277ca(path)) == []


def test_fault_in_the_last_segment_is_found_before_the_first_row_is_given(tmp_path: Path) -> None:
    many = write_277ca(CLAIMS * 200)
    refuse(tmp_path / "acknowledgment.277", many.replace(b"IEA*1*000000001", b"IEA*1*000000009"))


def test_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.277", tmp_path):
        with pytest.raises(RemitsError, match=re.escape(path.name)):
            next(read_277ca(path))


BODY = WHOLE[WHOLE.index(b"BHT*") : WHOLE.index(b"SE*")].decode().split("~")[:-1]


PLACES = st.integers(0, len(BODY) - 1)


@settings(max_examples=150)
@given(st.lists(st.tuples(PLACES, PLACES, st.booleans()), max_size=4))
def test_segments_moved_or_repeated_end_in_rows_of_their_claims_or_in_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, int, bool]]
) -> None:
    body = [*BODY]
    for source, target, is_moved in edits:
        body.insert(target, body.pop(source) if is_moved else body[source])
    path = tmp_path_factory.getbasetemp() / "mixed.277"
    text = "".join(f"{segment}~" for segment in [*body, f"SE*{len(body) + 2}*0001"])
    path.write_bytes(WHOLE[: WHOLE.index(b"BHT*")] + text.encode() + WHOLE[WHOLE.index(b"GE*") :])
    rows: list[dict[str, str | None]] = []
    with contextlib.suppress(RemitsError):
        rows += read_277ca(path)
    # The numbers of other levels too, when their TRN was moved to a patient; a zero is none.
    claims = {claim.number for claim in CLAIMS} | {"2002022045678", "0091182", None}
    assert [row for row in rows if row["claim_id"] not in claims or row["received_date"] != "2026-01-20"] == []
    assert edits or len(rows) == 5
