"""Tasks: mine, overdue, all; by update. Each is marked as done, taken back, or given to somebody else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from flows import review_acts
from flows.web.forms import Form, checked_form
from flows.web.kept_pages import For, kept
from flows.web.rendering import render
from flows.web.site import site_of
from flows.web.visitors import Visitor, safe_path, visiting
from schema.access import Permission
from schema.errors import UsageError, shorten_value
from schema.review import Task, subject_of
from schema.store.act_log import read_head
from schema.store.database import reading
from schema.store.review_reader import list_reviews
from schema.store.review_totals import TaskQuery, find_tasks
from schema.systems import SYSTEMS

router = APIRouter()

SHOWN = {"open": "Open", "overdue": "Overdue", "done": "Done", "every": "Open and done"}
WHO = {"mine": "Mine", "all": "Everybody’s"}
LAST_PAGE = 100_000
LONGEST_KEY = 120
Worker = Annotated[Visitor, visiting(Permission.WORK)]
Checked = Annotated[Form, Depends(checked_form)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. `task` is the one whose forms are open, as `review/number`."""

    who: str = "mine"
    show: str = "open"
    review: str = ""
    page: int = 1
    task: str = ""

    @property
    def address(self) -> str:
        """The address that asks for this."""
        plain = Asked()
        names = ("who", "show", "review", "page", "task")
        pairs = [(name, str(getattr(self, name))) for name in names if getattr(self, name) != getattr(plain, name)]
        return f"/tasks?{urlencode(pairs)}" if pairs else "/tasks"


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task as it is drawn. `opens` is the address that shows its forms, `closes` the one that does not."""

    task: Task
    system: str
    subject: str
    is_overdue: bool
    is_open: bool
    opens: str


@router.get("/tasks")
@kept(For.PERSON)
def show_tasks(
    request: Request,
    visitor: Annotated[Visitor, visiting(Permission.READ)],
    who: str = "mine",
    show: str = "open",
    review: str = "",
    page: str = "1",
    task: str = "",
) -> HTMLResponse:
    """A page of tasks, the earliest due first."""
    site = site_of(request)
    today = site.today()
    asked = Asked(
        _choose("who", who, WHO),
        _choose("show", show, SHOWN),
        review[:LONGEST_KEY],
        _read_page(page),
        task[:LONGEST_KEY],
    )
    query = TaskQuery(
        review=asked.review,
        owners=owners_of(visitor) if asked.who == "mine" else None,
        is_done={"open": False, "overdue": False, "done": True}.get(asked.show),
        due_before=today if asked.show == "overdue" else None,
        page=asked.page,
    )
    with reading(site.engine) as connection:
        found = find_tasks(connection, query)
        reviews = list_reviews(connection)
        seen = read_head(connection)[0]
    asked = replace(asked, page=found.page)
    return render(
        request,
        visitor,
        "tasks.html",
        asked=asked,
        found=found,
        rows=[_row(one, asked, today) for one in found.rows],
        reviews=reviews,
        seen=seen,
        who_links=[
            (title, replace(asked, who=name, page=1, task="").address, name == asked.who) for name, title in WHO.items()
        ],
        SHOWN=SHOWN,
        here=replace(asked, task="").address,
        before=replace(asked, page=found.page - 1, task="").address if found.page > 1 else "",
        after=replace(asked, page=found.page + 1, task="").address if found.page < found.pages else "",
        owners=owners_of(visitor),
    )


@router.post("/updates/{key}/tasks/{number}/done")
def finish_task(request: Request, key: str, number: str, visitor: Worker, form: Checked) -> RedirectResponse:
    """Mark as done."""
    site = site_of(request)
    review_acts.finish_task(
        site.engine, visitor.actor, key, number, form.text("note", ""), form.number("seen"), now=site.now()
    )
    return _back(key, form)


@router.post("/updates/{key}/tasks/{number}/reopening")
def reopen_task(request: Request, key: str, number: str, visitor: Worker, form: Checked) -> RedirectResponse:
    """Take back."""
    site = site_of(request)
    review_acts.reopen_task(
        site.engine, visitor.actor, key, number, form.text("reason"), form.number("seen"), now=site.now()
    )
    return _back(key, form)


@router.post("/updates/{key}/tasks/{number}/assignment")
def assign_task(request: Request, key: str, number: str, visitor: Worker, form: Checked) -> RedirectResponse:
    """Give to another owner, with another day."""
    site = site_of(request)
    due_date = form.day("due_date")
    if due_date is None:
        raise UsageError("a task needs a day on which it is due", "", "choose one")
    review_acts.assign_task(
        site.engine, visitor.actor, key, number, form.text("owner"), due_date, form.number("seen"), now=site.now()
    )
    return _back(key, form)


def owners_of(visitor: Visitor) -> tuple[str, ...]:
    """The owners whose tasks are this person's: the teams, and both names."""
    return tuple(dict.fromkeys((*visitor.actor.teams, visitor.actor.name, visitor.display_name)))


def _row(task: Task, asked: Asked, today: date) -> TaskRow:
    name = f"{task.review}/{task.number}"
    system = task.review.partition("@")[0]
    return TaskRow(
        task,
        system,
        _subject(system, task.code),
        not task.is_done and task.due_date < today,
        asked.task == name,
        replace(asked, task=name).address,
    )


def _subject(system: str, code: str) -> str:
    """The change that a task is about; modifiers are told from codes by their shape."""
    known = SYSTEMS.get(system)
    is_modifier = known is not None and known.modifier_pattern is not None and known.modifier_pattern.fullmatch(code)
    return subject_of("modifier" if is_modifier else "code", code)


def _choose(name: str, value: str, choices: dict[str, str]) -> str:
    if value not in choices:
        raise UsageError(f"{name} has no choice {shorten_value(value)!r}", "", f"use one of {', '.join(choices)}")
    return value


def _read_page(text: str) -> int:
    if not (
        text.isascii() and text.isdigit() and 1 <= len(text) <= len(str(LAST_PAGE)) and 1 <= int(text) <= LAST_PAGE
    ):
        raise UsageError(f"{shorten_value(text)!r} is no page", "", "open the page of tasks anew")
    return int(text)


def _back(key: str, form: Form) -> RedirectResponse:
    given = form.text("back", "")
    path = safe_path(given) if given else f"/tasks?who=all&review={quote(key)}"
    return RedirectResponse(path, 303)
