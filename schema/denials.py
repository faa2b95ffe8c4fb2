"""What a payer's answer is about: the tables of categories and codes, and the rules by which they are read.

The categories follow what a hospital does about a denial: correct a code, appeal a policy, get an authorization.
docs/denials.md prints the tables and says the rules in full.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from schema.denial_entry import TABLE_VERSION, Entry, Strength
from schema.denial_reasons import CARCS, NOT_DENIED, PATIENT_SHARES
from schema.denial_remarks import POINTERS, RARCS, STATUSES
from schema.remits import REJECTING, Category, Subject

__all__ = [
    "CARCS",
    "CATEGORY_ORDER",
    "DENYING_GROUPS",
    "DOWNCODING_CARCS",
    "DOWNCODING_REMARKS",
    "NOT_DENIED",
    "PATIENT_SHARES",
    "POINTERS",
    "RARCS",
    "STATUSES",
    "SUBJECT_ORDER",
    "TABLE_VERSION",
    "Reason",
    "classify_adjustment",
    "classify_status",
    "decide_reason",
    "is_downcoded",
    "needs_remark",
]

DENYING_GROUPS = frozenset({"CO", "OA", "PI", "PR"})
"""CAS01 of adjustments that can deny; CR only corrects what was told before."""

# What has to be put right before anything else is of use comes first: a claim with a wrong code comes back
# whatever is argued about its coverage. Downcoding was paid, so a denial beside it weighs more.
CATEGORY_ORDER = (
    Category.INVALID_CODE,
    Category.MODIFIER,
    Category.AUTHORIZATION,
    Category.BUNDLING,
    Category.MEDICAL_NECESSITY,
    Category.NON_COVERED,
    Category.DOWNCODING,
    Category.OTHER,
)
# The line's own code before a diagnosis, which stands for the whole claim.
SUBJECT_ORDER = (Subject.PROCEDURE, Subject.MODIFIER, Subject.DIAGNOSIS, Subject.CLAIM)

DOWNCODING_CARCS = frozenset(code for code, entry in CARCS.items() if entry.category is Category.DOWNCODING)
DOWNCODING_REMARKS = frozenset(code for code, entry in RARCS.items() if entry.category is Category.DOWNCODING)

_OTHER_REJECTION = "rejected before adjudication"


@dataclass(frozen=True, slots=True)
class Reason:
    """What one denial or rejection is about. `source` are the codes that say so: `CARC 16, RARC N56` or `A7:507`."""

    category: Category
    subject: Subject
    label: str
    source: str


def classify_adjustment(group: str | None, carc: str | None, remarks: Iterable[str | None] = ()) -> Reason | None:
    """What an adjustment denies; None for one that is no denial, or whose reason is not in the table.

    `remarks` are the RARC of its line and claim; they count only where the CARC leaves it to them. Codes may
    have blanks around them and small letters.
    """
    entry = CARCS.get(_clean(carc))
    if entry is None or _clean(group) not in DENYING_GROUPS:
        return None
    best, source = entry, f"CARC {entry.code}"
    if entry.strength is not Strength.REASON:
        known = {code: RARCS[code] for code in map(_clean, remarks) if code in RARCS}
        best = min((entry, *known.values()), key=_rank_entry)
        if best is not entry:
            source += f", RARC {best.code}"
    return Reason(best.category, best.subject, best.label, source)


def classify_status(category_code: str | None, status_code: str | None) -> Reason | None:
    """What a status of an acknowledgment rejects; None unless its category rejects (A3, A6, A7, A8).

    None too for a status that only points to the line which has the reason. A rejection whose status is not in
    the table is one of the whole claim for another reason: it never reaches a remittance.
    """
    category, status = _clean(category_code), _clean(status_code)
    if category not in REJECTING or status in POINTERS:
        return None
    entry = STATUSES.get(status)
    if entry is None:
        # Not named in `source`: what is no code of the list may be anything.
        return Reason(Category.OTHER, Subject.CLAIM, _OTHER_REJECTION, category)
    return Reason(entry.category, entry.subject, entry.label, f"{category}:{status}")


def decide_reason(reasons: Iterable[Reason]) -> Reason | None:
    """The one reason that a line with several counts under: by category, subject, then source. None without any."""
    return min(reasons, key=_rank_reason, default=None)


def needs_remark(carc: str | None) -> bool:
    """Whether the CARC leaves it to a RARC to say what is denied."""
    entry = CARCS.get(_clean(carc))
    return entry is not None and entry.strength is not Strength.REASON


def is_downcoded(
    is_paid: bool,
    code: str | None,
    submitted_code: str | None,
    carcs: Iterable[str | None] = (),
    remarks: Iterable[str | None] = (),
) -> bool:
    """Whether a lesser service was paid than was billed.

    `is_paid`: something was paid, or left to the patient (PATIENT_SHARES); a line of which nothing was allowed is
    denied, not downcoded, even under another code: that is how X12 tells bundling. `code` is the one paid
    (SVC01), `submitted_code` the one billed (SVC06) where it is told.
    """
    if not is_paid:
        return False
    paid, submitted = _clean(code), _clean(submitted_code)
    if paid and submitted and paid != submitted:
        return True
    return any(_clean(carc) in DOWNCODING_CARCS for carc in carcs) or any(
        _clean(remark) in DOWNCODING_REMARKS for remark in remarks
    )


def _clean(code: str | None) -> str:
    return (code or "").strip().upper()


def _rank_entry(entry: Entry) -> tuple[int, int, int, str]:
    category, subject = CATEGORY_ORDER.index(entry.category), SUBJECT_ORDER.index(entry.subject)
    return int(entry.strength), category, subject, entry.code


def _rank_reason(reason: Reason) -> tuple[int, int, str]:
    return CATEGORY_ORDER.index(reason.category), SUBJECT_ORDER.index(reason.subject), reason.source
