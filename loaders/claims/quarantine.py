"""Refused rows: which, in which column and why. Never what stands in them."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from loaders.claims.rows import Fault

HEADER = ("file", "sha256", "row", "column", "reason")


class Quarantine:
    """The list of the refused rows of one file, written as they come. Nothing is made when there are none."""

    def __init__(self, path: Path, file: str, digest: str) -> None:
        self._path, self._told = path, (_as_text(file), digest)
        self._file: io.TextIOWrapper | None = None
        self.counts: Counter[str] = Counter()

    def add(self, faults: Sequence[Fault]) -> None:
        """List refused rows, each once."""
        if not faults:
            return
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
            csv.writer(self._file).writerow(HEADER)
        csv.writer(self._file).writerows([*self._told, f.row, f.column or "", f.reason] for f in faults)
        self.counts.update(f"{fault.column}: {fault.reason}" if fault.column else fault.reason for fault in faults)

    def close(self) -> bool:
        """Bring the list to the disk; whether there is one."""
        if self._file is None:
            return False
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())
        return True

    def give_up(self) -> None:
        """Close the list as it is."""
        if self._file is not None:
            self._file.close()


def _as_text(name: str) -> str:
    """A file name that a spreadsheet does not take for a formula."""
    shown = "".join(c if c.isprintable() else "?" for c in name)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown
