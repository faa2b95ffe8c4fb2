"""One change: what differs, where it hurts, what was said, and the forms to decide it."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
