"""Release checks: what must hold before a release counts. Named results, required or advisory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schema.contents import CheckResult, CodeFile, ReleaseContent, ReleaseInfo
from schema.errors import Place
from schema.fields import NOT_COMPARED
from schema.records import SupportingList
from schema.releases import ReleaseId, fiscal_year_of, label_of
from schema.systems import get_system

# Largest loss of codes seen between two real releases: PCS FY2020, 1.7 %. A file cut in half, or
# with a chapter missing, loses far more.
MAX_SHRINKAGE = 0.05
# CMS adds a value now and then (pricing indicator 40 in 2024), which is no reason to refuse a release; a
# column that has slipped shows dozens.
MAX_UNKNOWN_VALUES = 10
# Text and spreadsheet of one HCPCS release differ in up to 20 rows of 7,000 (real releases of 2018-2020).
MAX_WORKBOOK_DIFFERENCES = 0.02

# The publisher may drop a column or two of the 48, and says so in the next release; a spreadsheet that
# somebody has cut down for a purpose of his own lacks dozens.
MAX_MISSING_COLUMNS = 12

_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is held, as far as the checks compare with it.

    `basis` is the latest issue of the same release, or else the release in force before; `last_code`
    its last code in file order. `held` is the issue that the content belongs to: the one with the same
    code list, or for lists alone the latest. `twins` are releases of other dates with the same code list.
    """

    basis: ReleaseInfo | None = None
    last_code: str | None = None
    held: ReleaseInfo | None = None
    twins: Sequence[ReleaseId] = ()


def run_checks(content: ReleaseContent, around: Surroundings) -> list[CheckResult]:
    """All checks in a fixed order; for lists without a code list only those that count its codes."""
    code_file = content.code_file
    if code_file is None:
        if around.held is None or get_system(content.system).has_record_dates:
            return []
        return [_check_summary(around.held.file, around.held.codes, content.lists)]
    checks = [
        _check_year(content, code_file),
        _check_records(code_file),
        _check_duplicates(code_file),
        _check_value_sets(code_file),
        _check_size(code_file, around.basis),
        _check_last_code(code_file, around, content.lists),
    ]
    if get_system(content.system).has_record_dates:
        checks += [
            _check_period(content, code_file),
            _check_sequence(code_file),
            _check_columns(code_file),
            _check_workbook(code_file),
        ]
    else:
        checks += [
            _check_order_numbers(code_file),
            _check_summary(_name(code_file), code_file.facts["billable"], content.lists),
            _check_codes_file(code_file),
            _check_is_not_last_year(content, code_file, around.twins),
        ]
    return checks


def _name(code_file: CodeFile) -> str:
    """The file as errors name it, with the archive that it came in."""
    return str(Place(code_file.facts.get("place", code_file.file)))


def _passed(name: str, message: str, *, is_required: bool = True) -> CheckResult:
    return CheckResult(name, is_required, True, message)


def _check_year(content: ReleaseContent, code_file: CodeFile) -> CheckResult:
    """The year in the name of the code file is that of the label."""
    wanted = content.effective_date.year
    if not get_system(content.system).has_record_dates:
        wanted = fiscal_year_of(content.effective_date)
    label = label_of(content.system, content.effective_date)
    found = code_file.facts.get("year")
    # A name may hold the year of the posting or of the first day too.
    years = [found] if found is not None else [int(year) for year in _YEAR.findall(code_file.file)]
    if not years:
        return _passed("year", f"{_name(code_file)} names no year")
    month = code_file.facts.get("month")
    is_passed = wanted in years and month in (None, content.effective_date.month)
    said = " and ".join(map(str, years)) + (f" month {month}" if month else "")
    return CheckResult("year", True, is_passed, f"{_name(code_file)} is of {said}, the label is {label}")


def _check_records(code_file: CodeFile) -> CheckResult:
    """Every line has the length and layout of a record; loaders refuse any that has not."""
    is_passed = len(code_file) > 0 and code_file.facts.get("ends_with_newline", True)
    message = f"{len(code_file)} records read, every line in layout"
    if not is_passed:
        message = f"{_name(code_file)} " + ("is cut in its last line" if len(code_file) else "has no record")
    return CheckResult("record_length", True, is_passed, message)


