"""Claim adjustment reason codes (CARC): which deny and what about, and which are no denial at all."""

from __future__ import annotations

from collections.abc import Mapping

from schema.denial_entry import Entry, Group, Strength, list_entries
from schema.remits import Category, Subject

_CARCS: tuple[Group, ...] = (
    (
        Category.INVALID_CODE,
        Subject.PROCEDURE,
        Strength.REASON,
        {
            "181": "procedure code not valid on the day of service",
            "189": "unlisted code used where a specific one exists",
            "199": "revenue code and procedure code disagree",
            "282": "procedure code and bill type disagree",
        },
    ),
    (Category.INVALID_CODE, Subject.CLAIM, Strength.REASON, {"A8": "claim falls into no DRG"}),
    (Category.INVALID_CODE, Subject.DIAGNOSIS, Strength.REASON, {"146": "diagnosis not valid on the day of service"}),
    # A diagnosis that does not support the procedure is how coverage policy speaks (with 50 and 167), not a code
    # that does not exist: both codes are valid, and an appeal argues the medical record.
    (
        Category.MEDICAL_NECESSITY,
        Subject.DIAGNOSIS,
        Strength.REASON,
        {
            "11": "diagnosis does not fit the procedure",
            "12": "diagnosis does not fit the type of provider",
            "167": "diagnosis not covered",
            "B22": "payment changed because of the diagnosis",
        },
    ),
    (
        Category.MEDICAL_NECESSITY,
        Subject.PROCEDURE,
        Strength.REASON,
        {
            "50": "not held medically necessary",
            "55": "held experimental",
            "56": "not held proven to work",
            "272": "coverage guideline not met",
            "273": "coverage guideline exceeded",
        },
    ),
    (
        Category.MODIFIER,
        Subject.MODIFIER,
        Strength.REASON,
        {"4": "modifier missing or not fitting the procedure", "182": "modifier not valid on the day of service"},
    ),
    (
        Category.BUNDLING,
        Subject.PROCEDURE,
        Strength.REASON,
        {
            "59": "rule for several procedures at once",
            "97": "paid within another service",
            "107": "the service that it belongs to was not billed",
            "231": "excludes another procedure of that day",
            "234": "not paid on its own",
            "236": "NCCI pair of procedures",
            "246": "code for reporting only",
            "B15": "needs another service to qualify",
        },
    ),
    (
        Category.NON_COVERED,
        Subject.PROCEDURE,
        Strength.REASON,
        {
            "49": "routine or preventive, not covered",
            "188": "use that is not approved for the product",
            "204": "not in the patient's plan",
            "256": "not payable under the contract",
        },
    ),
    (Category.NON_COVERED, Subject.PROCEDURE, Strength.GENERAL, {"96": "not covered"}),
    (
        Category.AUTHORIZATION,
        Subject.PROCEDURE,
        Strength.REASON,
        {
            "15": "authorization number missing or for something else",
            "39": "authorization was refused",
            "197": "no authorization",
            "198": "beyond what was authorized",
            "210": "authorization asked for too late",
            "243": "not authorized by the network or primary physician",
            "284": "authorization does not cover the service",
            "296": "authorization does not fit the provider",
            "302": "authorization has run out",
        },
    ),
    (
        Category.DOWNCODING,
        Subject.PROCEDURE,
        Strength.REASON,
        {
            "150": "level of service not supported",
            "152": "length of service not supported",
            "169": "another benefit paid instead",
            "186": "level of care changed",
        },
    ),
    (
        Category.OTHER,
        Subject.PROCEDURE,
        Strength.REASON,
        {
            "5": "procedure does not fit the place of service",
            "6": "procedure does not fit the age",
            "7": "procedure does not fit the sex",
            "8": "procedure does not fit the specialty",
            "119": "maximum of the benefit reached",
            "151": "too many or too often for what was sent",
            "153": "dosage not supported",
            "154": "days of supply not supported",
            "170": "not payable to this type of provider",
            "171": "not payable to this provider in this facility",
            "172": "not payable to this specialty",
            "222": "contract's maximum of units reached",
        },
    ),
    (
        Category.OTHER,
        Subject.DIAGNOSIS,
        Strength.REASON,
        {"9": "diagnosis does not fit the age", "10": "diagnosis does not fit the sex"},
    ),
    (
        Category.OTHER,
        Subject.CLAIM,
        Strength.REASON,
        {
            "26": "before the coverage began",
            "27": "after the coverage ended",
            "31": "patient not known to the payer",
            "58": "place of service not right",
            "109": "another payer is responsible",
        },
    ),
    (
        Category.OTHER,
        Subject.CLAIM,
        Strength.VAGUE,
        {
            "16": "information lacking or wrong",
            "125": "error in the bill (retired)",
            "226": "information asked of the provider did not come",
            "227": "information asked of the patient did not come",
            "252": "attachment needed",
            "A1": "claim or service denied",
        },
    ),
)

CARCS: Mapping[str, Entry] = list_entries(_CARCS)
"""Claim adjustment reasons that deny, by code."""

NOT_DENIED: Mapping[str, str] = {
    "1": "deductible",
    "2": "coinsurance",
    "3": "copayment",
    "18": "duplicate",
    "22": "another payer comes first",
    "23": "what another payer did",
    "24": "covered by capitation",
    "29": "filed too late",
    "44": "discount for prompt payment",
    "45": "contractual write-off",
    "66": "blood deductible",
    "94": "paid above the charge",
    "100": "paid to the patient",
    "101": "estimate before the service",
    "104": "managed care withholding",
    "105": "tax withheld",
    "131": "negotiated discount",
    "137": "surcharge or tax by law",
    "142": "patient's monthly share (Medicaid)",
    "144": "incentive payment",
    "161": "performance bonus",
    "178": "patient's spend-down",
    "187": "paid from the patient's account",
    "223": "change made by law",
    "225": "interest or penalty paid",
    "237": "penalty by law",
    "241": "low-income subsidy",
    "247": "deductible for a professional service",
    "248": "coinsurance for a professional service",
    "253": "sequestration",
}
"""CARC that are no denial whatever remark stands beside them."""

PATIENT_SHARES = frozenset({"1", "2", "3", "66", "142", "178", "241", "247", "248"})
"""CARC that leave a part of what was allowed to the patient: a line that is all deductible was allowed all the same."""
