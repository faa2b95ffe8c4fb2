"""The whole report as JSON: what the close-out pages name the digest of."""

from __future__ import annotations

import hashlib
from typing import Any

from schema.records import canonical_json
from schema.watch import Evidence, WatchEntry, WatchItem, WatchReport, WorkItem


def render_document(report: WatchReport) -> str:
    """The report as one line of JSON, keys sorted, with a line end; equal reports give equal text.

    Dates are ISO, amounts text with their cents. Items, entries and work stand in an order of their own, so that
    the order in which they were given does not change the digest.
    """
    document = {
        "as_of": report.as_of.isoformat(),
        "current": sorted(str(release) for release in report.current),
        "table_version": report.table_version,
        "items": _sorted(_item(item) for item in report.items),
        "entries": _sorted(_entry(entry) for entry in report.entries),
        "work": _sorted(_work(work) for work in report.work),
        "evidence": [
            {"system": system, "code": code, **describe_evidence(evidence)}
            for (system, code), evidence in sorted(report.evidence.items())
        ],
        "trend": {name: {str(day): days[day] for day in sorted(days)} for name, days in report.trend.items()},
    }
    text = canonical_json(document) + "\n"
    return text.encode("utf-8", "backslashreplace").decode()


def digest_of(document: str) -> str:
    """SHA-256 of what `render_document` gave, in hex: what `sha256sum watch.json` prints."""
    return hashlib.sha256(document.encode()).hexdigest()


def _sorted(documents: Any) -> list[dict[str, Any]]:
    return sorted(documents, key=canonical_json)


def describe_figures(item: WatchItem) -> dict[str, Any]:
    """What every document of an item says alike; amounts as exact text."""
    return {
        "system": item.system,
        "code": item.code,
        "payer": item.payer,
        "change_kind": item.change_kind,
        "status": item.status.value,
        "category": item.category.value,
        "fault": item.fault.value,
        "first_alarm_date": item.first_alarm_date.isoformat() if item.first_alarm_date else None,
        "billed_claims": item.billed_claims,
        "adjudicated_claims": item.adjudicated_claims,
        "denied_claims": item.denied_claims,
        "rejected_claims": item.rejected_claims,
        "baseline_rate": item.baseline_rate,
        "rate": item.rate,
        "p_value": item.p_value,
        "q_value": item.q_value,
        "denied_amount": str(item.denied_amount),
        "recovered_amount": str(item.recovered_amount),
        "expected": item.expected,
        "low": item.low,
        "high": item.high,
        "is_watched": item.is_watched,
        "why": item.why,
    }


def _item(item: WatchItem) -> dict[str, Any]:
    return describe_figures(item) | {
        "weeks": [
            {"first_date": first.isoformat(), "observed": observed, "expected": expected}
            for first, observed, expected in item.weeks
        ],
    }


def _entry(entry: WatchEntry) -> dict[str, Any]:
    claims, rates = entry.baseline_claims or {}, entry.baseline_rate or {}
    return {
        "system": entry.system,
        "code": entry.code,
        "payer": entry.payer,
        "change_kind": entry.change_kind,
        "reasons": [reason.value for reason in entry.reasons],
        "categories": [category.value for category in entry.categories],
        "start_date": entry.start_date.isoformat(),
        "end_date": entry.end_date.isoformat(),
        "current": str(entry.current),
        "dollars_at_risk": str(entry.dollars_at_risk),
        "baseline": _sorted(
            {"payer": payer, "claims": claims.get(payer), "rate": rates.get(payer)} for payer in {*claims, *rates}
        ),
        "owner": entry.owner,
        "note": entry.note,
    }


def _work(work: WorkItem) -> dict[str, Any]:
    return {
        "claim_id": work.claim_id,
        "payer": work.payer,
        "system": work.system,
        "code": work.code,
        "category": work.category.value,
        "fault": work.fault.value,
        "action": work.action,
        "denied_amount": str(work.denied_amount),
        "received_date": work.received_date.isoformat(),
        "evidence": describe_evidence(work.evidence) if work.evidence else None,
    }


def describe_evidence(evidence: Evidence) -> dict[str, Any]:
    """Why a code counts as valid or not, as JSON values."""
    return {
        "release": evidence.release,
        "release_digest": evidence.release_digest,
        "record_digest": evidence.record_digest,
        "sentence": evidence.sentence,
    }
