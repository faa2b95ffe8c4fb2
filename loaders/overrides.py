"""An operator's word that failed advisory checks are right, and what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from schema.contents import CheckResult
from schema.errors import CheckError, UsageError


def settle_checks(
    checks: Sequence[CheckResult],
    overrides: Sequence[str],
    note: str | None,
    author: str | None,
    release: str,
    held: Sequence[CheckResult] = (),
) -> list[CheckResult]:
    """The checks with the operator's overrides; raises CheckError at the first that still
    fails, required ones before advisory ones.

    An override needs a note and a name, counts for advisory checks alone, and is stored. What was
    settled for the same code list when it was stored (`held`) is not asked again.
    """
    settled_before = {check.name: check for check in held if not check.is_required}
    checks = [check if check.is_passed else settled_before.get(check.name, check) for check in checks]
    names = {check.name for check in checks}
    unknown = sorted(set(overrides) - names)
    if unknown:
        raise UsageError(f"no such check: {unknown[0]}", f"checks: {', '.join(sorted(names))}", "correct the name")
    if overrides and not (note and note.strip() and author and author.strip()):
        raise UsageError(
            "an override needs a note and a name", "", "add --note 'why this is right' and --by 'your name'"
        )
    settled = [
        replace(check, override=f"{author}: {note}")
        if check.name in overrides and not check.is_passed and not check.is_required
        else check
        for check in checks
    ]
    # What no note can settle is told first.
    for check in sorted(settled, key=lambda check: not check.is_required):
        if check.state == "failed":
            remedy = (
                "check the label, or download the file again"
                if check.is_required
                else f"look at the file; if it is right: --override {check.name} --note 'why' --by 'name'"
            )
            raise CheckError(f"{release} is refused, check {check.name} failed", check.message, remedy)
    return settled
