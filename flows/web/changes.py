"""The list of changes of an update: filter, sort, group and page on the server; the same list as CSV."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from flows.report.data import render_rows
from flows.report.wording import days_left_text, long_date
from flows.web.act_words import ACTION_TITLES
from flows.web.change_list import build_list
from flows.web.change_query import read_query, write_query
from flows.web.change_rows import changes_path, display_item
from flows.web.facet_cache import read_count, read_facets
from flows.web.kept_pages import For, kept
from flows.web.rendering import label_of_key, render
from flows.web.site import site_of
from flows.web.visitors import Visitor, visiting
from schema.access import Permission
from schema.review import Item, Review
from schema.review_query import ItemQuery
from schema.store.database import reading
from schema.store.review_items import find_items
from schema.store.review_reader import find_review, list_views
from schema.systems import get_system

router = APIRouter()

CSV_COLUMNS = (
    "code", "record_kind", "kind", "cause", "title", "classes", "priority", "uses", "owners_of_uses", "claims",
    "billed", "paid", "owner", "due_date", "is_open", "decision", "successors", "reason", "decided_by", "decided_at",
)  # fmt: skip
_ROWS_AT_ONCE = 1000
TOLD = {
    "decided": "decided",
    "assigned": "assigned",
    "reopened": "taken back to undecided",
    "commented": "commented",
    "kept": "view kept",
    "removed": "view removed",
}
"""What was done, by the word in the address that tells it."""


@router.get("/updates/{key}/changes")
@kept(For.PERSON)
def show_changes(request: Request, key: str, visitor: Annotated[Visitor, visiting(Permission.READ)]) -> Response:
    """One page of the list, or for htmx the list alone."""
    site = site_of(request)
    query = read_query(request.query_params.multi_items())
    with reading(site.engine) as connection:
        review = find_review(connection, key)
        page = find_items(connection, key, query, read_count(connection, review, query))
        facets = read_facets(connection, review)
        views = list_views(connection, visitor.actor.name)
    today = site.today()
    values = build_list(review, query, page, facets, views, today)
    return render(
        request,
        visitor,
        "changes.html",
        headers={"HX-Push-Url": changes_path(key, query)},
        heading=build_heading(review, today),
        told=tell_done(request),
        can_work=visitor.actor.may(Permission.WORK),
        **values,
    )


@router.get("/updates/{key}/changes.csv")
def get_changes_csv(request: Request, key: str, visitor: Annotated[Visitor, visiting(Permission.READ)]) -> Response:
    """Every change that matches, in the order of the list, as CSV."""
    query = replace(read_query(request.query_params.multi_items()), page=1, page_size=_ROWS_AT_ONCE)
    rows: list[tuple[str, ...]] = []
    with reading(site_of(request).engine) as connection:
        review = find_review(connection, key)
        while True:
            page = find_items(connection, key, query)
            rows += [_csv_row(item, review.system) for item in page.rows]
            if query.page >= page.pages:
                break
            query = replace(query, page=query.page + 1)
    name = f"{review.system}-{review.effective_date.isoformat()}-changes.csv"
    return Response(
        render_rows(CSV_COLUMNS, rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def build_heading(review: Review, today: Any) -> dict[str, str]:
    """What the pages of one review say at their head."""
    return {
        "title": f"{get_system(review.system).title} {label_of_key(review.key)}",
        "effective": long_date(review.effective_date),
        "days": days_left_text(review.effective_date, today) if review.effective_date >= today else "",
    }


def tell_done(request: Request) -> str:
    """What the form before did, in words: the address says `done=decided.12`. "" for anything else."""
    word, _, count = request.query_params.get("done", "").partition(".")
    if word not in TOLD or not (count == "" or (count.isascii() and count.isdigit() and len(count) <= 6)):
        return ""
    if not count:
        return f"{TOLD[word].capitalize()}."
    return f"{int(count):,} {'change' if count == '1' else 'changes'} {TOLD[word]}."


def list_address(key: str, query: ItemQuery, word: str, count: int | None = None) -> str:
    """The address of the list, which then tells what was done."""
    text = write_query(query)
    done = word if count is None else f"{word}.{count}"
    return f"{changes_path(key)}?{text}{'&' if text else ''}done={done}"


def _csv_row(item: Item, system: str) -> tuple[str, ...]:
    return (
        display_item(system, item),
        item.record_kind,
        item.kind.value,
        item.cause,
        item.title,
        "; ".join(item.classes),
        item.priority.value if item.priority else "",
        str(item.uses),
        "; ".join(item.use_owners),
        str(item.claims),
        _dollars(item.billed),
        _dollars(item.paid),
        item.owner,
        item.due_date.isoformat() if item.due_date else "",
        "true" if item.is_open else "false",
        ACTION_TITLES[item.action] if item.action else "",
        "; ".join(item.successors),
        item.reason,
        item.decided_by,
        item.decided_at.isoformat(timespec="seconds") if item.decided_at else "",
    )


def _dollars(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"
