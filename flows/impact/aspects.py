"""What a change asks of documentation and orders, read from titles and notes: laterality, stage, trimester … Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from schema.changes import Cause, Change, FieldChange, FieldClass
from schema.fields import FIELD_CLASSES

SUBDIVISION = "subdivision"

# What a title has to say that a record must document before the code can be chosen. Our own choice of words, after
# the axes that ICD-10-CM classifies by (ICD-10-CM Official Guidelines, sections I.B and I.C).
_TITLE_WORDS = {
    "laterality": r"left|right|bilateral|unilateral",
    "stage": r"stage|grade|phase",
    "severity": r"mild|moderate|severe|severity|acute|chronic|remission|relapse|intractable",
    "trimester": r"trimester|weeks? (?:of )?gestation",
    "encounter": r"(?:initial|subsequent) encounter|sequela",
}
_TITLE_PATTERNS = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _TITLE_WORDS.items()}

# Fields of the tabular list (loaders/icd10/tabular.py). One that is not here is a note too.
_NOTE_ASPECTS = {
    "includes": "inclusion note",
    "inclusion_terms": "inclusion note",
    "excludes1": "excludes note",
    "excludes2": "excludes note",
    "code_first": "sequence note",
    "use_additional": "additional code note",
    "code_also": "additional code note",
    "seventh_characters": "seventh character",
    "seventh_character_note": "seventh character",
    "seventh_character_notes": "seventh character",
}
_OTHER_NOTE = "note"
_TITLES = ("long_descriptor",)


def is_note(field: FieldChange) -> bool:
    """Whether the field is a note of the tabular list: every field that is none of the record itself."""
    return field.name not in FIELD_CLASSES


def aspects_of_titles(titles: Iterable[str]) -> dict[str, set[str]]:
    """By aspect the words of the titles that name it, in lower case."""
    found: dict[str, set[str]] = {}
    for title in titles:
        for name, pattern in _TITLE_PATTERNS.items():
            words = {word.lower() for word in pattern.findall(title)}
            if words:
                found.setdefault(name, set()).update(words)
    return found


def find_aspects(change: Change, sources: Iterable[str] = (), targets: Iterable[str] = ()) -> tuple[str, ...]:
    """What the change asks to be documented or ordered in another way, in a fixed order; () where nothing.

    `sources` are the titles of the codes that a new code comes from, `targets` those of the codes that a deleted one
    leads to. An aspect counts when the later titles have a word for it that the earlier ones have not; all words of a
    new code that comes from none count.
    """
    found: set[str] = set()
    was, now = _titles_around(change, list(sources), list(targets))
    earlier = aspects_of_titles(was)
    for name, words in aspects_of_titles(now).items():
        if words - earlier.get(name, set()):
            found.add(name)
    if change.cause in (Cause.NOW_HEADER, Cause.WAS_HEADER):
        found.add(SUBDIVISION)
    found.update(_NOTE_ASPECTS.get(field.name, _OTHER_NOTE) for field in change.fields if is_note(field))
    return tuple(name for name in ASPECTS if name in found)


def _titles_around(change: Change, sources: list[str], targets: list[str]) -> tuple[list[str], list[str]]:
    """The titles before and after; none after where the titles tell no change."""
    before, after = change.before, change.after
    if change.fields:
        is_spoken = any(f.name in _TITLES and f.field_class is not FieldClass.COSMETIC for f in change.fields)
        if is_spoken and before is not None and after is not None:
            return [before.long_descriptor], [after.long_descriptor]
        return [], []
    if change.kind == "new" and after is not None:
        # A header that became billable has its earlier title too.
        own = [before.long_descriptor] if before is not None else []
        return [*own, *(title for title in sources if title)], [after.long_descriptor]
    if change.kind == "deleted" and before is not None:
        return [before.long_descriptor], [title for title in targets if title]
    return [], []


ASPECTS = (SUBDIVISION, *_TITLE_WORDS, *dict.fromkeys(_NOTE_ASPECTS.values()), _OTHER_NOTE)
"""Every aspect, in the order of reports."""
