"""A store that holds last year's releases, and what it means that bad input leaves it alone."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.command_line import Answer, CommandLine, count_rows, held_releases
from tests.conftest import name_database, run_sql
from tests.order_files import Row, act_on, hcpcs_text, make_codes, order_members, write_zip

CM = make_codes("icd10cm", 200)
CM_NEXT = [*CM[:-1], replace(CM[-1], long="Sample condition, revised")]
PCS = make_codes("icd10pcs", 200)
ROWS = [Row("LT", "Left side"), *(Row(f"A{n:04}", f"Supply {n}, " + "each one of them " * 9) for n in range(60))]
HCPCS = act_on(ROWS, "20190101")
HCPCS_NEXT = act_on(ROWS, "20200101", every=5)


def hold_releases(folder: Path) -> CommandLine:
    """A store with one release of each system."""
    command = CommandLine(folder / "home")
    command.load("icd10cm", "FY2024", write_zip(folder / "cm.zip", order_members("icd10cm", 2024, CM)))
    command.load("icd10pcs", "FY2024", write_zip(folder / "pcs.zip", order_members("icd10pcs", 2024, PCS)))
    command.load("hcpcs", "2019Q1", write_zip(folder / "hcpcs.zip", {"HCPC2019_ANWEB.txt": hcpcs_text(HCPCS)}))
    return command


@dataclass(frozen=True)
class Refusal:
    """Loads files that have to be refused."""

    held: CommandLine
    folder: Path

    def __call__(self, system: str, release: str, files: Mapping[str, bytes], *words: str) -> str:
        """The line of the refusal, after it has been found to hold all the words."""
        for name, data in files.items():
            (self.folder / name).write_bytes(data)
        return self.of_paths(system, release, [self.folder / name for name in files], *words)

    def of_paths(self, system: str, release: str, paths: list[Path], *words: str) -> str:
        """The same for files that are there."""
        return check_refusal(self.held("load", system, release, *paths), *words)


@contextmanager
def refusing(held: CommandLine, folder: Path) -> Iterator[Refusal]:
    """Loads inside are refused; afterwards everything has to be as it was."""
    before = take_picture(held)
    yield Refusal(held, folder)
    assert take_picture(held) == before


def take_picture(held: CommandLine) -> tuple[object, ...]:
    """What the store answers, and its file byte for byte."""
    answers = [
        held("releases").out,
        held("lookup", "icd10cm", "A00.1", "--on", "2024-01-15", "--format", "json").out,
        held("lookup", "icd10pcs", "00010ZZ", "--on", "2024-01-15", "--format", "json").out,
        held("lookup", "hcpcs", "A0001", "--on", "2019-06-30", "--format", "json").out,
    ]
    assert all('"valid":true' in answer for answer in answers[1:])
    digest = hashlib.sha256((held.home / "addenda.db").read_bytes()).hexdigest()
    return (*answers, digest, count_rows(held.url), held_releases(held.url))


def check_refusal(answer: Answer, *words: str) -> str:
    """One line on standard error with all the words and a remedy, exit code 2, nothing printed."""
    assert (answer.code, answer.out) == (2, ""), answer
    assert answer.err.count("\n") == 1, answer.err
    line = answer.err.removesuffix("\n")
    assert line.isprintable()
    assert line.startswith("addenda: ")
    assert "; " in line, "no remedy"
    assert [word for word in words if word not in line] == [], line
    return line


@contextmanager
def fresh_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database, for a fixture of a whole module with `sqlite` and `postgresql` as its
    parameters; "" is the file in the home folder."""
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgres_url")
    name = f"addenda_{uuid.uuid4().hex}"
    run_sql(server, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield name_database(server, name)
    finally:
        run_sql(server, f'DROP DATABASE "{name}" WITH (FORCE)')
