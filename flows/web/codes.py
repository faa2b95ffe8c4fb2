"""Any code, or words of titles, on any day: the answer, its history, its crosswalk."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
