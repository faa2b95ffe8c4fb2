"""`addenda review audit --verify`: the proof, printed."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from flows.commands.common import print_csv, print_json, print_table
from flows.review.replay import Finding
from flows.review_audit import verify_log
from flows.settings import Settings
from schema.errors import AuditError, UsageError, shorten_value
from schema.store.act_log import iterate_acts, read_head
from schema.store.database import reading

if TYPE_CHECKING:
    from sqlalchemy import Engine

_HASH = re.compile(r"[0-9a-f]{64}")


def print_verification(engine: Engine, settings: Settings, head: str | None, output: str) -> int:
    """How many things are not as they were written, each printed. `head` is the hash of an act that was noted outside
    of this machine; raises UsageError when it is none."""
    if head is not None and not _HASH.fullmatch(head.strip().lower()):
        raise UsageError(f"{shorten_value(head)!r} is no hash", "it has 64 hexadecimal signs", "see the log")
    findings = verify_log(engine, settings)
    acts, last = 0, "unknown"
    # What cannot be read is among the findings already.
    with suppress(AuditError), reading(engine) as connection:
        acts, last = read_head(connection)
    if head is not None and not _holds_hash(engine, head.strip().lower()):
        findings.append(Finding("the log", f"no act has the hash {head.strip()[:12]}… that was noted"))
    rows = [(finding.where, finding.what) for finding in findings]
    if output == "json":
        told = [{"where": where, "what": what} for where, what in rows]
        print_json({"acts": acts, "head": last, "findings": told})
    elif output == "csv":
        print_csv(("where", "what"), rows)
    else:
        if rows:
            print_table(("where", "what"), rows)
        verdict = "as they were written" if not rows else f"{len(rows)} findings"
        click.echo(f"{acts} acts and what follows from them: {verdict}; the last act has the hash {last}")
    return len(findings)


def _holds_hash(engine: Engine, digest: str) -> bool:
    with suppress(AuditError), reading(engine) as connection:
        return any(act.hash == digest for act in iterate_acts(connection))
    return False
