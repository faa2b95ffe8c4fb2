"""What an address says, read and never rewritten: its slug, its file ending, a licence in the way."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

# Where CMS keeps files; what follows is the slug, which may hold slashes ("…-updated-01/11/2023.zip").
_FILE_FOLDERS = re.compile(r"/(?:files/(?:zip|document)|downloads)/+", re.IGNORECASE)
# Today `/license/ama?file=…`, formerly `/apps/ama/license.asp?file=…`.
_LICENCE = re.compile(r"/license/([a-z]*)|/apps/([a-z]+)/license", re.IGNORECASE)
_ENDING = re.compile(r"\.([a-z][a-z0-9]{1,4})$", re.IGNORECASE)
_PAGE_ENDINGS = frozenset({"html", "htm", "asp", "aspx", "php"})


def slug_of(url: str) -> str:
    """The part of an address that names what it leads to, unquoted; of a licence wrapper, the file behind it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = unquote(f"{parts.path}?{parts.query}" if licence_of(url) != "none" else parts.path)
    if found := list(_FILE_FOLDERS.finditer(path)):
        return path[found[-1].end() :].strip("/")
    segments = [segment for segment in path.split("/") if segment]
    # A date in an address brings slashes along, so the name begins at the last segment that has words.
    for index in range(len(segments) - 1, -1, -1):
        if re.search(r"[a-z]{2}", _ENDING.sub("", segments[index]), re.IGNORECASE):
            return "/".join(segments[index:])
    return segments[-1] if segments else ""


def ending_of(url: str) -> str:
    """The file ending in small letters, "" for a page."""
    match = _ENDING.search(slug_of(url))
    ending = match[1].lower() if match else ""
    return "" if ending in _PAGE_ENDINGS else ending


def licence_of(url: str) -> str:
    """ "ama" (or what the address names) when a click-through stands before the file, else "none"."""
    match = _LICENCE.search(unquote(url))
    if not match:
        return "none"
    return (match[1] or match[2] or "ama").lower()


def is_same_host(url: str, base_url: str) -> bool:
    """Whether both are of one host and port."""
    try:
        return urlsplit(url).netloc.lower() == urlsplit(base_url).netloc.lower()
    except ValueError:
        return False
