"""When two texts say the same in another dress: white space, case, accents, punctuation."""

from __future__ import annotations

import re
import unicodedata

# Punctuation to Unicode, yet it carries meaning in a title: 95%, and/or, one & two, cells*.
_MEANINGFUL = frozenset("%&#@*/\\§†‡")
# Between two digits every sign counts: 1.5 mg is not 15 mg, 50-59 is not 5059, 1 5 is not 15.
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\W_]+(?=\d)")
# A minus or a decimal point before a number that nothing stands directly before: .5 mg is not 5 mg.
_SIGN_OR_POINT = re.compile(r"(?<![\w)])[-−–.](?=\d)")
# Feet and inches, minutes and seconds: 5' is not 5".
_PRIMES = re.compile(r"(?<=\d)['\"’”\u2032\u2033]+")


def is_cosmetic_change(before: str, after: str) -> bool:
    """Whether the texts differ, and in white space, case, accents or punctuation alone."""
    return before != after and _fold(before) == _fold(after)


def is_white_space_change(before: str, after: str) -> bool:
    """Whether the texts differ, and in white space alone."""
    return before != after and "".join(before.split()) == "".join(after.split())


def _fold(text: str) -> str:
    """The text without what is cosmetic; a sign that counts stands between two NUL characters."""
    text = _BETWEEN_DIGITS.sub(
        lambda sign: f"\x00{''.join(sign[0].split()) or ' '}\x00", text.replace("\x00", "\ufffd")
    )
    for signs in (_SIGN_OR_POINT, _PRIMES):
        text = signs.sub("\x00\\g<0>\x00", text)
    parts = text.split("\x00")
    return "".join(f"\x00{part}\x00" if index % 2 else _fold_words(part) for index, part in enumerate(parts))


def _fold_words(text: str) -> str:
    # Not NFKD: it makes 10² the same as 102.
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in plain if sign in _MEANINGFUL or _carries_meaning(unicodedata.category(sign)))


def _carries_meaning(category: str) -> bool:
    """Letters, numbers and symbols do; Sk are accents that stand alone, among them the backtick."""
    return category[0] in "LNS" and category != "Sk"
