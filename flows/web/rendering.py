"""Pages from templates: whole ones, or for htmx the one block that it asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from fastapi import Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape

from flows.report.environment import make_environment
from flows.report.word_marks import Segment, mark_words
from flows.report.wording import count_of, days_left_text, long_date, title_of_field
from flows.web.access_words import PERMISSION_TITLES
from flows.web.act_words import ROLE_TITLES
from flows.web.assets import asset_address
from flows.web.site import site_of
from schema.access import ROLE_PERMISSIONS
from schema.releases import label_of
from schema.systems import display_code, get_system

if TYPE_CHECKING:
    from jinja2 import Environment

    from flows.web.visitors import Visitor

TEMPLATES = Path(__file__).parent / "templates"
CENTS = 100


def render(
    request: Request,
    visitor: Visitor | None,
    template: str,
    status: int = 200,
    *,
    fragment: str = "",
    headers: dict[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """The page. When htmx asks, only the block `fragment`, else the block that is named as the target's id is
    (`hx-target="#rows"`: block `rows`), else the block `content`; blocks have to stand in `template` itself.

    Templates know, beside `values`: `visitor` (None: not signed in), `csrf`, `today`, `path`, `query` (the query
    string), `is_fragment`, and the macros of parts.html as `parts`.
    """
    environment = _environment()
    page = environment.get_template(template)
    is_fragment = wants_fragment(request)
    context = {
        "visitor": visitor,
        "csrf": visitor.csrf if visitor else "",
        "today": site_of(request).today(),
        "path": request.url.path,
        "query": request.url.query,
        "is_fragment": is_fragment,
        **values,
    }
    if is_fragment:
        target = request.headers.get("hx-target", "").replace("-", "_")
        block = next(name for name in (fragment, target, "content") if name in page.blocks)
        text = "".join(page.blocks[block](page.new_context(context)))
    else:
        text = page.render(context)
    return HTMLResponse(text, status, headers={"Vary": "HX-Request, HX-Target", **(headers or {})})


def wants_fragment(request: Request) -> bool:
    """Whether htmx asks for a part of a page. Going back in the history, and boosted links, want whole pages."""
    names = request.headers
    return "hx-request" in names and "hx-boosted" not in names and "hx-history-restore-request" not in names


@cache
def _environment() -> Environment:
    from jinja2 import ChoiceLoader, FileSystemLoader

    environment = make_environment()
    # Macros of the reports can be had too.
    environment.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), environment.loader or FileSystemLoader(TEMPLATES)])
    environment.auto_reload = False
    environment.filters.update(
        day=day_text,
        days_left=lambda day, today: days_left_text(day, today),
        moment=moment_text,
        money=money_text,
        code=display_code_of,
        marks=mark_text,
        label=label_of_key,
        system_title=lambda system: get_system(system).title,
        field_title=title_of_field,
        lines=break_lines,
    )
    environment.globals.update(ROLES=ROLE_TITLES, PERMISSIONS=PERMISSION_TITLES, ROLE_PERMISSIONS=ROLE_PERMISSIONS)
    environment.globals.update(asset=asset_address, mark_words=mark_words, count_of=count_of)
    environment.globals["parts"] = environment.get_template("parts.html").module
    return environment


def day_text(day: date | None) -> Markup:
    """`Oct 1, 2024` as a `time` element, nothing for None; an instant gives its day in UTC."""
    if day is None:
        return Markup("")
    day = day.date() if isinstance(day, datetime) else day
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), f"{day:%b} {day.day}, {day.year}")


def moment_text(moment: datetime | None) -> Markup:
    """`Oct 1, 2024, 14:05 UTC` as a `time` element, nothing for None."""
    if moment is None:
        return Markup("")
    text = f"{moment:%b} {moment.day}, {moment.year}, {moment:%H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(moment.isoformat(timespec="seconds"), text)


def money_text(cents: int | None) -> str:
    """Whole dollars from cents, half a dollar up: `$1,234`; a dash for None."""
    if cents is None:
        return "–"
    whole = (abs(cents) + CENTS // 2) // CENTS
    return f"−${whole:,}" if cents < 0 and whole else f"${whole:,}"


def display_code_of(code: str, system: str) -> Markup:
    """A code as people read it, in its own element."""
    return Markup('<span class="code">{}</span>').format(display_code(system, code))


def mark_text(segments: Sequence[Segment], tag: Literal["del", "ins"]) -> Markup:
    """Segments of `mark_words`, those that differ in `<del>` or `<ins>`."""
    return Markup("").join(
        Markup("<{0}>{1}</{0}>").format(tag, s.text) if s.is_changed else escape(s.text) for s in segments
    )


def label_of_key(key: str) -> str:
    """What people call the release of a review: `FY2025` of `icd10cm@2024-10-01`; the key when it is none."""
    system, _, day = key.partition("@")
    try:
        return label_of(system, date.fromisoformat(day.partition(".")[0]))
    except (ValueError, LookupError):
        return key


def break_lines(text: str) -> Markup:
    """Text that people wrote, its line ends kept."""
    return Markup("<br>").join(text.split("\n"))


__all__ = ["long_date", "render", "wants_fragment"]
