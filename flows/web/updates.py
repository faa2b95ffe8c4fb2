"""Updates: the list of them, and the one page of one."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
