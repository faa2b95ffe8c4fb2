"""`addenda update` in a process of its own that starts in no time: imported by the children too."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from flows.cli import main
from tests import store_processes

CONTEXT = store_processes.CONTEXT
# The commands are imported lazily, which takes most of a second: the server of the children has them.
LAZY = ("flows.commands.update", "flows.network_update", "loaders.catalogue.anchors", "loaders.download", "requests")
CONTEXT.set_forkserver_preload([store_processes.__name__, __name__, *LAZY])


def update(environment: Mapping[str, str], output: Path) -> None:
    """A child that runs the command whole; both streams go to the file `output`."""
    os.environ.clear()
    os.environ.update(environment)
    with output.open("wb") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    main(["update", "icd10cm", "icd10pcs"])
