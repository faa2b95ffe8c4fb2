"""A cell as text, whatever its source says that its type is."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from loaders.workbook import format_cell


def cell_text(value: Any) -> str:
    """The text of a value of Parquet or SQL: nothing for null and NaN, 99213.0 is `99213`, a date is ISO."""
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, Decimal) and value.is_finite():
        return str(int(value)) if value == value.to_integral_value() else str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", errors="replace")
    return format_cell(value)
