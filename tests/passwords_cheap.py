"""Passwords whose hashes cost next to nothing, for tests of which the cost is not the subject."""

from __future__ import annotations

import pytest

from flows import passwords


def use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with the cheapest parameters of argon2 until the test ends."""
    from argon2 import PasswordHasher
    from argon2.profiles import CHEAPEST

    hasher = PasswordHasher.from_parameters(CHEAPEST)
    nobodys = hasher.hash("nobody has this password")
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    monkeypatch.setattr(passwords, "_nobodys_hash", lambda: nobodys)
