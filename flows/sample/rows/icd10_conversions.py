"""The conversion tables of the sample as facts: which code a new code was before.

ICD-10-CM: rows of the tables of NCHS, FY2023 to FY2025, for the codes of the sample; that of H81.4 is
moved to the year in which the sample makes it billable. ICD-10-PCS: the two rows of the errata are those
of CMS; the others follow the codes' own structure, as the tables of those years are not at hand.
"""

from __future__ import annotations

from datetime import date

ConversionRow = tuple[str, int | date, str]

_APRIL_2020 = date(2020, 4, 1)
_APRIL_2023 = date(2023, 4, 1)

ICD10CM: tuple[ConversionRow, ...] = (
    ("C81.0A", 2024, "Z85.71"),
    ("C83.390", 2024, "Z85.72"),
    ("C83.398", 2024, "Z85.72"),
    ("C83.3A", 2024, "Z85.72"),
    ("C84.AA", 2024, "Z85.72"),
    ("E10.A0", 2024, "R73.03"),
    ("E10.A1", 2024, "R73.03"),
    ("E10.A2", 2024, "R73.03"),
    ("E66.811", 2024, "E66.8"),
    ("E66.812", 2024, "E66.8"),
    ("E66.813", 2024, "E66.8"),
    ("E66.89", 2024, "E66.8"),
    ("G20.A1", 2023, "G20"),
    ("G20.A2", 2023, "G20"),
    ("G20.B1", 2023, "G20"),
    ("G20.B2", 2023, "G20"),
    ("G20.C", 2023, "G20"),
    ("G40.C01 ", 2023, "G40.301"),
    ("G40.C09 ", 2023, "G40.309"),
    ("H81.4", 2024, "H81.41-H81.43; H81.49"),
    ("J15.61", 2023, "J15.6"),
    ("J15.69", 2023, "J15.6"),
    ("R41.85", 2024, "R41.89"),
    ("T81.320A", 2024, "T81.32XA"),
    ("T81.320D", 2024, "T81.32XD"),
    ("T81.320S", 2024, "T81.32XS"),
    ("U07.0", _APRIL_2020, "J68.0, J68.9, J69.1, J80, J82, J84.114, J84.89, Z72.0"),
    ("U07.1", _APRIL_2020, "B97.29"),
    ("U09.9", 2021, "B94.9"),
    ("Y07.010", _APRIL_2023, "Y07.01"),
    ("Y07.011", _APRIL_2023, "Y07.01"),
    ("Y07.44", _APRIL_2023, "Y07.499"),
    ("Y07.45", _APRIL_2023, "Y07.499"),
    ("Z17.21", 2024, "None"),
    ("Z17.22", 2024, "None"),
    ("Z59.10", _APRIL_2023, "Z59.1"),
    ("Z59.11", _APRIL_2023, "Z59.1"),
    ("Z59.12", _APRIL_2023, "Z59.1"),
    ("Z59.19", _APRIL_2023, "Z59.1"),
    ("Z68.55 ", 2024, "Z68.54"),
    ("Z68.56 ", 2024, "Z68.54"),
    ("Z86.0100", 2024, "Z86.010"),
    ("Z86.0101", 2024, "Z86.010"),
    ("Z86.0102", 2024, "Z86.010"),
    ("Z86.0109", 2024, "Z86.010"),
)
"""Current code, effective year (1 October of it) or date, previous code(s), as NCHS writes them."""

PcsRow = tuple[str, int, str, str, str]

ICD10PCS: tuple[PcsRow, ...] = (
    ("00500Z3", 2022, "00500ZZ", "New", "10.01"),
    ("0FB14ZG", 2023, "0FB14ZZ", "New", "10.01"),
    ("5A0935A", 2023, "5A0935A", "Revised", "10.01"),
    ("GZB0ZZZ", 2023, "GZB1ZZZ", "Deleted", "10.01"),
    ("X0HQ3R8", 2022, "NoPCS", "New", "10.01"),
    ("XK02303", 2017, "3E023GC", "New", "10.01"),
    ("XW023X7", 2022, "3E023GC", "New", "04.01"),
    ("XW023Y7", 2022, "3E023GC", "New", "04.01"),
)
"""Current code, effective year, previous code, change type, effective month and day; titles are those of the codes."""