def _check_duplicates(code_file: CodeFile) -> CheckResult:
    for block in code_file.blocks:
        if len(set(block.codes)) != len(block):
            first, second, code = _find_repeated(block.codes)
            # In an order file a record is a line; the HCPCS loader refuses a double by itself.
            message = f"{_name(code_file)}, line {second}: {code} stands twice, first on line {first}"
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
    count = code_file.facts.get("unknown_value_count", len(unknown))
    message = "all fields within their value sets"
    if count:
        message = f"{_name(code_file)} has {count} values that are new here: {', '.join(unknown[:5])}"
    return CheckResult("value_sets", False, count <= MAX_UNKNOWN_VALUES, message)


def _check_size(code_file: CodeFile, basis: ReleaseInfo | None) -> CheckResult:
    if basis is None:
        return _passed("shrinkage", "no earlier release to compare with", is_required=False)
    before = basis.codes + basis.headers + basis.modifiers
    change = (len(code_file) - before) / before
    message = f"{_name(code_file)} has {len(code_file)} records, {before} in {basis.release_id.label} ({change:+.1%})"
    return CheckResult("shrinkage", False, change >= -MAX_SHRINKAGE, message)


def _check_last_code(code_file: CodeFile, around: Surroundings, lists: Sequence[SupportingList]) -> CheckResult:
    """A file cut at a line end loses its last codes; without a count of the publisher nothing else shows it."""
    before = around.last_code
    if around.basis is None or before is None:
        return _passed("last_code", "no earlier release to compare with", is_required=False)
    if _is_counted(code_file, lists):
        return _passed("last_code", "not needed, the publisher counts the codes", is_required=False)
    codes = code_file.blocks[-1].codes
    # It stands at the end, or a few lines before: no need to look through 100,000 codes twice.
    is_there = before in codes[-1000:] or before in codes
    end = f"{_name(code_file)}, line {code_file.facts['rows']}" if "rows" in code_file.facts else _name(code_file)
    message = f"{end}: the last code is {codes[-1] if codes else 'none'}, and {before}, the last of "
    message += f"{around.basis.release_id.label}, is {'there' if is_there else 'missing: cut off?'}"
    return CheckResult("last_code", False, is_there, message)


def _is_counted(code_file: CodeFile, lists: Sequence[SupportingList]) -> bool:
    """Whether a list of the publisher says how many codes there are (ICD: see `publisher_count`)."""
    reports = [found for found in lists if found.kind == "transaction_report"]
    return (
        bool(code_file.facts.get("codes_files"))
        or any(report.facts.get("codes") == len(code_file) for report in reports)
        or any(_count_after(found) is not None for found in lists)
    )


def _count_after(supporting: SupportingList) -> int | None:
    """The number of billable codes after the change, by the summary of an addenda list."""
    if supporting.kind not in ("order_addenda", "codes_addenda"):
        return None
    count: int | None = supporting.facts.get("codes", {}).get("after")
    return count


def _check_order_numbers(code_file: CodeFile) -> CheckResult:
    line = code_file.facts.get("first_order_break")
    message = (
        f"{_name(code_file)}, line {line} does not have order number {line}: a line is missing or moved"
        if line
        else "order numbers run from 1 without a gap"
    )
    return CheckResult("order_numbers", True, line is None, message)


def _check_summary(file: str, billable: int, lists: Sequence[SupportingList]) -> CheckResult:
    """The billable count is the last count in the addenda summary of the same archive."""
    for kind in ("order_addenda", "codes_addenda"):
        for supporting in lists:
            count = _count_after(supporting) if supporting.kind == kind else None
            if count is not None:
                return CheckResult(
                    "publisher_count", True, count == billable,
                    f"{file} has {billable} billable codes, {count} by the summary of {supporting.file}",
                )  # fmt: skip
    return _passed("publisher_count", "no summary of the publisher to compare with")


