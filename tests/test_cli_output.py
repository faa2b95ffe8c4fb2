"""What the commands print: three formats, exit codes, titles that mean harm, readers that go."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from schema.changes import ChangeKind
from tests.command_line import ROOT, CommandLine
from tests.held_store import CM, CM_NEXT, check_refusal
from tests.order_files import Code, Row, act_on, hcpcs_workbook, order_file, order_members, write_zip

HOSTILE = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    'He said "no, never", and went',
    "\u202etxet sdrawkcab\u202c \u2066isolated\u2069",
    "Ménière’s, naïve, 高血圧, التهاب",
    "a\u00a0b\u200bc\ufeffd\ue000e",
    "-" * 200,
    "🂡" * 30,
]
CODES = [*CM[:-2], *(Code(f"Q{n}0", text) for n, text in enumerate(HOSTILE)), *CM[-2:]]


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    folder = tmp_path_factory.mktemp("output")
    found = CommandLine(folder / "home")
    found.load("icd10cm", "FY2024", write_zip(folder / "2024.zip", order_members("icd10cm", 2024, CM)))
    (folder / "order_2025.txt").write_bytes(order_file(CODES))
    found.load("icd10cm", "FY2025", folder / "order_2025.txt")
    later = [replace(code, long=f"{code.long} once more") if code.code.startswith("Q") else code for code in CODES]
    found.load("icd10cm", "FY2026", write_zip(folder / "2026.zip", order_members("icd10cm", 2026, later, CODES)))
    rows = [Row("A0001", HOSTILE[3]), Row("A0002", "two\nlines\tand a tab"), *(Row(f"E{n:04}", "x") for n in range(9))]
    (folder / "HCPC2020_ANWEB.xlsx").write_bytes(hcpcs_workbook(act_on(rows, "20200101", 2), 8))
    found.load("hcpcs", "2020Q1", folder / "HCPC2020_ANWEB.xlsx")
    return found


CALLS: dict[str, tuple[tuple[str, ...], int]] = {
    "releases": (("releases",), 0),
    "releases of one system": (("releases", "hcpcs"), 0),
    "lookup": (("lookup", "icd10cm", "Q30", "--on", "2024-12-01"), 0),
    "lookup of nothing": (("lookup", "icd10cm", "Z99", "--on", "2024-12-01"), 0),
    "lookup in HCPCS": (("lookup", "hcpcs", "A0002", "--on", "2020-12-01"), 0),
    "diff": (("diff", "icd10cm", "FY2025", "FY2026"), 0),
    "diff with new codes": (("diff", "icd10cm", "FY2024", "FY2025"), 0),
    "reconcile": (("reconcile", "icd10cm", "FY2025", "FY2026"), 0),
    "reconcile without a list": (("reconcile", "icd10cm", "FY2024", "FY2025"), 1),
    "reconcile with another year's list": (("reconcile", "icd10cm", "FY2024", "FY2026"), 1),
}


@pytest.mark.parametrize("call", CALLS)
def test_every_format_can_be_read(call: str, command: CommandLine) -> None:
    arguments, code = CALLS[call]
    table, told, sheet = (command(*arguments, "--format", name) for name in ("table", "json", "csv"))
    assert [(answer.code, answer.err) for answer in (table, told, sheet)] == [(code, "")] * 3
    assert command(*arguments) == table
    assert isinstance(told.json, dict)
    assert told.out.count("\n") == 1 or told.out.startswith("{\n")
    header, *rows = csv.reader(io.StringIO(sheet.out, newline=""))
    assert all(len(row) == len(header) for row in rows)
    assert len(set(header)) == len(header)
    assert all(line.isprintable() for line in table.out.splitlines())
    assert "\u202e" not in table.out


def test_load_can_be_read_in_every_format(command: CommandLine, tmp_path: Path) -> None:
    path = write_zip(tmp_path / "2026.zip", {"order_2026.txt": order_file(CODES), "odd\u202e.txt": b"Dear reader\n"})
    call = ("load", "icd10cm", "FY2025", tmp_path / "2025.zip")
    (tmp_path / "2025.zip").write_bytes(path.read_bytes().replace(b"order_2026.txt", b"order_2025.txt"))
    refused = command(*call)
    check_refusal(refused, "control characters")
    path = write_zip(tmp_path / "2025.zip", {"order_2025.txt": order_file(CODES), "letter.txt": b"Dear reader\n"})
    told = command(*call, "--format", "json").json
    assert (told["outcome"], told["ignored"]) == ("extended", ["2025.zip/letter.txt"])
    assert {check["state"] for check in told["checks"]} == {"passed"}
    sheet = command(*call, "--format", "csv").out
    assert next(csv.reader(io.StringIO(sheet))) == ["check", "state", "message"]
    assert command(*call).err == "not used: 2025.zip/letter.txt\n"


def test_one_line_is_printed_for_one_row_whatever_the_titles_hold(command: CommandLine) -> None:
    out = command("diff", "icd10cm", "FY2024", "FY2025").out
    assert sum(line.startswith("Q") for line in out.splitlines()) == len(HOSTILE)
    assert out.splitlines()[1:4] == ["kind  count", "new   8", ""]
    out = command("lookup", "hcpcs", "A0002", "--on", "2020-12-01").out
    assert "two lines and a tab" in out


def test_titles_come_back_as_they_are_in_json_and_csv(command: CommandLine) -> None:
    told = command("diff", "icd10cm", "FY2025", "FY2026", "--format", "json").json
    assert [long_title(change)["before"] for change in told["changes"]] == HOSTILE
    assert [long_title(change)["after"] for change in told["changes"]] == [f"{text} once more" for text in HOSTILE]
    sheet = command("diff", "icd10cm", "FY2025", "FY2026", "--format", "csv").out
    rows = [row for row in csv.DictReader(io.StringIO(sheet, newline="")) if row["field"] == "long_descriptor"]
    assert len(rows) == len(HOSTILE)


def long_title(change: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = next(field for field in change["fields"] if field["name"] == "long_descriptor")
    return found


def test_change_set_has_the_keys_that_the_design_names(command: CommandLine) -> None:
    told = command("diff", "icd10cm", "FY2024", "FY2025", "--format", "json").json
    assert {"system", "previous", "current", "counts", "changes"} <= set(told)
    assert list(told["counts"]) == [kind.value for kind in ChangeKind] or set(told["counts"]) == set(ChangeKind)
    assert {"code", "kind", "cause", "fields"} <= set(told["changes"][0])
    found = command("reconcile", "icd10cm", "FY2025", "FY2026", "--format", "json").json
    assert {"agrees", "official", "computed", "differences"} <= set(found)
    assert found["official"] == {"new": 0, "deleted": 0, "revised": len(HOSTILE)}
    other = command("reconcile", "icd10cm", "FY2024", "FY2025", "--format", "json").json
    assert not other["agrees"]
    assert {"code", "what", "reason"} <= set(other["differences"][0])


def test_same_question_gets_the_same_bytes(command: CommandLine) -> None:
    for arguments, _ in CALLS.values():
        assert command(*arguments, "--format", "json") == command(*arguments, "--format", "json")


def test_debug_shows_where_it_happened_and_the_line_as_well(command: CommandLine) -> None:
    answer = command("--debug", "load", "icd10cm", "FY2027", "/no/such/file")
    assert (answer.code, answer.out) == (2, "")
    assert "Traceback (most recent call last)" in answer.err
    assert answer.err.splitlines()[-1].startswith("addenda: source: no such file or folder (/no/such/file)")
    assert "Traceback" not in command("load", "icd10cm", "FY2027", "/no/such/file").err


@pytest.mark.parametrize("output", ["table", "json", "csv"])
def test_reader_that_goes_is_no_fault(output: str, command: CommandLine) -> None:
    with command.start("diff", "icd10cm", "FY2025", "FY2026", "--format", output) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        assert (process.wait(60), err) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_output_that_is_full_is_told_in_one_line(command: CommandLine) -> None:
    with Path("/dev/full").open("w") as full, command.start("releases", stdout=full) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err == "addenda: report: the output cannot be written: No space left on device; " + (
        "check the disk and the rights\n"
    )


def test_closed_output_is_no_fault(command: CommandLine) -> None:
    run = ["sh", "-c", '"$0" -m flows.cli releases >&-', sys.executable]
    done = subprocess.run(run, env=command.environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_screen_that_knows_few_letters_shows_their_numbers(command: CommandLine) -> None:
    narrow = CommandLine(command.home, more={"PYTHONIOENCODING": "latin-1"})
    with narrow.start("diff", "icd10cm", "FY2025", "FY2026", encoding="latin-1") as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "icd10cm@2024-10-01.1 \\u2192 icd10cm@2025-10-01.1" in out


def test_help_needs_no_store(tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "none")
    for arguments in (("--help",), (), ("load", "--help")):
        answer = command(*arguments)
        assert (answer.code, answer.err) == (0, "")
        assert answer.out
    assert not (tmp_path / "none").exists()


def test_settings_come_from_the_environment_before_the_file(tmp_path: Path) -> None:
    path = tmp_path / "addenda.toml"
    path.write_text(f"home = '{tmp_path}/from-file'\ntoday = 2024-05-01\n")
    from_file = CommandLine(tmp_path, more={"ADDENDA_HOME": ""})
    assert from_file("--config", path, "releases").code == 0
    assert (tmp_path / "from-file" / "addenda.db").is_file()
    told = from_file("--config", path, "lookup", "icd10cm", "A00", "--format", "json").json
    assert told["on"] == "2024-05-01"
    over = CommandLine(tmp_path / "from-environment", more={"ADDENDA_TODAY": "2025-01-02"})
    assert over("--config", path, "lookup", "icd10cm", "A00", "--format", "json").json["on"] == "2025-01-02"
    assert (tmp_path / "from-environment" / "addenda.db").is_file()


def test_revisions_of_the_next_year_are_seen(command: CommandLine) -> None:
    """The fixtures of other tests say what they seem to say."""
    assert [a.code for a, b in zip(CM, CM_NEXT, strict=True) if a != b] == [CM[-1].code]
    counts = command("diff", "icd10cm", "FY2025", "FY2026", "--format", "json").json["counts"]
    assert counts["revised"] == len(HOSTILE)
