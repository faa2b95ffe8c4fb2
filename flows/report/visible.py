"""Making characters seen that a reader, or a file format, cannot take as they are."""

from __future__ import annotations

import re

# Control characters, which XML 1.0 forbids or browsers swallow; lone surrogates, which UTF-8 cannot hold;
# marks that turn the direction of the text around them (U+202A to U+202E, U+2066 to U+2069); non-characters.
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_REPLACEMENT = "\ufffd"
_CONTROL_PICTURES = 0x2400  # U+2400 to U+241F draw U+0000 to U+001F
_DELETE, _DELETE_PICTURE = "\x7f", "\u2421"

_BLANKS = {" ": "\u2423", "\xa0": "\u237d", "\t": "\u21e5", "\n": "\u21b5", "\r": "\u240d"}


def make_printable(text: str) -> str:
    """The text with every control character drawn as its picture (␀ for U+0000) and every other odd one as U+FFFD.

    Tab, line feed and carriage return stay.
    """
    return _ODD.sub(_draw, text) if _ODD.search(text) else text


def _draw(match: re.Match[str]) -> str:
    character = match[0]
    if character < " ":
        return chr(_CONTROL_PICTURES + ord(character))
    return _DELETE_PICTURE if character == _DELETE else _REPLACEMENT


def draw_blanks(text: str) -> str:
    """White space as signs: ␣ a blank, ⍽ a fixed blank, ⇥ a tab, ↵ a line end."""
    return "".join(_BLANKS.get(character, "\u2423") for character in text)
