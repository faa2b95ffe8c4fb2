"""docs/denials.md as the tables of schema/denials.py make it; `python -m tests.denials_page` writes it anew."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from schema.denial_entry import Entry, Strength
from schema.denials import (
    CARCS,
    CATEGORY_ORDER,
    DENYING_GROUPS,
    NOT_DENIED,
    PATIENT_SHARES,
    POINTERS,
    RARCS,
    STATUSES,
    SUBJECT_ORDER,
    TABLE_VERSION,
)

PAGE = Path(__file__).parents[1] / "docs" / "denials.md"

STRENGTHS = {
    Strength.REASON: "itself",
    Strength.CODE: "names the code",
    Strength.EXPLANATION: "explains",
    Strength.GENERAL: "in general",
    Strength.POLICY: "names a policy",
    Strength.VAGUE: "little",
}
TEXT = """# Denials: categories and codes

The watch sorts what payers answer by the tables on this page. They are data of this project, version `{version}`,
in words of our own: the texts of CARC and claim status codes are X12's, those of RARC are kept by CMS, and none of
them is repeated here. The page is made from `schema/denial_reasons.py` and `schema/denial_remarks.py`, and a test
compares the two; `python -m tests.denials_page` writes it anew after a change, which also raises the version.

## Rules

A category says what to do about a denial, a subject which code of the claim it speaks of (`claim` names none):

- categories, in this order: {categories}
- subjects, in this order: {subjects}

**What denies.** An adjustment of a remittance with a CARC of the first table, in one of the groups {groups}. A CARC
that is no denial (second table), or in none of the tables, counts for nothing, whatever remark stands beside it.

**Which code decides.** The column *says* tells how much a code says. A CARC that says the reason itself decides.
Those that say little ({vague}), or speak in general ({general}), leave it to the remarks of their line and claim:
first to one that names the wrong code, then to one that explains; a remark that only names the policy which was
applied counts after the general CARC, and before those that say little. Of two remarks that say as much, the one
whose category comes first in the order above counts, then the one whose subject does.

**Several adjustments** of a line count each under its own category. Where one reason has to stand for all, it is
the one whose category comes first in the order above, then the subject: what has to be put right before anything
else is of use. A claim with a wrong code comes back whatever is argued about its coverage.

**A diagnosis that does not fit** (CARC 11, 12, 167, B22) is `medical_necessity` with the subject `diagnosis`, not
an invalid code: both codes exist, and it is how coverage policy speaks. A diagnosis that is not valid on its day
(146, or a vague reason with a remark on diagnoses) is `invalid_code`.

**Downcoding** is told by line: something was paid, or left to the patient (CARC {shares}), and the submitted
procedure differs from the paid one, or a CARC or RARC of the category `downcoding` stands on it. A line of which
nothing was allowed is denied, not downcoded. CARC 45 alone is neither.

**Rejections** (277CA) are statuses of the categories A3, A6, A7 and A8. A status that is not in the table rejects
the claim for another reason. {pointers} only points to the line that has the reason, and is not counted;
21 comes with a status that says what is wrong, and counts only without one.

**Often listed wrongly elsewhere**: RARC N30, N64 and N290, and the statuses 456 and 457, speak of no code; CARC 45
is no denial and no downcoding.
"""


def render_page() -> str:
    """The whole page as Markdown."""
    vague = [code for code, entry in CARCS.items() if entry.strength is Strength.VAGUE]
    general = [code for code, entry in CARCS.items() if entry.strength is Strength.GENERAL]
    text = TEXT.format(
        version=TABLE_VERSION,
        categories=quote(CATEGORY_ORDER),
        subjects=quote(SUBJECT_ORDER),
        groups=", ".join(sorted(DENYING_GROUPS)),
        vague=", ".join(sort_codes(vague)),
        general=", ".join(sort_codes(general)),
        shares=", ".join(sort_codes(PATIENT_SHARES)),
        pointers=", ".join(sort_codes(POINTERS)),
    )
    not_denied = [f"| {code} | {NOT_DENIED[code]} |" for code in sort_codes(NOT_DENIED)]
    return "\n".join(
        [
            text,
            "## CARC that deny\n",
            *list_rows(CARCS.values()),
            "\n## CARC that are no denial\n",
            "| code | what it is |\n|---|---|",
            *not_denied,
            "\n## RARC\n",
            *list_rows(RARCS.values()),
            "\n## Claim status codes\n",
            *list_rows(STATUSES.values()),
            "",
        ]
    )


def list_rows(entries: Iterable[Entry]) -> list[str]:
    """A table of entries, category by category."""
    ordered = sorted(entries, key=lambda entry: (CATEGORY_ORDER.index(entry.category), sort_key(entry.code)))
    rows = [f"| {e.code} | {e.category} | {e.subject} | {STRENGTHS[e.strength]} | {e.label} |" for e in ordered]
    return ["| code | category | subject | says | what it is about |\n|---|---|---|---|---|", *rows]


def quote(names: Iterable[str]) -> str:
    """The names in code quotes, with commas."""
    return ", ".join(f"`{name}`" for name in names)


def sort_codes(codes: Iterable[str]) -> list[str]:
    """Codes as people look for them: numbers by size, then those with letters."""
    return sorted(codes, key=sort_key)


def sort_key(code: str) -> tuple[str, int]:
    """The letters before the number, and the number."""
    letters = code.rstrip("0123456789")
    return letters, int(code[len(letters) :] or 0)


if __name__ == "__main__":
    PAGE.write_text(render_page())
