"""The words and figures in which impact is told: dollars, priorities, reasons, places."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from schema.impact import Priority

PRIORITY_TITLES = MappingProxyType({priority: priority.value.capitalize() for priority in Priority})
NO_OWNER = "no owner"


def dollars_text(amount: Decimal) -> str:
    """Whole dollars, half a dollar up: `$1,234`, `−$12`. The workbooks have the cents."""
    whole = amount.quantize(Decimal(1), ROUND_HALF_UP)
    return f"−${-whole:,}" if whole < 0 else f"${abs(whole):,}"


def words_of(name: str) -> str:
    """A name of ours in words: `charge_master` is `charge master`."""
    return name.replace("_", " ").strip()


def owner_text(owner: str | None) -> str:
    """The owner, or `no owner`."""
    return owner or NO_OWNER
