"""Reminders: what people should be told of the reviews on a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flows.notifications import Event

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from flows.settings import Settings


def list_reminders(engine: Engine, settings: Settings, today: date) -> list[Event]:
    """Overdue tasks by owner, days left with open items, returned sign-offs, and claims held until today."""
    raise NotImplementedError


def send_reminders(engine: Engine, settings: Settings, today: date) -> int:
    """How many messages were taken; each reminder is told once."""
    raise NotImplementedError
