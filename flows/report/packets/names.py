"""Names of files from names that anybody may have written."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

# With ending and folder it stays below what file systems and mail programs can take.
MAX_NAME = 48
_DIGEST = 8
_OTHER = re.compile(r"[^a-z0-9]+")


def name_files(names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """A file name without ending for each (prefix, name): `owner-revenue-integrity`.

    Only a-z, 0-9 and hyphens, at most `MAX_NAME` characters, no two alike also where case does not count. A
    name that is cut, empty or like another's gets part of its digest.
    """
    wanted: dict[str, list[tuple[str, str]]] = {}
    for prefix, name in sorted(set(names)):
        wanted.setdefault(f"{prefix}-{_simplify(name)}".rstrip("-"), []).append((prefix, name))
    found: dict[tuple[str, str], str] = {}
    for slug, pairs in sorted(wanted.items()):
        is_whole = len(pairs) == 1 and slug != pairs[0][0] and len(slug) <= MAX_NAME
        for pair in pairs:
            found[pair] = slug if is_whole else _add_digest(slug, pair, set(found.values()) | wanted.keys())
    return found


def _simplify(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", plain).strip("-")


def _add_digest(slug: str, pair: tuple[str, str], taken: set[str]) -> str:
    digest = hashlib.sha256("\0".join(pair).encode("utf-8", "backslashreplace")).hexdigest()
    for length in range(_DIGEST, len(digest)):
        found = f"{slug[: MAX_NAME - _DIGEST - 1].rstrip('-')}-{digest[:length]}"
        if found not in taken:
            return found
    return digest
