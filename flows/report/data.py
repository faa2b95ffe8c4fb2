"""The change set, its reconciliation and the whole report as JSON and CSV (docs/report-schema.md)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from flows.report.headlines import build_headlines
from schema.changes import Change, ChangeSet, Reconciliation, Successor, UpdateResult
from schema.contents import ReleaseInfo
from schema.records import canonical_json
from schema.systems import get_system

CSV_COLUMNS = (
    "system",
    "previous",
    "current",
    "code",
    "record_kind",
    "kind",
    "cause",
    "is_redefined",
    "is_retroactive",
    "is_cosmetic",
    "starts_date",
    "ends_date",
    "short_descriptor",
    "long_descriptor",
    "field",
    "class",
    "before",
    "after",
)

# A spreadsheet runs a cell that begins with one of these. Every such value, and every value that only
# apostrophes part from one, gets one apostrophe more, so that taking one off gives the value back.
_RUNNABLE = re.compile(r"'*[=+\-@\t\r]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def change_set_document(change_set: ChangeSet) -> dict[str, Any]:
    """The change set as JSON values; `previous` and `current` are release ids, `counts` has every kind."""
    return {
        "system": change_set.system,
        "previous": str(change_set.previous),
        "current": str(change_set.current),
        "counts": {kind.value: count for kind, count in change_set.counts.items()},
        "changes": [_change_document(change) for change in change_set.changes],
    }


def reconciliation_document(reconciliation: Reconciliation) -> dict[str, Any]:
    """The reconciliation as JSON values; counts are keyed new, deleted, revised."""
    return {
        "agrees": reconciliation.agrees,
        "basis": reconciliation.basis,
        "official": dict(reconciliation.official),
        "computed": dict(reconciliation.computed),
        "remarks": list(reconciliation.remarks),
        "differences": [
            {"code": difference.code, "what": difference.what, "reason": difference.reason}
            for difference in reconciliation.differences
        ],
    }


def report_document(result: UpdateResult) -> dict[str, Any]:
    """The whole report as JSON values: the change set with what proves it, and where codes may lead.

    The instant of loading is left out: the same releases give the same document wherever they were loaded.
    """
    change_set = result.change_set
    effective_date = change_set.current.effective_date
    return {
        **change_set_document(change_set),
        "system_title": get_system(change_set.system).title,
        "effective_date": effective_date.isoformat(),
        "as_of": result.as_of.isoformat(),
        "days_left": (effective_date - result.as_of).days,
        "headlines": list(build_headlines(result)),
        "reconciliation": reconciliation_document(result.reconciliation),
        "successors": {
            code: [_successor_document(successor) for successor in successors]
            for code, successors in sorted(result.successors.items())
            if successors
        },
        "releases": {
            "previous": _release_document(result.previous),
            "current": _release_document(result.current),
        },
    }


def render_json(document: dict[str, Any]) -> str:
    """A document as text, two blanks of indentation, a line end at the end; equal documents give equal text."""
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    # UTF-8 cannot hold a lone surrogate; its replacement here is the JSON escape of it.
    return text.encode("utf-8", "backslashreplace").decode()


def change_rows(change_set: ChangeSet) -> Iterator[tuple[str, ...]]:
    """One row of `CSV_COLUMNS` for each change and field; a change without fields has one row.

    Flags are `true` or `false`, dates ISO, blank is "". A field's value that is no text stands as JSON.
    """
    for change in change_set.changes:
        record = change.record
        head = (
            change_set.system,
            str(change_set.previous),
            str(change_set.current),
            change.code,
            change.record_kind,
            change.kind.value,
            change.cause.value if change.cause else "",
            _flag(change.is_redefined),
            _flag(change.is_retroactive),
            _flag(change.is_cosmetic),
            _iso(change.starts_date) or "",
            _iso(change.ends_date) or "",
            record.short_descriptor,
            record.long_descriptor,
        )
        for field in change.fields:
            yield (*head, field.name, field.field_class.value, _csv_value(field.before), _csv_value(field.after))
        if not change.fields:
            yield (*head, "", "", "", "")


def render_csv(change_set: ChangeSet) -> str:
    """The change set as CSV (`render_rows`)."""
    return render_rows(CSV_COLUMNS, change_rows(change_set))


def render_rows(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Rows as CSV (RFC 4180: CRLF, a header row), runnable cells disarmed with an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([disarm(value) for value in row])
    return _SURROGATE.sub("\ufffd", text.getvalue())


def disarm(value: str) -> str:
    """The value, with one apostrophe before it when a spreadsheet could take it for a formula."""
    return f"'{value}" if _RUNNABLE.match(value) else value


def _change_document(change: Change) -> dict[str, Any]:
    record = change.record
    return {
        "code": change.code,
        "kind": change.kind.value,
        "cause": change.cause.value if change.cause else None,
        "fields": [
            {
                "name": field.name,
                "class": field.field_class.value,
                "before": _json_value(field.before),
                "after": _json_value(field.after),
                "paths": list(field.paths),
            }
            for field in change.fields
        ],
        "record_kind": change.record_kind,
        "short_descriptor": record.short_descriptor,
        "long_descriptor": record.long_descriptor,
        "is_redefined": change.is_redefined,
        "is_retroactive": change.is_retroactive,
        "is_cosmetic": change.is_cosmetic,
        "starts_date": _iso(change.starts_date),
        "ends_date": _iso(change.ends_date),
    }


def _successor_document(successor: Successor) -> dict[str, Any]:
    return {
        "code": successor.code,
        "source": successor.source,
        "rank": successor.rank,
        "detail": successor.detail,
        "title": successor.title,
    }


def _release_document(release: ReleaseInfo) -> dict[str, Any]:
    return {
        "release_id": str(release.release_id),
        "label": release.release_id.label,
        "effective_date": release.release_id.effective_date.isoformat(),
        "digest": release.digest,
        "file": release.file,
        "codes": release.codes,
        "headers": release.headers,
        "modifiers": release.modifiers,
        "sources": sorted(
            ({"name": source.name, "sha256": source.sha256, "size": source.size} for source in release.sources),
            key=lambda source: (source["name"], source["sha256"]),
        ),
        "checks": [
            {
                "name": check.name,
                "is_required": check.is_required,
                "state": check.state,
                "message": check.message,
                "override": check.override,
            }
            for check in release.checks
        ],
    }


def _json_value(value: Any) -> Any:
    """Tuples become lists, dates ISO strings; what JSON has no word for becomes text."""
    return json.loads(json.dumps(value, default=str, ensure_ascii=False)) if value is not None else None


def _csv_value(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical_json(_json_value(value))


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
