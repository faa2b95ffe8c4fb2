"""What CMS posted beside the HCPCS releases of the sample, as facts: corrections, NOC codes, processing notes."""

from __future__ import annotations

from datetime import date

from flows.sample.archives import Cell

_JANUARY = date(2019, 1, 1)

CORRECTIONS_2019: tuple[dict[str, Cell], ...] = (
    {"CODE": "A5513", "ACTION": 'Change Action code to "F" and add Action Effective date', "EFF DATE": _JANUARY},
    {"CODE": "B4105", "ACTION": "Change Cov to C and Price to 39", "EFF DATE": _JANUARY, "COV": "C", "PRICE": "39"},
    {"CODE": "C9034", "ACTION": "Discontinue ", "EFF DATE": _JANUARY, "XREF CODE": "J1095"},
    {
        "CODE": "J1095",
        "ACTION": "ADD CODE",
        "EFF DATE": _JANUARY,
        "SHORT DESC": "Injection, dexamethasone 9%",
        "LONG DESC": "Injection, dexamethasone 9 percent, intraocular, 1 microgram",
        "TOS": "9,F",
        "BETOS": "O1E",
        "COV": "D",
        "PRICE": "53",
        "ASC IND": "YY",
        "ASC DATE": _JANUARY,
    },
    {"CODE": "DA", "ACTION": "Removed in error - add back to file", "EFF DATE": date(2011, 1, 1)},
)
"""2019 ALPHA-NUMERIC HCPCS CORRECTIONS, both versions of it; cells by column."""

NOC_2019 = ("E1399", "J3490")
NOC_2020 = ("E1399", "J3490", "P9099")

PROCESSING_NOTES = {
    "0187": "PUB. 100-4, CHAPTER 17.",
    "0217": "SEC 30.7.2 OF THE CLAIMS PROCESSING MANUAL.",
    "0218": "MEDICARE DOES NOT COVER THIS SERVICE INDEPENDENTLY AS A SEPARATE IDENTIFIABLE SERVICE.",
}
"""By number: those to which records of the sample point, and one more."""
