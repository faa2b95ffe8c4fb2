"""What every page is rendered with: templates that escape by themselves, and the filters that all of them share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.report import impact_wording, wording
from flows.report.visible import make_printable

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"


def make_environment() -> Environment:
    """A new environment over `templates/`; a page adds its own filters and globals to it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalize,
    )
    environment.filters.update(
        number=lambda value: f"{value:,}",
        dollars=impact_wording.dollars_text,
        words=impact_wording.words_of,
        long_date=wording.long_date,
        sentence=lambda text: text if text.endswith((".", "!", "?")) else f"{text}.",
    )
    environment.globals.update(count_of=wording.count_of, PRIORITY_TITLES=impact_wording.PRIORITY_TITLES)
    return environment


def _finalize(value: Any) -> Any:
    """Every text that a template writes has its control characters made visible; markup is ours already."""
    return make_printable(value) if type(value) is str else value
