"""HCPCS: what the README.md and the files say of each pair; rules of the design in a few plain lines."""

from __future__ import annotations

from datetime import date

PAIRS = (("2018Q1", "2019Q1"), ("2019Q1", "2020Q1"), ("2020Q1", "2020Q2"), ("2020Q2", "2020Q3"))
DATES = {
    "2018Q1": date(2018, 1, 1),
    "2019Q1": date(2019, 1, 1),
    "2020Q1": date(2020, 1, 1),
    "2020Q2": date(2020, 4, 1),
    "2020Q3": date(2020, 7, 1),
}

# By pair: ADD and Discontinued of the report; codes not in the previous file, newly terminated, vanished.
README_COUNTS = {
    ("2018Q1", "2019Q1"): ((228, 49), (244, 33, 3)),
    ("2019Q1", "2020Q1"): ((250, 99), (279, 89, 0)),
    ("2020Q1", "2020Q2"): ((18, 1), (18, 1, 0)),
    ("2020Q2", "2020Q3"): ((61, 9), (61, 9, 0)),
}
KIND_COUNTS = {
    ("2018Q1", "2019Q1"): {"new": 228, "deleted": 36, "revised": 174, "added_and_ended": 16},
    ("2019Q1", "2020Q1"): {"new": 268, "deleted": 89, "revised": 88, "added_and_ended": 11},
    ("2020Q1", "2020Q2"): {"new": 18, "deleted": 1, "revised": 14},
    ("2020Q2", "2020Q3"): {"new": 61, "deleted": 9, "revised": 5},
    ("2018Q1", "2020Q3"): {"new": 546, "deleted": 106, "revised": 220, "added_and_ended": 55},
}

DIFFERENCES = {
    ("2018Q1", "2019Q1"): {
        # Nothing announces them: descriptions of the joint replacement model, ASC groups, two codes that vanished.
        "unannounced_change": "C9488 C9745 C9746 C9747 G0279 G8891 G9367 G9368 G9481 G9482 G9483 G9484 G9485 G9486 "
        "G9487 G9488 G9489 G9490 G9637 G9638 G9801 G9898 G9976 G9977",
        # The correction of 2019 puts it back.
        "correction": "DA",
        "in_year_code": "G9868 G9869 G9870 Q2041",
        # The file of January 2018 was re-issued in March and holds four codes that the report calls ADD.
        "redefined_code": "G9890 G9891",
        "reissued_file": "QQ VM",
    },
    ("2019Q1", "2020Q1"): {
        "correction": "B4105 C1890 C9034 C9468 DA J1095 J2186 J2787 J7329 Q5111 Q9994",
        "in_year_code": "G2001 G2002 G2003 G2004 G2005 G2006 G2007 G2008 G2009 G2013 G2014 G2015",
        "unannounced_change": "E0210 E0776",
    },
    ("2020Q1", "2020Q2"): {
        # Question marks that stood for dashes, and L2006.
        "unannounced_change": "G2136 G2137 G2140 G2141 G2144 G2145 G9448 G9676 G9949 L2006",
    },
    ("2020Q2", "2020Q3"): {},
}
"""By pair the codes on which file and report disagree, by reason."""

JUMP_REASONS = {"in_year_code": 635, "in_year_change": 189, "unannounced_change": 27, "redefined_code": 2}
"""2018Q1 to 2020Q3, against a report that is of the last quarter alone."""

# January 2018 has the ASC date of these in the columns of the ASC group, two too far left.
SLIPPED_ASC_DATES = {"C9488", "C9745", "C9746", "C9747"}

# What the wording of a report has to be matched by at least; the words are those of its sheet "Action Code Key".
SHOWN_BY = {
    "Payment Change": {"pricing_indicators", "multiple_pricing", "asc_group", "asc_date", "mog", "mog_policy"},
    "Coverage Change": {"coverage", "carrier_manual_references"},
    "Long Description Change": {"long_descriptor"},
    "Short Description Change": {"short_descriptor"},
}
SHOWN_TOGETHER = {
    "Coverage and Long Desc Change": {"coverage", "long_descriptor"},
    "Long/Short Description Change": {"long_descriptor", "short_descriptor"},
}


def kind_of(
    before: dict[str, frozenset[str]] | None,
    after: dict[str, frozenset[str]] | None,
    previous: date,
    current: date,
) -> str | None:
    """The kind of a code's change by the table of the design; None where it did not change."""

    def is_ended(row: dict[str, frozenset[str]], day: date) -> bool:
        return any(last < day.strftime("%Y%m%d") for last in row.get("termination_date", ()))

    if after is None:
        return "purged" if before is not None and is_ended(before, previous) else "deleted"
    if before is None:
        return "added_and_ended" if is_ended(after, current) else "new"
    match is_ended(before, previous), is_ended(after, current):
        case True, False:
            return "reinstated"
        case False, True:
            return "deleted"
    return "revised" if before != after else None


def agrees(action: str, kind: str | None, fields: set[str]) -> bool:
    """Whether a change says at least what the report says of the code."""
    if action.lower() == "no change":
        return kind in (None, "purged")
    if action == "ADD":
        return kind in ("new", "added_and_ended", "reinstated")
    if action == "Discontinued":
        return kind in ("deleted", "added_and_ended")
    if action in SHOWN_TOGETHER:
        return kind == "revised" and fields >= SHOWN_TOGETHER[action]
    return kind == "revised" and bool(fields & SHOWN_BY[action])
