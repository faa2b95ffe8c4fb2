"""Passwords: kept as argon2id texts, never as they are, and refused where they are too short."""

from __future__ import annotations

import threading
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from schema.errors import UsageError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# NIST SP 800-63B-4, section 3.1.1.2: length counts, rules about letters and digits do not.
SHORTEST, LONGEST = 12, 1024
# Each hash takes 64 MiB for as long as it runs: a flood of logins waits in line and does not fill the memory.
_AT_ONCE = threading.BoundedSemaphore(4)


def hash_password(password: str) -> str:
    """The argon2 text (parameters, salt and hash) of a password. Raises UsageError when it cannot be one."""
    if not SHORTEST <= len(password) <= LONGEST:
        why = f"it has to have {SHORTEST} to {LONGEST} characters"
        raise UsageError("the password cannot be used", why, "choose a few words that nobody else would put together")
    if len(set(password)) < 4:
        raise UsageError("the password cannot be used", "it repeats a few characters", "choose a few words")
    spelled = _spell(password)
    if spelled is None:
        raise UsageError("the password cannot be used", "it is not text", "type it on a keyboard")
    with _AT_ONCE:
        return _hasher().hash(spelled)


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one of that argon2 text; takes as long without a text as with one."""
    nobodys = _nobodys_hash()
    from argon2.exceptions import InvalidHashError, VerificationError

    spelled = _spell(password) if len(password) <= LONGEST else None
    try:
        with _AT_ONCE:
            is_right = _hasher().verify(password_hash or nobodys, spelled or b"")
    except (VerificationError, InvalidHashError):
        return False
    return is_right and password_hash is not None and spelled is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether the text was made with other parameters than those of today."""
    return _hasher().check_needs_rehash(password_hash)


def _spell(password: str) -> bytes | None:
    """One spelling, whatever keyboard composed the letters; None for half a letter."""
    try:
        return unicodedata.normalize("NFKC", password).encode()
    except UnicodeEncodeError:
        return None


@cache
def _hasher() -> PasswordHasher:
    try:
        from argon2 import PasswordHasher
        from argon2.profiles import RFC_9106_LOW_MEMORY
    except ImportError as error:
        raise UsageError("passwords need argon2, which is not installed", "", "pip install 'addenda[serve]'") from error

    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _nobodys_hash() -> str:
    """What is checked where there is no account: it costs what the check of a real one costs."""
    return _hasher().hash("nobody has this password")
