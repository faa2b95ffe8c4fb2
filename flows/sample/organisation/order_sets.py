"""The order sets and preference lists of the invented organisation: a workbook as people keep it.

Titles above the header row, codes with dots, in lower case and with blanks, several codes in one cell, a
sheet that is hidden, and one without any code.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.sample.archives import Cell

DIAGNOSES, PROCEDURES, HCPCS = "Diagnosis (ICD-10)", "Procedure (ICD-10-PCS)", "HCPCS"
_HEADER = ("Order set", "Item", DIAGNOSES, PROCEDURES, HCPCS)
HIDDEN_SHEET = "Archive 2019"

_MEDICINE = """
Weight management   | Nutrition referral             | E66.8, E66.01, E66.9   |         |
Weight management   | Weight loss programme          | e66.8                  |         |
Weight management   | Body mass index, child         | Z68.54                 |         |
Weight management   | Comorbid conditions            | E66.01-E66.9           |         |
New diabetes        | Endocrinology referral         | E10.9; R73.03          |         |
Dizziness           | Vestibular therapy             | H81.10; H81.4-         |         |
Dizziness           | MRI of the brain               | H81.41, H81.42, H81.43 |         |
Bowel complaints    | Stool studies                  | K58.*                  |         |
Tick-borne fever    | Ehrlichia antibodies           | A77.4-                 |         |
Pneumonia           | Blood cultures                 | J15.0-J15.9            |         | J0295
Pneumonia           | Oxygen, high flow              | J15.9                  | 5A0935A |
Parkinson's disease | Neurology referral             | G20.A1, G20.A2, g20.c  |         |
Memory clinic       | Cognitive skills development   | R41.89                 |         | G0515
Adrenal             | Cosyntropin stimulation        |                        |         | J0834-GD
"""
_ONCOLOGY = """
Lymphoma            | Rituximab                      | C83.30, C83.39         |         | J9310, J9312
Lymphoma            | Rituximab and hyaluronidase    | C81.0-                 |         | J9311
Lymphoma            | Staging PET                    | C81-C84                |         | A9515
Lung                | Durvalumab                     | C4A.9                  |         | C9492; J9173
Bladder             | BCG instillation               |                        |         | J9031
Neuroendocrine      | Iobenguane, diagnostic         | C4A.9                  |         | C9407
Neuroendocrine      | Iobenguane, therapeutic        |                        |         | C9408
Breast              | Receptor status                | Z17.0, Z17.1           |         |
"""
_SURGERY = """
Colonoscopy         | Surveillance colonoscopy       | Z86.010                |         |
Colonoscopy         | Surveillance interval letter   | Z86.01?                |         |
Liver resection     | Right lobe, laparoscopic       |                        | 0FB14ZZ |
Hand injury         | Thumb, detachment              |                        | 0X6L0Z2 |
Complications       | Wound return to theatre        | T81.32XA, T81.32XD     |         |
Complications       | Long-term follow-up            | T81.32*                |         |
Sinus surgery       | Steroid implant                |                        |         | S1090
Psychiatry          | ECT, course                    |                        | GZB0ZZZ, GZB1ZZZ |
Dermatology         | Acne, all forms                | L70                    |         |
"""
_HIDDEN = """
Behavioral health   | Long-acting aripiprazole       |                        |         | J1942
Behavioral health   | Initiation dose                |                        |         | c9035
Behavioral health   | Symptom assessment             |                        |         | G9742
Pain                | Screening                      |                        |         | M1000
"""

# An element that no rule can read, beside others of its cell that can be read.
UNREADABLE = {"E66.8 (see note)": "a remark", "obesity": "a word", "H81.49-H81.41": "a range turned round"}
_TO_REVIEW = """
To be reviewed      | Weight clinic letter           | E66.9; E66.8 (see note)|         |
To be reviewed      | Weight clinic recall           | obesity                |         |
To be reviewed      | Balance clinic                 | H81.49-H81.41          |         |
"""


def build_order_sets() -> dict[str, Sequence[Sequence[Cell]]]:
    """The rows of each sheet by its name."""
    cover: list[Sequence[Cell]] = [("Juniper Valley Health (invented)",), ("Order sets and preference lists",), ()]
    cover.append(("Ask clinical informatics before you change a code.",))
    return {
        "Cover": cover,
        "Medicine": _build_sheet("Medicine", _MEDICINE + _TO_REVIEW),
        "Oncology": _build_sheet("Oncology", _ONCOLOGY),
        "Surgery": _build_sheet("Surgery and procedures", _SURGERY),
        HIDDEN_SHEET: _build_sheet("No longer shown to anybody, still in the build", _HIDDEN),
    }


def _build_sheet(title: str, table: str) -> list[Sequence[Cell]]:
    rows: list[Sequence[Cell]] = [(title,), (), _HEADER]
    for line in table.splitlines():
        if line.strip():
            rows.append([cell.strip() or None for cell in line.split("|")])
    return rows
