"""The one page of a review, worked out from its evidence: what the meeting reads, bounded however large the update."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from schema.changes import ChangeKind, FieldClass
from schema.impact import Priority

TOP = 10
LIMIT = 200
"""The longest list that the page holds; `…_count` beside a list tells how many there are."""

_WEIGHTS = [field_class.value for field_class in FieldClass]


def summarise_document(document: dict[str, Any]) -> dict[str, Any]:
    """The summary as JSON values. Amounts are texts with two decimals, dates ISO texts."""
    changes = document["changes"]
    titles = {entry["change"]["code"]: entry["change"]["long_descriptor"] for entry in changes}
    deleted = [entry for entry in changes if is_deleted_in_use(entry)]
    coverage = list(_fields(changes, FieldClass.COVERAGE))
    payment = list(_fields(changes, FieldClass.PAYMENT))
    kept = ("system", "system_title", "previous", "current", "effective_date", "releases", "counts")
    return {
        **{name: document[name] for name in kept},
        "class_counts": _count_classes(changes),
        "reconciliation": _reconcile(document["reconciliation"]),
        "is_assessed": document["is_assessed"],
        "top": [_top(entry) for entry in _by_money(changes)[:TOP]],
        "deleted_in_use": [_deleted(entry) for entry in deleted[:LIMIT]],
        "deleted_in_use_count": len(deleted),
        "coverage": coverage[:LIMIT],
        "coverage_count": len(coverage),
        "payment": payment[:LIMIT],
        "payment_count": len(payment),
        "moves": [_move(move, titles) for move in document["moves"][:LIMIT]],
        "moves_count": len(document["moves"]),
        "training_count": len(document["training"]),
        "task_count": len(document["tasks"]),
        "owners": _owners(document),
        "uses": document["uses"],
        "window": document["window"],
        "claims": document["claims"],
        "priorities": _priorities(document),
    }


def is_deleted_in_use(entry: dict[str, Any]) -> bool:
    """Whether the change is a deleted code that a use holds by its own name."""
    impact = entry["impact"]
    return entry["change"]["kind"] == ChangeKind.DELETED and bool(impact and impact["is_named"])


def _count_classes(changes: list[dict[str, Any]]) -> dict[str, int]:
    """Revised codes by the weightiest class among their fields; every class has a key."""
    counts = dict.fromkeys(_WEIGHTS, 0)
    for entry in changes:
        fields = entry["change"]["fields"]
        if entry["change"]["kind"] == ChangeKind.REVISED and fields:
            counts[min((field["class"] for field in fields), key=_WEIGHTS.index)] += 1
    return counts


def _reconcile(found: dict[str, Any]) -> dict[str, Any]:
    differences = found["differences"]
    reasons = Counter(each["reason"] for each in differences)
    # Unexplained ones first, then the reasons by count.
    order = sorted(reasons.items(), key=lambda reason: (reason[0] is not None, -reason[1], reason[0] or ""))
    return {
        **found,
        "difference_count": len(differences),
        "by_reason": [{"reason": reason, "count": count} for reason, count in order],
        "differences": differences[:LIMIT],
    }


def _by_money(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    billed = [entry for entry in changes if entry["impact"] and entry["impact"]["total"]["lines"]]
    return sorted(
        billed,
        key=lambda entry: (
            -Decimal(entry["impact"]["total"]["paid"]),
            -Decimal(entry["impact"]["total"]["billed"]),
            entry["subject"],
        ),
    )


def _top(entry: dict[str, Any]) -> dict[str, Any]:
    total = entry["impact"]["total"]
    return {
        **_name(entry),
        "kind": entry["change"]["kind"],
        "priority": entry["impact"]["priority"],
        "claims": total["claims"],
        "billed": total["billed"],
        "paid": total["paid"],
    }


def _deleted(entry: dict[str, Any]) -> dict[str, Any]:
    uses = entry["impact"]["uses"]
    return {**_name(entry), "uses": len(uses), "owners": sorted({hit["owner"] for hit in uses if hit["owner"]})}


def _name(entry: dict[str, Any]) -> dict[str, Any]:
    change = entry["change"]
    return {"subject": entry["subject"], "code": change["code"], "title": change["long_descriptor"]}


def _fields(changes: list[dict[str, Any]], field_class: FieldClass) -> Iterator[dict[str, Any]]:
    for entry in changes:
        for field in entry["change"]["fields"]:
            if field["class"] == field_class:
                yield {
                    **_name(entry),
                    "field": field["name"],
                    "before": field["before"],
                    "after": field["after"],
                }


def _move(move: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    sources = move["sources"]
    return {
        **move,
        "title": titles.get(move["code"], ""),
        "lines": sum(source["lines"] for source in sources),
        "claims": sum(source["claims"] for source in sources),
        "billed": _add(source["billed"] for source in sources),
        "paid": _add(source["paid"] for source in sources),
    }


def _owners(document: dict[str, Any]) -> list[dict[str, Any]]:
    """What each owner of uses has to do, by name; "" owns what nobody does and stands last."""
    codes: dict[str, set[str]] = {use["owner"]: set() for use in document["uses"]}
    deleted: dict[str, set[str]] = {}
    for entry in document["changes"]:
        for hit in entry["impact"]["uses"] if entry["impact"] else ():
            codes.setdefault(hit["owner"], set()).add(entry["subject"])
            if entry["change"]["kind"] == ChangeKind.DELETED:
                deleted.setdefault(hit["owner"], set()).add(entry["subject"])
    dates: dict[str, list[str]] = {}
    for task in document["tasks"]:
        if not task["department"]:
            dates.setdefault(task["owner"], []).append(task["due_date"])
    return [
        {
            "owner": owner,
            "codes": len(codes.get(owner, ())),
            "deleted": len(deleted.get(owner, ())),
            "tasks": len(dates.get(owner, ())),
            "first_due_date": min(dates.get(owner, ()), default=None),
        }
        for owner in sorted({*codes, *dates}, key=lambda name: (name == "", name))
    ]


def _priorities(document: dict[str, Any]) -> dict[str, Any]:
    """By priority, every one with a key; empty where nothing was assessed."""
    if not document["is_assessed"]:
        return {}
    found: dict[str, list[dict[str, Any]]] = {priority.value: [] for priority in Priority}
    for entry in document["changes"]:
        if entry["impact"]:
            found[entry["impact"]["priority"]].append(entry["impact"]["total"])
    return {
        priority: {
            "items": len(totals),
            "billed": _add(total["billed"] for total in totals),
            "paid": _add(total["paid"] for total in totals),
        }
        for priority, totals in found.items()
    }


def _add(amounts: Iterator[str]) -> str:
    return str(sum((Decimal(amount) for amount in amounts), start=Decimal("0.00")))
