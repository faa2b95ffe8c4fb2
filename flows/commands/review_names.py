"""What people type for a review, a change or a digest, and what is stored for it."""

from __future__ import annotations

import re

from schema.errors import ConflictError, UsageError, shorten_value
from schema.releases import parse_release
from schema.review import Review, subject_of
from schema.systems import get_system, normalise_code

_DIGEST = re.compile(r"[0-9a-f]{12,64}")


def read_key(text: str) -> str:
    """The key of a review: `icd10cm@FY2025` and `icd10cm@2024-10-01.2` are `icd10cm@2024-10-01`."""
    system, sign, label = text.partition("@")
    if not sign:
        raise UsageError(f"{shorten_value(text)!r} names no review", "", "type it like icd10cm@FY2025")
    ref = parse_release(get_system(system).name, label)
    return f"{ref.system}@{ref.effective_date.isoformat()}"


def read_subject(key: str, text: str) -> str:
    """The subject of a change: `E66.8` is `code:E668`, and where the system has modifiers `25` is `modifier:25`."""
    kind, sign, code = text.rpartition(":")
    system = get_system(key.partition("@")[0])
    stored = normalise_code(code)
    if sign:
        return subject_of(kind, stored)
    pattern = system.modifier_pattern
    return subject_of("modifier" if pattern and pattern.fullmatch(stored) else "code", stored)


def read_digest(review: Review, text: str) -> str:
    """The whole digest of what the person saw, from its first twelve signs or more.

    Raises UsageError for what is no digest, ConflictError where the review has another one by now.
    """
    typed = text.strip().lower()
    if not _DIGEST.fullmatch(typed):
        raise UsageError(
            f"{shorten_value(text)!r} is no digest", "it is twelve hexadecimal signs or more", "see addenda review show"
        )
    if not review.digest.startswith(typed):
        raise ConflictError(
            f"the review {review.key} is not what you saw",
            f"its digest is {review.digest[:12]}, yours was {typed[:12]}",
            "look at it as it is now, then do it again",
        )
    return review.digest
