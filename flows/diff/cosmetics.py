"""When two texts say the same in another dress: white space, case, accents, punctuation."""

from __future__ import annotations

import re
import unicodedata

# Punctuation to Unicode, yet it carries meaning in a title: 95%, and/or, one & two, cells*.
_MEANINGFUL = frozenset("%&#@*/\\§†‡")
# Between two digits every sign counts: 1.5 mg is not 15 mg, 50-59 is not 5059, 1 5 is not 15.
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[^\w]+(?=\d)")
# A minus before a number that nothing stands directly before.
_MINUS = re.compile(r"(?<![\w)])[-−](?=\d)")


def is_cosmetic_change(before: str, after: str) -> bool:
    """Whether the texts differ, and in white space, case, accents or punctuation alone."""
    return before != after and _fold(before) == _fold(after)


def is_white_space_change(before: str, after: str) -> bool:
    """Whether the texts differ, and in white space alone."""
    return before != after and "".join(before.split()) == "".join(after.split())


def _fold(text: str) -> str:
    text = text.replace("\x00", "\ufffd")
    kept_signs = _BETWEEN_DIGITS.sub(lambda sign: f"\x00{''.join(sign[0].split()) or ' '}\x00", text)
    kept_signs = _MINUS.sub("\x00-\x00", kept_signs)
    folded = []
    for index, part in enumerate(kept_signs.split("\x00")):
        if index % 2:
            folded.append(f"\x00{part}\x00")
            continue
        plain = unicodedata.normalize("NFKD", part).casefold()
        folded.append("".join(sign for sign in plain if sign in _MEANINGFUL or unicodedata.category(sign)[0] in "LNS"))
    return "".join(folded)
