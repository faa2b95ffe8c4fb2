"""An 837 file that is cut, miscounts or holds something else is refused whole, in one line that tells no value."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.claims.x12_837 import looks_like_x12, read_837
from schema.errors import ClaimsError
from tests.x12_files import Claim, Interchange, Line, Separators, write_837, write_interchange

SECRETS = ("SUBSCRIBER", "SAM", "MBR0001", "19500101", "SAMPLE STREET", "GROUP0001", "CLAIM1", "FREE TEXT")
CLAIM = Claim(more=("NTE*ADD*FREE TEXT",), lines=(Line(), Line("J0120", ("JZ",))))
WHOLE = write_837([CLAIM, CLAIM])
INSTITUTIONAL = write_837([CLAIM], "institutional", Separators("|", ">", "!", "\n"))
TWICE = WHOLE + WHOLE
BROKEN_LINES = write_interchange(Interchange([[[CLAIM], [CLAIM]], [[CLAIM]]], separators=Separators(line_break="\r\n")))


def refuse(path: Path, data: bytes) -> str:
    """The one line of the refusal, which comes before any row."""
    path.write_bytes(data)
    with pytest.raises(ClaimsError) as refusal:
        next(read_837(path))
    line = refusal.value.line
    assert path.name in line
    assert line.isprintable()
    assert [secret for secret in SECRETS if secret in line] == []
    assert refusal.value.__cause__ is None, "a lower exception may quote what it read"
    return line


@pytest.mark.parametrize(
    ("data", "terminator"),
    [(WHOLE, b"~"), (INSTITUTIONAL, b"\n"), (BROKEN_LINES, b"~")],
    ids=["plain", "institutional", "line breaks"],
)
def test_file_cut_at_any_byte_is_refused(tmp_path: Path, data: bytes, terminator: bytes) -> None:
    for length in range(data.rindex(terminator)):
        refuse(tmp_path / "cut.837", data[:length])


def test_cut_beginning_of_a_file_still_looks_like_x12() -> None:
    assert all(looks_like_x12(WHOLE[:length]) for length in range(3, len(WHOLE)))


def test_second_interchange_cut_at_any_byte_takes_the_first_with_it(tmp_path: Path) -> None:
    for length in range(len(WHOLE) + 1, len(TWICE), 7):
        refuse(tmp_path / "cut.837", TWICE[:length])


@settings(max_examples=150)
@given(st.integers(0, len(BROKEN_LINES) - 1), st.integers(1, 400))
def test_file_with_a_terminator_missing_is_refused(
    tmp_path_factory: pytest.TempPathFactory, start: int, length: int
) -> None:
    missing = BROKEN_LINES[start : start + length]
    data = BROKEN_LINES[:start] + BROKEN_LINES[start + length :]
    if b"~" in missing and start > 106:
        refuse(tmp_path_factory.getbasetemp() / "gap.837", data)


def change(old: str, new: str, count: int = 1) -> bytes:
    assert old.encode() in WHOLE
    return WHOLE.replace(old.encode(), new.encode(), count)


SEGMENTS = WHOLE.count(b"~") - len(("ISA", "GS", "GE", "IEA"))
FAULTS = {
    "one segment too many": (change("NTE*ADD*FREE TEXT~", "NTE*ADD*FREE TEXT~NTE*ADD*MORE~"), "SE01"),
    "one segment missing": (change("NTE*ADD*FREE TEXT~", ""), f"which is {SEGMENTS - 1}"),
    "SE01 is no number": (change(f"SE*{SEGMENTS}*", "SE*many*"), "SE01"),
    "SE01 in other digits": (change(f"SE*{SEGMENTS}*", "SE*²³*"), "SE01"),
    "SE02 differs": (change("*0001~GE", "*0002~GE"), "SE02"),
    "GE01 differs": (change("GE*1*1", "GE*2*1"), "GE01"),
    "GE02 differs": (change("GE*1*1", "GE*1*2"), "GE02"),
    "IEA01 differs": (change("IEA*1*", "IEA*2*"), "IEA01"),
    "IEA02 differs": (change("IEA*1*000000001", "IEA*1*000000002"), "IEA02"),
    "IEA02 is missing": (change("IEA*1*000000001", "IEA*1"), "IEA02"),
    "no SE": (change(f"SE*{SEGMENTS}*0001~", ""), "not ended with SE"),
    "no GE": (change("GE*1*1~", ""), "envelope"),
    "no IEA": (change("IEA*1*000000001~", ""), "cut off"),
    "no GS": (WHOLE[: WHOLE.index(b"GS*")] + WHOLE[WHOLE.index(b"ST*") :], "envelope"),
    "a segment between the groups": (change("IEA*1", "NTE*ADD*FREE TEXT~IEA*1"), "envelope"),
    "an interchange within a transaction": (change("CLM*", "ISA*00~CLM*"), "ISA stands in a transaction"),
    "an empty segment": (change("CLM*", "~CLM*"), "empty segment"),
    "words after the end": (WHOLE + b"SAM SUBSCRIBER", "after the last interchange"),
    "a zero byte after the end": (WHOLE + b"\0", "after the last interchange"),
    "half a header after the end": (WHOLE + b"\n" + WHOLE[:60], "cut off"),
    "a remittance": (change("ST*837", "ST*835"), "a remittance (835)"),
    "a claim status": (change("ST*837", "ST*277"), "claim status answer (277)"),
    "an unknown transaction": (change("ST*837", "ST*SAM"), "another transaction"),
    "a remittance beside claims": (WHOLE + change("ST*837", "ST*835"), "a remittance (835)"),
    "dental claims": (change("005010X222A1~BHT", "005010X224A2~BHT"), "neither 837P"),
    "no transaction": (
        WHOLE[: WHOLE.index(b"ST*")] + b"GE*0*1~IEA*1*000000001~",
        "no transaction of claims",
    ),
    "header without its blanks": (change("SENDER         *", "SENDER*"), "fixed width"),
    "header of another version": (change("*00501*", "*00302*"), "version"),
    "one mark for two separators": (change("*T*:~", "*T**~"), "fixed width"),
    "a letter as a separator": (WHOLE.replace(b"*", b"X"), "letter or digit"),
    "a claim without a line": (write_837([Claim(lines=())]), "no service"),
    "a line without a service": (WHOLE.replace(b"SV1*", b"SV3*"), "no service"),
    "a service outside of claims": (WHOLE.replace(b"CLM*", b"XLM*"), "outside of a claim"),
    "diagnoses parted by another mark": (change("HI*ABK:", "HI*ABK>"), "HI01 is not parted"),
    "a place parted by another mark": (change("11:B:1", "11>B>1"), "CLM05 is not parted"),
    "a procedure without its qualifier": (change("HC:99213", "99213"), "SV101 is not parted"),
    "codes of ICD-9 and ICD-10": (write_837([Claim(diagnoses=("ABK:E119", "BF:2724"))]), "mixes"),
    "too many diagnoses": (
        write_837([Claim(diagnoses=("ABK:E119", *(f"ABF:A{n:03}" for n in range(41))))]),
        "more than 41",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_file_with_a_fault_is_refused_whole(tmp_path: Path, fault: str) -> None:
    data, words = FAULTS[fault]
    assert words in refuse(tmp_path / "claims.837", data)


def test_blanks_and_line_breaks_around_interchanges_are_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "claims.837"
    path.write_bytes(b"\xef\xbb\xbf\r\n" + WHOLE + b" \r\n\n" * 60 + WHOLE + b"\n")
    assert len(list(read_837(path))) == 8


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClaimsError, match=r"gone\.837"):
        next(read_837(tmp_path / "gone.837"))


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClaimsError, match=re.escape(tmp_path.name)):
        next(read_837(tmp_path))


def test_fault_in_the_last_segment_is_found_before_the_first_row_is_given(tmp_path: Path) -> None:
    many = write_interchange(Interchange([[[CLAIM] * 200]]))
    refuse(tmp_path / "claims.837", many.replace(b"IEA*1*000000001", b"IEA*1*000000009"))
