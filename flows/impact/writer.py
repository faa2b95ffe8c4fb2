"""The assessment as a file: what `addenda impact verify` compares with later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from loaders.intake_storage import write_whole
from schema.errors import ImpactError, Place

IMPACT_NAME = "impact.json"


def render_document(document: dict[str, Any]) -> str:
    """The document as text, with a line end; equal documents give equal text."""
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    # UTF-8 cannot hold a lone surrogate; its replacement here is the JSON escape of it.
    return text.encode("utf-8", "backslashreplace").decode()


def write_document(text: str, folder: Path) -> Path:
    """Write a document rendered by `render_document` as `impact.json` into `folder`, made if need be.

    The earlier file stays until the new one is whole. Returns its path. Raises ImpactError when the folder cannot
    be written.
    """
    path = folder / IMPACT_NAME
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise ImpactError(
            "the assessment cannot be written",
            error.strerror or str(error),
            "name a folder that can be written, with room in it",
            Place(file=str(error.filename or folder)),
        ) from error
    return path
