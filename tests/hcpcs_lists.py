"""Lists beside the HCPCS code list, real and made up, as the tests open them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from loaders.document import Document, Reader
from loaders.hcpcs import lists, text, transactions, workbook
from schema.records import SupportingList, canonical_json

READERS: tuple[Reader, ...] = (*text.READERS, *workbook.READERS, *transactions.READERS, *lists.READERS)


ANNUAL_2019 = "2019-01/2019-Alpha-Numeric-HCPCS-File.zip"


ANNUAL_2020 = "2020-01/2020-Alpha-Numeric-HCPCS-File.zip"


def open_members(releases: Path, path: str) -> list[Document]:
    file = releases / "hcpcs" / path
    if file.suffix != ".zip":
        return [Document.unpack(file.name, file.read_bytes())]
    with zipfile.ZipFile(file) as archive:
        return [Document.unpack(name, archive.read(name), file.name) for name in archive.namelist()]


def open_member(releases: Path, path: str, name: str) -> Document:
    return next(document for document in open_members(releases, path) if document.name == name)


def read_list(document: Document) -> SupportingList:
    readers = [reader for reader in READERS if reader.recognises(document)]
    assert len(readers) == 1
    found = readers[0].read(document)
    assert isinstance(found, SupportingList)
    assert (found.system, found.file) == ("hcpcs", document.base_name)
    # A list is stored as JSON.
    canonical_json([[entry.code, dict(entry.fields)] for entry in found.entries])
    canonical_json(dict(found.facts))
    return found


def make_workbook(**sheets: Sequence[Sequence[Any]]) -> Document:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return Document("list.xlsx", buffer.getvalue())


def make_text(*lines: str) -> Document:
    return Document("list.prn", "".join(f"{line}\r\n" for line in lines).encode("cp1252"))
