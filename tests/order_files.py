"""Small releases in the exact layouts of CMS: order files, addenda, codes files, HCPCS records, workbooks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from loaders.hcpcs.layout import DATA_FIELDS, RECORD_LENGTH

DISCLAIMER = "Made for a test; these titles describe nothing." + "\t" * 45 + "\r\n\r\n"

# Row 1 of HCPC2020_JUL_ANWEB.xlsx.
WORKBOOK_HEADERS = [
    *("HCPC", "SEQNUM", "RECID", "LONG DESCRIPTION", "SHORT DESCRIPTION", "PRICE1", "PRICE2", "PRICE3", "PRICE4"),
    *("MULT_PI", "CIM1", "CIM2", "CIM3", "MCM1", "MCM2", "MCM3", "STATUTE"),
    *(f"LABCERT{number}" for number in range(1, 9)),
    *(f"XREF{number}" for number in range(1, 6)),
    *("COV", "ASC_GRP", "ASC_DT", "OPPS", "OPPS_PI", "OPPS_DT", "PROCNOTE", "BETOS"),
    *("TOS1", "TOS2", "TOS3", "TOS4", "TOS5", "ANEST_BU", "ADD DT", "ACT EFF DT", "TERM DT", "ACTION CD"),
]


@dataclass(frozen=True)
class Code:
    """One line of an order file."""

    code: str
    long: str
    is_billable: bool = True
    short: str = ""

    @property
    def short_title(self) -> str:
        return (self.short or self.long)[:60]


@dataclass(frozen=True)
class Row:
    """One HCPCS code, or a modifier where it has two characters; dates as YYYYMMDD."""

    code: str
    long: str
    added: str = "20180101"
    ended: str = ""
    action: str = "N"
    action_date: str = "20180101"
    short: str = ""

    @property
    def values(self) -> dict[str, str]:
        return {
            "added_date": self.added,
            "termination_date": self.ended,
            "action_code": self.action,
            "action_date": self.action_date,
            "coverage": "C",
            "pricing_indicators": "00",
            "types_of_service": "1",
        }


def make_codes(system: str, count: int, title: str = "Sample condition") -> list[Code]:
    """Codes in file order: each header, then nine billable codes below it."""
    codes = []
    for number in range(count):
        group, member = divmod(number, 10)
        if system == "icd10cm":
            stem = f"{chr(65 + group // 100)}{group % 100:02}"
            code = stem if member == 0 else f"{stem}{member}"
        else:
            stem = f"0{'0123456789BCDFGHJKLMNPQRSTUVWXYZ'[group // 32]}{'0123456789BCDFGHJKLMNPQRSTUVWXYZ'[group % 32]}"
            code = stem if member == 0 else f"{stem}{member}0ZZ"
        codes.append(Code(code, f"{title} {number}", is_billable=member > 0))
    return codes


def order_file(codes: Sequence[Code], newline: str = "\r\n", first: int = 1) -> bytes:
    """An order file: number 1-5, code 7-13, flag 15, short title 17-76, long title 78-."""
    return "".join(
        f"{number:05} {c.code:<7} {int(c.is_billable)} {c.short_title:<60} {c.long}{newline}"
        for number, c in enumerate(codes, start=first)
    ).encode()


def codes_file(codes: Sequence[Code]) -> bytes:
    """The codes file beside it: billable codes and long titles."""
    return "".join(f"{c.code:<7} {c.long}\r\n" for c in codes if c.is_billable).encode()


def order_addenda(previous: Sequence[Code], current: Sequence[Code], *, is_flagged: bool = True) -> bytes:
    """The publisher's change list between two order files, with its summary in words."""
    before, after = ({(c.code, c.is_billable): c for c in codes} for codes in (previous, current))
    lines: list[str] = []
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        if one is None or other is None:
            found, action = (other, "Add:") if other else (one, "Delete:")
            lines += [_action(action, found, is_flagged)] if found else []
        elif one != other:
            lines += [_action("Revise from:", one, is_flagged), _action("Revise to:", other, is_flagged)]
    for name, flag in (("header", False), ("code", True)):
        lines += ["", f"{name.title()}s"]
        lines += [
            f"  {sum(c.is_billable is flag for c in codes):>5} {name}s in icd10_order_{year}.txt"
            for codes, year in ((previous, 1), (current, 2))
        ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _action(action: str, code: Code, is_flagged: bool) -> str:
    flag = f"{int(code.is_billable)} " if is_flagged else ""
    return f"{action:<13}{flag}{code.code:<7} {code.short_title:<60} {code.long}"


def conversion_csv(rows: Sequence[tuple[str, str, str]]) -> bytes:
    """A conversion table: current code with its dot, year, previous codes."""
    lines = ["FY2025 Conversion Table,,", "Current code assignment,Effective,Previous Code(s) Assignment"]
    return "".join(f"{line}\r\n" for line in [*lines, *(",".join(row) for row in rows)]).encode()


def order_members(system: str, year: int, codes: Sequence[Code], previous: Sequence[Code] = ()) -> dict[str, bytes]:
    """The members of an archive as CMS fills it; the addenda only where there is a previous file."""
    members = {f"{system}_order_{year}.txt": order_file(codes), f"{system}_codes_{year}.txt": codes_file(codes)}
    if previous:
        addenda = order_addenda(previous, codes, is_flagged=system == "icd10cm")
        members[f"{system}_order_addenda_{year}.txt"] = addenda
    return members


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """An archive of these members, in this order."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members.items():
            # A fixed time, so that equal members make equal archives.
            archive.writestr(zipfile.ZipInfo(name, (2024, 7, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def write_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    """The same as a file."""
    path.write_bytes(zip_bytes(members))
    return path


def hcpcs_lines(row: Row) -> list[str]:
    """The records of one code: 320 columns each, the long description wrapped at words."""
    ids = "78" if len(row.code) == 2 else "34"
    lines = []
    for number, text in enumerate(_wrap(row.long), start=1):
        line = list(f"{row.code:>5}{number * 100:05}{ids[number > 1]}{text:<80}".ljust(RECORD_LENGTH))
        if number == 1:
            line[91:119] = f"{row.short or row.long:<28.28}"
            for field in DATA_FIELDS:
                if value := row.values.get(field.name):
                    line[field.first - 1 : field.first - 1 + len(value)] = value
        lines.append("".join(line))
    return lines


def _wrap(text: str, width: int = 80) -> list[str]:
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if len(joined) > width:
            lines.append(word)
        else:
            lines[-1] = joined
    return lines


def hcpcs_text(rows: Sequence[Row], disclaimer: str = DISCLAIMER) -> bytes:
    """The text file of a HCPCS release: modifiers first, as CMS sorts them."""
    ordered = sorted(rows, key=lambda row: (len(row.code), row.code))
    return (disclaimer + "".join(f"{line}\r\n" for row in ordered for line in hcpcs_lines(row))).encode("cp1252")


def hcpcs_workbook(rows: Sequence[Row], header_row: int = 1, without: str = "") -> bytes:
    """The spreadsheet of a HCPCS release, one of its columns left out on demand."""
    from openpyxl import Workbook

    fields: dict[str, Callable[[Row], str]] = {name: lambda row: "" for name in WORKBOOK_HEADERS}
    fields |= {
        "HCPC": lambda row: row.code,
        "SEQNUM": lambda row: "00100",
        "RECID": lambda row: "7" if len(row.code) == 2 else "3",
        "LONG DESCRIPTION": lambda row: row.long,
        "SHORT DESCRIPTION": lambda row: (row.short or row.long)[:28],
        "PRICE1": lambda row: "00",
        "COV": lambda row: "C",
        "TOS1": lambda row: "1",
        "ADD DT": lambda row: row.added,
        "ACT EFF DT": lambda row: row.action_date,
        "TERM DT": lambda row: row.ended,
        "ACTION CD": lambda row: row.action,
    }
    fields.pop(without, None)
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    for _ in range(header_row - 1):
        sheet.append(["Made for a test"])
    sheet.append(list(fields))
    for row in rows:
        sheet.append([read(row) for read in fields.values()])
    packed = io.BytesIO()
    workbook.save(packed)
    return packed.getvalue()


def act_on(rows: Sequence[Row], day: str, every: int = 7) -> list[Row]:
    """The same rows, some of them acted upon on a day: so a release knows its date."""
    return [
        replace(row, action="F", action_date=day) if number % every == 0 else row for number, row in enumerate(rows)
    ]
