"""The migrations make the tables that the code speaks of, on both databases, up and down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command as alembic
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

import schema.tables
import schema.tables_access
import schema.tables_acts
import schema.tables_review
from schema.store.database import SCHEMA_REVISION, open_database
from tests.command_line import CommandLine
from tests.held_store import CM
from tests.order_files import order_members, write_zip

MIGRATIONS = Path(schema.tables.__file__).parent / "migrations"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = open_database(database_url)
    yield found
    found.dispose()


def configure(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine, step: Any, revision: str) -> None:
    with engine.connect().execution_options(is_writer=True) as connection, connection.begin():
        step(configure(connection), revision)


def test_present_revision_is_the_head_of_one_line_of_migrations() -> None:
    scripts = ScriptDirectory.from_config(configure())
    assert scripts.get_heads() == [SCHEMA_REVISION]
    assert len(scripts.get_bases()) == 1


def test_migrated_tables_are_those_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_checks_of_the_code_are_in_the_database(engine: Engine) -> None:
    found = inspect(engine)
    for table in SQLModel.metadata.tables.values():
        wanted = {str(check.name) for check in table.constraints if type(check).__name__ == "CheckConstraint"}
        assert {check["name"] for check in found.get_check_constraints(table.name)} >= wanted


def test_down_and_up_again(engine: Engine) -> None:
    migrate(engine, alembic.downgrade, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    migrate(engine, alembic.upgrade, "head")
    assert set(inspect(engine).get_table_names()) == {"alembic_version", *SQLModel.metadata.tables}


def test_first_command_makes_the_tables_and_later_ones_leave_them(database_url: str, tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "home", database_url)
    assert command("releases").code == 0
    path = write_zip(tmp_path / "r.zip", order_members("icd10cm", 2024, CM))
    assert command("load", "icd10cm", "FY2024", path).code == 0
    assert command("releases", "--format", "json").json["releases"][0]["codes"] == 180


def test_failed_migration_leaves_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade = alembic.upgrade

    def upgrade_and_fail(config: Config, revision: str) -> None:
        upgrade(config, revision)
        raise RuntimeError("in the middle")

    monkeypatch.setattr(alembic, "upgrade", upgrade_and_fail)
    with pytest.raises(RuntimeError, match="in the middle"):
        open_database(database_url)
    monkeypatch.undo()
    engine = open_database(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM release")).scalar_one() == 0
    engine.dispose()


FORBIDDEN = (
    "INSERT INTO release (system, effective_date, issue, loaded_at, digest, codes, headers, modifiers) "
    "VALUES ('icd10cm', '2024-10-01', 0, '2024-10-01 00:00:00', 'x', 1, 0, 0)",
    "INSERT INTO record (id, book_id, code, digest, is_billable) VALUES (1, 1, 'A00', '\\x00', 2)",
    "INSERT INTO record (id, book_id, code, digest) VALUES (1, 99, 'A00', '\\x00')",
    "INSERT INTO release_check (release_id, name, is_required, is_passed, message) VALUES (1, 'year', 1, 0, 'no')",
    "INSERT INTO release_check (release_id, name, is_required, is_passed, message, override_note) "
    "VALUES (1, 'year', 1, 0, 'no', 'a required check')",
    "INSERT INTO run (list_id, first_id, position, last_id) VALUES (1, 5, 0, 4)",
)


def test_database_refuses_what_the_code_would_never_write(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO book (id, system, kind) VALUES (1, 'icd10cm', 'code')"))
        connection.execute(
            text(
                "INSERT INTO release (id, system, effective_date, issue, loaded_at, digest, codes, headers, modifiers) "
                "VALUES (1, 'icd10cm', '2023-10-01', 1, '2024-10-01 00:00:00', 'x', 1, 0, 0)"
            )
        )
    for statement in FORBIDDEN:
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text(statement))
