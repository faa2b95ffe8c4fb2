"""The words in which the pages speak of what an account, or a token, may do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from schema.access import Permission

PERMISSION_TITLES: Mapping[Permission, str] = MappingProxyType(
    {
        Permission.READ: "see reviews, codes, tasks, the watch, and who did what",
        Permission.WORK: "decide, assign, comment, finish tasks, record training and readiness",
        Permission.SIGN: "submit, return, reopen and sign",
        Permission.OVERRIDE: "set a blocker aside",
        Permission.REFRESH: "open a review, and renew its evidence",
        Permission.AUDIT: "see who signed in, who failed to, and what was done to accounts",
        Permission.ACCOUNTS: "add and change accounts",
    }
)
