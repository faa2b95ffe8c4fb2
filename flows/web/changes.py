"""The list of changes of an update: filter, sort, group, page, decide many at once, keep the view."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
