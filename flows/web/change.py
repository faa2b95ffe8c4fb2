"""One change: what differs, where it hurts, what was said, and the forms to decide it."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from flows import review_acts
from flows.report.wording import KIND_TITLES
from flows.web.act_words import ACTION_TITLES, act_reason, act_sentence
from flows.web.change_history import read_code_past
from flows.web.change_query import parse_query, read_query, write_query
from flows.web.change_rows import (
    change_path,
    changes_path,
    classes_text,
    display_item,
    possible_actions,
)
from flows.web.change_view import view_change
from flows.web.changes import build_heading, tell_done
from flows.web.facet_cache import read_facets
from flows.web.forms import Form, checked_form
from flows.web.kept_pages import For, kept
from flows.web.rendering import render
from flows.web.site import site_of
from flows.web.visitors import Visitor, visiting
from schema.access import Permission
from schema.review import ACTIONS, Action
from schema.store.act_log import read_acts
from schema.store.database import reading
from schema.store.review_code import list_code_readiness, list_code_tasks, list_code_training
from schema.store.review_items import neighbours
from schema.store.review_reader import find_item, find_review
from schema.systems import display_code

router = APIRouter()

MOST_ACTS = 200
SEE_OTHER = 303


@router.get("/updates/{key}/changes/{subject}")
@kept(For.EVERYBODY)
def show_change(
    request: Request, key: str, subject: str, visitor: Annotated[Visitor, visiting(Permission.READ)]
) -> Response:
    """The page of one change, with the ones before and after it in the list that it was opened from."""
    site = site_of(request)
    query = read_query(request.query_params.multi_items())
    with reading(site.engine) as connection:
        review = find_review(connection, key)
        item = find_item(connection, key, subject)
        before, after = neighbours(connection, key, query, subject)
        values: dict[str, Any] = {
            "review": review,
            "item": item,
            "tasks": list_code_tasks(connection, key, item.code),
            "training": list_code_training(connection, key, subject),
            "readiness": list_code_readiness(connection, key, item.code),
            "acts": read_acts(connection, review=key, subject=subject, limit=MOST_ACTS),
            "owners": [name for name in read_facets(connection, review).owners if name],
        }
    values |= view_change(review.system, json.loads(item.detail))
    values |= read_code_past(site.engine, review, item)
    can_work = visitor.actor.may(Permission.WORK)
    can_choose = can_work and Action.REPLACE in ACTIONS[item.kind]
    listed = {found.code for found in values["successors"]}
    return render(
        request,
        visitor,
        "change.html",
        headers={"HX-Push-Url": change_path(key, subject, query)},
        heading=build_heading(review, site.today()),
        told=tell_done(request),
        can_work=can_work,
        code=display_item(review.system, item),
        kind_title=KIND_TITLES[item.kind],
        classes=classes_text(item.classes),
        actions=possible_actions([item.kind]),
        can_choose=can_choose,
        typed=", ".join(display_code(review.system, c) for c in item.successors if c not in listed),
        act_sentence=act_sentence,
        act_reason=act_reason,
        action_title=ACTION_TITLES[item.action] if item.action else "",
        list_path=changes_path(key, query),
        here=change_path(key, subject, query),
        query_text=write_query(query, is_paged=False),
        before=change_path(key, before, query) if before else "",
        after=change_path(key, after, query) if after else "",
        **values,
    )


@router.post("/updates/{key}/changes/{subject}/comments")
def post_comment(
    request: Request,
    key: str,
    subject: str,
    visitor: Annotated[Visitor, visiting(Permission.WORK)],
    form: Annotated[Form, Depends(checked_form)],
) -> Response:
    """Say something about the change."""
    site = site_of(request)
    query = parse_query(form.text("query", ""))
    with reading(site.engine) as connection:
        find_item(connection, key, subject)
    review_acts.comment(site.engine, visitor.actor, key, subject, form.text("text"), now=site.now())
    path = change_path(key, subject, query)
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}done=commented#talk", SEE_OTHER)
