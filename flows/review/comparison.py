"""What differs between the evidence that a review has and a newer one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schema.impact import Priority
from schema.records import canonical_json

_ASSESSMENT = ("is_assessed", "window", "claims", "uses", "moves", "training", "tasks")
_PARTS = {"change": "the changes", "successors": "suggested successors", "impact": "the impact"}


def is_only_later(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether two evidence documents differ in how urgent things are and in nothing else: priorities rise as the
    effective date comes nearer. What needs a decision is the same in both."""
    return _forget_urgency(before) == _forget_urgency(after)


def _forget_urgency(document: Mapping[str, Any]) -> dict[str, Any]:
    changes = []
    for entry in document.get("changes", ()):
        impact = entry["impact"]
        if impact is not None:
            is_needed = impact["priority"] != Priority.INFORMATIONAL.value
            impact = {**impact, "priority": is_needed, "reasons": []}
        changes.append({**entry, "impact": impact})
    tasks = sorted(canonical_json({**task, "priority": ""}) for task in document.get("tasks", ()))
    return {**document, "changes": changes, "tasks": tasks}


def explain_refresh(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What differs between two evidence documents, as a sentence that stands beside void signatures."""
    told = []
    if before.get("current") != after["current"]:
        told.append(f"the source is {after['current']} now, no longer {before.get('current')}")
    if before.get("previous") != after["previous"]:
        told.append(f"it is compared with {after['previous']} now, no longer with {before.get('previous')}")
    one, other = ({entry["subject"]: entry for entry in document.get("changes", ())} for document in (before, after))
    for part, words in _PARTS.items():
        count = sum(one.get(s, {}).get(part) != other.get(s, {}).get(part) for s in one.keys() | other.keys())
        if count:
            told.append(f"{words} of {count} code{'' if count == 1 else 's'} differ{'s' if part == 'impact' else ''}")
    if before.get("reconciliation") != after["reconciliation"]:
        told.append("the reconciliation with the publisher's list differs")
    named = [name.replace("is_assessed", "whether it is assessed") for name in _ASSESSMENT
             if before.get(name) != after[name]]  # fmt: skip
    if named:
        told.append(f"the assessment differs in {', '.join(named)}")
    return "newer evidence: " + ("; ".join(told) or "facts of the releases differ")
