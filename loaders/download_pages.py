"""Index pages: asked for with what proves that they are unchanged, kept so that an unchanged one need not come."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loaders.download_answers import Answer, Opener, clean_headers, refuse_status, tell_validators
from loaders.download_content import MAX_PAGE_BYTES, decode_page
from loaders.download_faults import AttemptError, make_error
from loaders.download_storage import load_json, name_entry, store_json
from loaders.download_turns import Clock
from schema.errors import FailedError

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_OPENS_PAGE = re.compile(r"<html[\s>]", re.IGNORECASE)
_CLOSES_PAGE = re.compile(r"</html\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """A page as text. `is_unchanged` says that the site, or the text itself, is as at the last time."""

    url: str
    final_url: str
    text: str
    headers: Mapping[str, str]
    is_unchanged: bool


@dataclass(frozen=True, slots=True)
class PageStore:
    """Gets pages and keeps the last one of each address in a folder."""

    folder: Path
    open: Opener
    clock: Clock

    def get_once(self, url: str) -> Page:
        """The page, from the site or, if that says it is unchanged, from the folder.

        Raises AttemptError, SourceError.
        """
        entry = name_entry(self.folder, url)
        held = _read_entry(load_json(entry))
        with self.open(url, tell_validators(held.headers) if held else {}) as answer:
            if answer.status == 304 and held:
                if answer.final_url != held.final_url:
                    # The answer is about another page than the one that is kept.
                    entry.unlink(missing_ok=True)
                    raise AttemptError("an unchanged page was told of another address")
                return held
            if answer.status != 200:
                refuse_status(answer, url, self.clock.now())
            text = _read_text(answer, url)
            page = Page(url, answer.final_url, text, clean_headers(answer.headers), bool(held and held.text == text))
        store_json(entry, {name: getattr(page, name) for name in ("url", "final_url", "text", "headers")})
        return page


def _read_entry(values: dict[str, Any]) -> Page | None:
    try:
        return Page(values["url"], values["final_url"], values["text"], dict(values["headers"]), True)
    except (KeyError, TypeError, ValueError):
        return None


def _read_text(answer: Answer, url: str) -> str:
    data = bytearray()
    for chunk in answer.chunks:
        data += chunk
        if len(data) > MAX_PAGE_BYTES:
            why = f"it has more than {MAX_PAGE_BYTES} bytes"
            raise make_error(FailedError, "page is too large", why, "check the address in a browser", url)
    if answer.length is not None and len(data) < answer.length:
        raise AttemptError(f"{len(data)} of {answer.length} bytes came")
    charset = _CHARSET.search(answer.header("Content-Type"))
    text = decode_page(bytes(data), charset.group(1) if charset else None)
    is_framed = answer.length is not None or answer.header("Transfer-Encoding")
    if not is_framed and _OPENS_PAGE.search(text) and not _CLOSES_PAGE.search(text):
        # Nobody told how long the page is, so only its last tag proves that it is whole.
        raise AttemptError("the page is cut off")
    return text
