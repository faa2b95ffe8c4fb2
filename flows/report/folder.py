"""A folder that is replaced as a whole: a new one put in the place of the earlier, or the earlier untouched."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from schema.errors import Place, ReportError

# What desktops and office programs leave in a folder that somebody looked into.
_LITTER = re.compile(r"\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|\.~lock\..*#", re.IGNORECASE)


def replace_folder(folder: Path, contents: Mapping[str, bytes], ours: re.Pattern[str], what: str) -> tuple[Path, ...]:
    """Make `folder` hold `contents` and nothing else; gives back the paths, sorted.

    It is written beside its place and then put there as a whole, so that nothing of an earlier run stays. `ours`
    are the names that may stand in it, and be replaced; `what` names the contents in an error, in the plural.
    Raises ReportError when the folder cannot be written, or holds other files.
    """
    try:
        place = folder.resolve()
        _refuse_strangers(place, ours, what)
        _swap_folder(place, contents)
    except OSError as error:
        raise ReportError(
            f"the {what} cannot be written",
            error.strerror or str(error),
            "name a folder that can be written, with room beside it",
            Place(file=str(error.filename or folder)),
        ) from error
    return tuple(folder / name for name in sorted(contents))


def _refuse_strangers(folder: Path, ours: re.Pattern[str], what: str) -> None:
    if not folder.exists():
        return
    for path in sorted(folder.iterdir()):
        if _LITTER.fullmatch(path.name) or (ours.fullmatch(path.name) and path.is_file()):
            continue
        raise ReportError(
            f"the folder of the {what} holds something else",
            "the whole folder is replaced each time, and this would be lost",
            "name another folder, or move the file away",
            Place(file=str(path)),
        )


def _swap_folder(folder: Path, contents: Mapping[str, bytes]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.parent / f".{folder.name}.{os.getpid()}.new"
    stale = folder.parent / f".{folder.name}.{os.getpid()}.old"
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        for name, data in contents.items():
            (fresh / name).write_bytes(data)
        has_earlier = folder.exists()
        if has_earlier:
            os.replace(folder, stale)
        try:
            os.replace(fresh, folder)
        except OSError:
            if has_earlier:
                os.replace(stale, folder)
            raise
        shutil.rmtree(stale, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
