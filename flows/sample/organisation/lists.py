"""The problem list (Parquet) and the definitions of reports (SQLite) of the invented organisation."""

from __future__ import annotations

import io
import sqlite3
from pathlib import Path

from flows.sample.organisation.codes import list_diagnoses, with_dot

# Families whose every code is a favourite on some problem list, and what people wrote in place of a code.
_DEPARTMENTS = {
    "Endocrinology": ("E10", "E66", "Z68"),
    "Oncology": ("C81", "C83", "C84", "C4A", "Z17"),
    "Neurology": ("G20", "G40", "R41", "H81"),
    "Surgery": ("T81", "Z86", "K58"),
    "Family Medicine": ("A77", "J15", "L70", "Z59", "U07", "U09"),
}
UNREADABLE_PROBLEMS = ("dizzy", "E66.8?")

# (report, measure, code system, codes)
_REPORTS = (
    ("Obesity registry", "denominator", "diagnosis", "E66.01, E66.8, E66.9"),
    ("Obesity registry", "children", "diagnosis", "Z68.51-Z68.54"),
    ("Lymphoma registry", "cases", "diagnosis", "C81-C85"),
    ("Colonoscopy quality", "surveillance", "diagnosis", "Z86.010"),
    ("Surgical complications", "numerator", "diagnosis", "T81.32XA"),
    ("Housing needs", "screened positive", "diagnosis", "Z59.1-"),
    ("Drug spending", "oncology", "hcpcs", "J9*"),
    ("Drug spending", "pass-through", "hcpcs", "C9021-C9492"),
    ("Hepatitis screening", "screened", "hcpcs", "G0499"),
)
QUERY = "select report, measure, diagnosis, hcpcs from report_codes order by report, measure"


def build_problem_list() -> bytes:
    """A Parquet file with the columns `department`, `title`, `dx_code`."""
    # Only `addenda demo` and the tests come here, and they need it later anyway.
    import pyarrow
    from pyarrow import parquet

    titles = list_diagnoses()
    rows = [
        {"department": department, "title": title.short, "dx_code": with_dot(code)}
        for department, families in _DEPARTMENTS.items()
        for code, title in titles.items()
        if code[:3] in families
    ]
    rows += [{"department": "Neurology", "title": "To be reviewed", "dx_code": text} for text in UNREADABLE_PROBLEMS]
    schema = pyarrow.schema([(name, pyarrow.string()) for name in ("department", "title", "dx_code")])
    written = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema), written)
    return written.getvalue()


def write_reports(path: Path) -> None:
    """A SQLite file with the table that `QUERY` asks, made anew; raises OSError or sqlite3.Error."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.execute("create table report_codes (report text, measure text, diagnosis text, hcpcs text)")
        for report, measure, system, codes in _REPORTS:
            pair = (codes, None) if system == "diagnosis" else (None, codes)
            connection.execute("insert into report_codes values (?, ?, ?, ?)", (report, measure, *pair))
        connection.commit()
    finally:
        connection.close()
