"""The words in which the watch speaks of categories, states, faults and reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from flows.report.wording import count_of
from schema.remits import Category
from schema.watch import Fault, Reason, Status, WatchItem

CATEGORY_TITLES = MappingProxyType(
    {
        Category.INVALID_CODE: "Invalid code",
        Category.NON_COVERED: "Not covered",
        Category.BUNDLING: "Bundling",
        Category.DOWNCODING: "Downcoding",
        Category.MEDICAL_NECESSITY: "Medical necessity",
        Category.MODIFIER: "Modifier",
        Category.AUTHORIZATION: "Authorization",
        Category.OTHER: "Other",
    }
)
STATUS_TITLES = MappingProxyType(
    {
        Status.ALARM: "In alarm",
        Status.WATCH: "On watch",
        Status.OK: "As before",
        Status.INSUFFICIENT: "Too little data",
    }
)
STATUS_MEANINGS = MappingProxyType(
    {
        Status.ALARM: "Denied so much more than the claims billed let expect that chance is no explanation.",
        Status.WATCH: "Above what is expected, and not yet by enough to act on.",
        Status.OK: "Denied about as often as before the effective date.",
        Status.INSUFFICIENT: "Too few claims have been billed or decided to say anything.",
    }
)
FAULT_TITLES = MappingProxyType(
    {Fault.OURS: "Ours", Fault.PAYER: "The payer’s", Fault.UNKNOWN: "Not settled by the code table"}
)
FAULT_SENTENCES = MappingProxyType(
    {
        Fault.OURS: "Ours: by our table the code did not count on the claims’ key dates. Correct and resubmit.",
        Fault.PAYER: "The payer’s table is behind: the code counted on the claims’ key dates. Appeal, with evidence.",
        Fault.UNKNOWN: "The code table does not settle whose fault it is. Read the claims, and the payer’s rule.",
    }
)
REASON_TITLES = MappingProxyType(
    {
        Reason.DELETED: "Deleted",
        Reason.REVISED: "Revised",
        Reason.NON_COVERED: "Newly not covered",
        Reason.REPRICED: "Priced anew",
        Reason.NEW: "New: payers may not have loaded it",
        Reason.SUCCESSOR: "Successor of a deleted code",
        Reason.PAYER_RULE: "In a payer’s rule that changed",
        Reason.ADDED: "Added by hand",
    }
)
ACTION_SENTENCES = MappingProxyType({"correct": "to correct", "resubmit": "to resubmit", "appeal": "to appeal"})
ALL_PAYERS = "All payers together"
NOT_SETTLED = "not settled"
# Whose fault it is, as a cell has room for.
FAULT_WORDS = MappingProxyType({Fault.OURS: "ours", Fault.PAYER: "the payer’s", Fault.UNKNOWN: NOT_SETTLED})


def kind_text(change_kind: str | None) -> str:
    """What became of the code: `deleted`, `added and ended`; `unchanged` where it did not change."""
    return change_kind.replace("_", " ") if change_kind else "unchanged"


def action_text(action: str) -> str:
    """What is to be done with claims: `to appeal`."""
    return ACTION_SENTENCES.get(action, action)


def rate_text(rate: float | None) -> str:
    """A share in per cent: `0.4%`, `12%`; a dash where it is not known."""
    if rate is None:
        return "–"
    percent = 100 * rate
    return f"{percent:.0f}%" if percent >= 10 or percent == 0 else f"{percent:.1f}%"


def chance_text(value: float | None) -> str:
    """A p-value or q-value: `0.03`, `<0.0001`; a dash where there is none."""
    if value is None:
        return "–"
    return "<0.0001" if value < 0.0001 else f"{value:.2g}" if value >= 0.001 else f"{value:.4f}"


def expected_text(value: float) -> str:
    """A number of claims that is expected: `0.4`, `12`."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def short_date(day: date) -> str:
    """`Oct 1`."""
    return f"{day:%b} {day.day}"


def payer_text(payer: str | None) -> str:
    """The payer's name, or that all are meant."""
    return ALL_PAYERS if payer is None else payer.strip() or "payer without a name"


def why_text(item: WatchItem) -> str:
    """Why an item stands where it stands: its own sentence, else its figures."""
    if item.why:
        return item.why
    found = count_of(item.denied_claims + item.rejected_claims, "claim")
    return (
        f"{found} denied or rejected of {item.billed_claims:,} billed, where {expected_text(item.expected)} "
        f"were expected and up to {item.high:,} are chance."
    )


def lead_text(by_fault: Mapping[Fault, int], unwatched: int, on_watch: int, codes: int) -> str:
    """The state of the watch: signals in alarm by whose fault they are, how many of them nobody watched."""
    alarms = sum(by_fault.values())
    if not alarms:
        beside = f" {count_of(on_watch, 'signal is', 'signals are')} on watch." if on_watch else ""
        return f"Nothing is in alarm on {count_of(codes, 'watched code')}.{beside}" if codes else "No code is watched."
    ours, theirs, open_ones = (by_fault.get(fault, 0) for fault in (Fault.OURS, Fault.PAYER, Fault.UNKNOWN))
    parts = [f"{count_of(ours, 'is', 'are')} ours to correct"] if ours else []
    parts += [f"{count_of(theirs, 'is a payer’s', 'are payers’')} to correct"] if theirs else []
    parts += [f"{count_of(open_ones, 'is', 'are')} not settled by the code table"] if open_ones else []
    told = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
    apart = f" Of these {count_of(unwatched, 'is on a code', 'are on codes')} that nobody watched." if unwatched else ""
    return f"{count_of(alarms, 'signal is', 'signals are')} in alarm: {told}.{apart}"
