"""Passwords: kept as argon2id texts, never as they are, and refused where they are too short."""

from __future__ import annotations


def hash_password(password: str) -> str:
    """The argon2 text (parameters, salt and hash) of a password. Raises UsageError when it cannot be one."""
    raise NotImplementedError


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one of that argon2 text; takes as long without a text as with one."""
    raise NotImplementedError


def needs_rehash(password_hash: str) -> bool:
    """Whether the text was made with other parameters than those of today."""
    raise NotImplementedError
