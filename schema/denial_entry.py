"""One code of the denial tables: what it is about, how much it says, and a label in words of our own.

Three lists of codes are read so, none of whose texts are repeated here: CARC, the claim adjustment reasons of X12
(CAS02, 05 …); RARC, the remark codes that CMS keeps (LQ*HE, MOA, MIA); the claim status codes of X12 (second
component of STC01, STC10, STC11). `schema/denials.py` is asked; docs/denials.md prints them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from schema.remits import Category, Subject

# Raised with every change of the tables: a report names it, so that an old figure can be explained.
TABLE_VERSION = "2026-11"


class Strength(IntEnum):
    """How much a code says; of several on one adjustment the one with the smallest number decides."""

    REASON = 1
    """A CARC that says itself why."""
    CODE = 2
    """A RARC that names the code which is wrong."""
    EXPLANATION = 3
    """A RARC that says why without naming a code."""
    GENERAL = 4
    """A CARC that tells the category and leaves the rest to a RARC."""
    POLICY = 5
    """A RARC that names the rule applied, not what is wrong."""
    VAGUE = 6
    """A CARC that says next to nothing without a RARC."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One code: what its denial is about, and a label of ours."""

    code: str
    category: Category
    subject: Subject
    label: str
    strength: Strength


Group = tuple[Category, Subject, Strength, Mapping[str, str]]
"""Codes that share everything but their labels."""


def list_entries(groups: Iterable[Group]) -> dict[str, Entry]:
    """The entries by code, in the order of the groups."""
    return {
        code: Entry(code, category, subject, label, strength)
        for category, subject, strength, labels in groups
        for code, label in labels.items()
    }
