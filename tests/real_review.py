"""A real update under review: ICD-10-CM FY2024 to FY2025 as CMS shipped them, with the uses and claims of the sample's
organisation, served by `addenda serve` to people of every role."""

from __future__ import annotations

import atexit
import io
import re
import shutil
import signal
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flows.sample.organisation.writer import write_organisation
from schema.store.database import open_database
from tests.command_line import CommandLine
from tests.web_site import PASSWORD, add_people

KEY = "icd10cm@2024-10-01"
TODAY = "2024-09-10"
ORDER_FILE = "icd10cm_order_2025.txt"
# The corrected title of a code that is new in FY2025, as long as the one that CMS gave it.
TITLE, CORRECTED = b"Obesity, class 1", b"Obesity, class I"


@dataclass(frozen=True)
class RealReview:
    """A store of its own with the update under review, and the address at which it is served."""

    command: CommandLine
    address: str
    releases: Path

    def reissue(self) -> str:
        """The publisher ships FY2025 again with one other title; what the load said."""
        folder = self.command.home / "reissued"
        write_reissue(self.releases / "icd10cm" / "FY2025-oct", folder)
        answer = self.command("load", "icd10cm", "FY2025", folder)
        if answer.code:
            raise AssertionError(answer.err)
        return answer.out + answer.err


@contextmanager
def serving_real_review(home: Path, releases: Path) -> Iterator[RealReview]:
    """A copy of the store, served until the block ends. The server has to end without a word of complaint."""
    shutil.copytree(_make_home(releases), home, dirs_exist_ok=True)
    command = CommandLine(home, more={"ADDENDA_TODAY": TODAY, "ADDENDA_PASSWORD": PASSWORD})
    process = command.start("--config", home / "organisation" / "addenda.toml", "serve", "--port", "0")
    try:
        line = process.stdout.readline() if process.stdout else ""
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found is None:
            raise AssertionError(f"{line}{process.communicate(timeout=10)}")
        yield RealReview(command, found[0], releases)
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    if process.returncode or err:
        raise AssertionError(f"{process.returncode}: {err} {out}")


def write_reissue(folder: Path, out: Path) -> None:
    """The files of a release once more, with the corrected title in the order file alone."""
    out.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.suffix == ".zip" and "descriptions" in path.name:
            (out / path.name).write_bytes(_correct(path.read_bytes()))
        else:
            shutil.copy(path, out / path.name)


def _correct(archive: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for member in before.infolist():
            data = before.read(member)
            after.writestr(member, data.replace(TITLE, CORRECTED) if member.filename == ORDER_FILE else data)
    return made.getvalue()


@cache
def _make_home(releases: Path) -> Path:
    """Made once, by the command line alone, in a quarter of a minute."""
    home = Path(tempfile.mkdtemp(prefix="addenda-real-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    organisation = write_organisation(home / "organisation")
    command = CommandLine(home, more={"ADDENDA_TODAY": TODAY})
    folder = releases / "icd10cm"
    for arguments in (
        ("import", "claims", *organisation.claims),
        ("load", "icd10cm", "FY2024", folder / "FY2024-oct"),
        ("--config", organisation.config, "update", "icd10cm", "--from", folder / "FY2025-oct", "--release", "FY2025"),
    ):
        answer = command(*arguments)
        # 1: there are findings, which is what the review is for.
        if answer.code not in (0, 1):
            raise AssertionError(f"{arguments}: {answer.err}")
    engine = open_database(command.url)
    try:
        add_people(engine)
    finally:
        engine.dispose()
    return home
