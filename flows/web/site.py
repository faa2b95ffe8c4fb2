"""What every page needs to know of the site it is part of: the database, the settings, the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request

from flows.settings import Settings
from flows.web.page_cache import PageCache

if TYPE_CHECKING:
    from sqlalchemy import Engine


def read_clock() -> datetime:
    """This instant in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Site:
    """One review site. `config` is the settings file that the operator named, None where addenda.toml counts."""

    engine: Engine
    settings: Settings
    config: Path | None
    clock: Callable[[], datetime] = read_clock
    pages: PageCache = field(default_factory=PageCache, compare=False)

    def now(self) -> datetime:
        """The instant that acts are dated with, in UTC."""
        return self.clock()

    def today(self) -> date:
        """The day of calendar questions: the setting, or the clock's day in UTC."""
        return self.settings.today or self.clock().date()


def site_of(request: Request) -> Site:
    """The site that answers this request; also usable as a dependency."""
    site: Site = request.app.state.site
    return site
