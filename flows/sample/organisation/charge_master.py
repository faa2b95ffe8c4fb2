"""The charge master of the invented organisation: one line for each charge and site, about three hundred."""

from __future__ import annotations

from collections.abc import Iterator

from flows.sample.organisation.codes import list_hcpcs

COLUMNS = (
    "charge_code",
    "description",
    "department",
    "site",
    "place_of_service",
    "revenue_code",
    "hcpcs_code",
    "modifier",
    "status_indicator",
    "price",
)

# Site, its place of service, and how it writes a code; Northfield was bought and keeps its own habits.
_SITES = (
    ("Main Hospital", "22", "{}"),
    ("Emergency Department", "23", "{}"),
    ("Eastside Clinic", "11", "{}"),
    ("Northfield Clinic", "19", " {} "),
    ("Surgery Center", "24", "{}"),
)
_LOWER_CASE_SITE = "Northfield Clinic"

# Department, revenue code, status indicator, and its codes with their prices in dollars.
# J9310 and V5170 ended in 2018 and stand here still: stale lines are what charge masters have.
_CHARGES = """
Pharmacy          0636 K  J0185 4.10  J0295 11.80  J0834 98.00  J1942 2.95  J2794 9.85  J3490 55.00  J7340 128.00
Pharmacy          0636 G  C9034 1.35  C9035 3.60  C9462 2.40  Q2009 4.75  J0517 188.00  Q5103 91.00
Infusion Center   0335 K  J9031 142.00  J9173 78.00  J9310 890.00  J9311 101.00  J9312 96.00  J0567 92.00
Imaging           0343 K  A9515 5900.00  C9407 310.00  C9408 1190.00
Imaging           0921 S  G0365 365.00  G1000 0.01  G1001 0.01
Laboratory        0306 A  G0499 61.00
Rehabilitation    0430 A  G0515 74.00  G8654 0.01  K0037 88.00
Behavioral Health 0914 A  G9742 0.01
Quality Reporting 0990 M  G8807 0.01  G9405 0.01  G9454 0.01  M1000 0.01  G9890 25.00
ENT               0278 N  S1090 1650.00  V5170 930.00  V5171 1010.00  V5200 240.00
Wound Care        0636 N  Q4137 205.00  Q4186 188.00
Medical Equipment 0290 Y  A5512 41.00  A5513 62.00  B4105 140.00  E0483 11900.00  E1399 75.00  E2500 480.00
Transport         0540 A  A0428 640.00
"""
# Fixed modifiers of a charge. GD ended in 2019.
_MODIFIERS = {"J0834": "GD", "J9031": "GD", "A5513": "KX", "A5512": "KX", "E0483": "RT", "C9407": "kx"}

# Room and board and general charges have no HCPCS code, as everywhere.
_PLAIN = """
0110 Room and board, private             1980
0120 Room and board, semi-private        1640
0200 Intensive care                      4210
0210 Coronary care                       4050
0250 Pharmacy, general                     18
0258 Intravenous solutions                 42
0260 Infusion therapy, general            185
0270 Medical and surgical supplies         27
0300 Laboratory, general                   39
0360 Operating room services             2850
0370 Anesthesia                           910
0450 Emergency room                      1220
0710 Recovery room                        780
0762 Observation hours                    115
"""

# What a person has to look at: `addenda uses` names each of these, and none is dropped silently.
UNREADABLE = {
    "J903": "cut off",
    "100": "leading zeros lost in a spreadsheet",
    "see pharmacy": "words in the place of a code",
    "J1942/J1944": "two codes where one belongs",
    "N/A": "not applicable",
}


def build_charge_master() -> list[tuple[str, ...]]:
    """The rows below the header, cells as written."""
    return [*_number(_list_charges())]


def _list_charges() -> Iterator[tuple[str, ...]]:
    titles = list_hcpcs()
    for line in _CHARGES.strip().splitlines():
        department, (revenue, status, *pairs) = line[:18].strip(), line[18:].split()
        for code, price in zip(pairs[::2], pairs[1::2], strict=True):
            for site, place, form in _SITES:
                written = form.format(code.lower() if site == _LOWER_CASE_SITE else code)
                modifier = _MODIFIERS.get(code, "")
                title = titles[code].short
                yield title, department, site, place, revenue, written, modifier, status, price
    for line in _PLAIN.strip().splitlines():
        revenue, about, price = line[:4], line[5:40].strip(), line[40:].strip()
        for site, place, _ in _SITES:
            yield about, "General", site, place, revenue, "", "", "", f"{price}.00"
    for written, about in UNREADABLE.items():
        yield f"To be reviewed: {about}", "Pharmacy", "Main Hospital", "22", "0636", written, "", "", "0.00"


def _number(charges: Iterator[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    for number, charge in enumerate(charges, start=1):
        yield f"{40_000 + 7 * number}", *charge
