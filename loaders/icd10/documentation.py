"""What comes with the ICD-10 releases and holds nothing for the store: indexes, tables, read-me files.

The PCS tables say the same as the order file in another arrangement; the indexes and definitions are
for people who look for a code.
"""

from __future__ import annotations

import io
import re
import zipfile
from functools import partial

from loaders.document import Document, Reader
from loaders.icd10 import tabular
from loaders.icd10.xml_reading import find_root_name
from schema.systems import SYSTEMS

_ROOT = re.compile(r"ICD10(CM|PCS)\.\w+")
_SCHEMA_ROOT = re.compile(r"(?:\w+:)?schema")
# "List of … codes … These files have three fields, as below." in every POA read-me since FY2021.
_POA_README = re.compile(r"\s*Description of Present On Admission \(POA\) files\b", re.IGNORECASE)
# Addenda of the PCS index begin with a letter, those of the definitions with a section.
_PCS_TEXT = re.compile(
    r"\s*(?:Lttr|Section)[ \t]+\S[^\n]*\n(?:[^\n]*\n){0,5}?(?:Main|Axis|Row|Term)[ \t]", re.IGNORECASE
)
_OFFICE_PARTS = ("word/", "ppt/")


def find_system(document: Document) -> str:
    """The system whose documentation this is; "" when it is none, or none of one system alone."""
    root = find_root_name(document)
    if match := _ROOT.fullmatch(root):
        return "" if root == tabular.ROOT else f"icd10{match[1].lower()}"
    if document.form != "text":
        return ""
    if _POA_README.match(document.head):
        return "icd10cm"
    return "icd10pcs" if _PCS_TEXT.match(document.head) else ""


def recognise_documentation(document: Document) -> bool:
    """Whether this is for people to read: PDF, word processor, XML schema, or a system's documentation."""
    if document.form == "pdf" or find_system(document):
        return True
    if document.form == "other":
        return _is_office_document(document)
    return document.head.startswith("{\\rtf") or bool(_SCHEMA_ROOT.fullmatch(find_root_name(document)))


def _is_office_document(document: Document) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(document.data)) as parts:
            return any(name.startswith(_OFFICE_PARTS) for name in parts.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _is_of(document: Document, system: str) -> bool:
    return find_system(document) == system


READERS: tuple[Reader, ...] = tuple(
    Reader(f"{SYSTEMS[system].title} documentation", system, partial(_is_of, system=system), lambda document: None)
    for system in ("icd10cm", "icd10pcs")
)
