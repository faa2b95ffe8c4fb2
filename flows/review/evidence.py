"""Evidence: one update as one document, and the rows of the review that come from it."""

from __future__ import annotations

from typing import Any

from schema.changes import UpdateResult
from schema.review import Item, Task, TrainingMark


def build_evidence(result: UpdateResult) -> bytes:
    """The canonical JSON document of one update, UTF-8; equal content gives equal bytes, whatever the day."""
    raise NotImplementedError


def read_document(data: bytes) -> dict[str, Any]:
    """The document as JSON values. Raises AuditError when the bytes are none."""
    raise NotImplementedError


def list_items(key: str, document: dict[str, Any]) -> list[Item]:
    """Every change of the review of that key, by subject, without work on it."""
    raise NotImplementedError


def list_tasks(key: str, document: dict[str, Any]) -> list[Task]:
    """The tasks, by number, none of them done."""
    raise NotImplementedError


def list_training(key: str, document: dict[str, Any]) -> list[TrainingMark]:
    """What has to be taught, by subject and department, none of it taught."""
    raise NotImplementedError


def build_summary(document: dict[str, Any]) -> str:
    """The one page of the review as JSON text."""
    raise NotImplementedError
