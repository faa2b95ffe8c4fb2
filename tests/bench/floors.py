"""What we are measured against: a bare floor for loading, and peers that do a part of the job."""

from __future__ import annotations

import csv
import sqlite3
import zipfile
from pathlib import Path
from typing import Any


def find_order_member(archive: Path) -> str:
    """The order file in an archive of CMS or CDC."""
    names = zipfile.ZipFile(archive).namelist()
    return next(n for n in names if "order" in n.lower() and n.endswith(".txt") and "addenda" not in n.lower())


def read_rows(archive: Path) -> list[tuple[str, str, int, str, str]]:
    """Order number, code, flag, short and long title of an order file; nothing is checked."""
    text = zipfile.ZipFile(archive).read(find_order_member(archive)).decode()
    return [
        (line[:5], line[6:13].rstrip(), int(line[14]), line[16:76].rstrip(), line[77:]) for line in text.splitlines()
    ]


def load_floor(archive: Path, database: Path) -> None:
    """The bare floor: read the zip member, cut the fields, one executemany into SQLite."""
    rows = read_rows(archive)
    with sqlite3.connect(database) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS code (release TEXT, order_number TEXT, code TEXT, flag INTEGER, short TEXT,"
            " long TEXT)"
        )
        release = archive.stem
        connection.executemany("INSERT INTO code VALUES (?, ?, ?, ?, ?, ?)", [(release, *row) for row in rows])
    connection.close()


def load_pandas(archive: Path, database: Path) -> None:
    """The same with pandas as its manual shows it: read_fwf with the columns, all text, and to_sql on an engine."""
    import pandas
    import sqlalchemy

    member = find_order_member(archive)
    with zipfile.ZipFile(archive).open(member) as file:
        frame = pandas.read_fwf(
            file,
            colspecs=[(0, 5), (6, 13), (14, 15), (16, 76), (77, 400)],
            names=["order_number", "code", "flag", "short", "long"],
            dtype=str,
            header=None,
        )
    engine = sqlalchemy.create_engine(f"sqlite:///{database}")
    frame.to_sql("code", engine, if_exists="replace")
    engine.dispose()


def write_csv(archive: Path, target: Path, *, has_order_number: bool) -> None:
    """A release as the ready CSV file that csv-diff wants: every column of the order file, or all but
    the order number, which shifts with each insertion and would make every later row a change."""
    first = 0 if has_order_number else 1
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("order_number", "code", "flag", "short", "long")[first:])
        writer.writerows(row[first:] for row in read_rows(archive))


def diff_csv(previous: Path, current: Path) -> Any:
    """csv-diff on two ready files."""
    import csv_diff

    with previous.open(encoding="utf-8") as one, current.open(encoding="utf-8") as other:
        return csv_diff.compare(csv_diff.load_csv(one, key="code"), csv_diff.load_csv(other, key="code"))


def read_tables(archive: Path) -> dict[str, dict[str, Any]]:
    """A whole release as nested dictionaries, for DeepDiff."""
    return {code: {"flag": flag, "short": short, "long": long} for _, code, flag, short, long in read_rows(archive)}


def copy_in_full(database: Path, release: str, rows: list[tuple[Any, ...]]) -> None:
    """Full copies: every row of every release, with the index that a look-up needs."""
    marks = ", ".join("?" * (len(rows[0]) + 1))
    with sqlite3.connect(database) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS code (release TEXT, system TEXT, kind TEXT, code TEXT, flag INTEGER,"
            " short TEXT, long TEXT, added TEXT, ended TEXT, details TEXT, PRIMARY KEY (release, kind, code))"
        )
        connection.executemany(f"INSERT INTO code VALUES ({marks})", [(release, *row) for row in rows])
    connection.close()
