"""The `[[uses]]` of addenda.toml: what is understood, and what is refused with the use and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.settings import read_settings
from flows.use_specs import read_use_specs
from schema.errors import SettingsError
from schema.uses import UseSpec

FIRST = """
contact = "me@example.org"

[[uses]]
name = " charge master "
kind = "charge_master"
owner = "revenue integrity"
path = "lists/cdm.xlsx"
sheet = "CDM"
[uses.columns]
hcpcs = ["HCPCS", "Second", "HCPCS"]
place_of_service = ["POS"]
[uses.entries]
hcpcs = "expression"
"""
PLAIN = {
    "name": '"rules"',
    "kind": '"our own kind"',
    "path": '"rules.csv"',
    "columns": '{ icd10cm = ["Dx"] }',
}


def write_config(folder: Path, text: str) -> Path:
    path = folder / "addenda.toml"
    path.write_text(text)
    return path


def write_use(**changes: str | None) -> str:
    """One `[[uses]]` as TOML: the plain one with these values in place of its own; None leaves a key out."""
    lines = [f"{key} = {value}" for key, value in {**PLAIN, **changes}.items() if value is not None]
    return "\n".join(["[[uses]]", *lines, ""])


def test_a_use_is_read_with_paths_from_the_folder_of_the_settings(tmp_path: Path) -> None:
    config = write_config(tmp_path, FIRST + write_use())
    assert read_use_specs(config) == (
        UseSpec(
            name="charge master",
            kind="charge_master",
            columns={"hcpcs": ("HCPCS", "Second"), "place_of_service": ("POS",)},
            entries={"hcpcs": "expression"},
            owner="revenue integrity",
            path=tmp_path / "lists" / "cdm.xlsx",
            sheet="CDM",
        ),
        UseSpec("rules", "our own kind", {"icd10cm": ("Dx",)}, {}, path=tmp_path / "rules.csv"),
    )
    assert read_settings(config).contact == "me@example.org"


def test_the_file_of_the_working_folder_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_use_specs(None) == ()
    write_config(tmp_path, write_use())
    assert [spec.path for spec in read_use_specs(None)] == [tmp_path / "rules.csv"]
    write_config(tmp_path, "contact = ''")
    assert read_use_specs(None) == ()


def test_a_path_may_be_absolute_or_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    config = write_config(tmp_path, write_use(path='"/data/a.csv"') + write_use(name='"b"', path='"~/b.csv"'))
    assert [spec.path for spec in read_use_specs(config)] == [Path("/data/a.csv"), Path("/somewhere/b.csv")]


@pytest.mark.parametrize("owner", [None, '""', '"  "'])
def test_an_owner_who_is_not_named_is_none(tmp_path: Path, owner: str | None) -> None:
    (spec,) = read_use_specs(write_config(tmp_path, write_use(owner=owner)))
    assert spec.owner is None


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("postgresql://me@host/x", "postgresql://me@host/x"),
        ("sqlite:///lists/a.db", "sqlite:///{folder}/lists/a.db"),
        ("sqlite:////data/a.db", "sqlite:////data/a.db"),
    ],
)
def test_a_query_goes_with_its_url(tmp_path: Path, url: str, meant: str) -> None:
    text = write_use(path=None, url=f'"{url}"', query='"""select code\nfrom charges"""')
    (spec,) = read_use_specs(write_config(tmp_path, text))
    assert (spec.path, spec.url, spec.query) == (None, meant.format(folder=tmp_path), "select code\nfrom charges")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": None}, "use number 1: name"),
        ({"name": '" "'}, "use number 1: name"),
        ({"name": '"a\\nb"'}, "name cannot be used"),
        ({"name": "7"}, "use number 1: name"),
        ({"kind": None}, "use 'rules': kind"),
        ({"kind": "[]"}, "use 'rules': kind"),
        ({"owner": "1"}, "use 'rules': owner"),
        ({"colums": "{}"}, "use 'rules': colums"),
        ({"path": None}, "use 'rules': path"),
        ({"path": '""'}, "use 'rules': path"),
        ({"url": '"sqlite:///a.db"', "query": '"select 1"'}, "use 'rules': path"),
        ({"path": None, "url": '"sqlite:///a.db"'}, "use 'rules': query"),
        ({"query": '"select 1"'}, "use 'rules': query"),
        ({"path": None, "url": '"sqlite:///a.db"', "query": '"select 1"', "sheet": '"A"'}, "use 'rules': sheet"),
        ({"columns": None}, "use 'rules': columns"),
        ({"columns": "{}"}, "use 'rules': columns"),
        ({"columns": '["Dx"]'}, "use 'rules': columns"),
        ({"columns": '{ icd9 = ["Dx"] }'}, "use 'rules': columns.icd9"),
        ({"columns": "{ icd10cm = [] }"}, "use 'rules': columns.icd10cm"),
        ({"columns": '{ icd10cm = "Dx" }'}, "use 'rules': columns.icd10cm"),
        ({"columns": '{ icd10cm = ["Dx", " "] }'}, "use 'rules': columns.icd10cm"),
        ({"columns": "{ icd10cm = [1] }"}, "use 'rules': columns.icd10cm"),
        ({"entries": '"expression"'}, "use 'rules': entries"),
        ({"entries": '{ icd10cm = "list" }'}, "use 'rules': entries.icd10cm"),
        ({"entries": "{ icd10cm = [] }"}, "use 'rules': entries.icd10cm"),
        ({"entries": '{ hcpcs = "code" }'}, "use 'rules': entries.hcpcs"),
        (
            {"columns": '{ revenue_code = ["R"] }', "entries": '{ revenue_code = "expression" }'},
            "use 'rules': entries.revenue_code",
        ),
    ],
)
def test_a_use_that_cannot_be_understood_is_refused_by_its_name_and_key(
    tmp_path: Path, changes: dict[str, str | None], told: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read_use_specs(write_config(tmp_path, write_use(**changes)))
    assert told in refused.value.line
    assert "\n" not in refused.value.line


@pytest.mark.parametrize("text", ["uses = 1", "uses = [1]", "[uses]\nname = 'x'"])
def test_uses_are_a_list_of_tables(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"\[\[uses\]\]"):
        read_use_specs(write_config(tmp_path, text))


def test_two_uses_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="'rules' cannot be used: two uses"):
        read_use_specs(write_config(tmp_path, write_use() + write_use(name='" rules"')))


@pytest.mark.parametrize("content", [None, b"uses = [", b"\xff"])
def test_a_named_file_has_to_be_there_and_toml(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"other\.toml"):
        read_use_specs(path)
