"""Release checks: what must hold before a release counts. Named results, required or advisory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from schema.contents import CheckResult, CodeFile, ReleaseContent, ReleaseInfo
from schema.errors import CheckError, UsageError
from schema.records import SupportingList
from schema.releases import fiscal_year_of, label_of
from schema.systems import get_system

# Largest loss of codes seen between two real releases: PCS FY2020, 1.7 %. A file cut in half, or
# with a chapter missing, loses far more.
MAX_SHRINKAGE = 0.05
# Text and spreadsheet of one HCPCS release differ in up to 20 rows of 7,000 (real releases of 2018-2020).
MAX_WORKBOOK_DIFFERENCES = 0.02

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class PreviousRelease:
    """What the checks compare with: the release in force before, and its last code in file order."""

    info: ReleaseInfo
    last_code: str | None


def run_checks(content: ReleaseContent, previous: PreviousRelease | None) -> list[CheckResult]:
    """All checks of a release that has a code list, in a fixed order."""
    code_file = content.code_file
    if code_file is None:
        return []
    checks = [
        _check_year(content, code_file),
        _check_records(code_file),
        _check_duplicates(code_file),
        _check_value_sets(code_file),
        _check_size(code_file, previous),
        _check_last_code(code_file, previous),
    ]
    if get_system(content.system).has_record_dates:
        checks += [_check_period(content, code_file), _check_workbook(code_file)]
    else:
        checks += [
            _check_order_numbers(code_file),
            _check_summary(code_file, content.lists),
            _check_codes_file(code_file),
            _check_is_not_last_year(content, code_file, previous),
        ]
    return checks


def settle_checks(
    checks: Sequence[CheckResult], overrides: Sequence[str], note: str | None, author: str | None, release: str
) -> list[CheckResult]:
    """The checks with the operator's overrides; raises CheckError at the first that still fails.

    An override needs a note and a name, counts for advisory checks alone, and is stored.
    """
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
    for check in settled:
        if check.state == "failed":
            remedy = (
                "check the label, or download the file again"
                if check.is_required
                else f"look at the file; if it is right: --override {check.name} --note 'why' --by 'name'"
            )
            raise CheckError(f"{release} is refused, check {check.name} failed", check.message, remedy)
    return settled


def _passed(name: str, message: str, *, is_required: bool = True) -> CheckResult:
    return CheckResult(name, is_required, True, message)


def _check_year(content: ReleaseContent, code_file: CodeFile) -> CheckResult:
    """The year in the name of the code file is that of the label."""
    wanted = content.effective_date.year
    if not get_system(content.system).has_record_dates:
        wanted = fiscal_year_of(content.effective_date)
    label = label_of(content.system, content.effective_date)
    found = code_file.facts.get("year")
    if found is None:
        years = _YEAR.findall(code_file.file)
        found = int(years[-1]) if years else None
    if found is None:
        return _passed("year", f"{code_file.file} names no year")
    month = code_file.facts.get("month")
    is_passed = found == wanted and month in (None, content.effective_date.month)
    said = f"{found}" + (f" month {month}" if month else "")
    return CheckResult("year", True, is_passed, f"{code_file.file} is of {said}, the label is {label}")


def _check_records(code_file: CodeFile) -> CheckResult:
    """Every line has the length and layout of a record; loaders refuse any that has not."""
    is_passed = len(code_file) > 0 and code_file.facts.get("ends_with_newline", True)
    message = f"{len(code_file)} records read, every line in layout"
    if not is_passed:
        message = f"{code_file.file} is cut in its last line" if len(code_file) else f"{code_file.file} has no record"
    return CheckResult("record_length", True, is_passed, message)


def _check_duplicates(code_file: CodeFile) -> CheckResult:
    for block in code_file.blocks:
        if len(set(block.codes)) != len(block):
            first, second, code = _find_repeated(block.codes)
            message = f"{code} stands twice in {code_file.file}: as record {first} and as record {second}"
            return CheckResult("duplicate_keys", True, False, message)
    return _passed("duplicate_keys", "no code stands twice")


def _find_repeated(codes: Sequence[str]) -> tuple[int, int, str]:
    """Where the first repeated code stands, counted from 1, and the code."""
    seen: dict[str, int] = {}
    for number, code in enumerate(codes, start=1):
        if code in seen:
            return seen[code], number, code
        seen[code] = number
    raise ValueError("no code is repeated")


def _check_value_sets(code_file: CodeFile) -> CheckResult:
    unknown: Sequence[str] = code_file.facts.get("unknown_values", ())
    message = f"unknown: {', '.join(unknown[:5])}" if unknown else "all fields within their value sets"
    return CheckResult("value_sets", False, not unknown, message)


def _check_size(code_file: CodeFile, previous: PreviousRelease | None) -> CheckResult:
    if previous is None:
        return _passed("shrinkage", "no earlier release to compare with", is_required=False)
    info = previous.info
    before = info.codes + info.headers + info.modifiers
    change = (len(code_file) - before) / before
    message = f"{len(code_file)} records, {before} in {info.release_id.label} ({change:+.1%})"
    return CheckResult("shrinkage", False, change >= -MAX_SHRINKAGE, message)


def _check_last_code(code_file: CodeFile, previous: PreviousRelease | None) -> CheckResult:
    """A file cut at a line end loses its last codes, and nothing else shows it."""
    if previous is None or previous.last_code is None:
        return _passed("last_code", "no earlier release to compare with", is_required=False)
    codes, before = code_file.blocks[-1].codes, previous.last_code
    # It stands at the end, or a few lines before: no need to look through 100,000 codes twice.
    last, is_there = codes[-1], before in codes[-1000:] or before in codes
    message = f"the last code is {last}, and {before}, the last of {previous.info.release_id.label}, is "
    return CheckResult("last_code", False, is_there, message + ("there" if is_there else "missing: cut off?"))


def _check_order_numbers(code_file: CodeFile) -> CheckResult:
    line = code_file.facts.get("first_order_break")
    message = (
        f"line {line} of {code_file.file} does not have order number {line}: a line is missing or moved"
        if line
        else "order numbers run from 1 without a gap"
    )
    return CheckResult("order_numbers", True, line is None, message)


def _check_summary(code_file: CodeFile, lists: Sequence[SupportingList]) -> CheckResult:
    """The billable count is the last count in the addenda summary of the same archive."""
    billable = code_file.facts["billable"]
    for kind in ("order_addenda", "codes_addenda"):
        for supporting in lists:
            codes: dict[str, Any] = supporting.facts.get("codes", {}) if supporting.kind == kind else {}
            if codes.get("after") is not None:
                return CheckResult(
                    "publisher_count", True, codes["after"] == billable,
                    f"{billable} billable codes, {codes['after']} by the summary of {supporting.file}",
                )  # fmt: skip
    return _passed("publisher_count", "no summary of the publisher to compare with")


def _check_codes_file(code_file: CodeFile) -> CheckResult:
    """The codes file beside the order file has as many codes."""
    counts: dict[str, int] = code_file.facts.get("codes_files", {})
    billable = code_file.facts["billable"]
    for name, count in sorted(counts.items()):
        if count != billable:
            return CheckResult("codes_file", True, False, f"{billable} billable codes, {count} in {name}")
    return _passed("codes_file", f"{billable} in both" if counts else "no codes file was given")


def _check_is_not_last_year(
    content: ReleaseContent, code_file: CodeFile, previous: PreviousRelease | None
) -> CheckResult:
    """An October file that equals the one before is most likely last year's under a new name."""
    name = "differs_from_last_year"
    if previous is None or previous.info.digest != code_file.digest:
        return _passed(name, "the code list is not that of an earlier year", is_required=False)
    same_year = fiscal_year_of(previous.info.release_id.effective_date) == fiscal_year_of(content.effective_date)
    message = f"the code list is that of {previous.info.release_id.label}, record for record"
    return CheckResult(name, False, same_year, message)


