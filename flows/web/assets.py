"""Style sheets and scripts: read once, named by their content, and served from memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from schema.errors import ReviewNotFoundError

STATIC = Path(__file__).parent / "static"
# app.css is every style sheet in one: these first, then the others by name, print last.
FIRST_SHEETS = ("colours.css", "base.css")
LAST_SHEETS = ("narrow.css", "print.css")
KINDS = {".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".LICENSE": "text/plain; charset=utf-8"}

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent; `tag` is a digest of its bytes."""

    data: bytes
    media_type: str
    tag: str


@cache
def read_assets() -> dict[str, Asset]:
    """Every file by the name it is asked for."""
    assets = {
        path.name: _make_asset(path.read_bytes(), KINDS[path.suffix])
        for path in sorted(STATIC.iterdir())
        if path.suffix in KINDS
    }
    sheets = {path.name: path for path in STATIC.glob("*.css")}
    middle = sorted(set(sheets) - {*FIRST_SHEETS, *LAST_SHEETS})
    data = b"".join(sheets[name].read_bytes() for name in (*FIRST_SHEETS, *middle, *LAST_SHEETS) if name in sheets)
    return {**assets, "app.css": _make_asset(data, "text/css; charset=utf-8")}


def _make_asset(data: bytes, media_type: str) -> Asset:
    return Asset(data, media_type, sha256(data).hexdigest()[:16])


def asset_address(name: str) -> str:
    """The address of a file; it changes with its content, so that browsers may keep it for ever."""
    return f"/static/{name}?v={read_assets()[name].tag}"


@router.get("/static/{name}", include_in_schema=False)
async def get_asset(request: Request, name: str) -> Response:
    """One file."""
    asset = read_assets().get(name)
    if asset is None:
        raise ReviewNotFoundError("there is no such file", "", "open the page anew")
    is_current = request.query_params.get("v") == asset.tag
    headers = {
        "ETag": f'"{asset.tag}"',
        "Cache-Control": "public, max-age=31536000, immutable" if is_current else "no-cache",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(asset.data, media_type=asset.media_type, headers=headers)
