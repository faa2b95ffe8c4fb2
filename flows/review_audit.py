"""The audit: whether the log of acts and everything that follows from it is as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from schema.acts import Act

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from flows.review.replay import Finding
    from flows.settings import Settings

ANCHORS_NAME = "anchors.jsonl"


def anchors_file(settings: Settings) -> Path:
    """Where the anchors lie: outside the database, so that who changes it has to change two places."""
    return settings.home / "review" / ANCHORS_NAME


def keep_anchor(settings: Settings, act: Act) -> None:
    """Note sequence, hash and time of a sign-off act outside the database."""
    raise NotImplementedError


def verify_log(engine: Engine, settings: Settings) -> list[Finding]:
    """What is not as it was written, [] when all is."""
    raise NotImplementedError
