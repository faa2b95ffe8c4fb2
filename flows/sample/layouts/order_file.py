"""The order files of ICD-10-CM and ICD-10-PCS, and the codes files beside them, as CMS lays them out."""

from __future__ import annotations

from collections.abc import Iterable

from flows.sample.titles import Title

LONGEST_CODE = 7
LONGEST_SHORT_TITLE = 60


def write_order_file(titles: Iterable[Title]) -> bytes:
    """The order file (CMS "ICD10OrderFiles.pdf"): order number, code, flag, short and long title.

    Raises ValueError when a code or short title is wider than its columns.
    """
    return _join(
        f"{number:05} {fit(title.code, LONGEST_CODE)} {title.is_billable:d} {fit_short(title)} {title.long}"
        for number, title in enumerate(titles, start=1)
    )


def write_codes_file(titles: Iterable[Title]) -> bytes:
    """The codes file: billable codes with their long titles."""
    return _join(f"{fit(title.code, LONGEST_CODE)} {title.long}" for title in titles if title.is_billable)


def fit_short(title: Title) -> str:
    """The short title filled up to its 60 columns."""
    return fit(title.short, LONGEST_SHORT_TITLE)


def fit(text: str, width: int) -> str:
    """The text filled up to the width; raises ValueError when it is longer."""
    if len(text) > width:
        raise ValueError(f"{text!r} has {len(text)} characters, and its columns {width}")
    return text.ljust(width)


def _join(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()
