"""Settings: environment (`ADDENDA_…`) over `addenda.toml` over defaults."""

from __future__ import annotations

import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from schema.errors import SettingsError

CONFIG_FILE = "addenda.toml"


def _default_home() -> Path:
    """The platform's folder for user data (XDG base directory specification)."""
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share") / "addenda"


class Settings(BaseSettings):
    """Every setting; docs/settings.md explains each."""

    model_config = SettingsConfigDict(env_prefix="ADDENDA_", env_ignore_empty=True, extra="ignore")

    home: Path = Field(default_factory=_default_home, validate_default=True)
    database_url: str = ""
    today: date | None = None

    @field_validator("home")
    @classmethod
    def expand_home(cls, home: Path) -> Path:
        """`~` stands for the user's folder, as in a shell."""
        try:
            return home.expanduser()
        except RuntimeError as error:
            raise ValueError(str(error)) from error

    @property
    def database(self) -> str:
        """The address of the database: the setting, or one SQLite file in the home folder."""
        if self.database_url:
            return self.database_url
        from schema.store.database import sqlite_address

        return sqlite_address(self.home / "addenda.db")

    @property
    def reports(self) -> Path:
        """The folder that holds the reports, one folder below it for each update."""
        return self.home / "reports"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The file's values come in as arguments, so the environment has to come first."""
        return env_settings, init_settings


def read_settings(config: Path | None) -> Settings:
    """The settings in force. `config` is a file named by the operator; without it `addenda.toml` in
    the working folder counts, if it is there. Raises SettingsError."""
    path = config or Path(CONFIG_FILE)
    values: dict[str, Any] = {}
    if config is not None or path.is_file():
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"cannot read {path}", str(error), "check the path") from error
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{path} is not TOML", str(error), "correct the line") from error
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"setting {name} cannot be used", first["msg"], f"correct {name} or ADDENDA_{name.upper()}"
        ) from error
