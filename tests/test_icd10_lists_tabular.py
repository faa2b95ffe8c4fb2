"""The tabular XML, its notes and what they mean for a code; XML that is not to be trusted."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from loaders.document import Document
from loaders.icd10 import documentation
from loaders.icd10.documentation import recognise_documentation
from loaders.icd10.tabular import read_tabular, recognise_tabular
from loaders.icd10.xml_reading import MAX_DEPTH, find_root_name
from schema.errors import LayoutError, RecordError
from schema.notes import notes_for
from schema.records import SupportingList

XML = """<?xml version="1.0" encoding="utf-8"?>
<!-- made for the tests -->
<ICD10CM.tabular>
  <version>2031</version>
  <introduction><introSection><instruction><note>Read this.</note></instruction></introSection></introduction>
  <chapter>
    <name>19</name><desc>Injury</desc>
    <excludes2><note>birth trauma
       (P10)</note></excludes2>
    <sectionIndex><sectionRef first="S00" last="S09" id="S00-S09">Head</sectionRef></sectionIndex>
    <section id="S00-S09"><desc>Head</desc><includes><note>ear</note></includes>
      <diag><name>S00</name><desc>Superficial injury of head</desc>
        <excludes1><note>a</note><note>b</note></excludes1>
        <excludes1><note>c</note></excludes1>
        <sevenChrNote><note>Add a 7th character</note></sevenChrNote>
        <sevenChrDef>
          <extension char="A">initial encounter</extension>
          <extension char="S">sequela</extension><note>late effect</note>
        </sevenChrDef>
        <diag><name>S00.0</name><desc>Scalp, <b>all</b> of it</desc><inclusionTerm><note/></inclusionTerm>
          <diag placeholder="true"><name>S00.0X</name><desc>Scalp</desc>
            <diag><name>S00.0X1</name><desc>Scalp, right</desc></diag>
          </diag>
        </diag>
        <diag><name>S00.1</name><desc>Eyelid</desc>
          <sevenChrDef><extension char="A">first encounter</extension></sevenChrDef>
          <deactivatedNote>not <i>in</i> use</deactivatedNote>
          <visualImpairment><visCategory><value>1</value><visMax><value>6/18</value></visMax></visCategory></visualImpairment>
        </diag>
      </diag>
    </section>
  </chapter>
