"""What the pages in docs/ name is what there is: kinds of lists and their fields, settings, columns, links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlmodel import SQLModel

import schema.tables
import schema.tables_access
import schema.tables_acts
import schema.tables_review  # noqa: F401  the metadata is filled by the imports
from flows.sample.writer import write_sample
from flows.settings import CONFIG_FILE, Settings, read_settings
from loaders.document import Document
from loaders.hcpcs.layout import WORKBOOK_FIELDS, normalise_header
from loaders.icd10.order import read_order_file
from loaders.package import open_paths
from loaders.release import READERS, read_release
from schema.fields import FIELD_CLASSES
from schema.records import ListKind, SupportingList
from schema.systems import SYSTEMS, CodeSystem
from tests.doc_pages import PAGES, ROOT, read_names, read_sections, read_tables

KINDS: tuple[str, ...] = get_args(ListKind)

REAL_LISTS = (
    "hcpcs/2018-01/2018-HCPCS-NOC-Codes.zip",
    "hcpcs/2018-01/proc_notes_2018.txt",
    "hcpcs/2019-01/2019-HCPCS-Alpha-Numeric-Corrections.zip",
    "hcpcs/2020-07/trans_alpha.xlsx",
    "icd10cm/FY2020/ICD-10-CM-Conversion-Table-FY20-Effective-10-1-2019-corrected.csv",
    "icd10cm/FY2021-jan/icd10cm_tabular_2021.xml.gz",
    "icd10cm/FY2024-oct/POAexemptCodesFY24.zip",
    "icd10cm/FY2025-oct/icd-10-cm-conversion-table-FY2025.xlsx",
)


def anchor_of(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file_and_a_heading(page: str) -> None:
    folder = ROOT if page == "README.md" else ROOT / "docs"
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        path, _, anchor = link.partition("#")
        if ":" in path:
            continue
        target = folder / (path or page)
        headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE) if anchor and target.is_file() else []
        if not target.is_file() or (anchor and anchor not in map(anchor_of, headings)):
            broken.append(link)
    assert broken == []


def test_every_kind_of_list_has_its_section() -> None:
    assert list(read_sections("lists.md")) == list(KINDS)
    overview = read_tables(PAGES["lists.md"].partition("\n## ")[0])["kind"]
    assert [row[0] for row in overview] == [f"[`{kind}`](#{kind})" for kind in KINDS]


def named_in(rows: Iterable[list[str]]) -> dict[str, str]:
    """The second cell by each name of the first; of a row without a name the names of its last cell."""
    return {name: row[1] for row in rows for name in read_names(row[0]) or read_names(row[-1])}


def is_of_type(value: Any, documented: str) -> bool:
    """Whether a value is one of the types that the page names."""
    types = documented.split(" or ")
    if isinstance(value, str):
        return "text" in types or ("date" in types and date.fromisoformat(value) is not None)
    if isinstance(value, list):
        return "list of texts" in types and all(isinstance(element, str) for element in value)
    names = {dict: "object", bool: str(value).lower(), type(None): "null"}
    return names.get(type(value)) in types


def check_lists(lists: Iterable[SupportingList]) -> None:
    """Every field and fact is named in the section of its kind, and fields have the type that it says."""
    sections = read_sections("lists.md")
    wrong = set()
    for found in lists:
        tables = read_tables(sections[found.kind])
        types = named_in(tables["field"])
        wrong |= {
            (found.kind, name, repr(value)[:60])
            for entry in found.entries
            for name, value in entry.fields.items()
            if name not in types or not is_of_type(value, types[name])
        }
        wrong |= {(found.kind, name, "fact") for name in found.facts.keys() - named_in(tables["fact"]).keys()}
    assert wrong == set()


def test_fields_and_facts_in_the_sample_are_as_the_page_says(tmp_path: Path) -> None:
    releases = write_sample(tmp_path)
    contents = [read_release(release.system, release.effective_date, [release.path]) for release in releases]
    lists = [found for content in contents for found in content.lists]
    assert {found.kind for found in lists} == set(KINDS)
    check_lists(lists)


@pytest.mark.parametrize("path", REAL_LISTS)
def test_fields_and_facts_in_real_lists_are_as_the_page_says(path: str, releases: Path) -> None:
    documents, _ = open_paths([releases / path])
    read = [reader.read(document) for document in documents for reader in READERS if reader.recognises(document)]
    lists = [found for found in read if isinstance(found, SupportingList)]
    assert lists
    check_lists(lists)


@pytest.mark.parametrize("kind", KINDS)
def test_page_names_no_field_that_no_loader_writes(kind: str) -> None:
    sources = "".join(path.read_text() for path in (ROOT / "loaders").rglob("*.py"))
    tables = read_tables(read_sections("lists.md")[kind])
    named = {name for table in ("field", "fact") for row in tables[table] for name in read_names(row[0])}
    assert [name for name in sorted(named) if f'"{name}"' not in sources] == []


def test_every_setting_is_explained() -> None:
    rows = read_tables(PAGES["settings.md"].partition("\n## ")[0])["environment"]
    told = [(read_names(row[0]), read_names(row[1])) for row in rows]
    assert told == [([f"ADDENDA_{name.upper()}"], [name]) for name in Settings.model_fields]
    assert all(row[2] and row[3] for row in rows)


def test_pages_name_no_setting_that_does_not_exist() -> None:
    named = set(re.findall(r"\bADDENDA_[A-Z_]+\b", "".join(PAGES.values())))
    readers = [ROOT / "tests" / "conftest.py", ROOT / "flows" / "commands" / "actor.py"]
    used = {name for path in readers for name in re.findall(r"\bADDENDA_[A-Z_]+\b", path.read_text())}
    assert named - {f"ADDENDA_{name.upper()}" for name in Settings.model_fields} == used & named
    assert used <= named


def test_settings_file_on_the_page_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ADDENDA_{name.upper()}", raising=False)
    example = re.findall(r"```toml\n(.*?)```", PAGES["settings.md"], re.DOTALL)
    (tmp_path / CONFIG_FILE).write_text(example[0])
    settings = read_settings(tmp_path / CONFIG_FILE)
    assert settings.home == Path("/srv/addenda")
    assert settings.database == "postgresql://addenda@db.example.org/addenda"
    monkeypatch.setenv("ADDENDA_HOME", str(tmp_path))
    assert read_settings(tmp_path / CONFIG_FILE).home == tmp_path


def test_every_table_and_column_is_explained() -> None:
    told = {
        title: [name for row in read_tables(text)["column"] for name in read_names(row[0])]
        for title, text in read_sections("store.md", 3).items()
        if "column" in read_tables(text)
    }
    tables = {
        table.name: sorted(column.name for column in table.columns) for table in SQLModel.metadata.tables.values()
    }
    assert {title: sorted(columns) for title, columns in told.items()} == tables


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=lambda system: str(system.name))
def test_every_system_has_its_section(system: CodeSystem) -> None:
    section = read_sections("systems.md")[system.title]
    wanted = (
        "**Maintained by**",
        "**Cadence.**",
        "**Published at**",
        "**Structure of a code.**",
        "**Seen in real files**",
    )
    assert [words for words in wanted if words not in section] == []
    assert f"`{system.name}`" in PAGES["systems.md"]
    assert all(f"`{label}`" in PAGES["systems.md"] for label in system.label_example.split(" or "))


@pytest.mark.parametrize("system", ["icd10cm", "icd10pcs"])
def test_columns_of_the_order_file_become_the_fields_that_the_page_says(system: str) -> None:
    rows = read_tables(read_sections("systems.md")[SYSTEMS[system].title])["columns"]
    line = list("00001 " + " " * 94)
    values = {"7-13": "A00    ", "15": "1", "17-76": "Short".ljust(60), "78-": "Long title"}
    for row in rows[1:]:
        first = int(row[0].split("-")[0])
        line[first - 1 : first - 1 + len(values[row[0]])] = values[row[0]]
    text = "".join(line).rstrip() + "\r\n"
    (block,) = read_order_file(Document("order.txt", text.encode()), system).blocks
    told = {name: values[row[0]].strip() for row in rows[1:] for name in read_names(row[2])}
    flag = block.is_billable[0]
    read = (block.codes[0], str(int(bool(flag))), block.short_descriptors[0], block.long_descriptors[0])
    assert told == dict(zip(("code", "is_billable", "short_descriptor", "long_descriptor"), read, strict=True))
    assert [row[3] for row in rows[2:]] == [
        FIELD_CLASSES[name].value for row in rows[2:] for name in read_names(row[2])
    ]


def test_columns_of_the_hcpcs_file_are_those_of_the_layout() -> None:
    rows = read_tables(read_sections("systems.md")["HCPCS Level II"])["columns"]
    told = {row[0]: row for row in rows}
    for field in WORKBOOK_FIELDS:
        row = told.pop(f"{field.first}-{field.last}")
        headers = [normalise_header(header) for header in read_names(row[1])]
        assert headers == (
            [f"{field.headers[0]}1", f"{field.headers[0]}{field.count}"] if field.is_list else [field.headers[0]]
        )
        assert read_names(row[2]) == [field.name]
        assert row[3] == ("" if field.name in ("code", "record_id") else FIELD_CLASSES[field.name].value)
    assert list(told) == ["6-10"]
