"""Remark codes (RARC) of remittances and status codes of acknowledgments (277CA): what each is about."""

from __future__ import annotations

from collections.abc import Mapping

from schema.denial_entry import Entry, Group, Strength, list_entries
from schema.remits import Category, Subject

_RARCS: tuple[Group, ...] = (
    (
        Category.INVALID_CODE,
        Subject.PROCEDURE,
        Strength.CODE,
        {
            "M20": "HCPCS code missing or invalid",
            "M51": "procedure code missing or invalid",
            "MA66": "principal procedure missing or invalid",
            "N56": "procedure code wrong for the service or its day",
            "N65": "procedure code not on file for the day",
            "N657": "a more fitting code has to be used",
        },
    ),
    (
        Category.INVALID_CODE,
        Subject.DIAGNOSIS,
        Strength.CODE,
        {
            "M64": "other diagnosis missing or invalid",
            "M76": "diagnosis missing or invalid",
            "MA63": "principal diagnosis missing or invalid",
            "MA65": "admitting diagnosis missing or invalid",
        },
    ),
    (
        Category.MODIFIER,
        Subject.MODIFIER,
        Strength.CODE,
        {"M78": "modifier missing or invalid (retired)", "N822": "modifier missing", "N823": "modifier wrong"},
    ),
    (
        Category.BUNDLING,
        Subject.PROCEDURE,
        Strength.EXPLANATION,
        {
            "M15": "parts billed apart were put together",
            "M80": "not paid with another service of that day",
            "N19": "incidental to the main procedure",
            "N20": "not paid with another service",
            "N122": "add-on without its main procedure",
        },
    ),
    (
        Category.DOWNCODING,
        Subject.PROCEDURE,
        Strength.EXPLANATION,
        {
            "M25": "level of service not supported",
            "N22": "payer added or changed the code",
            "N72": "payment code changed on review",
            "N124": "a lesser service was paid",
            "N125": "a lesser service was paid; patient may be charged nothing more",
        },
    ),
    (
        Category.OTHER,
        Subject.CLAIM,
        Strength.EXPLANATION,
        {
            "M50": "revenue code missing or invalid",
            "M53": "days or units missing or invalid",
            "M77": "place of service missing or invalid",
            # Found in lists of code denials elsewhere; none of the three speaks of a code.
            "N30": "patient not eligible",
            "N64": "first and last day have to differ",
            "N290": "identifier of the rendering provider",
        },
    ),
    (Category.OTHER, Subject.PROCEDURE, Strength.EXPLANATION, {"N362": "more units than a day may have (MUE)"}),
    (
        Category.MEDICAL_NECESSITY,
        Subject.PROCEDURE,
        Strength.POLICY,
        {"N115": "local coverage determination", "N386": "national coverage determination"},
    ),
    (
        Category.NON_COVERED,
        Subject.PROCEDURE,
        Strength.POLICY,
        {"N129": "not covered at that age", "N130": "see the terms of the plan"},
    ),
    (Category.OTHER, Subject.CLAIM, Strength.VAGUE, {"MA130": "claim cannot be processed: correct and send again"}),
)

RARCS: Mapping[str, Entry] = list_entries(_RARCS)
"""Remark codes that tell what a vague reason is about, by code."""

_STATUSES: tuple[Group, ...] = (
    (
        Category.INVALID_CODE,
        Subject.PROCEDURE,
        Strength.CODE,
        {
            "454": "procedure code",
            "465": "principal procedure",
            "490": "other procedure",
            "507": "HCPCS code",
        },
    ),
    (
        Category.INVALID_CODE,
        Subject.DIAGNOSIS,
        Strength.CODE,
        {
            "232": "admitting diagnosis",
            "254": "principal diagnosis",
            "255": "diagnosis",
            "488": "diagnosis for the service",
        },
    ),
    (Category.MODIFIER, Subject.MODIFIER, Strength.CODE, {"453": "modifier"}),
    (Category.AUTHORIZATION, Subject.PROCEDURE, Strength.EXPLANATION, {"252": "authorization"}),
    (Category.MEDICAL_NECESSITY, Subject.PROCEDURE, Strength.EXPLANATION, {"287": "medical necessity"}),
    (
        Category.OTHER,
        Subject.PROCEDURE,
        Strength.EXPLANATION,
        {
            "218": "national drug code",
            "258": "days or units of the service",
            "474": "procedure against sex",
            "475": "procedure against age",
            "476": "units of service",
        },
    ),
    (
        Category.OTHER,
        Subject.CLAIM,
        Strength.EXPLANATION,
        {
            "249": "place of service",
            "256": "DRG",
            "455": "revenue code",
            # Days of a stay, though lists found elsewhere put both among the codes of procedures.
            "456": "covered days",
            "457": "days not covered",
            # The line points at a diagnosis that the claim does not have: the diagnoses themselves are right.
            "477": "pointer to the diagnosis",
        },
    ),
    (Category.OTHER, Subject.CLAIM, Strength.VAGUE, {"21": "information missing or invalid"}),
)
STATUSES: Mapping[str, Entry] = list_entries(_STATUSES)
"""Claim status codes of rejections, by code."""

POINTERS = frozenset({"247"})
"""Status codes that only say that a line of the claim has the reason: that line's own status is the rejection."""
