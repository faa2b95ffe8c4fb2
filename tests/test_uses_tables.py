"""Code uses in Parquet and databases: values of every type, and a database that nothing is written to."""

from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schema.errors import UseError
from tests.conftest import run_sql
from tests.use_places import HCPCS, found_codes, make_spec, read_use, refused_entries

SECRET = "s3cret/word"
SECRET_QUOTED = "s3cret%2Fword"


@pytest.mark.parametrize(
    ("values", "codes", "refused"),
    [
        (pa.array(["a4226", None, " J1234 ", "x"]), ["A4226", "J1234"], ["x"]),
        (pa.array([99213.0, None, float("nan"), 99214.5]), ["99213"], ["99214.5"]),
        (pa.array([99213, 100]), ["99213"], ["100"]),
        (pa.array([Decimal("99213.00"), Decimal("100.00")]), ["99213"], ["100"]),
        (pa.array(["J1234", "J1234"]).dictionary_encode(), ["J1234", "J1234"], []),
        (pa.array([b"J1234", b"\xff"]), ["J1234"], ["\N{REPLACEMENT CHARACTER}"]),
        (pa.array([True, None]), [], ["TRUE"]),
    ],
)
def test_parquet_of_every_type_is_read_as_text(
    tmp_path: Path, values: Any, codes: list[str], refused: list[str]
) -> None:
    pq.write_table(pa.table({"x": values, "HCPCS": values}), tmp_path / "a.parquet")
    use = read_use(path=tmp_path / "a.parquet")
    assert [read for _, (read,) in found_codes(use)] == codes
    assert [value for _, value in refused_entries(use)] == refused
    assert use.entries == len(codes) + len(refused)


def test_rows_of_parquet_are_counted_below_a_row_of_names(tmp_path: Path) -> None:
    table = pa.table({"hcpcs ": ["J1234", None, "J1235"]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=1)
    assert found_codes(read_use(path=tmp_path / "a.parquet")) == [("row 2", ("J1234",)), ("row 4", ("J1235",))]


def break_data(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4:60] = bytes(56)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("columns", "spoil", "why"),
    [
        ({"x": ["J1234"]}, None, "'HCPCS'"),
        ({"HCPCS": [["J1234"]]}, None, "lists"),
        ({"HCPCS": ["J1234"]}, lambda path: path.write_bytes(path.read_bytes()[:-9]), "Parquet"),
        ({"HCPCS": ["J1234"] * 9}, break_data, "Parquet"),
    ],
)
def test_parquet_that_cannot_be_read_is_refused(
    tmp_path: Path, columns: dict[str, list[Any]], spoil: Callable[[Path], object] | None, why: str
) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(columns), path)
    if spoil:
        spoil(path)
    with pytest.raises(UseError, match=f"use 'charges': .*{why}"):
        read_use(path=path)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def filled(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with one table of charges."""
    statements = (
        "CREATE TABLE charges (line integer, code text, price numeric)",
        "INSERT INTO charges VALUES (1, 'a4226', 99213), (2, NULL, 99214.00), (3, 'nix', 100), (4, ' J1234', NULL)",
    )
    if request.param == "sqlite":
        file = tmp_path / "charges #1 %41.db"
        with sqlite3.connect(file) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
        return f"sqlite:///{file}"
    url = str(request.getfixturevalue("postgres_database_url"))
    for statement in statements:
        run_sql(url, statement)
    return url.replace("postgresql+psycopg", "postgresql")


def count_charges(url: str) -> int:
    query = 'SELECT count(*) AS "HCPCS" FROM charges'
    return int(refused_entries(read_use(url=url, query=query))[0][1])


def test_a_query_is_read_with_its_names_as_row_1(filled: str) -> None:
    # Signs that mean something to drivers and to SQLAlchemy.
    query = """SELECT code AS "HCPCS", price AS "Price" FROM charges
        WHERE code IS NULL OR code LIKE '%' AND code <> ':x %s ?' ORDER BY line"""
    use = read_use({"hcpcs": ("HCPCS", "Price")}, url=filled, query=query)
    assert found_codes(use) == [
        ("row 2", ("A4226",)),
        ("row 2", ("99213",)),
        ("row 3", ("99214",)),
        ("row 5", ("J1234",)),
    ]
    assert refused_entries(use) == [("row 4", "nix"), ("row 4", "100")]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM charges",
        "/* SELECT */ DROP TABLE charges",
        "WITH gone AS (SELECT 1) DELETE FROM charges",
        "SELECT 1; DELETE FROM charges",
        "SELECT 1; COMMIT; DELETE FROM charges",
        "SELECT 1; COMMIT; BEGIN; DELETE FROM charges; COMMIT; SELECT 1",
        "SELECT nonsense FROM charges",
        "SELECT code FROM charges",
        "",
    ],
)
def test_nothing_is_written_and_a_query_that_fails_is_one_line(filled: str, query: str) -> None:
    with pytest.raises(UseError, match="use 'charges'") as refused:
        read_use(url=filled, query=query)
    assert "\n" not in refused.value.line
    assert count_charges(filled) == 4


@pytest.mark.postgres
def test_a_function_that_writes_is_stopped_by_the_database(postgres_database_url: str) -> None:
    run_sql(postgres_database_url, "CREATE TABLE charges (code text)")
    run_sql(
        postgres_database_url,
        "CREATE FUNCTION spoil() RETURNS text LANGUAGE sql AS $$ INSERT INTO charges VALUES ('x') RETURNING code $$",
    )
    with pytest.raises(UseError, match="read-only transaction"):
        read_use(url=postgres_database_url, query='SELECT spoil() AS "HCPCS"')
    assert count_charges(postgres_database_url) == 0


def test_a_sqlite_file_that_is_not_there_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(UseError, match="not there"):
        read_use(url=f"sqlite:///{tmp_path / 'none.db'}", query="SELECT 1")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{SECRET_QUOTED}@127.0.0.1:9/x",
        f"postgresql://me@127.0.0.1:9/x?password={SECRET_QUOTED}",
        f"postgresql://me:{SECRET_QUOTED}@127.0.0.1:9/x?sslmode={SECRET_QUOTED}",
        f"postgresql://me:{SECRET}@127.0.0.1:no/x",
        f"nonsense://me:{SECRET_QUOTED}@host/x",
        f"sqlite://me:{SECRET_QUOTED}@/none.db",
        f"mssql+pyodbc://me:{SECRET_QUOTED}@host/x",
        f"no url {SECRET}",
    ],
)
def test_no_password_stands_in_an_error(url: str) -> None:
    with pytest.raises(UseError, match="use 'charges'") as refused:
        read_use(HCPCS, url=url, query='SELECT 1 AS "HCPCS"')
    assert "\n" not in refused.value.line
    # With --debug the errors behind it are shown too.
    shown = "".join(traceback.format_exception(refused.value)) + repr(make_spec(HCPCS, url=url, query="select 1"))
    for secret in (SECRET, SECRET_QUOTED):
        assert secret not in refused.value.line
        assert secret not in shown
