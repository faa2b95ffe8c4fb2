"""What each department of the invented organisation sees and bills: the pools that its claims are drawn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Setting = Literal["professional", "outpatient", "inpatient"]


@dataclass(frozen=True, slots=True)
class Department:
    """`diagnoses` and `charges` give the code and how often it comes, relative to the others.

    `place` is the place of service of professional claims, `revenue` the revenue code of institutional
    ones. `procedures` are those of inpatient stays.
    """

    name: str
    setting: Setting
    diagnoses: Mapping[str, int]
    charges: Mapping[str, int]
    place: str = ""
    revenue: str = ""
    procedures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """Claims of the days `first` to `last`, both counted: how many, and by which departments."""

    first: date
    last: date
    claims: int
    departments: tuple[Department, ...]


def read_pool(text: str) -> dict[str, int]:
    """Weights by code, of words like `E668:4`; 1 where none is told."""
    pairs = (word.partition(":") for word in text.split())
    return {code: int(weight or 1) for code, _, weight in pairs}


_GENERAL = read_pool("E669:5 E663:4 E109:4 L700:2 L709:2 J159:3 K580:2 U099:2 Z5987 Z5919 A7740 R4189")
_LYMPHOMA = read_pool("C8330:6 C8338:3 C8339:7 C8100:2 C8109 C84A0:2 C84A9 Z170 Z171 C4A9:2 E6601")

# FY2024: the year before 72 billable codes of the sample become 92. Deleted on its last day are E668,
# C8339, H8141-H8149, T8132X- and Z86010: a good tenth of what is seen.
_FY2024 = (
    Department(
        "Family Medicine",
        "professional",
        {**_GENERAL, **read_pool("E668:4 Z6854:2 Z6853:2 Z86010:2 H8110:2 A7741 L705 K589:2")},
        read_pool("G0499:3 J3490:4 G9405:2 A5512"),
        place="11",
    ),
    Department(
        "Endocrinology",
        "professional",
        read_pool("E109:6 E6601:5 E6609:3 E668:8 E669:4 Z6854:4 Z6852:2 R4189"),
        read_pool("J3490:4 J0834:2"),
        place="11",
    ),
    Department(
        "Neurology",
        "professional",
        read_pool("G20A1:5 G20A2:2 G20B1:2 G20C:3 R4189:4 H8149:4 H8141 H8142 H8143:2 G40C09"),
        read_pool("J3490:2 G9405:3"),
        place="19",
    ),
    Department(
        "Infusion Center",
        "outpatient",
        _LYMPHOMA,
        read_pool("J9312:6 J9311:3 J9173:3 Q5103:2 J3490:2"),
        revenue="0335",
    ),
    Department(
        "Gastroenterology",
        "outpatient",
        read_pool("Z86010:8 K580:4 K589:5 Z86018:2 E668"),
        read_pool("J3490:3 G0499:2"),
        revenue="0750",
    ),
    Department(
        "Emergency",
        "outpatient",
        read_pool("H8149:3 H8110:4 J159:4 U071:3 R4189:2 E669:2 Z5911 T8132XA:2"),
        read_pool("J3490:4 J0295:2"),
        revenue="0450",
    ),
    Department(
        "Surgery",
        "inpatient",
        read_pool("T8132XA:4 T8132XD J150:2 J1569:2 E6601:3 E668:2 Z86010:3 E109:2"),
        {},
        revenue="0120",
        procedures=("0FB10ZZ", "0FB14ZZ", "0FB14ZG", "5A0935A"),
    ),
)

# 2019 and the first quarter of 2020, for the HCPCS steps of the sample. J9310 ended in 2018 and is
# billed still. The diagnoses were valid in those years.
_2019_DIAGNOSES = read_pool("E109:3 E669:3 J159:2 C8330:2 C8338 L700 K580 Z86010")
_2019 = (
    Department(
        "Infusion Center",
        "outpatient",
        read_pool("C8330:6 C8338:3 C8339:4 C4A9:2"),
        read_pool("J9031:8 J9312:6 J9310:1 J9173:3 J1942:4 C9035:3 C9462 J0517:2 J2794:2"),
        revenue="0335",
    ),
    Department(
        "Imaging",
        "outpatient",
        read_pool("C4A9:4 C4490 C8330:3 R4189"),
        read_pool("A9515:3 C9407:4 C9408:5 G0365:6"),
        revenue="0343",
    ),
    Department(
        "Behavioral Health",
        "professional",
        read_pool("R4189:5 E669 G40C09"),
        read_pool("J1942:5 J2794:4 C9035:2 G0515:5 G9742:6"),
        place="11",
    ),
    Department(
        "ENT",
        "professional",
        read_pool("H8110:3 H8149:2 J159"),
        read_pool("S1090:3 V5171 V5200 C9034:2"),
        place="24",
    ),
    Department(
        "Family Medicine",
        "professional",
        _2019_DIAGNOSES,
        read_pool("M1000:6 G0499:3 G9405:4 B4105 A5512:2 A5513:2 J7340 Q2009"),
        place="11",
    ),
)
_2020 = (
    Department(
        "Imaging",
        "outpatient",
        read_pool("C4A9:4 C8330:3 R4189"),
        read_pool("G1000:9 G1001:3 A9590:3 A9515"),
        revenue="0320",
    ),
    Department(
        "Infusion Center",
        "outpatient",
        read_pool("C8330:6 C8338:3 C8339:4"),
        read_pool("J9030:5 J1944:3 C9041:2 C9054 J9312:4 J9310"),
        revenue="0335",
    ),
)

PERIODS = (
    Period(date(2019, 1, 1), date(2019, 12, 31), 900, _2019),
    Period(date(2020, 1, 1), date(2020, 3, 31), 120, _2020),
    Period(date(2023, 10, 1), date(2024, 9, 30), 1_900, _FY2024),
)


def is_covered(first: date, last: date) -> bool:
    """Whether there are claims of all the days, both counted; the periods of 2019 and 2020 follow each other."""
    spans = ((PERIODS[0].first, PERIODS[1].last), (PERIODS[2].first, PERIODS[2].last))
    return any(begin <= first and last <= end for begin, end in spans)