def _check_codes_file(code_file: CodeFile) -> CheckResult:
    """The codes file beside the order file has as many codes."""
    counts: dict[str, int] = code_file.facts.get("codes_files", {})
    billable = code_file.facts["billable"]
    for name, count in sorted(counts.items()):
        if count != billable:
            message = f"{_name(code_file)} has {billable} billable codes, {count} in {name}"
            return CheckResult("codes_file", True, False, message)
    return _passed("codes_file", f"{billable} in both" if counts else "no codes file was given")


def _check_is_not_last_year(content: ReleaseContent, code_file: CodeFile, twins: Sequence[ReleaseId]) -> CheckResult:
    """A file that equals that of another year is most likely the other year's under a new name.

    Inside a year it is not: the file of April 2024 is that of October 2023. Nor beside a draft: the
    code set was frozen from FY2014 until it came into force with FY2016.
    """
    year, in_force = fiscal_year_of(content.effective_date), get_system(content.system).in_force_date or date.min
    real = [twin for twin in twins if twin.effective_date >= in_force]
    strange = [twin for twin in real if fiscal_year_of(twin.effective_date) != year]
    message = "the code list is not that of another year"
    if strange:
        message = f"the code list of {_name(code_file)} is that of {strange[0].label}, record for record"
    return CheckResult("differs_from_last_year", False, not strange, message)


def _check_period(content: ReleaseContent, code_file: CodeFile) -> CheckResult:
    """Something in the file acts on the effective date: so it is neither an older nor a newer file."""
    actions: dict[str, int] = code_file.facts.get("action_dates", {})
    day = content.effective_date
    acting = actions.get(day.isoformat(), 0)
    newest = max(actions, default="none")
    # A re-issue after the effective date holds some later actions (January 2018: 2 of 327).
    later = sum(count for other, count in actions.items() if date.fromisoformat(other) > day + timedelta(days=31))
    is_passed = acting > 0 and later <= acting
    message = f"{_name(code_file)}: {acting} records act on {day}, {later} later; the newest action is of {newest}"
    return CheckResult("period", False, is_passed, message)


def _check_sequence(code_file: CodeFile) -> CheckResult:
    """The lines of every long description are numbered 00100, 00200 …: one that is lost shows here alone."""
    breaks: int = code_file.facts.get("sequence_breaks", 0)
    message = "the lines of every description follow each other"
    if breaks:
        remarks: Sequence[str] = code_file.facts.get("remarks", ())
        first = next((remark for remark in remarks if "sequence number" in remark), "")
        message = f"{_name(code_file)}: {breaks} lines do not follow the one above; {first}"
    return CheckResult("line_sequence", False, not breaks, message)


def _check_columns(code_file: CodeFile) -> CheckResult:
    """A spreadsheet has the columns of the layout; a field whose column is gone looks emptied."""
    missing: Sequence[str] = code_file.facts.get("missing_columns", ())
    message = (
        f"{_name(code_file)} lacks {len(missing)} columns: {', '.join(missing)}" if missing else "no column is missing"
    )
    return CheckResult("columns", False, len(missing) <= MAX_MISSING_COLUMNS, message)


def _check_workbook(code_file: CodeFile) -> CheckResult:
    """Text and spreadsheet of one release say the same; the text counts."""
    if "workbook" not in code_file.facts:
        return _passed("text_and_workbook", "only one of the two was given", is_required=False)
    all_differences: Sequence[str] = code_file.facts["workbook_differences"]
    # `A0130 action_date differs`: what no comparison looks at says nothing here either (115 times in 2019).
    differences = [line for line in all_differences if line.split()[1] not in NOT_COMPARED]
    named = f": {'; '.join(differences[:3])}" if differences else ""
    message = f"{len(differences)} differences between {_name(code_file)} and {code_file.facts['workbook']}{named}"
    is_passed = len(differences) <= MAX_WORKBOOK_DIFFERENCES * len(code_file)
    return CheckResult("text_and_workbook", False, is_passed, message)
