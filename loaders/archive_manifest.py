"""A manifest as JSON: written once beside the bytes that it describes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from schema.sources import Manifest

FORMAT = 1
# What tells one file from another, and when it was changed; cookies and the cache's own marks do not.
KEPT_HEADERS = (
    "content-disposition",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "server",
)

_DIGEST = re.compile(r"[0-9a-f]{64}")
_TEXTS = ("sha256", "url", "final_url", "file_name", "licence", "system", "release", "contents")
_INSTANTS = ("requested_at", "finished_at")


def is_digest(text: str) -> bool:
    """Whether the text is a sha256 in lower-case hexadecimal."""
    return _DIGEST.fullmatch(text) is not None


def keep_headers(manifest: Manifest) -> Manifest:
    """The manifest with the headers that matter, by lower-case name."""
    lower = {name.lower(): value for name, value in manifest.headers.items()}
    return replace(manifest, headers={name: lower[name] for name in KEPT_HEADERS if name in lower})


def write_manifest(manifest: Manifest) -> bytes:
    """The manifest as JSON; equal manifests give equal bytes. Instants are written in UTC."""
    values: dict[str, Any] = {"format": FORMAT, **asdict(manifest)}
    for name in _INSTANTS:
        values[name] = values[name].astimezone(UTC).isoformat()
    values["headers"] = dict(manifest.headers)
    values["more"] = dict(manifest.more)
    values["posted_date"] = manifest.posted_date.isoformat() if manifest.posted_date else None
    return (json.dumps(values, indent=1, sort_keys=True, ensure_ascii=True) + "\n").encode()


def read_manifest(data: bytes) -> Manifest:
    """The manifest that `write_manifest` wrote; raises ValueError, with the reason, for anything else."""
    values = json.loads(data)
    if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
        raise ValueError(f"it is no manifest of format {FORMAT}")
    try:
        for name in _TEXTS:
            _expect(name, values[name], str)
        _expect("size", values["size"], int)
        for name in ("headers", "more"):
            _expect(name, values[name], Mapping)
        for name in _INSTANTS:
            values[name] = datetime.fromisoformat(values[name])
        posted = values["posted_date"]
        values["posted_date"] = date.fromisoformat(posted) if posted else None
        manifest = Manifest(**values)
    except (KeyError, TypeError) as error:
        raise ValueError(f"it lacks or misspells a field: {error}") from error
    if not is_digest(manifest.sha256):
        raise ValueError("its sha256 is none")
    return manifest


def name_manifest(manifest: Manifest, data: bytes) -> str:
    """When and which: the end of the manifest's file name; one fetch event has one name."""
    return f"{manifest.requested_at.astimezone(UTC):%Y%m%dT%H%M%SZ}.{sha256(data).hexdigest()[:16]}.json"


def _expect(name: str, value: Any, kind: Any) -> None:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(name)
