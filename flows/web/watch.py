"""The watch: the newest report, its files, and its close-outs to sign."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
