"""What the fields of a record mean to a comparison: their class, and which ones are left out."""

from __future__ import annotations

from schema.changes import FieldClass

FIELD_CLASSES: dict[str, FieldClass] = {
    "long_descriptor": FieldClass.DESCRIPTOR,
    "short_descriptor": FieldClass.DISPLAY,
    "is_billable": FieldClass.ADMINISTRATIVE,
    "added_date": FieldClass.ADMINISTRATIVE,
    "termination_date": FieldClass.ADMINISTRATIVE,
    "coverage": FieldClass.COVERAGE,
    # Where the coverage is explained, and by which law; the coverage itself is the field above.
    "coverage_manual_references": FieldClass.ADMINISTRATIVE,
    "carrier_manual_references": FieldClass.ADMINISTRATIVE,
    "statute": FieldClass.ADMINISTRATIVE,
    "pricing_indicators": FieldClass.PAYMENT,
    "multiple_pricing": FieldClass.PAYMENT,
    "asc_group": FieldClass.PAYMENT,
    "asc_date": FieldClass.PAYMENT,
    "mog": FieldClass.PAYMENT,
    "mog_policy": FieldClass.PAYMENT,
    "mog_date": FieldClass.PAYMENT,
    "anesthesia_units": FieldClass.PAYMENT,
    "lab_certifications": FieldClass.ADMINISTRATIVE,
    "cross_references": FieldClass.ADMINISTRATIVE,
    "processing_note": FieldClass.ADMINISTRATIVE,
    "betos": FieldClass.ADMINISTRATIVE,
    "types_of_service": FieldClass.ADMINISTRATIVE,
    "action_code": FieldClass.ADMINISTRATIVE,
    "action_date": FieldClass.ADMINISTRATIVE,
}
"""The class of every field of a main record: attributes of CodeRecord and keys of its details."""

# The publisher's own note on what it did to the row. The diff finds that out by itself, and the next
# release sets the note back to "none", which is no change of the code.
NOT_COMPARED: frozenset[str] = frozenset({"action_code", "action_date"})


def class_of(name: str) -> FieldClass:
    """The class of a field; one that nobody has named is administrative."""
    return FIELD_CLASSES.get(name, FieldClass.ADMINISTRATIVE)


def normalise_hcpcs_text(text: str) -> str:
    """HCPCS text with every run of white space, U+00A0 among it, made one blank, and none at the ends.

    Titles are wrapped over lines of 80 columns and the spreadsheet has them in one piece, so the
    white space inside a title carries no meaning.
    """
    return " ".join(text.split())
