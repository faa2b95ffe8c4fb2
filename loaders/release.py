"""Reading everything that was given for one release, whatever the files are called."""

from __future__ import annotations

import codecs
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from loaders.document import Document, Form, Reader
from loaders.hcpcs import cross_check as hcpcs_cross_check
from loaders.hcpcs import lists as hcpcs_lists
from loaders.hcpcs import text as hcpcs_text
from loaders.hcpcs import transactions as hcpcs_transactions
from loaders.hcpcs import workbook as hcpcs_workbook
from loaders.icd10 import addenda, conversion, diff_list, documentation, order, poa, tabular
from loaders.package import open_paths
from schema.contents import CodeFile, ReleaseContent
from schema.errors import LayoutError, Place
from schema.records import SupportingList
from schema.systems import get_system

_PRINTED = ", printed"

READERS: tuple[Reader, ...] = (
    *order.READERS,
    *addenda.READERS,
    *diff_list.READERS,
    *conversion.READERS,
    *poa.READERS,
    *tabular.READERS,
    *documentation.READERS,
    *hcpcs_text.READERS,
    *hcpcs_workbook.READERS,
    *hcpcs_transactions.READERS,
    *hcpcs_lists.READERS,
)


def read_release(system: str, effective_date: date, paths: list[Path]) -> ReleaseContent:
    """What the files hold for one release of one system.

    Raises SourceError, ArchiveError, LayoutError or RecordError for anything that is broken, unsafe
    or of another system; documents of an unknown layout are named in `ignored`.
    """
    documents, sources = open_paths(paths)
    code_files: list[tuple[Form, CodeFile]] = []
    lists: list[SupportingList] = []
    ignored: list[str] = []
    codes_files: list[Document] = []
    names: list[str] = []
    read_whole: set[str] = set()
    unreadable_prints: list[tuple[str, str, LayoutError]] = []
    for document in documents:
        names.append(document.place_name)
        reader = _choose_reader(document, system)
        if reader is None:
            if system != "hcpcs" and order.recognise_codes_file(document):
                codes_files.append(document)
            elif not (documentation.recognise_documentation(document) or hcpcs_lists.recognise_documentation(document)):
                ignored.append(_name_unknown(document))
            continue
        try:
            found = reader.read(document)
        except LayoutError as error:
            if not reader.name.endswith(_PRINTED):
                raise
            unreadable_prints.append((reader.name.removesuffix(_PRINTED), document.place_name, error))
            continue
        read_whole.add(reader.name)
        if isinstance(found, CodeFile):
            code_files.append((document.form, replace(found, facts={**found.facts, "place": document.place_name})))
        elif isinstance(found, SupportingList):
            lists.append(replace(found, system=system))
    for name, place, fault in unreadable_prints:
        # A print is cut to its columns, and they change; beside the workbook it says nothing new.
        if name not in read_whole:
            raise fault
        ignored.append(f"{place} (a print; the workbook counts)")
    if not code_files and not lists:
        raise _explain_nothing(system, ignored or names, [document.place_name for document in codes_files])
    code_file = _choose_code_file(code_files)
    if code_file is not None and codes_files and not any("after" in found.facts.get("codes", {}) for found in lists):
        # Without a summary of the publisher the codes file is the only witness of the number of codes.
        counts = {document.base_name: order.count_codes(document) for document in codes_files}
        code_file = replace(code_file, facts={**code_file.facts, "codes_files": counts})
    return ReleaseContent(system, effective_date, sources, code_file, _drop_doubles(lists), tuple(sorted(set(ignored))))


def _choose_reader(document: Document, system: str) -> Reader | None:
    """The reader of this system that knows the layout; refuses a document of another system."""
    readers = [reader for reader in READERS if reader.recognises(document)]
    own = [reader for reader in readers if reader.system == system]
    if own:
        return own[0]
    if readers:
        found, wanted = get_system(readers[0].system), get_system(system)
        raise LayoutError(
            f"file is not of {wanted.title}", f"it is an {readers[0].name}",
            f"load it with: addenda load {found.name}", Place(document.place_name),
        )  # fmt: skip
    return None


def _choose_code_file(found: list[tuple[Form, CodeFile]]) -> CodeFile | None:
    """The one code list. Where CMS ships text and spreadsheet the text counts, checked against the other."""
    texts = [code_file for form, code_file in found if form == "text"]
    workbooks = [code_file for form, code_file in found if form != "text"]
    counting = texts or workbooks
    if not counting:
        return None
    for other in counting[1:]:
        if [list(b.digests) for b in other.blocks] != [list(b.digests) for b in counting[0].blocks]:
            raise LayoutError(
                "two different code lists were given", f"{counting[0].file} and {other.file}",
                "give the files of one issue at a time", Place(other.file),
            )  # fmt: skip
    chosen = counting[0]
    facts: dict[str, Any] = dict(chosen.facts)
    if texts and workbooks:
        facts["workbook"] = workbooks[0].file
        facts["workbook_differences"] = hcpcs_cross_check.compare_code_files(chosen, workbooks[0])
    return replace(chosen, facts=facts)


def _drop_doubles(lists: list[SupportingList]) -> tuple[SupportingList, ...]:
    """One list of each content; an abridged print of a list that is there in full is left out."""
    whole = {supporting.kind for supporting in lists if not supporting.facts.get("is_abridged")}
    kept: list[SupportingList] = []
    for supporting in lists:
        if supporting.facts.get("is_abridged") and supporting.kind in whole:
            continue
        if not any(other.kind == supporting.kind and other.entries == supporting.entries for other in kept):
            kept.append(supporting)
    return tuple(kept)


def _name_unknown(document: Document) -> str:
    """The name of a document that no reader knows, with what it is where that can be said."""
    what = ""
    if not document.start:
        what = " (empty)"
    elif document.form == "html":
        what = " (a web page)"
    elif document.start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        what = " (UTF-16 text)"
    elif document.form == "other" and not document.start.startswith(b"PK"):
        what = f" (a NUL byte on line {document.start[: document.start.index(0)].count(10) + 1})"
    return document.place_name + what


def _explain_nothing(system: str, names: list[str], codes_files: list[str]) -> LayoutError:
    title = get_system(system).title
    if codes_files:
        return LayoutError(
            f"no {title} order file was given", "a codes file has no headers and no short titles",
            "give the order file, or the whole archive", Place(codes_files[0]),
        )  # fmt: skip
    return LayoutError(
        f"nothing of {title} was found", "no layout of the publisher fits the content",
        "give the zip, folder or file as CMS or CDC ships it", Place(", ".join(sorted(names)[:3]) or None),
    )  # fmt: skip
