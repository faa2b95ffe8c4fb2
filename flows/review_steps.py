"""Reviews opened and renewed: by an update, by hand, and when the publisher re-issues a source."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.settings import Settings
from schema.access import Actor
from schema.changes import UpdateResult
from schema.releases import ReleaseId
from schema.review import Review

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def open_review(engine: Engine, result: UpdateResult, actor: Actor, now: datetime) -> Review:
    """The review of the result's release: opened, refreshed where the evidence differs, or as it was."""
    raise NotImplementedError


def refresh_review(
    engine: Engine, settings: Settings, config: Path | None, key: str, actor: Actor, now: datetime
) -> Review:
    """The review with what the store, the uses and the claims say now."""
    raise NotImplementedError


def find_later_issue(connection: Connection, review: Review) -> ReleaseId | None:
    """The latest issue held of the release under review, where that is not the one reviewed."""
    raise NotImplementedError


def reopen_reissued(engine: Engine, now: datetime) -> list[str]:
    """The keys of the reviews that lost their signatures because a source was issued anew; called after a load."""
    raise NotImplementedError
