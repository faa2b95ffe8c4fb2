"""What is kept of a refused file: its name, its digest, what it was and why it was refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from loaders.intake_storage import write_whole

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class RefusedFiles:
    """The files that were refused, one small JSON file for each below the folder of the remittances."""

    folder: Path

    def has(self, digest: str) -> bool:
        """Whether the file with these bytes was refused before."""
        return self._path(digest).exists()

    def add(self, digest: str, file: str, kind: str, reason: str) -> None:
        """Keep that a file was refused. The lock has to be held."""
        told = {"format": _FORMAT, "file": file, "sha256": digest, "kind": kind, "reason": reason}
        write_whole(self._path(digest), (json.dumps(told, indent=1, sort_keys=True) + "\n").encode())

    def remove(self, digest: str) -> None:
        """Forget it, since a later version of this program could read the file."""
        self._path(digest).unlink(missing_ok=True)

    def count(self) -> int:
        """How many there are."""
        return sum(1 for _ in (self.folder / "refused").glob("*.json"))

    def _path(self, digest: str) -> Path:
        return self.folder / "refused" / f"{digest}.json"
