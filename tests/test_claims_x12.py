"""837P and 837I files give one row for each service line, with the codes, days and dollars that they tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.claims.x12_837 import looks_like_x12, read_837
from schema.claims import DATE_COLUMNS, MONEY_COLUMNS, NUMBER_COLUMNS, TEXT_COLUMNS
from tests.x12_files import Claim, Interchange, Line, Separators, write_837, write_interchange

Row = dict[str, str | None]
PROFESSIONAL = Claim(
    number="ACCT-77",
    facility="22:B:1",
    diagnoses=("ABK:E1165", "ABF:I10", "ABF:Z794"),
    lines=(
        Line("99214", ("25", "GC"), "180.50", "20260203"),
        Line("J0120", ("JZ",), "12", "20260203-20260205", place="11"),
    ),
    payer="First Payer",
)
OTHER_PAYER = (
    "SBR*S*01*******12",
    "CAS*PR*1*21.89**2*15.00",
    "AMT*D*39.15",
    "OI***Y*P**Y",
    "NM1*IL*1*OTHER*PERSON****MI*MBR0002",
    "NM1*PR*2*SECOND PAYER*****PI*PLAN2",
    "DTP*573*D8*20260301",
)
ADJUDICATED = ("SVD*PLAN2*40*HC:99999:59**1", "CAS*CO*45*3.00", "DTP*573*D8*20260301", "AMT*EAF*7")


def read(folder: Path, data: bytes) -> list[Row]:
    path = folder / "claims.837"
    path.write_bytes(data)
    return list(read_837(path))


def filled(rows: list[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def test_professional_claim_gives_its_lines(tmp_path: Path) -> None:
    claim = {
        "claim_id": "ACCT-77",
        "claim_type": "professional",
        "payer": "First Payer",
        "diagnosis_code_type": "icd-10-cm",
        "diagnosis_code_1": "E1165",
        "diagnosis_code_2": "I10",
        "diagnosis_code_3": "Z794",
    }
    first = {
        "claim_line_number": "1",
        "place_of_service_code": "22",
        "hcpcs_code": "99214",
        "hcpcs_modifier_1": "25",
        "hcpcs_modifier_2": "GC",
        "charge_amount": "180.50",
        "claim_line_start_date": "2026-02-03",
        "claim_line_end_date": "2026-02-03",
    }
    second = {
        "claim_line_number": "2",
        "place_of_service_code": "11",
        "hcpcs_code": "J0120",
        "hcpcs_modifier_1": "JZ",
        "charge_amount": "12",
        "claim_line_start_date": "2026-02-03",
        "claim_line_end_date": "2026-02-05",
    }
    assert filled(read(tmp_path, write_837([PROFESSIONAL]))) == [claim | first, claim | second]


def test_institutional_claim_gives_bill_type_revenue_codes_procedures_and_statement_days(tmp_path: Path) -> None:
    claim = Claim(
        facility="11:A:4",
        diagnoses=("ABK:I2510:::::::Y", "ABF:E119:::::::N"),
        procedures=("BBR:02703ZZ:D8:20260111", "BBQ:4A023N7:D8:20260112"),
        lines=(Line("", charge="900", service_date="", revenue="0120"), Line("C1874", charge="45.1", revenue="0278")),
        statement="20260110-20260114",
    )
    rows = filled(read(tmp_path, write_837([claim], "institutional")))
    shared = {
        "claim_type": "institutional",
        "bill_type_code": "114",
        "claim_start_date": "2026-01-10",
        "claim_end_date": "2026-01-14",
        "diagnosis_code_1": "I2510",
        "diagnosis_code_2": "E119",
        "procedure_code_type": "icd-10-pcs",
        "procedure_code_1": "02703ZZ",
        "procedure_code_2": "4A023N7",
    }
    assert all(shared.items() <= row.items() for row in rows)
    assert [(row["revenue_center_code"], row.get("hcpcs_code"), row["charge_amount"]) for row in rows] == [
        ("0120", None, "900"),
        ("0278", "C1874", "45.1"),
    ]
    assert ["claim_line_start_date" in row for row in rows] == [False, True]
    told = {name for row in rows for name in row}
    assert not told & {"place_of_service_code", "discharge_date", "allowed_amount", "paid_amount"}


def test_principal_diagnosis_comes_first_and_every_other_diagnosis_of_the_claim_follows(tmp_path: Path) -> None:
    written = ("ABF:I10", "ABJ:R079", "APR:R0602", "ABN:W1830XA", "ABK:I214", "ABF:E785", "DR:247", "BH:11:D8:20260101")
    (row,) = filled(read(tmp_path, write_837([Claim(diagnoses=written)], "institutional")))
    codes = {name: value for name, value in row.items() if name.startswith("diagnosis_code_")}
    assert codes == {
        "diagnosis_code_type": "icd-10-cm",
        "diagnosis_code_1": "I214",
        "diagnosis_code_2": "I10",
        "diagnosis_code_3": "E785",
        "diagnosis_code_4": "W1830XA",
        "diagnosis_code_5": "R079",
        "diagnosis_code_6": "R0602",
    }
    assert "procedure_code_type" not in row


def test_codes_of_icd9_are_marked_so_that_nobody_counts_them_as_icd10(tmp_path: Path) -> None:
    claim = Claim(diagnoses=("BK:4779", "BF:2724"), procedures=("BR:3722:D8:20110101",))
    (row,) = read(tmp_path, write_837([claim], "institutional"))
    assert (row["diagnosis_code_type"], row["procedure_code_type"]) == ("icd-9-cm", "icd-9-pcs")


def test_codes_that_are_no_hcpcs_and_the_text_of_a_line_are_left_out(tmp_path: Path) -> None:
    lines = (Line("ABCDE", qualifier="HP"), Line("E1399", ("NU", "", "RR", "", "WHEELED THING FOR MR SAMPLE")))
    drugs, device = filled(read(tmp_path, write_837([Claim(lines=lines)], "institutional")))
    assert "hcpcs_code" not in drugs
    assert [value for name, value in device.items() if name.startswith("hcpcs")] == ["E1399", "NU", "RR"]


def test_other_payers_and_what_they_paid_do_not_disturb(tmp_path: Path) -> None:
    line = Line(more=ADJUDICATED)
    plain = read(tmp_path, write_837([Claim(lines=(Line(), Line()), payer="DESTINATION")]))
    mixed = read(tmp_path, write_837([Claim(lines=(line, line), payer="DESTINATION", more=OTHER_PAYER)]))
    assert mixed == plain
    assert {row["payer"] for row in plain} == {"DESTINATION"}


def test_payer_is_that_of_the_subscriber_and_holds_for_the_patient(tmp_path: Path) -> None:
    dependent = ("NM1*IL*1*PARENT*A****MI*M1", "NM1*PR*2*PLAN A*****PI*1", "HL*9*2*23*0", "PAT*19", "NM1*QC*1*CHILD*B")
    claims = [Claim(patient=dependent, payer=""), Claim(payer=""), Claim(payer="Santé  Première")]
    rows = read(tmp_path, write_837(claims))
    assert [row["payer"] for row in rows] == ["PLAN A", None, "Santé Première"]


def test_payer_that_is_a_person_is_not_kept(tmp_path: Path) -> None:
    data = write_837([Claim(payer="SAMPLE")]).replace(b"NM1*PR*2*", b"NM1*PR*1*")
    assert [row["payer"] for row in read(tmp_path, data)] == [None]


def test_payer_in_latin_1_is_read(tmp_path: Path) -> None:
    data = write_837([Claim(payer="SANTÉ")])
    assert read(tmp_path, data.decode().encode("latin-1")) == read(tmp_path, data)


def test_days_and_amounts_that_are_none_are_given_as_written(tmp_path: Path) -> None:
    lines = (Line(service_date="2026011"), Line(charge="12,50"), Line(service_date="20261399"), Line(service_date=""))
    rows = read(tmp_path, write_837([Claim(lines=lines)]))
    dates = [row.get("claim_line_start_date") for row in rows]
    assert dates == ["2026011", "2026-01-15", "2026-13-99", None]
    assert rows[1]["charge_amount"] == "12,50"


def test_line_without_its_number_is_a_line(tmp_path: Path) -> None:
    whole = write_837([Claim(lines=(Line("A0001"),))])
    count = whole.count(b"~") - len(("ISA", "GS", "GE", "IEA"))
    cut = whole.replace(b"LX*1~", b"").replace(b"SE*%d*" % count, b"SE*%d*" % (count - 1))
    assert len(cut) == len(whole) - len(b"LX*1~")
    (row,) = read(tmp_path, cut)
    assert (row["claim_line_number"], row["hcpcs_code"]) == (None, "A0001")


ALL_COLUMNS = {*TEXT_COLUMNS, *DATE_COLUMNS, *MONEY_COLUMNS, *NUMBER_COLUMNS}
CODE = st.text("ABCDEFGH0123456789", min_size=1, max_size=7)
LINES = st.builds(
    Line,
    hcpcs=CODE,
    modifiers=st.lists(st.sampled_from(["25", "GC", "JZ"]), max_size=4).map(tuple),
    charge=st.integers(0, 10**7).map(lambda cents: f"{cents // 100}.{cents % 100:02}"),
    service_date=st.dates().map(lambda day: f"{day:%Y%m%d}".zfill(8)),
    more=st.sampled_from([(), ADJUDICATED, ("NTE*ADD*FREE TEXT", "LIN**N4*00026063512", "CTP****10.00*ML")]),
)
CLAIMS = st.builds(
    Claim,
    number=CODE,
    diagnoses=st.lists(CODE, min_size=1, max_size=12).map(
        lambda codes: (f"ABK:{codes[0]}", *(f"ABF:{code}" for code in codes[1:]))
    ),
    lines=st.lists(LINES, min_size=1, max_size=4).map(tuple),
    payer=CODE,
    more=st.sampled_from([(), OTHER_PAYER]),
)
# An element separator, a component separator, a repetition separator and a terminator, all different.
MARKS = st.permutations(["*", ":", "^", "~", "|", ">", "!", "\x1c", "\x1d", "\x1e", "\x1f", "\n"])
SEPARATORS = st.builds(
    lambda marks, line_break: Separators(
        marks[0], marks[1], marks[2], marks[3], "" if marks[3] == "\n" else line_break
    ),
    MARKS,
    st.sampled_from(["", "\n", "\r\n"]),
)
INTERCHANGES = st.builds(
    Interchange,
    groups=st.lists(st.lists(st.lists(CLAIMS, max_size=3), min_size=1, max_size=2), min_size=1, max_size=2),
    kind=st.sampled_from(["professional", "institutional"]),
    separators=SEPARATORS,
)


def expect_rows(interchange: Interchange) -> list[tuple[object, ...]]:
    return [
        (
            interchange.kind,
            claim.number,
            claim.payer,
            tuple(dict.fromkeys(code.partition(":")[2] for code in claim.diagnoses)),
            str(number),
            (line.hcpcs, *line.modifiers),
            line.charge,
            line.service_date,
        )
        for transactions in interchange.groups
        for claims in transactions
        for claim in claims
        for number, line in enumerate(claim.lines, 1)
    ]


def summarise(row: Row) -> tuple[object, ...]:
    procedure = [row.get("hcpcs_code"), *(row.get(f"hcpcs_modifier_{n}") for n in range(1, 6))]
    return (
        row["claim_type"],
        row["claim_id"],
        row["payer"],
        tuple(row[f"diagnosis_code_{n}"] for n in range(1, 42) if f"diagnosis_code_{n}" in row),
        row["claim_line_number"],
        tuple(value for value in procedure if value is not None),
        row["charge_amount"],
        (row["claim_line_start_date"] or "").replace("-", ""),
    )


@settings(max_examples=50)
@given(st.lists(INTERCHANGES, min_size=1, max_size=3))
def test_every_line_of_every_interchange_is_read_whatever_its_separators(
    tmp_path_factory: pytest.TempPathFactory, interchanges: list[Interchange]
) -> None:
    data = b"".join(map(write_interchange, interchanges))
    assert looks_like_x12(data[:512])
    rows = read(tmp_path_factory.getbasetemp(), data)
    assert [summarise(row) for row in rows] == [row for one in interchanges for row in expect_rows(one)]
    assert {name for row in rows for name in row} <= ALL_COLUMNS


@pytest.mark.parametrize(
    ("head", "is_x12"),
    [
        (b"ISA*00*          *00*", True),
        (b"\xef\xbb\xbf\r\nISA|00|", True),
        (b"ISA*0", True),
        (b"ISA", True),
        (b"ISA_ID,claim_id,claim_start_date\n", False),
        (b"isa,claim_id\n", False),
        (b"claim_id,ISA*00*\n", False),
        (b"PAR1\x15\x04", False),
        (b"", False),
    ],
)
def test_x12_is_known_by_its_first_bytes(head: bytes, is_x12: bool) -> None:
    assert looks_like_x12(head) is is_x12
