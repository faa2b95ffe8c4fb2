"""`addenda releases`: what is held."""

from __future__ import annotations

from typing import Any

import click

from flows.commands.common import (
    FINDINGS,
    format_option,
    open_settings,
    open_store,
    print_csv,
    print_json,
    print_table,
)
from schema.contents import ReleaseInfo
from schema.store.database import reading
from schema.store.reader import list_releases
from schema.store.verify import Verification, verify_releases
from schema.systems import get_system


@click.command("releases")
@click.argument("system", required=False)
@click.option("--verify", is_flag=True, help="Work out every digest and count again; exit 1 where one differs.")
@format_option
@click.pass_context
def command(context: click.Context, system: str | None, verify: bool, output: str) -> int:
    """List the releases held, of all systems or of SYSTEM."""
    name = get_system(system).name if system else None
    engine = open_store(open_settings(context))
    if verify:
        with reading(engine) as connection:
            results = verify_releases(connection, name)
        _print_verification(results, output)
        return FINDINGS if any(result.findings for result in results) else 0
    with reading(engine) as connection:
        found = list_releases(connection, name)
    if output == "json":
        print_json({"releases": [describe_release(info) for info in found]})
        return 0
    header = ("release", "label", "codes", "headers", "modifiers", "loaded", "lists", "in force", "overridden")
    rows = [
        (
            info.release_id,
            info.release_id.label,
            info.codes,
            info.headers,
            info.modifiers,
            f"{info.loaded_at:%Y-%m-%d %H:%M}Z",
            ", ".join(sorted({held.kind for held in info.lists})),
            "superseded" if info.has_later_issue else "latest issue",
            ", ".join(f"{check.name} ({check.override})" for check in info.checks if check.state == "overridden"),
        )
        for info in found
    ]
    (print_csv if output == "csv" else print_table)(header, rows)
    return 0


def _print_verification(results: list[Verification], output: str) -> None:
    """One line for each release, and one more for records that no release holds."""
    if output == "json":
        told = [
            {"release_id": str(result.release_id) if result.release_id else None, "findings": list(result.findings)}
            for result in results
        ]
        print_json({"releases": told})
        return
    rows = [
        (result.release_id or "(no release)", "; ".join(result.findings) or "as it was loaded") for result in results
    ]
    (print_csv if output == "csv" else print_table)(("release", "state"), rows)


def describe_release(info: ReleaseInfo) -> dict[str, Any]:
    """A release as JSON; instants have keys that end in `_at`."""
    return {
        "release_id": str(info.release_id),
        "system": info.release_id.system,
        "effective_date": info.release_id.effective_date.isoformat(),
        "issue": info.release_id.issue,
        "label": info.release_id.label,
        "is_latest_issue": not info.has_later_issue,
        "loaded_at": info.loaded_at.isoformat(),
        "digest": info.digest,
        "codes": info.codes,
        "headers": info.headers,
        "modifiers": info.modifiers,
        "file": info.file,
        "sources": [{"name": s.name, "sha256": s.sha256, "size": s.size} for s in info.sources],
        "lists": [{"kind": held.kind, "file": held.file, "rows": held.rows} for held in info.lists],
        "checks": [
            {
                "name": check.name,
                "is_required": check.is_required,
                "state": check.state,
                "message": check.message,
                "override": check.override,
            }
            for check in info.checks
        ],
    }
