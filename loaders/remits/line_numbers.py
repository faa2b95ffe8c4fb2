"""The number of a service line, by which an acknowledgment and later remittances mean the same line."""

from __future__ import annotations

from schema.claims import hide_claim_id

_PLAIN_NUMBER = 9
"""Digits of a line number at most; what is longer may hold the number of a claim or a person."""


def keep_line_number(text: str, site_key: str) -> str:
    """A plain number without its zeros; anything else may name the claim, and is kept as claim ids are.

    Empty for nothing.
    """
    text = text.strip()
    if text.isascii() and text.isdecimal() and len(text) <= _PLAIN_NUMBER:
        return text.lstrip("0") or "0"
    return hide_claim_id(text, site_key) if text else ""
