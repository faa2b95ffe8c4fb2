"""What the releases of the sample have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NOTICE_FILE = "SAMPLE.txt"
_NOTICE = """\
Sample of the project addenda, written by its own code in the layout of CMS.

A small choice of real codes and titles, and some changes that are made up or moved in time to show every
kind of change. For demonstration and tests; not for claims.
"""


@dataclass(frozen=True, slots=True)
class ReleaseFiles:
    """The files of one release by name, as they would be downloaded.

    `label` is what a person types for the release, `folder` the name of its folder below that of the system
    (a re-issue has a folder of its own), `about` a few words on what is to be seen, `rows` the number of records.
    """

    system: str
    label: str
    folder: str
    about: str
    files: Mapping[str, bytes]
    rows: int


def write_notice() -> bytes:
    """The notice that lies in each archive."""
    return _NOTICE.replace("\n", "\r\n").encode()
