"""Families of codes: the chapters, sections and letters by which people read a code set."""

from __future__ import annotations

from dataclasses import dataclass

from schema.records import RecordKind
from schema.systems import get_system


@dataclass(frozen=True, slots=True, order=True)
class Family:
    """One family of one system; families sort as the publisher prints them.

    `key` is short and unique within the system, `title` a few words, `codes` what people call its
    codes by (`A00-B99`, `0`, `J`), "" where there is no such name.
    """

    rank: int
    key: str
    title: str
    codes: str = ""

    @property
    def label(self) -> str:
        """Codes and title, for a list to choose from."""
        return f"{self.codes} {self.title}".strip()


# The 22 chapters of the tabular list (icd10cm_tabular_YYYY.xml), titles shortened: printed range, first
# and last category that belong to it. A range reaches to the end of its letter, so that a category not
# yet printed (QA0) stands with the chapter it would follow. U comes last, as in the tabular list.
_CHAPTERS = (
    ("A00-B99", "A00", "BZZ", "Infectious and parasitic"),
    ("C00-D49", "C00", "D4Z", "Neoplasms"),
    ("D50-D89", "D50", "DZZ", "Blood and immune system"),
    ("E00-E89", "E00", "EZZ", "Endocrine and metabolic"),
    ("F01-F99", "F00", "FZZ", "Mental and behavioral"),
    ("G00-G99", "G00", "GZZ", "Nervous system"),
    ("H00-H59", "H00", "H5Z", "Eye and adnexa"),
    ("H60-H95", "H60", "HZZ", "Ear and mastoid process"),
    ("I00-I99", "I00", "IZZ", "Circulatory system"),
    ("J00-J99", "J00", "JZZ", "Respiratory system"),
    ("K00-K95", "K00", "KZZ", "Digestive system"),
    ("L00-L99", "L00", "LZZ", "Skin and subcutaneous tissue"),
    ("M00-M99", "M00", "MZZ", "Musculoskeletal system"),
    ("N00-N99", "N00", "NZZ", "Genitourinary system"),
    ("O00-O9A", "O00", "OZZ", "Pregnancy and childbirth"),
    ("P00-P96", "P00", "PZZ", "Perinatal conditions"),
    ("Q00-Q99", "Q00", "QZZ", "Congenital conditions"),
    ("R00-R99", "R00", "RZZ", "Symptoms and findings"),
    ("S00-T88", "S00", "TZZ", "Injury and poisoning"),
    ("V00-Y99", "V00", "YZZ", "External causes"),
    ("Z00-Z99", "Z00", "ZZZ", "Health status and contact"),
    ("U00-U85", "U00", "UZZ", "Special purposes"),
)

# The sections of ICD-10-PCS (icd10pcs_tables_YYYY.xml, axis 1), titles shortened.
_SECTIONS = {
    "0": "Medical and surgical",
    "1": "Obstetrics",
    "2": "Placement",
    "3": "Administration",
    "4": "Measurement and monitoring",
    "5": "Extracorporeal assistance",
    "6": "Extracorporeal therapies",
    "7": "Osteopathic",
    "8": "Other procedures",
    "9": "Chiropractic",
    "B": "Imaging",
    "C": "Nuclear medicine",
    "D": "Radiation therapy",
    "F": "Rehabilitation, audiology",
    "G": "Mental health",
    "H": "Substance abuse treatment",
    "X": "New technology",
}

# What each letter of HCPCS Level II is used for, in our own words. CMS ships no D codes (dental, ADA).
_LETTERS = {
    "A": "Transport and supplies",
    "B": "Enteral and parenteral",
    "C": "Hospital outpatient",
    "D": "Dental",
    "E": "Durable equipment",
    "G": "Professional services",
    "H": "Behavioral health",
    "J": "Drugs, not oral",
    "K": "Equipment, temporary",
    "L": "Orthotics and prosthetics",
    "M": "Quality and other care",
    "P": "Pathology and laboratory",
    "Q": "Temporary, mixed",
    "R": "Diagnostic radiology",
    "S": "Private payers",
    "T": "State Medicaid",
    "U": "Laboratory, temporary",
    "V": "Vision and hearing",
}

_LAST = 99
MODIFIERS = Family(_LAST - 1, "modifiers", "Modifiers")
OTHER = Family(_LAST, "other", "Other codes")

_CHAPTER_FAMILIES = tuple(
    (first, last, Family(rank, str(rank), title, codes))
    for rank, (codes, first, last, title) in enumerate(_CHAPTERS, start=1)
)
_CHARACTER_FAMILIES = {
    system: {key: Family(rank, key, title, key) for rank, (key, title) in enumerate(titles.items(), start=1)}
    for system, titles in (("icd10pcs", _SECTIONS), ("hcpcs", _LETTERS))
}


def family_of(system: str, code: str, record_kind: RecordKind = "code") -> Family:
    """The family of a stored code; `OTHER` for one that no rule knows. Raises UsageError for an unknown system."""
    name = get_system(system).name
    if record_kind == "modifier":
        return MODIFIERS
    if name == "icd10cm":
        category = code[:3]
        return next((family for first, last, family in _CHAPTER_FAMILIES if first <= category <= last), OTHER)
    return _CHARACTER_FAMILIES[name].get(code[:1], OTHER)


def families_of(system: str) -> tuple[Family, ...]:
    """Every family of a system in the publisher's order, `OTHER` last."""
    name = get_system(system).name
    if name == "icd10cm":
        return (*(family for _, _, family in _CHAPTER_FAMILIES), OTHER)
    known = tuple(_CHARACTER_FAMILIES[name].values())
    return (*known, MODIFIERS, OTHER) if name == "hcpcs" else (*known, OTHER)
