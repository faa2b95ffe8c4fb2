"""The CDC's listing of a folder, as its IIS server writes it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from urllib.parse import unquote

from tests.replica.items import Item


def render_listing(path: str, folders: Iterable[tuple[str, datetime]], items: Iterable[Item]) -> str:
    """The page of a folder. `path` ends with a slash; `folders` are names with their dates."""
    shown = escape(unquote(path))
    parent = path.rstrip("/").rsplit("/", 1)[0]
    rows = [(unquote(name), _line(moment, "<dir>", f"{path}{name}/", unquote(name))) for name, moment in folders]
    rows += [(item.text, _line(item.posted, str(len(item.data)), item.path, item.text)) for item in items]
    lines = "".join(line for _, line in sorted(rows, key=lambda row: row[0].lower()))
    return (
        f"<html><head><title>ftp.cdc.gov - {shown}</title></head><body><H1>ftp.cdc.gov - {shown}</H1><hr>\n\n"
        f'<pre><A HREF="{escape(parent)}/">[To Parent Directory]</A><br><br>{lines}</pre><hr></body></html>'
    )


def _line(moment: datetime, size: str, href: str, name: str) -> str:
    date = f"{moment.month}/{moment.day}/{moment.year}"
    time = f"{moment.hour % 12 or 12}:{moment.minute:02} {'AM' if moment.hour < 12 else 'PM'}"
    return f'{date:>10} {time:>8} {escape(size.rjust(12))} <A HREF="{escape(href)}">{escape(name)}</A><br>'
