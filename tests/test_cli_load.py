"""What one call of `addenda load` makes of several files, and of files that say the same in two ways."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.command_line import CommandLine
from tests.held_store import CM, CM_NEXT, check_refusal
from tests.order_files import (
    Row,
    act_on,
    codes_file,
    hcpcs_text,
    hcpcs_workbook,
    order_addenda,
    order_file,
    order_members,
    write_zip,
)

ROWS = act_on([Row("LT", "Left side"), *(Row(f"A{n:04}", f"Supply {n}") for n in range(60))], "20200101")
HEADERS = ("CODE", "ACTION", "EFF DATE", "SHORT DESC", "LONG DESC")
# Wider than in 2019, so no column behind EFF DATE stands where it stood.
PRINT = (
    "      2031 ALPHA-NUMERIC HCPCS CORRECTIONS\r\n\r\n"
    "  CODE   ACTION  EFF DATE             SHORT DESC                     LONG DESC               TOBETOCOPRIC\r\n"
    " A0001  Change  01/01/2031\r\n"
)


@pytest.fixture
def command(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home")


def corrections() -> bytes:
    workbook = Workbook()
    workbook.worksheets[0].append(list(HEADERS))
    workbook.worksheets[0].append(["A0001", "Change long description", "01/01/2031", "", "Another supply"])
    packed = io.BytesIO()
    workbook.save(packed)
    return packed.getvalue()


def load(command: CommandLine, release: str, path: Path, system: str = "hcpcs") -> dict[str, str]:
    """The messages of the checks by name."""
    answer = command("load", system, release, path, "--format", "json")
    assert answer.code == 0, answer.err
    return {check["name"]: check["message"] for check in answer.json["checks"]}


def test_print_in_unknown_columns_is_left_out_beside_its_workbook(command: CommandLine, tmp_path: Path) -> None:
    members = {"HCPC2020_ANWEB.txt": hcpcs_text(ROWS), "corr.prn": PRINT.encode(), "corr.xlsx": corrections()}
    answer = command("load", "hcpcs", "2020Q1", write_zip(tmp_path / "r.zip", members))
    assert (answer.code, answer.err) == (0, "not used: r.zip/corr.prn (a print; the workbook counts)\n")
    assert "corrections" in command("releases").out


def test_print_in_unknown_columns_is_refused_alone(command: CommandLine, tmp_path: Path) -> None:
    members = {"HCPC2020_ANWEB.txt": hcpcs_text(ROWS), "corr.prn": PRINT.encode()}
    answer = command("load", "hcpcs", "2020Q1", write_zip(tmp_path / "r.zip", members))
    check_refusal(answer, "r.zip/corr.prn, line 3", "other columns", "give the corrections as a workbook")


def test_text_counts_where_there_is_a_workbook_too(command: CommandLine, tmp_path: Path) -> None:
    changed = Row("A0001", "Supply, in other words", short="Supply 1", action_date=ROWS[2].action_date)
    other = [changed if row.code == "A0001" else row for row in ROWS]
    members = {"HCPC2020_ANWEB.txt": hcpcs_text(ROWS), "HCPC2020_ANWEB.xlsx": hcpcs_workbook(other, 8)}
    checks = load(command, "2020Q1", write_zip(tmp_path / "r.zip", members))
    assert checks["text_and_workbook"].startswith("1 differences between r.zip/HCPC2020_ANWEB.txt and")
    assert "A0001 long_descriptor differs" in checks["text_and_workbook"]
    told = command("lookup", "hcpcs", "A0001", "--on", "2020-02-01", "--format", "json").json
    assert told["long_descriptor"] == "Supply 1"


def test_dates_of_actions_do_not_count_between_text_and_workbook(command: CommandLine, tmp_path: Path) -> None:
    """115 of them differ in 2019; no comparison looks at them."""
    other = [replace(row, action_date="20200102") if row.code != "LT" else row for row in ROWS]
    members = {"HCPC2020_ANWEB.txt": hcpcs_text(ROWS), "HCPC2020_ANWEB.xlsx": hcpcs_workbook(other, 8)}
    assert load(command, "2020Q1", write_zip(tmp_path / "r.zip", members))["text_and_workbook"].startswith("0 diff")


def test_spreadsheet_that_lacks_a_few_columns_is_taken_and_one_that_lacks_most_is_not(
    command: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "HCPC2020_ANWEB.xlsx").write_bytes(hcpcs_workbook(ROWS, 8, without="BETOS"))
    assert "lacks 1 columns: BETOS" in load(command, "2020Q1", tmp_path / "HCPC2020_ANWEB.xlsx")["columns"]
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    names = ["HCPC", "LONG DESCRIPTION", "SHORT DESCRIPTION", "PRICE1", "COV", "ADD DT", "TERM DT", "ACTION CD"]
    sheet.append([*names, "ACT EFF DT"])
    sheet.append(["A0001", "Supply", "Supply", "00", "C", "20180101", "", "A", "20200401"])
    workbook.save(tmp_path / "cut.xlsx")
    answer = command("load", "hcpcs", "2020Q2", tmp_path / "cut.xlsx", "--override", "shrinkage", "--override",
                     "last_code", "--note", "x", "--by", "y")  # fmt: skip
    check_refusal(answer, "columns failed", "cut.xlsx lacks 38 columns")


def test_a_code_that_is_gone_in_the_middle_is_no_cut(command: CommandLine, tmp_path: Path) -> None:
    load(command, "FY2024", write_zip(tmp_path / "2024.zip", order_members("icd10cm", 2024, CM)), "icd10cm")
    fewer = [code for code in CM_NEXT if code.code != "A017"]
    (tmp_path / "order_2025.txt").write_bytes(order_file(fewer))
    checks = load(command, "FY2025", tmp_path / "order_2025.txt", "icd10cm")
    assert "A199, the last of FY2024, is there" in checks["last_code"]
    assert "199 records, 200 in FY2024 (-0.5%)" in checks["shrinkage"]


def test_last_code_may_go_where_the_publisher_counts(command: CommandLine, tmp_path: Path) -> None:
    load(command, "FY2024", write_zip(tmp_path / "2024.zip", order_members("icd10cm", 2024, CM)), "icd10cm")
    path = write_zip(tmp_path / "2025.zip", order_members("icd10cm", 2025, CM[:-1], CM))
    assert load(command, "FY2025", path, "icd10cm")["publisher_count"].startswith("2025.zip/icd10cm_order_2025.txt has")


def test_same_file_given_twice_is_read_once(command: CommandLine, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "2024.zip", order_members("icd10cm", 2024, CM_NEXT, CM))
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "2024.zip").write_bytes(path.read_bytes())
    answer = command("load", "icd10cm", "FY2024", path, tmp_path / "again", path, "--format", "json")
    assert (answer.code, answer.json["outcome"]) == (0, "loaded")
    info = command("releases", "--format", "json").json["releases"][0]
    assert (len(info["sources"]), len(info["lists"])) == (1, 1)


def test_year_in_the_name_may_stand_beside_another(command: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "icd10cm_order_2025 posted 2024.txt").write_bytes(order_file(CM))
    load(command, "FY2025", tmp_path / "icd10cm_order_2025 posted 2024.txt", "icd10cm")


def test_file_of_a_mid_year_release_has_the_year_of_its_fiscal_year(command: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "icd10cm_order_2021.txt"
    path.write_bytes(order_file(CM))
    assert load(command, "2021-01-01", path, "icd10cm")["year"].endswith("is of 2021, the label is FY2021-jan")
    check_refusal(command("load", "icd10cm", "2020-04-01", path), "2021", "FY2020-apr")


def test_file_that_equals_another_years_is_refused_whichever_came_first(command: CommandLine, tmp_path: Path) -> None:
    names = {year: tmp_path / f"icd10cm_order_{year}.txt" for year in (2023, 2024, 2025)}
    for path in names.values():
        path.write_bytes(order_file(CM))
    load(command, "FY2024", names[2024], "icd10cm")
    for year in (2023, 2025):
        check_refusal(command("load", "icd10cm", f"FY{year}", names[year]), "that of FY2024, record for record")
    # April may bring nothing new, as in 2024.
    load(command, "FY2024-apr", names[2024], "icd10cm")


def test_codes_file_and_addenda_without_an_order_file_say_what_is_missing(command: CommandLine, tmp_path: Path) -> None:
    members = {"codes_2025.txt": codes_file(CM), "addenda.txt": order_addenda(CM, CM_NEXT)}
    answer = command("load", "icd10cm", "FY2025", write_zip(tmp_path / "r.zip", members))
    check_refusal(answer, "no code list", "addenda.txt", "order file")
