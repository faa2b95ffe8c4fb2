"""ICD-10: the change set of every pair of real releases, code for code against the files and the publisher's lists."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from schema.changes import Change, ChangeKind, FieldChange
from tests.expected_official import (
    OfficialChanges,
    OrderRow,
    Titles,
    diff_orders,
    read_addenda,
    read_diff_list,
    read_order,
)
from tests.expected_releases import (
    ICD_JUMPS,
    ICD_STEPS,
    RealReleases,
    Step,
    by_kind,
    open_real_releases,
)

DRAFTS = ("FY2013", "FY2014")
# A list that was made against *previous*, and so has to lead from there to *current*.
OWN_LISTS = [step for step in ICD_STEPS if step.current not in DRAFTS and set(step.reasons) <= {"white_space_only"}]
PARTIAL_LISTS = [step for step in ICD_STEPS if "other_base_file" in step.reasons and step.system == "icd10pcs"]


@pytest.fixture(scope="session")
def real(releases: Path) -> RealReleases:
    return open_real_releases(releases)


def rows_of(real: RealReleases, step: Step) -> tuple[dict[str, OrderRow], dict[str, OrderRow]]:
    before, after = (real[step.system].folder(label) for label in (step.previous, step.current))
    return read_order(before), read_order(after)


def titles_of(change: Change) -> tuple[Titles | None, Titles | None]:
    before, after = (
        (record.short_descriptor, record.long_descriptor) if record else None
        for record in (change.before, change.after)
    )
    return before, after


@pytest.mark.parametrize("step", ICD_STEPS + ICD_JUMPS, ids=str)
def test_change_set_is_the_plain_difference_of_the_two_order_files(real: RealReleases, step: Step) -> None:
    change_set, _ = real[step.system].compare(step.previous, step.current)
    before, after = rows_of(real, step)
    expected = diff_orders(before, after)
    assert {c.code: (c.kind.value, c.cause and c.cause.value) for c in change_set.changes} == expected
    assert len(change_set.changes) == len(expected)
    for change in change_set.changes:
        rows = before.get(change.code), after.get(change.code)
        assert titles_of(change) == tuple(row and row.titles for row in rows)
        assert [record and record.is_billable for record in (change.before, change.after)] == [
            row and row.is_billable for row in rows
        ]


@pytest.mark.parametrize("step", ICD_STEPS + ICD_JUMPS, ids=str)
def test_fields_of_a_revision_are_the_titles_that_differ(real: RealReleases, step: Step) -> None:
    change_set, _ = real[step.system].compare(step.previous, step.current)
    for change in change_set.changes:
        names = {"short_descriptor": (0, "display"), "long_descriptor": (1, "descriptor")}
        before, after = titles_of(change)
        expected = {}
        if change.kind in (ChangeKind.REVISED, ChangeKind.REVISED_HEADER) and before and after:
            expected = {name: (before[n], after[n]) for name, (n, _) in names.items() if before[n] != after[n]}
            assert expected
        assert {field.name: (field.before, field.after) for field in change.fields} == expected
        assert all(field.field_class.value in (names[field.name][1], "cosmetic") for field in change.fields)


@pytest.mark.parametrize("step", ICD_STEPS + ICD_JUMPS, ids=str)
def test_counts_are_those_of_the_read_me(real: RealReleases, step: Step) -> None:
    change_set, _ = real[step.system].compare(step.previous, step.current)
    expected = dict.fromkeys(ChangeKind, 0)
    expected |= zip((ChangeKind.NEW, ChangeKind.DELETED, ChangeKind.REVISED), step.codes, strict=True)
    headers = (ChangeKind.NEW_HEADER, ChangeKind.GONE_HEADER, ChangeKind.REVISED_HEADER)
    expected |= zip(headers, step.headers, strict=True)
    assert change_set.counts == expected


@pytest.mark.parametrize("step", ICD_STEPS + ICD_JUMPS, ids=str)
def test_reconciliation_names_every_difference_and_its_reason(real: RealReleases, step: Step) -> None:
    _, found = real[step.system].compare(step.previous, step.current)
    names = ("new", "deleted", "revised")
    assert found.agrees is (not step.reasons)
    assert dict(found.computed) == dict(zip(names, step.codes, strict=True))
    assert dict(found.official) == dict(zip(names, step.official or step.codes, strict=True))
    assert Counter(difference.reason for difference in found.differences) == step.reasons
    if step.unlisted:
        assert {difference.code for difference in found.differences} == step.unlisted


def expected_lists(changes: tuple[Change, ...], unlisted: frozenset[str]) -> tuple[OfficialChanges, OfficialChanges]:
    """What a complete list has to say: a code that became a header is deleted there and added to the headers."""
    levels = OfficialChanges(), OfficialChanges()
    for change in changes:
        before, after = titles_of(change)
        for level, is_billable in zip(levels, (True, False), strict=True):
            was = before if change.before and change.before.is_billable is is_billable else None
            now = after if change.after and change.after.is_billable is is_billable else None
            if now and not was:
                level.new[change.code] = now
            elif was and not now:
                level.deleted[change.code] = was
            elif was and now and change.code not in unlisted:
                level.revised[change.code] = (was, now)
    return levels


@pytest.mark.parametrize("step", OWN_LISTS, ids=str)
def test_order_addenda_say_the_same_of_every_code_header_and_title(real: RealReleases, step: Step) -> None:
    change_set, _ = real[step.system].compare(step.previous, step.current)
    addenda = read_addenda(real[step.system].folder(step.current), step.system)
    assert expected_lists(change_set.changes, step.unlisted) == addenda


@pytest.mark.parametrize("step", [step for step in ICD_STEPS if step.current in DRAFTS], ids=str)
def test_change_lists_of_the_drafts_say_the_same_of_every_code(real: RealReleases, step: Step) -> None:
    change_set, _ = real[step.system].compare(step.previous, step.current)
    expected, _ = expected_lists(change_set.changes, frozenset())
    listed = read_diff_list(real[step.system].folder(step.current))
    assert {code: long for code, (_, long) in expected.new.items()} == {c: long for c, (_, long) in listed.new.items()}
    assert expected.deleted.keys() == listed.deleted.keys()
    revised = {code: (before[1], after[1]) for code, (before, after) in expected.revised.items()}
    assert revised == {code: (before[1], after[1]) for code, (before, after) in listed.revised.items()}


@pytest.mark.parametrize("step", PARTIAL_LISTS, ids=str)
def test_list_of_a_mid_year_step_is_part_of_the_whole_year(real: RealReleases, step: Step) -> None:
    change_set, found = real[step.system].compare(step.previous, step.current)
    before, after = rows_of(real, step)
    codes, headers = read_addenda(real[step.system].folder(step.current), step.system)
    assert codes.new.items() <= {code: row.titles for code, row in after.items()}.items()
    assert not codes.deleted.keys() & after.keys()
    assert headers == OfficialChanges()
    # What the list does not speak of is a difference, and nothing else is.
    ours = {change.code for change in change_set.changes}
    listed = codes.new.keys() | codes.deleted.keys() | codes.revised.keys()
    assert ours - listed <= {difference.code for difference in found.differences} <= ours | listed
    assert all(difference.reason == "other_base_file" for difference in found.differences)
    assert len(before) - len(after) != len(codes.deleted) - len(codes.new)


def test_october_list_of_2021_and_six_codes_of_january_make_the_step_of_2021(real: RealReleases) -> None:
    cm = real["icd10cm"]
    change_set, _ = cm.compare("FY2020", "FY2021-jan")
    october, _ = read_addenda(cm.root / "FY2021-oct", "icd10cm")
    new, deleted = (by_kind(change_set, kind).keys() for kind in (ChangeKind.NEW, ChangeKind.DELETED))
    assert new - october.new.keys() == {"J1282", "M3581", "M3589", "Z1152", "Z20822", "Z8616"}
    assert october.new.keys() <= new
    assert deleted - october.deleted.keys() == {"M358"}
    assert october.deleted.keys() <= deleted


def is_wider_spaced(field: FieldChange) -> bool:
    return " ".join(field.before.split()) == " ".join(field.after.split())


def test_titles_of_2019_that_differ_in_white_space_are_revised_as_the_list_says(real: RealReleases) -> None:
    change_set, found = real["icd10cm"].compare("FY2018", "FY2019")
    fields = [field for change in change_set.changes for field in change.fields]
    spaced = [field for field in fields if field.name == "long_descriptor" and is_wider_spaced(field)]
    assert len(spaced) == 43
    assert {field.field_class.value for field in spaced} == {"cosmetic"}
    assert found.agrees


def test_most_revisions_of_pcs_2020_are_of_the_short_title_alone(real: RealReleases) -> None:
    change_set, _ = real["icd10pcs"].compare("FY2019", "FY2020")
    names = Counter(tuple(f.name for f in change.fields) for change in by_kind(change_set, ChangeKind.REVISED).values())
    assert names == {("short_descriptor",): 128, ("long_descriptor", "short_descriptor"): 2}


def test_steps_from_2018_to_2025_together_are_the_jump(real: RealReleases) -> None:
    cm = real["icd10cm"]
    steps = [step for step in ICD_STEPS if step.system == "icd10cm" and step.previous >= "FY2018"]
    assert (steps[0].previous, steps[-1].current, len(steps)) == ("FY2018", "FY2025", 10)
    first: dict[str, object] = {}
    last: dict[str, object] = {}
    for step in steps:
        for change in cm.compare(step.previous, step.current)[0].changes:
            first.setdefault(change.code, change.before)
            last[change.code] = change.after
    jump = {change.code: (change.before, change.after) for change in cm.compare("FY2018", "FY2025")[0].changes}
    assert {code: (first[code], last[code]) for code in first if first[code] != last[code]} == jump
