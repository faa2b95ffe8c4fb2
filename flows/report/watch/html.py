"""The dashboard and the close-out pages as HTML files: they open from disk, load nothing, print."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from flows.report.environment import make_environment
from flows.report.watch import wording
from flows.report.watch.charts import large_chart, small_chart, trend_chart
from flows.report.watch.closeout import SIGNERS, Closeout
from flows.report.watch.model import Dashboard
from schema.remits import Category
from schema.watch import WATCH_DAYS, Fault, Status

if TYPE_CHECKING:
    from jinja2 import Environment

# Rows of one table; browsers skip drawing a table that is out of sight, but never part of one.
ROWS_IN_A_TABLE = 150
# Beyond so many the tables of what is not urgent start folded.
MOST_OPEN_ROWS = 40
# Only then is leaving tables undrawn worth what it costs (pictures of the whole page show gaps).
MANY_ROWS = 300
# Payers that the table of an alarm shows at once.
MOST_PAYERS = 12


def render_dashboard_page(dashboard: Dashboard) -> str:
    """The whole file as text; equal dashboards give equal text."""
    environment = _environment()
    script = environment.get_template("watch/dashboard.js").render()
    signals = [signal for found in dashboard.signals.values() for signal in found] + list(dashboard.unwatched)
    return environment.get_template("watch/dashboard.html").render(
        dashboard=dashboard,
        categories=[category for category in Category if any(s.category is category for s in signals)],
        is_long=len(signals) + dashboard.entry_count > MANY_ROWS,
        has_signals=bool(signals),
        rows_in_a_table=ROWS_IN_A_TABLE,
        most_open_rows=MOST_OPEN_ROWS,
        most_payers=MOST_PAYERS,
        script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def render_closeout_page(closeout: Closeout) -> str:
    """The page of one close-out, to be printed and signed."""
    return _environment().get_template("watch/closeout.html").render(closeout=closeout, signers=SIGNERS)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = make_environment()
    environment.filters.update(
        rate=wording.rate_text,
        chance=wording.chance_text,
        expected=wording.expected_text,
        why=wording.why_text,
        action=wording.action_text,
        small_chart=small_chart,
        large_chart=large_chart,
        trend_chart=trend_chart,
        payer=wording.payer_text,
    )
    environment.globals.update(
        Status=Status,
        WATCH_DAYS=WATCH_DAYS,
        Fault=Fault,
        CATEGORY_TITLES=wording.CATEGORY_TITLES,
        STATUS_TITLES=wording.STATUS_TITLES,
        STATUS_MEANINGS=wording.STATUS_MEANINGS,
        FAULT_TITLES=wording.FAULT_TITLES,
        FAULT_SENTENCES=wording.FAULT_SENTENCES,
        FAULT_WORDS=wording.FAULT_WORDS,
        REASON_TITLES=wording.REASON_TITLES,
    )
    return environment
