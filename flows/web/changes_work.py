"""Work on one change or on many at once: decide, take back, assign; and the views that people keep."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from flows import review_acts
from flows.web.change_query import LAST_PAGE, parse_query, write_query
from flows.web.change_rows import change_path
from flows.web.changes import list_address
from flows.web.forms import Form, checked_form
from flows.web.site import Site, site_of
from flows.web.visitors import Visitor, visiting
from schema.access import Permission
from schema.errors import ConflictError, UsageError, shorten_value
from schema.review import Action, Decision
from schema.review_query import ItemQuery
from schema.store.database import reading
from schema.store.review_items import list_subjects, neighbours
from schema.store.review_reader import find_review
from schema.systems import normalise_code

if TYPE_CHECKING:
    from sqlalchemy import Engine

router = APIRouter()

SEE_OTHER = 303
_CODE_BREAK = re.compile(r"[\s,;]+")

Sent = Annotated[Form, Depends(checked_form)]
Worker = Annotated[Visitor, visiting(Permission.WORK)]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The changes that a form is about. `back` is the one change from whose page it came, "" from the list; `is_next`
    says that the next one shall be shown then."""

    subjects: tuple[str, ...]
    seen: int
    query: ItemQuery
    back: str
    is_next: bool

    def answer(self, engine: Engine, key: str, word: str) -> Response:
        """To the page that the form stood on, which then tells what was done; or to the next change of the list."""
        if self.back and self.is_next:
            with reading(engine) as connection:
                _, after = neighbours(connection, key, self.query, self.back)
            if after is not None:
                return RedirectResponse(change_path(key, after, self.query), SEE_OTHER)
        elif self.back:
            path = change_path(key, self.back, self.query)
            return RedirectResponse(f"{path}{'&' if '?' in path else '?'}done={word}", SEE_OTHER)
        return RedirectResponse(list_address(key, self.query, word, len(self.subjects)), SEE_OTHER)


@router.post("/updates/{key}/decisions")
def post_decisions(request: Request, key: str, visitor: Worker, form: Sent) -> Response:
    """Decide the chosen changes, all or none."""
    site = site_of(request)
    decision = read_decision(form)
    chosen = read_chosen(site, key, form)
    review_acts.decide(site.engine, visitor.actor, key, chosen.subjects, decision, chosen.seen, now=site.now())
    return chosen.answer(site.engine, key, "decided")


@router.post("/updates/{key}/item-reopenings")
def post_reopenings(request: Request, key: str, visitor: Worker, form: Sent) -> Response:
    """Take the decisions of the chosen changes back, all or none."""
    site = site_of(request)
    chosen = read_chosen(site, key, form)
    reason = form.text("reason")
    review_acts.reopen_items(site.engine, visitor.actor, key, chosen.subjects, reason, chosen.seen, now=site.now())
    return chosen.answer(site.engine, key, "reopened")


@router.post("/updates/{key}/assignments")
def post_assignments(request: Request, key: str, visitor: Worker, form: Sent) -> Response:
    """Give the chosen changes an owner and a due date, all or none."""
    site = site_of(request)
    chosen = read_chosen(site, key, form)
    owner, due = form.text("owner"), form.day("due_date")
    review_acts.assign(site.engine, visitor.actor, key, chosen.subjects, owner, due, chosen.seen, now=site.now())
    return chosen.answer(site.engine, key, "assigned")


@router.post("/views")
def post_view(request: Request, visitor: Worker, form: Sent) -> Response:
    """Keep the filter under a name."""
    site = site_of(request)
    query = write_query(parse_query(form.text("query")), is_paged=False)
    key = _known_key(site, form)
    review_acts.save_view(site.engine, visitor.actor, form.text("name"), query, form.flag("shared"), site.now())
    return RedirectResponse(list_address(key, parse_query(query), "kept"), SEE_OTHER)


@router.post("/views/removal")
def post_view_removal(request: Request, visitor: Worker, form: Sent) -> Response:
    """Forget one of the visitor's own views."""
    site = site_of(request)
    query = parse_query(form.text("query"))
    key = _known_key(site, form)
    review_acts.remove_view(site.engine, visitor.actor, form.text("name"), site.now())
    return RedirectResponse(list_address(key, query, "removed"), SEE_OTHER)


def read_chosen(site: Site, key: str, form: Form) -> Chosen:
    """The changes that the form names, or all that match its filter.

    Raises UsageError when there are none, and ConflictError when other changes match now than when the page was made.
    """
    query = parse_query(form.text("query", ""))
    page = form.number("page") if form.has("page") else 1
    query = read_page(query, page)
    subjects = form.many("subject")
    seen = form.number("seen")
    back = subjects[0] if form.flag("one") and len(subjects) == 1 else ""
    if form.flag("all"):
        with reading(site.engine) as connection:
            find_review(connection, key)
            subjects = tuple(list_subjects(connection, key, query))
        if len(subjects) != form.number("total"):
            raise ConflictError(
                "the list is not the one that you saw",
                f"{len(subjects):,} changes match now, {form.number('total'):,} did",
                "look at the list again; nothing was changed",
            )
    if not subjects:
        raise UsageError("no change is chosen", "", "tick the changes, or all of the filter")
    return Chosen(subjects, seen, query, back, form.text("then", "") == "next")


def read_page(query: ItemQuery, page: int) -> ItemQuery:
    """The list at that page."""

    return replace(query, page=min(max(page, 1), LAST_PAGE))


def read_decision(form: Form) -> Decision:
    """What the form wants decided. Codes stand in boxes, and in one field apart by commas or blanks."""
    given = form.text("action", "")
    if given not in {action.value for action in Action}:
        why = f"{shorten_value(given)!r} is no decision" if given else ""
        raise UsageError("nothing is decided", why, f"choose one of {', '.join(Action)}")
    action = Action(given)
    typed = [code for code in _CODE_BREAK.split(form.text("successors", "")) if code]
    codes = dict.fromkeys(normalise_code(code) for code in (*form.many("successor"), *typed))
    return Decision(action, form.text("reason"), tuple(codes))


def _known_key(site: Site, form: Form) -> str:
    with reading(site.engine) as connection:
        return find_review(connection, form.text("key")).key
