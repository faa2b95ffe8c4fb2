"""An organisation with a store of two small releases and uses that can be edited between two calls."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.command_line import Answer, CommandLine
from tests.order_files import Row, act_on, hcpcs_text, write_zip

PAIR = ("hcpcs", "2031Q1", "2032Q1")
HEADER = ("line", "code")
SUPPLIES = [Row(f"A{n:04}", f"Supply number {n} of a long list") for n in range(40)]
# What ended: three codes that the uses hold, one that they do not, and one that ended long before.
GONE, OTHER, THIRD, UNUSED, OLD = "A0010", "A0011", "A0012", "A0013", "A0039"
BEFORE = [replace(row, ended="20300630") if row.code == OLD else row for row in SUPPLIES]
AFTER = [
    *(replace(row, ended="20311231") if row.code in (GONE, OTHER, THIRD, UNUSED) else row for row in BEFORE),
    Row("J7100", "Injection, the very same", added="20320101", action="A", action_date="20320101"),
]
SETTINGS = """
[[uses]]
name = "prices"
kind = "charge_master"
owner = "revenue"
path = "prices.csv"
[uses.columns]
hcpcs = ["code"]

[[uses]]
name = "rules"
kind = "payer_rule"
path = "rules.csv"
[uses.columns]
hcpcs = ["code"]
[uses.entries]
hcpcs = "expression"

[[uses]]
name = "orders"
kind = "order_set"
owner = "nursing"
path = "orders.xlsx"
[uses.columns]
hcpcs = ["code"]
"""
PRICES = ["A0001", GONE, "A0002", GONE, "A0003", GONE, OTHER, OLD, "A0004"]
RULES = [f"A0005, {OTHER}", "A0009-A0011", f"{THIRD}-A0013", "A00*", "A0006"]
ORDERS = ["A0001", THIRD, "A0002"]


class Organisation:
    """A store with two releases, and uses that can be edited."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.command = folder, CommandLine(folder / "home", more={"ADDENDA_TODAY": "2031-11-20"})
        for name, rows, day in (("2031Q1", BEFORE, "20310101"), ("2032Q1", AFTER, "20320101")):
            data = hcpcs_text(act_on(rows, day))
            self.command.load("hcpcs", name, write_zip(folder / f"{name}.zip", {f"HCPC{name[:4]}_ANWEB.txt": data}))
        self.config = folder / "addenda.toml"
        self.config.write_text(SETTINGS)
        self.write("prices", PRICES)
        self.write("rules", RULES)
        self.write_orders(ORDERS)

    def write(self, use: str, codes: Sequence[str]) -> None:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(HEADER)
        writer.writerows(enumerate(codes))
        (self.folder / f"{use}.csv").write_text(text.getvalue())

    def write_orders(self, codes: Sequence[str]) -> None:
        from openpyxl import Workbook

        workbook = Workbook()
        for row in (HEADER, *enumerate(codes)):
            workbook.worksheets[0].append(list(row))
        workbook.save(self.folder / "orders.xlsx")

    def __call__(self, *arguments: object, **more: str) -> Answer:
        command = replace(self.command, more={**self.command.more, **more})
        return command("--config", self.config, *arguments)

    def assess(self) -> Path:
        """The assessment that everything is compared with later."""
        answer = self("impact", *PAIR, "--format", "json")
        assert answer.err == ""
        return next((self.command.home / "impact").rglob("impact.json"))

    def verify(self) -> list[dict[str, Any]]:
        """The items; the exit code has to say whether anything is open."""
        answer = self("impact", "verify", *PAIR, "--format", "json")
        assert answer.err == ""
        document = answer.json
        states = [item["state"] for item in document["items"]]
        assert {state: states.count(state) for state in set(states)}.items() <= document["counts"].items()
        assert answer.code == int(bool({"not_yet", "applied_wrongly", "new_stale"}.intersection(states)))
        items: list[dict[str, Any]] = document["items"]
        return items


def edited(codes: Sequence[str], **changes: str) -> list[str]:
    """The codes with those of some rows (`row3`, as a spreadsheet counts) changed."""
    places = {int(name.removeprefix("row")) - 2: code for name, code in changes.items()}
    return [places.get(at, code) for at, code in enumerate(codes)]