</ICD10CM.tabular>
"""


@cache
def read_real(releases: Path) -> SupportingList:
    path = releases / "icd10cm" / "FY2021-jan" / "icd10cm_tabular_2021.xml.gz"
    return read_tabular(Document.unpack(path.name, path.read_bytes()))


def fields_by_code(found: SupportingList) -> dict[str, Mapping[str, Any]]:
    return {entry.code: entry.fields for entry in found.entries if entry.code}


def xml_document(text: str = XML, name: str = "tabular.txt") -> Document:
    return Document(name, text.encode())


def test_real_tabular_has_22_chapters_and_45017_codes(releases: Path) -> None:
    found = read_real(releases)
    assert found.facts == {"version": "2021", "chapters": 22, "sections": 296, "diags": 45017}
    assert found.kind == "notes"
    assert len(found.entries) == 22 + 296 + 45017


def test_real_tabular_is_read_within_three_seconds_of_cpu(releases: Path) -> None:
    path = releases / "icd10cm" / "FY2021-jan" / "icd10cm_tabular_2021.xml.gz"
    document = Document.unpack(path.name, path.read_bytes())
    began = time.process_time()
    read_tabular(document)
    assert time.process_time() - began < 3


def test_no_real_note_is_lost(releases: Path) -> None:
    entries = read_real(releases).entries
    counts = {
        name: sum(len(entry.fields.get(name, ())) for entry in entries)
        for name in ("includes", "excludes1", "excludes2", "code_first", "use_additional", "code_also",
                     "inclusion_terms", "notes", "seventh_character_note", "seventh_characters",
                     "seventh_character_notes")
    }  # fmt: skip
    # The number of <note> and <extension> elements below each element in the file.
    assert counts == {
        "includes": 1015, "excludes1": 5441, "excludes2": 2253, "code_first": 681, "use_additional": 1347,
        "code_also": 352, "inclusion_terms": 11617, "notes": 176, "seventh_character_note": 507,
        "seventh_characters": 1787, "seventh_character_notes": 7,
    }  # fmt: skip
    assert sum("is_placeholder" in entry.fields for entry in entries) == 245
    assert sum("visual_impairment" in entry.fields for entry in entries) == 1


def test_every_real_7_character_code_without_an_entry_finds_its_meaning(releases: Path) -> None:
    notes = fields_by_code(read_real(releases))
    archive = releases / "icd10cm" / "FY2021-jan" / "2021-code-descriptions-tabular-order-updated-12162020.zip"
    with zipfile.ZipFile(archive) as opened:
        (member,) = [name for name in opened.namelist() if name.endswith("icd10cm_codes_2021.txt")]
        codes = [line[:7].strip() for line in opened.read(member).decode().splitlines()]
    implied = [code for code in codes if code not in notes]
    assert (len(codes), len(implied)) == (72621, 50341)
    assert all(len(code) == 7 and notes_for(code, notes).seventh_character for code in implied)


def test_real_notes_reach_a_code_with_placeholders(releases: Path) -> None:
    found = notes_for("T360X1A", fields_by_code(read_real(releases)))
    assert (found.own, found.seventh_characters_at, found.seventh_character) == ({}, "T36", "initial encounter")
    assert [code for code, _ in found.inherited] == ["T360X1", "T360X", "T360", "T36"]


def test_entries_stand_in_document_order_with_their_notes() -> None:
    found = read_tabular(xml_document())
    assert [(entry.code, entry.fields["scope"], entry.fields["name"]) for entry in found.entries] == [
        ("", "chapter", "19"), ("", "section", "S00-S09"), ("S00", "code", "S00"), ("S000", "code", "S00.0"),
        ("S000X", "code", "S00.0X"), ("S000X1", "code", "S00.0X1"), ("S001", "code", "S00.1"),
    ]  # fmt: skip
    assert found.entries[0].fields["excludes2"] == ["birth trauma (P10)"]
    assert found.entries[2].fields == {
        "scope": "code", "name": "S00", "title": "Superficial injury of head", "excludes1": ["a", "b", "c"],
        "seventh_character_note": ["Add a 7th character"],
        "seventh_characters": {"A": "initial encounter", "S": "sequela"},
        "seventh_character_notes": {"S": ["late effect"]},
    }  # fmt: skip
    assert found.entries[3].fields == {"scope": "code", "name": "S00.0", "title": "Scalp, all of it"}
    assert found.entries[4].fields["is_placeholder"] is True
    assert found.facts == {"version": "2031", "chapters": 1, "sections": 1, "diags": 5}


def test_elements_that_are_not_known_keep_their_text() -> None:
    fields = read_tabular(xml_document()).entries[-1].fields
    assert fields["visual_impairment"] == ["1", "6/18"]
    assert fields["deactivated_note"] == ["not", "in", "use"]


def test_nearest_definition_of_7th_characters_is_in_force() -> None:
    notes = fields_by_code(read_tabular(xml_document()))
    assert notes_for("S000X1S", notes).seventh_character == "sequela"
    assert notes_for("S001XXA", notes).seventh_character == "first encounter"
    assert notes_for("S001XXS", notes).seventh_character == ""
    short = notes_for("S000X1", notes)
    assert (short.seventh_characters_at, short.seventh_character) == ("S00", "")
    assert short.own["title"] == "Scalp, right"


def test_code_that_no_entry_stands_above_has_no_notes() -> None:
    assert notes_for("Z99", {}) == notes_for("Z99", {"Z9": {"seventh_characters": {"A": "x"}}})
    assert notes_for("Z99", {}).inherited == ()


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><ICD10CM.tabular><version>&b;</version></ICD10CM.tabular>'
)


@pytest.mark.parametrize("codec", ["utf-8", "latin-1", "utf-16"])
def test_entities_are_refused_in_any_encoding(codec: str) -> None:
    text = f'<?xml version="1.0" encoding="{codec}"?>' + BOMB
    with pytest.raises(LayoutError, match="document type or an entity"):
        read_tabular(Document("tabular.xml", text.encode(codec)))


def test_external_file_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    text = f'<!DOCTYPE x SYSTEM "{secret.as_uri()}"><ICD10CM.tabular><version>&x;</version></ICD10CM.tabular>'
    assert recognise_tabular(xml_document(text))
    with pytest.raises(LayoutError, match="document type"):
        read_tabular(xml_document(text))


def test_deep_nesting_is_refused() -> None:
    deep = "<diag>" * MAX_DEPTH + "</diag>" * MAX_DEPTH
    with pytest.raises(LayoutError, match="nests deeper"):
        read_tabular(xml_document(f"<ICD10CM.tabular>{deep}</ICD10CM.tabular>"))


@pytest.mark.parametrize(
    ("found", "replaced", "line", "what", "error"),
    [
        ("</ICD10CM.tabular>", "", 34, "XML is broken", LayoutError),
        ("<name>S00.1</name>", "<name>S00.1", 29, "XML is broken", LayoutError),
        ("<name>S00.1</name>", "", 25, "not of ICD-10-CM", RecordError),
        ("<name>S00.1</name>", "<name>eyelid</name>", 25, "not of ICD-10-CM", RecordError),
        ("<name>S00.1</name>", "<name>S00.0</name>", 25, "stands twice", RecordError),
    ],
)
def test_broken_tabular_is_refused_with_its_line(
    found: str, replaced: str, line: int, what: str, error: type[LayoutError]
) -> None:
    with pytest.raises(error, match=what) as caught:
        read_tabular(xml_document(XML.replace(found, replaced)))
    assert caught.value.place is not None
    assert caught.value.place.line == line


def test_root_is_told_at_once_whatever_stands_before_it() -> None:
    assert find_root_name(xml_document(XML)) == "ICD10CM.tabular"
    for hostile in (" " * 16_000 + "x", "<!--" * 4_000, "<!DOCTYPE a" * 1_400, "<?a?> <!-- -->" * 1_100):
        assert find_root_name(xml_document(hostile)) == ""


def test_name_of_the_file_plays_no_part() -> None:
    assert recognise_tabular(xml_document(name="icd10cm-drug-April-2024.txt"))
    assert not recognise_tabular(Document("icd10cm_tabular_2021.xml", b"<ICD10PCS.tabular></ICD10PCS.tabular>"))


def test_real_documentation_is_known_and_holds_nothing(releases: Path) -> None:
    known: dict[str, list[str]] = {}
    for path in ("icd10pcs/FY2022-errata/errata-january-12-2022.zip",
                 "icd10cm/FY2024-apr/icd10cm-Codes-Descriptions-April-2024.zip",
                 "icd10cm/FY2025-oct/POAexemptCodesFY25.zip"):  # fmt: skip
        with zipfile.ZipFile(releases / path) as archive:
            for name in archive.namelist():
                document = Document(name, archive.read(name))
                if recognise_documentation(document):
                    readers = [reader for reader in documentation.READERS if reader.recognises(document)]
                    assert all(reader.read(document) is None for reader in readers)
                    known[name] = [reader.system for reader in readers]
    assert known == {
        "ERRATA_Web Announcment_ICD-10 MS-DRGs V39.1_New Procedure Codes Added.docx": [],
        "definitions_addenda_2022.txt": ["icd10pcs"],
        "icd10pcs_definitions_2022.xml": ["icd10pcs"],
        "icd10pcs_index_2022.xml": ["icd10pcs"],
        "icd10pcs_tables_2022.xml": ["icd10pcs"],
        "index_addenda_2022.txt": ["icd10pcs"],
        "icd10cm-Codes-File-April-2024.pdf": [],
        "icd10-Order-Files-April-2024.pdf": [],
        "icd10cm-drug-April-2024.txt": ["icd10cm"],
        "ReadMePOAexemptFY25.txt": ["icd10cm"],
    }


@pytest.mark.parametrize(
    ("data", "is_known"),
    [
        (b'<?xml version="1.0"?><xs:schema xmlns:xs="x"></xs:schema>', True),
        (b"{\\rtf1\\ansi guidelines}", True),
        (b"%PDF-1.7", True),
        (b"<ICD10CM.index>", True),
        (b"<ICD10CM.tabular>", False),
        (b"<html><body>Not found</body></html>", False),
        (b"Section heads of the manual\nand more\n", False),
        (b"\x00\x01\x02", False),
        (b"", False),
    ],
)
def test_documentation_is_known_by_its_content(data: bytes, is_known: bool) -> None:
    assert recognise_documentation(Document("readme.pdf", data)) is is_known
