"""The steps of an update as plain functions. The command line calls them, Prefect wraps them."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.diff.compare import compare_releases
from flows.diff.likeness import guess_successors, neighbourhood_of
from flows.diff.notes import add_note_changes
from flows.diff.reconcile import Evidence, reconcile_changes
from flows.diff.successors import find_successors, has_usable
from loaders.checks import Surroundings, run_checks
from loaders.overrides import settle_checks
from loaders.release import read_release
from schema.changes import ChangeKind, ChangeSet, Reconciliation, Successor, UpdateResult
from schema.contents import CheckResult, ReleaseContent, ReleaseInfo
from schema.errors import UsageError
from schema.records import CodeRecord, ListKind, SupportingList
from schema.releases import ReleaseRef, parse_release
from schema.store import reader
from schema.store.database import reading
from schema.store.writer import WrittenRelease, write_release
from schema.systems import get_system

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


@dataclass(frozen=True, slots=True)
class Override:
    """An operator's word that failed advisory checks are right, and why."""

    checks: Sequence[str] = ()
    note: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load did: the release, its checks, and documents that held nothing for the store."""

    written: WrittenRelease
    checks: Sequence[CheckResult]
    ignored: Sequence[str]


def load_release(engine: Engine, ref: ReleaseRef, paths: list[Path], override: Override | None = None) -> LoadResult:
    """Read, check and store one release; all or nothing. Raises AddendaError when it is refused."""
    override = override or Override()
    with _collector_paused():
        content = read_release(ref.system, ref.effective_date, paths)
        around = _look_around(engine, ref, content)
        checks = run_checks(content, around)
        held = around.held.checks if around.held else ()
        checks = settle_checks(checks, override.checks, override.note, override.author, str(ref), held)
        written = write_release(engine, content, checks, ref.issue, datetime.now(UTC))
    return LoadResult(written, checks, content.ignored)


def _look_around(engine: Engine, ref: ReleaseRef, content: ReleaseContent) -> Surroundings:
    with reading(engine) as connection:
        issues = reader.find_issues(connection, ReleaseRef(ref.system, ref.effective_date))
        basis = issues[-1] if issues else reader.find_previous(connection, ref.system, ref.effective_date)
        last_code = reader.read_last_code(connection, basis.release_id) if basis else None
        named = [info for info in issues if ref.issue in (None, info.release_id.issue)]
        if content.code_file is None:
            return Surroundings(basis, last_code, named[-1] if named else None)
        digest = content.code_file.digest
        same = [info for info in named if info.digest == digest]
        return Surroundings(basis, last_code, same[-1] if same else None, reader.find_twins(connection, ref, digest))


def resolve_pair(engine: Engine, system: str, previous: str, current: str) -> tuple[ReleaseInfo, ReleaseInfo]:
    """Two releases named by a person; raises UsageError or ReleaseNotFoundError."""
    name = get_system(system).name
    with reading(engine) as connection:
        one = reader.find_release(connection, parse_release(name, previous))
        other = reader.find_release(connection, parse_release(name, current))
    return one, other


def diff_releases(engine: Engine, previous: ReleaseInfo, current: ReleaseInfo) -> ChangeSet:
    """The change set previous → current."""
    system = get_system(current.release_id.system)
    if previous.release_id.system != system.name:
        raise UsageError("two systems cannot be compared", f"{previous.release_id} and {current.release_id}")
    with reading(engine) as connection:
        before, after = reader.read_different(connection, previous.release_id, current.release_id)
        changes = compare_releases(
            before,
            after,
            previous.release_id.effective_date,
            current.release_id.effective_date,
            has_record_dates=system.has_record_dates,
        )
        if all(any(held.kind == "notes" for held in side.lists) for side in (previous, current)):
            notes = [reader.read_lists(connection, side.release_id, "notes") for side in (previous, current)]
            changes = add_note_changes(
                changes,
                notes[0][0],
                notes[1][0],
                lambda codes: (
                    reader.read_codes_in(connection, previous.release_id, codes),
                    reader.read_codes_in(connection, current.release_id, codes),
                ),
            )
    return ChangeSet(system.name, previous.release_id, current.release_id, changes)


def reconcile_releases(engine: Engine, change_set: ChangeSet, previous: ReleaseInfo) -> Reconciliation:
    """The change set against the list that came with *current*."""
    kinds: tuple[ListKind, ...] = ("order_addenda", "codes_addenda", "transaction_report")
    with reading(engine) as connection:
        lists = _read_lists(connection, change_set, kinds)
        corrections = [
            supporting
            for release_id in (change_set.current, change_set.previous)
            for supporting in reader.read_lists(connection, release_id, "corrections")
        ]
        records = {}
        if get_system(change_set.system).has_record_dates:
            reports = [found for found in lists if found.kind == "transaction_report"]
            if reports:
                changed = {change.code for change in change_set.changes}
                named = {entry.code for entry in reports[0].entries if entry.fields["action"] != "no_change"}
                records = reader.read_codes_in(connection, change_set.current, sorted(named - changed))
            else:
                records = {record.code: record for record in reader.read_records(connection, change_set.current)}
    return reconcile_changes(change_set, Evidence(lists, previous.codes, corrections, records))


def suggest_successors(engine: Engine, change_set: ChangeSet) -> dict[str, tuple[Successor, ...]]:
    """Candidate successors by changed code, from all lists that came with *current*, its records and titles."""
    has_record_dates = get_system(change_set.system).has_record_dates
    deleted = [change for change in change_set.changes if change.kind is ChangeKind.DELETED]
    with reading(engine) as connection:
        lists = _read_lists(connection, change_set, ("conversion", "corrections"))
        previous_codes: list[str] = []
        current_codes: list[str] = []
        records: dict[str, CodeRecord] = {}
        if not has_record_dates:
            previous_codes = reader.read_billable_codes(connection, change_set.previous)
            current_codes = reader.read_billable_codes(connection, change_set.current)
        elif deleted:
            records = {record.code: record for record in reader.read_records(connection, change_set.current)}
        found = find_successors(change_set, lists, previous_codes, current_codes, {}, records)
        bare = [change for change in deleted if change.record_kind == "code" and not has_usable(found, change.code)]
        if bare:
            places = {neighbourhood_of(change_set.system, change.code) for change in bare}
            near = [code for code in current_codes if neighbourhood_of(change_set.system, code) in places]
            held = records or reader.read_codes_in(connection, change_set.current, near)
            for code, guesses in guess_successors(change_set, bare, held).items():
                found[code] = (*found.get(code, ()), *guesses)
        wanted = sorted({successor.code for candidates in found.values() for successor in candidates})
        titles = {
            code: record.long_descriptor
            for release_id in (change_set.previous, change_set.current)
            for code, record in reader.read_codes_in(connection, release_id, wanted).items()
        }
    return {
        code: tuple(Successor(s.code, s.source, s.rank, s.detail, titles.get(s.code, "")) for s in candidates)
        for code, candidates in sorted(found.items())
    }


def prepare_result(engine: Engine, previous: ReleaseInfo, current: ReleaseInfo, as_of: date) -> UpdateResult:
    """Everything about one update: what the report is made from."""
    change_set = diff_releases(engine, previous, current)
    return UpdateResult(
        change_set,
        reconcile_releases(engine, change_set, previous),
        suggest_successors(engine, change_set),
        previous,
        current,
        as_of,
    )


def has_findings(result: UpdateResult) -> bool:
    """Whether a person should look: a difference with the publisher's list, or an overridden check."""
    return not result.reconciliation.agrees or any(check.state != "passed" for check in result.current.checks)


def _read_lists(connection: Connection, change_set: ChangeSet, kinds: Sequence[ListKind]) -> list[SupportingList]:
    return [found for kind in kinds for found in reader.read_lists(connection, change_set.current, kind)]


@contextmanager
def _collector_paused() -> Iterator[None]:
    """A load makes a million small objects and no cycles; looking for them costs a tenth of it."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
