"""Codes of the sample that are exempt from "present on admission" reporting, by fiscal year.

Facts of the lists that CMS publishes each year (POAexemptCodesFY24, POAexemptCodesFY25).
"""

from __future__ import annotations

_BOTH_YEARS = frozenset(
    [
        "Q8740",
        "Y07010",
        "Y07011",
        "Y0744",
        "Y0745",
        "Z170",
        "Z171",
        "Z5910",
        "Z5911",
        "Z5912",
        "Z5919",
        "Z5987",
        "Z6851",
        "Z6852",
        "Z6853",
        "Z6854",
        "Z86018",
    ]
)

POA_EXEMPT_FY2024 = _BOTH_YEARS | frozenset(["T8132XD", "T8132XS", "Z86010"])

POA_EXEMPT_FY2025 = _BOTH_YEARS | frozenset(
    ["T81320D", "T81320S", "Z1721", "Z1722", "Z6855", "Z6856", "Z860100", "Z860101", "Z860102", "Z860109"]
)
