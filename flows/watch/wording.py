"""Sentences of the report: why an item stands where it stands, and on which days a code counts. Pure."""

from __future__ import annotations

from datetime import date

from flows.watch.signals import Signal
from schema.remits import Category
from schema.systems import display_code, get_system
from schema.validity import CodeValidity
from schema.watch import Status


def describe_bounds(validity: CodeValidity) -> str:
    """On which days the code counts, and by which release: what an appeal prints."""
    code = f"{get_system(validity.system).title} {display_code(validity.system, validity.code)}"
    first, last = validity.first_date, validity.last_date
    by = f"by release {validity.release}"
    if last == date.min:
        return f"{code} is a header and valid on no date of service, {by}."
    if first and last:
        return f"{code} is valid for dates of service from {first} to {last}, {by}."
    if last:
        return f"{code} is valid for dates of service to {last} and not after, {by}."
    if first:
        return f"{code} is valid for dates of service from {first} on, {by}."
    return f"{code} is valid, {by}."


def describe_signal(signal: Signal, validity: CodeValidity | None) -> str:
    """Why the item stands where it stands, in a sentence with its figures."""
    found = signal.denied_claims + signal.rejected_claims
    told = f"{found:,} of {_count(signal.billed_claims)} denied or rejected"
    if signal.is_certain and signal.category is Category.INVALID_CODE:
        bound = _name_bound(validity)
        return f"Billed {bound}; {told} so far." if found else f"Billed {bound}; no answer has come yet."
    if signal.status is Status.INSUFFICIENT:
        return f"{told}; too few claims are answered to tell."
    before = "" if signal.baseline_rate is None else f", {signal.baseline_rate:.1%} of the answered ones before"
    return f"{told}; {signal.expected:.1f} were to be expected and up to {signal.high:,} are chance{before}."


def _name_bound(validity: CodeValidity | None) -> str:
    if validity is not None and validity.last_date is not None:
        return f"after its last day {validity.last_date}"
    if validity is not None and validity.first_date is not None:
        return f"before its first day {validity.first_date}"
    return "on a day on which it does not count"


def _count(claims: int) -> str:
    return f"{claims:,} claim" if claims == 1 else f"{claims:,} claims"
