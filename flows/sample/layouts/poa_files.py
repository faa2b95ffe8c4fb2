"""The list of ICD-10-CM codes exempt from "present on admission" reporting, and its change lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from flows.sample.archives import write_workbook
from flows.sample.titles import Title
from schema.systems import display_code

Row = tuple[str, ...]


def write_poa_files(
    year: str, previous: Mapping[str, Title], current: Mapping[str, Title], was: Collection[str], now: Collection[str]
) -> dict[str, bytes]:
    """The members of the archive of a year (`FY25`), each list as text with tabs and as workbook.

    `previous` and `current` are the titles of both releases by code in tabular order, `was` and `now` the exempt codes.
    """
    numbers = {code: f"{number:05}" for number, code in enumerate(current, start=1)}
    order = f"Order{year.removeprefix('FY')}"

    def listed(titles: Mapping[str, Title], codes: Collection[str]) -> list[Title]:
        return [title for code, title in titles.items() if code in codes]

    full = [(numbers[t.code], _display(t), t.long) for t in listed(current, now)]
    added = [(numbers[t.code], _display(t), t.long) for t in listed(current, set(now) - set(was))]
    deleted = [(_display(t), t.long) for t in listed(previous, set(was) - set(now))]
    revised = [
        (numbers[t.code], action, _display(t), title)
        for t in listed(current, set(was) & set(now))
        if previous[t.code].long != t.long
        for action, title in (("Revise from:", previous[t.code].long), ("Revise to:", t.long))
    ]
    columns = (order, "POAexemptCode", "Description")
    tables: dict[str, list[Row]] = {
        f"POAexemptCodes{year}": [columns, *full],
        f"POAexemptAddCodes{year}": [columns, *added],
        f"POAexemptDeleteCodes{year}": [columns[1:], *deleted],
        f"POAexemptReviseCodes{year}": [(order, "Action", *columns[1:]), *revised],
    }
    members: dict[str, bytes] = {}
    for name, rows in tables.items():
        members[f"{name}.txt"] = _write_text(rows)
        members[f"{name}.xlsx"] = write_workbook({"Sheet1": rows})
    return members


def _display(title: Title) -> str:
    return display_code("icd10cm", title.code)


def _write_text(rows: Sequence[Row]) -> bytes:
    """Cells between tabs; a title with a comma is in quotes, as a spreadsheet program leaves it."""
    return "".join("\t".join(f'"{cell}"' if "," in cell else cell for cell in row) + "\r\n" for row in rows).encode()
