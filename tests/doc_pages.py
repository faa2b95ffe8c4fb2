"""The pages of the project as the tests read them: sections, tables, the names in them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = {path.name: path.read_text() for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]}

Rows = list[list[str]]

_NAME = re.compile(r"`([^`]+)`")


def read_sections(page: str, level: int = 2) -> dict[str, str]:
    """The text below each heading of a level, in order."""
    pattern = rf"^{'#' * level} ([^\n]+)\n(.*?)(?=^#{{1,{level}}} |\Z)"
    return dict(re.findall(pattern, PAGES[page], re.MULTILINE | re.DOTALL))


def read_tables(text: str) -> dict[str, Rows]:
    """The rows of each table, cell by cell, by the heading of its first column."""
    found: dict[str, Rows] = {}
    for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
        found[rows[0][0]] = rows[2:]
    return found


def read_names(cell: str) -> list[str]:
    """What stands in code quotes."""
    return _NAME.findall(cell)


def read_queries(page: str, level: int = 3) -> dict[str, str]:
    """The SQL below each heading that has any."""
    found = {
        title: re.findall(r"```sql\n(.*?)```", text, re.DOTALL) for title, text in read_sections(page, level).items()
    }
    return {title: queries[0] for title, queries in found.items() if queries}
