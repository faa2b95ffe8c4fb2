"""What holds for every pair of releases, whatever is in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from deepdiff import DeepDiff
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from flows.diff.compare import Records, compare_fields, compare_releases, is_ended, list_fields
from flows.report.data import change_set_document, render_json
from schema.changes import Cause, Change, ChangeKind, ChangeSet
from schema.contents import CodeFile, ReleaseContent
from schema.records import CodeRecord, RecordKind, build_block
from schema.releases import ReleaseId
from schema.store import reader
from schema.store.database import open_database, reading
from schema.store.runs import subtract_runs
from schema.store.writer import write_release
from tests.expected_strategies import DATES, FIRST, SECOND, Release, nested_fields, release_pairs, reordered

SYSTEMS = ("icd10cm", "hcpcs")
every_system = pytest.mark.parametrize("system", SYSTEMS)
SWAPPED = {
    ChangeKind.NEW: ChangeKind.DELETED,
    ChangeKind.REINSTATED: ChangeKind.DELETED,
    ChangeKind.REVISED: ChangeKind.REVISED,
    ChangeKind.ADDED_AND_ENDED: ChangeKind.PURGED,
    ChangeKind.PURGED: ChangeKind.ADDED_AND_ENDED,
    ChangeKind.NEW_HEADER: ChangeKind.GONE_HEADER,
    ChangeKind.GONE_HEADER: ChangeKind.NEW_HEADER,
    ChangeKind.REVISED_HEADER: ChangeKind.REVISED_HEADER,
}


def compare(
    before: Records, after: Records, system: str, first: date = FIRST, second: date = SECOND
) -> tuple[Change, ...]:
    return compare_releases(before, after, first, second, has_record_dates=system == "hcpcs")


def by_key(changes: tuple[Change, ...]) -> dict[tuple[str, str], Change]:
    return {(change.record_kind, change.code): change for change in changes}


def render(changes: tuple[Change, ...], system: str) -> str:
    previous, current = (ReleaseId(system, day, 1) for day in (FIRST, SECOND))
    return render_json(change_set_document(ChangeSet(system, previous, current, changes)))


def content_of(release: Records) -> dict[tuple[str, str], tuple[bool | None, dict[str, Any]]]:
    return {key: (record.is_billable, list_fields(record)) for key, record in release.items()}


@every_system
@given(st.data())
def test_release_compared_with_itself_has_no_changes(system: str, data: st.DataObject) -> None:
    before, _ = data.draw(release_pairs(system))
    assert compare(before, dict(before), system, FIRST, FIRST) == ()


@every_system
@given(st.data())
def test_changes_applied_to_the_previous_release_give_the_current_one(system: str, data: st.DataObject) -> None:
    before, after = data.draw(release_pairs(system))
    applied: Release = dict(before)
    for key, change in by_key(compare(before, after, system)).items():
        assert (change.before, change.after) == (before.get(key), after.get(key))
        if change.after is None:
            del applied[key]
        else:
            applied[key] = change.after
    assert content_of(applied) == content_of(after)


@every_system
@given(st.data())
def test_fields_of_a_revision_turn_the_record_before_into_the_one_after(system: str, data: st.DataObject) -> None:
    before, after = data.draw(release_pairs(system))
    for change in compare(before, after, system):
        if change.before and change.after and change.kind in (ChangeKind.REVISED, ChangeKind.REVISED_HEADER):
            fields = list_fields(change.before)
            assert {field.name: field.before for field in change.fields} == {
                field.name: fields.get(field.name) for field in change.fields
            }
            fields |= {field.name: field.after for field in change.fields}
            assert {k: v for k, v in fields.items() if v is not None} == list_fields(change.after)
        else:
            assert change.fields == ()


@every_system
@given(st.data())
def test_swapping_the_sides_swaps_new_and_deleted(system: str, data: st.DataObject) -> None:
    before, after = data.draw(release_pairs(system))
    there = by_key(compare(before, after, system))
    back = by_key(compare(after, before, system, SECOND, FIRST))
    assert there.keys() == back.keys()
    for key, change in there.items():
        other = back[key]
        if change.kind is ChangeKind.DELETED:
            assert other.kind in (ChangeKind.NEW, ChangeKind.REINSTATED)
            assert (other.kind is ChangeKind.REINSTATED) is (change.cause is Cause.TERMINATED)
        else:
            assert other.kind is SWAPPED[change.kind]
        assert [(f.name, f.before, f.after) for f in change.fields] == [
            (f.name, f.after, f.before) for f in other.fields
        ]


@every_system
@given(st.data())
def test_order_of_the_rows_does_not_matter(system: str, data: st.DataObject) -> None:
    before, after = data.draw(release_pairs(system))
    shuffled = compare(data.draw(reordered(before)), data.draw(reordered(after)), system)
    assert render(shuffled, system) == render(compare(before, after, system), system)


@every_system
@given(st.data())
def test_each_code_has_at_most_one_kind_and_every_kind_is_counted(system: str, data: st.DataObject) -> None:
    before, after = data.draw(release_pairs(system))
    changes = compare(before, after, system)
    assert len(by_key(changes)) == len(changes)
    counts = ChangeSet(system, ReleaseId(system, FIRST, 1), ReleaseId(system, SECOND, 1), changes).counts
    assert list(counts) == list(ChangeKind)
    assert sum(counts.values()) == len(changes)
    assert [change.code for change in changes] == sorted(change.code for change in changes)


@given(st.data())
def test_unchanged_record_whose_last_day_lies_between_the_two_dates_is_deleted(data: st.DataObject) -> None:
    before, _ = data.draw(release_pairs("hcpcs"))
    changes = by_key(compare(before, dict(before), "hcpcs"))
    lapsed = {key for key, record in before.items() if is_ended(record, SECOND) and not is_ended(record, FIRST)}
    assert changes.keys() == lapsed
    told = {(c.kind, c.cause, c.is_retroactive, c.fields) for c in changes.values()}
    assert told <= {(ChangeKind.DELETED, Cause.TERMINATED, False, ())}


@every_system
@given(st.data())
def test_set_algebra_finds_the_codes_that_deepdiff_finds_in_the_whole_tables(system: str, data: st.DataObject) -> None:
    before, after = data.draw(release_pairs(system))
    one, other = ({"/".join(key): list(content) for key, content in content_of(r).items()} for r in (before, after))
    evidence = DeepDiff(one, other, verbose_level=2, view="tree", threshold_to_diff_deeper=0)
    found = {str(item.path(output_format="list")[0]) for items in evidence.values() for item in items}
    changes = {"/".join(key): change for key, change in by_key(compare(before, after, system)).items()}
    lapsed = {name for name, change in changes.items() if one.get(name) == other.get(name)}
    assert changes.keys() - lapsed == found
    assert all(changes[name].kind is ChangeKind.DELETED for name in lapsed)


@given(nested_fields, nested_fields)
def test_deepdiff_names_exactly_the_fields_that_differ_and_where(before: dict[str, Any], after: dict[str, Any]) -> None:
    fields = {field.name: field for field in compare_fields(before, after)}
    differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert fields.keys() == differing
    for name, field in fields.items():
        assert (field.before, field.after) == (before.get(name), after.get(name))
        assert bool(field.paths) is (type(field.before) is type(field.after) and not isinstance(field.before, str))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('properties') / 'addenda.db'}")
    yield engine
    engine.dispose()


def store(engine: Engine, system: str, release: Release, day: date) -> ReleaseId:
    kinds: tuple[RecordKind, ...] = ("code", "modifier")
    blocks = (build_block(system, kind, [r for r in release.values() if r.kind == kind]) for kind in kinds)
    code_file = CodeFile(system, "codes.txt", tuple(blocks))
    content = ReleaseContent(system, day, (), code_file, ())
    return write_release(engine, content, [], None, datetime.now(UTC)).release_id


@every_system
@settings(max_examples=40)
@given(st.data())
def test_runs_of_a_real_store_give_the_changes_of_the_whole_tables(
    engine: Engine, system: str, data: st.DataObject
) -> None:
    before, after = data.draw(release_pairs(system))
    previous = store(engine, system, data.draw(reordered(before)), FIRST)
    current = store(engine, system, data.draw(reordered(after)), SECOND)
    with reading(engine) as connection:
        there = reader.read_different(connection, previous, current)
        back = reader.read_different(connection, current, previous)
    assert compare(*there, system) == compare(before, after, system)
    assert compare(*back, system, SECOND, FIRST) == compare(after, before, system, SECOND, FIRST)
    assert there == back[::-1]


def test_unchanged_records_that_end_on_any_day_are_told_the_same_by_a_store(engine: Engine) -> None:
    records = [
        CodeRecord("hcpcs", "code", f"J{number:04}", None, "Cane", "Cane", None, day)
        for number, day in enumerate(DATES)
    ]
    release: Release = {(record.kind, record.code): record for record in records}
    previous, current = store(engine, "hcpcs", release, FIRST), store(engine, "hcpcs", release, SECOND)
    with reading(engine) as connection:
        found = compare(*reader.read_different(connection, previous, current), "hcpcs")
    assert found == compare(release, release, "hcpcs")
    ended = {change.after.termination_date for change in found if change.after}
    assert ended == {day for day in DATES if FIRST <= day < SECOND}
    assert {FIRST, SECOND - timedelta(days=1)} <= ended


runs = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 6)), max_size=8)


@given(runs, runs)
def test_run_subtraction_is_set_subtraction(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    def unroll(drawn: list[tuple[int, int]]) -> tuple[list[tuple[int, int]], set[int]]:
        ids = {n for first, more in drawn for n in range(first, first + more + 1)}
        starts = sorted(n for n in ids if n - 1 not in ids)
        return [(n, next(m for m in range(n, 99) if m + 1 not in ids)) for n in starts], ids

    (left, left_ids), (right, right_ids) = unroll(one), unroll(other)
    assert subtract_runs(left, right) == left_ids - right_ids
