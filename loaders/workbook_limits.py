"""What a workbook may be, looked at before a library reads it: one that lies would end the process."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from schema.errors import ArchiveError, LayoutError, Place

# The largest workbook seen (POA FY2025) inflates to 12 MB.
MAX_INFLATED_BYTES = 120_000_000
_CHUNK_BYTES = 1 << 20
# A reader makes a cell for every place up to the last one, so one cell at XFD1048576 asks for 550 GB,
# and the process is aborted. HCPCS has 48 columns (AV) and 17,000 rows, POA 38,000: so a cell behind
# column CZ or below row 99,999 is refused.
_FAR_CELL = re.compile(rb"""\br\s*=\s*["']((?:[A-Za-z]{3,}|[D-Zd-z][A-Za-z])\d+|[A-Za-z]{0,2}0*[1-9]\d{5,})""")
_HAS_CELLS = b"sheetData"


def check_workbook(data: bytes, name: str) -> None:
    """Raises LayoutError or ArchiveError unless an .xlsx file is a whole zip of measured size."""
    inflated = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                with archive.open(info) as member:
                    parts = []
                    while part := member.read(_CHUNK_BYTES):
                        inflated += len(part)
                        if inflated > MAX_INFLATED_BYTES:
                            raise ArchiveError(
                                "workbook is unsafe", f"it inflates to more than {MAX_INFLATED_BYTES} bytes",
                                "fetch it from the publisher again; nothing was read", Place(name),
                            )  # fmt: skip
                        parts.append(part)
                _check_sheet(b"".join(parts), f"{name}/{info.filename}")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise LayoutError("workbook cannot be read", str(error), "download the file again", Place(name)) from error


def _check_sheet(xml: bytes, place: str) -> None:
    if _HAS_CELLS in xml and (far := _FAR_CELL.search(xml)):
        raise LayoutError(
            "workbook is too wide or too long", f"a cell stands at {far[1].decode('ascii', 'replace')}",
            "delete what stands far out, or download the file again", Place(place),
        )  # fmt: skip
