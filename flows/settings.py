"""Settings: environment (`ADDENDA_…`) over `addenda.toml` over defaults."""

from __future__ import annotations

import json
import os
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from schema.access import SIGNING_ROLES, Role
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
    # The publishers' sites; a replica or a proxy can stand in for either.
    cms_url: str = "https://www.cms.gov"
    cdc_url: str = "https://ftp.cdc.gov"
    # Seconds between two requests to one host. Two are polite; a local replica can take fifty a second.
    request_interval: float = Field(default=2.0, ge=0.02, le=3600, allow_inf_nan=False)
    contact: str = Field(default="", max_length=200)
    archive: str = Field(default="", repr=False)
    import_folder: Path | None = None
    remit_folder: Path | None = None
    notify_urls: Annotated[list[str], NoDecode] = Field(default_factory=list, repr=False)
    # With a key the claims that are kept have hidden claim ids; who has the key can find a claim again.
    claim_id_key: str = Field(default="", repr=False)
    engine: str = "duckdb"
    # Who has to sign the review of an update, and a close-out of the watch; each role by another person.
    sign_roles: Annotated[list[Role], NoDecode] = Field(default_factory=lambda: list(SIGNING_ROLES))
    closeout_roles: Annotated[list[Role], NoDecode] = Field(default_factory=lambda: [Role.REVENUE_LEAD])
    # How people come in at the pages: a local password, a header of a trusted proxy, or OpenID Connect.
    auth: Literal["local", "proxy", "oidc"] = "local"
    proxy_header: str = Field(default="X-Remote-User", pattern=r"^[A-Za-z0-9-]{1,80}$")
    proxy_addresses: Annotated[list[str], NoDecode] = Field(default_factory=list)
    session_hours: float = Field(default=12, gt=0, le=168)
    session_idle_minutes: float = Field(default=60, gt=0, le=1440)
    # The address that people type, where a proxy stands before the pages: https://addenda.example.org
    public_url: str = Field(default="", pattern=r"^(https?://[!-~]+)?$")
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = Field(default="", repr=False)
    oidc_account_claim: str = "preferred_username"

    @field_validator("home", "import_folder", "remit_folder")
    @classmethod
    def expand_home(cls, home: Path | None) -> Path | None:
        """`~` stands for the user's folder, as in a shell."""
        try:
            return home.expanduser() if home else home
        except RuntimeError as error:
            raise ValueError(str(error)) from error

    @field_validator("cms_url", "cdc_url")
    @classmethod
    def check_site(cls, url: str) -> str:
        """The address of a site without a slash at its end."""
        try:
            parts = urlsplit(url.strip())
            is_usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            is_usable = None
        if not is_usable or parts.query or parts.fragment or not re.fullmatch(r"[!-~]+", url.strip()):
            raise ValueError("it is not an address like https://www.cms.gov")
        return url.strip().rstrip("/")

    @field_validator("engine")
    @classmethod
    def check_engine(cls, engine: str) -> str:
        """What answers questions to the claims: DuckDB, Spark on this machine, or a Spark Connect server."""
        engine = engine.strip()
        if engine in ("duckdb", "spark"):
            return engine
        try:
            parts = urlsplit(engine)
            is_usable = parts.scheme == "sc" and parts.hostname and parts.port
        except ValueError:
            is_usable = None
        if not is_usable or not re.fullmatch(r"[!-~]+", engine):
            raise ValueError("it is not duckdb, spark or an address like sc://host:15002")
        return engine

    @field_validator("contact")
    @classmethod
    def check_contact(cls, contact: str) -> str:
        """What stands in a header of every request: one line of ASCII."""
        contact = contact.strip()
        if not (contact.isascii() and contact.isprintable()):
            raise ValueError("it has to be one line of plain letters, such as a mail address")
        return contact

    @field_validator("sign_roles", "closeout_roles")
    @classmethod
    def check_signers(cls, roles: list[Role]) -> list[Role]:
        """One role at least, each once, and each one that can sign."""
        if not roles or len(set(roles)) != len(roles) or not set(roles) <= set(SIGNING_ROLES):
            raise ValueError(f"it has to name one or more of {', '.join(SIGNING_ROLES)}, each once")
        return roles

    @field_validator("notify_urls", "sign_roles", "closeout_roles", "proxy_addresses", mode="before")
    @classmethod
    def split_list(cls, value: Any) -> Any:
        """In the environment a JSON list, or words with blanks between them: commas occur in addresses."""
        if isinstance(value, str):
            if not value.lstrip().startswith("["):
                return value.split()
            try:
                return json.loads(value)
            except ValueError as error:
                raise ValueError("it begins like a JSON list and is none") from error
        return value

    @property
    def database(self) -> str:
        """The address of the database: the setting, or one SQLite file in the home folder."""
        if self.database_url:
            return self.database_url
        from schema.store.database import sqlite_address

        return sqlite_address(self.home / "addenda.db")

    @property
    def archive_address(self) -> str:
        """Where raw files are kept: the setting, a path or an fsspec address, or a folder in the home folder."""
        return self.archive or str(self.home / "archive")

    @property
    def imports(self) -> Path:
        """Where an operator drops files that cannot be fetched."""
        return self.import_folder or self.home / "import"

    @property
    def remit_imports(self) -> Path:
        """Where remittances and acknowledgments are dropped for the daily watch; never where releases are, since
        those are archived as they come."""
        return self.remit_folder or self.home / "import-remits"

    @property
    def claims(self) -> Path:
        """The folder that holds the claims that were imported."""
        return self.home / "claims"

    @property
    def remits(self) -> Path:
        """The folder that holds the remittances and rejections that were imported."""
        return self.home / "remits"

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


def read_config(config: Path | None) -> dict[str, Any]:
    """What the settings file says, {} when none is there. `config` is a file named by the operator;
    without it `addenda.toml` in the working folder counts, if it is there. Raises SettingsError."""
    path = config or Path(CONFIG_FILE)
    if config is None and not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read {path}", str(error), "check the path") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML", str(error), "correct the line") from error


def read_settings(config: Path | None) -> Settings:
    """The settings in force; `config` as for `read_config`. Raises SettingsError."""
    values = read_config(config)
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"setting {name} cannot be used", first["msg"], f"correct {name} or ADDENDA_{str(first['loc'][0]).upper()}"
        ) from error
