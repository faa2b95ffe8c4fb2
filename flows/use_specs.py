"""The `[[uses]]` of addenda.toml: where this organisation holds codes."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, get_args

from flows.settings import CONFIG_FILE, read_config
from schema.errors import SettingsError, shorten_value
from schema.uses import CODE_COLUMNS, VALUE_COLUMNS, EntryForm, UseSpec

_KEYS = ("name", "kind", "owner", "path", "sheet", "url", "query", "columns", "entries")
_FORMS: tuple[EntryForm, ...] = get_args(EntryForm)
_SQLITE = "sqlite:///"


def read_use_specs(config: Path | None) -> tuple[UseSpec, ...]:
    """The uses in the order of the file; () when it has none, or there is no file.

    `config` is a file named by the operator; without it `addenda.toml` in the working folder counts, if
    it is there. Raises SettingsError with the use and the key.
    """
    tables = read_config(config).get("uses", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SettingsError("uses cannot be used", "it is no list of tables", "begin each use with [[uses]]")
    folder = (config or Path(CONFIG_FILE)).absolute().parent
    specs: dict[str, UseSpec] = {}
    for number, table in enumerate(tables, start=1):
        spec = _Table(table, number).read(folder)
        if spec.name in specs:
            raise SettingsError(
                f"use {shorten_value(spec.name)!r} cannot be used", "two uses have this name", "give each its own name"
            )
        specs[spec.name] = spec
    return tuple(specs.values())


class _Table:
    """One `[[uses]]`, read key by key."""

    def __init__(self, table: Mapping[str, Any], number: int) -> None:
        self._table = table
        name = table.get("name")
        is_named = isinstance(name, str) and name.strip()
        self._called = f"use {shorten_value(str(name).strip())!r}" if is_named else f"use number {number}"

    def read(self, folder: Path) -> UseSpec:
        """The use; paths are made absolute from the folder."""
        for key in self._table:
            if key not in _KEYS:
                self._refuse(key, "there is no such key", f"use {', '.join(_KEYS)}")
        path, url = self._text("path"), self._text("url")
        if (path is None) == (url is None):
            self._refuse("path", "a use has either path or url", "set one of the two")
        for key, other, has_other in (("sheet", "path", path), ("query", "url", url)):
            if self._text(key) is not None and has_other is None:
                self._refuse(key, f"it goes with {other}", f"remove {key}, or set {other}")
        if url is not None and self._text("query") is None:
            self._refuse("query", "a url needs one", "set it to the select that gives the columns")
        columns = self._columns()
        return UseSpec(
            name=self._needed("name"),
            kind=self._needed("kind"),
            columns=columns,
            entries=self._entries(columns),
            owner=self._text("owner"),
            path=self._place(folder, path) if path is not None else None,
            sheet=self._text("sheet"),
            url=_place_sqlite(folder, url) if url is not None else None,
            query=self._text("query"),
        )

    def _refuse(self, key: str, why: str, remedy: str) -> NoReturn:
        raise SettingsError(f"{self._called}: {shorten_value(key)} cannot be used", why, remedy)

    def _text(self, key: str) -> str | None:
        value = self._table.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self._refuse(key, "it is no text", "write it in quotation marks")
        # A query may have lines; what is shown and compared may not.
        if key != "query" and any(unicodedata.category(sign) == "Cc" for sign in value.strip()):
            self._refuse(key, "it has a control character", "write it in one line")
        return value.strip() or None

    def _needed(self, key: str) -> str:
        value = self._text(key)
        if value is None:
            self._refuse(key, "it is missing or blank", "set it")
        return value

    def _place(self, folder: Path, path: str) -> Path:
        try:
            return folder / Path(path).expanduser()
        except RuntimeError as error:
            self._refuse("path", str(error), "write the whole path")

    def _columns(self) -> dict[str, tuple[str, ...]]:
        known = (*CODE_COLUMNS, *VALUE_COLUMNS)
        table = self._table.get("columns")
        if not isinstance(table, dict) or not table:
            self._refuse("columns", "it is no table, or an empty one", f"name columns for {', '.join(known)}")
        columns = {}
        for system, names in table.items():
            key = f"columns.{system}"
            if system not in known:
                self._refuse(key, "no column holds that", f"use {', '.join(known)}")
            if not isinstance(names, list) or not names or not all(isinstance(n, str) and n.strip() for n in names):
                self._refuse(key, "it is no list of names", f'write it like {system} = ["name of the column"]')
            columns[system] = tuple(dict.fromkeys(name.strip() for name in names))
        return columns

    def _entries(self, columns: Mapping[str, tuple[str, ...]]) -> dict[str, EntryForm]:
        table = self._table.get("entries", {})
        if not isinstance(table, dict):
            self._refuse("entries", "it is no table", "write it below [uses.entries]")
        entries = {}
        for system, form in table.items():
            key = f"entries.{system}"
            if system not in columns:
                self._refuse(key, "no column of the use holds that", f"name it in columns, or remove {key}")
            if form not in _FORMS:
                self._refuse(key, f"it is not one of {', '.join(_FORMS)}", "correct it")
            if system in VALUE_COLUMNS and form != "code":
                self._refuse(key, "such a cell holds one value", f"remove {key}")
            entries[system] = form
        return entries


def _place_sqlite(folder: Path, url: str) -> str:
    """The URL with the path of a SQLite file made absolute, as `path` is."""
    file = url.removeprefix(_SQLITE)
    return url if file == url or not file else f"{_SQLITE}{folder / file}"