def _check_period(content: ReleaseContent, code_file: CodeFile) -> CheckResult:
    """Something in the file acts on the effective date: so it is neither an older nor a newer file."""
    actions: dict[str, int] = code_file.facts.get("action_dates", {})
    day = content.effective_date
    acting = actions.get(day.isoformat(), 0)
    newest = max(actions, default="none")
    # A re-issue after the effective date holds some later actions (January 2018: 2 of 327).
    later = sum(count for other, count in actions.items() if date.fromisoformat(other) > day + timedelta(days=31))
    is_passed = acting > 0 and later <= acting
    message = f"{acting} records act on {day}, {later} later; the newest action is of {newest}"
    return CheckResult("period", False, is_passed, message)


def _check_workbook(code_file: CodeFile) -> CheckResult:
    """Text and spreadsheet of one release say the same; the text counts."""
    if "workbook" not in code_file.facts:
        return _passed("text_and_workbook", "only one of the two was given", is_required=False)
    differences: Sequence[str] = code_file.facts["workbook_differences"]
    named = f": {'; '.join(differences[:3])}" if differences else ""
    message = f"{len(differences)} differences between {code_file.file} and {code_file.facts['workbook']}{named}"
    is_passed = len(differences) <= MAX_WORKBOOK_DIFFERENCES * len(code_file)
    return CheckResult("text_and_workbook", False, is_passed, message)
