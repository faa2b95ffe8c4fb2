"""Any code, or words of titles, on any day: the answer, its history, its crosswalk, what stands around it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from flows.report.word_marks import value_text
from flows.report.wording import title_of_field
from flows.web.change_history import compare_notes, dates_of, state_of, view_history
from flows.web.rendering import render
from flows.web.site import Site, site_of
from flows.web.visitors import Visitor, visiting
from schema.access import Permission
from schema.errors import UsageError, shorten_value
from schema.records import CodeRecord, ListEntry
from schema.store.code_search import read_conversions, search_codes
from schema.store.database import reading
from schema.store.lookup import CodeAnswer, Lookup
from schema.systems import SYSTEMS, CodeSystem, display_code, get_system, normalise_code

if TYPE_CHECKING:
    from sqlalchemy import Connection

router = APIRouter()

LONGEST_QUERY = 200
LONGEST_CODE = 7
MOST_FOUND = 100
NEIGHBOURS = 4
# A conversion table may part one code into hundreds.
MOST_CONVERSIONS = 100


@router.get("/codes")
def find_codes(request: Request, visitor: Annotated[Visitor, visiting(Permission.READ)]) -> Response:
    """The codes that begin with what is asked for, or have its words in a title, in the releases of a day."""
    site = site_of(request)
    text = read_text(request.query_params.get("q", ""))
    on = read_day(request, site)
    chosen = request.query_params.get("system", "")
    systems = [get_system(chosen)] if chosen else list(SYSTEMS.values())
    answers: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    if text:
        answers = [answer for system in systems if (answer := _answer_exactly(site, system, text, on))]
        with reading(site.engine) as connection:
            found = [part for system in systems if (part := _search(connection, system, text, on))]
    return render(
        request,
        visitor,
        "codes.html",
        text=text,
        on=on,
        chosen=systems[0].name if chosen else "",
        systems=list(SYSTEMS.values()),
        answers=answers,
        found=found,
    )


@router.get("/codes/{system}/{code}")
def show_code(
    request: Request, system: str, code: str, visitor: Annotated[Visitor, visiting(Permission.READ)]
) -> Response:
    """One code on a day."""
    site = site_of(request)
    kind, wanted, on = get_system(system), read_code(code), read_day(request, site)
    with Lookup(site.engine, kind.name) as lookup:
        answer = lookup.find(wanted, on)
        steps = lookup.history(wanted)
        notes = lookup.notes(wanted, on)
        around = lookup.neighbours(wanted, on, NEIGHBOURS)
        with reading(site.engine) as connection:
            into, away = read_conversions(
                connection, kind.name, wanted, lambda day: bool(lookup.find(wanted, day).is_billable)
            )
    before = [record for record in around if record.code < wanted]
    return render(
        request,
        visitor,
        "code.html",
        system=kind,
        code=wanted,
        shown=display_of(kind, wanted),
        on=on,
        answer=answer,
        title=_title_of(answer, steps),
        fields=list(_fields_of(answer.record)),
        dates=dates_of(answer.record),
        history=view_history(steps),
        notes=list(compare_notes(kind.name, notes, notes)),
        came_from=[_view_conversion(kind, entry, on) for entry in into[:MOST_CONVERSIONS]],
        went_to=[_view_conversion(kind, entry, on) for entry in away[:MOST_CONVERSIONS]],
        before=[view_found(kind, record, on) for record in before],
        after=[view_found(kind, record, on) for record in around[len(before) :]],
    )


def read_text(text: str) -> str:
    """What is looked for: one line. Raises UsageError."""
    text = text.strip()
    if len(text) > LONGEST_QUERY or not text.isprintable():
        raise UsageError(
            f"cannot look for {shorten_value(text)!r}",
            f"it has to be one line of at most {LONGEST_QUERY} characters",
            "",
        )
    return text


def read_day(request: Request, site: Site) -> date:
    """The day asked about, today when none is. Raises UsageError."""
    text = request.query_params.get("on", "").strip()
    if not text:
        return site.today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"on is not a date: {shorten_value(text)!r}", "", "write it as YYYY-MM-DD") from error


def read_code(text: str) -> str:
    """A code as stored. Raises UsageError for what no system could have."""
    code = as_code(text)
    if not code:
        raise UsageError(
            f"cannot read code {shorten_value(text)!r}",
            f"a code is up to {LONGEST_CODE} letters and digits",
            "type it as in A00.1, J1234, 25",
        )
    return code


def as_code(text: str) -> str:
    """The text as a stored code, "" when it is none."""
    code = normalise_code(text) if text.isascii() else ""
    return code if code.isalnum() and len(code) <= LONGEST_CODE else ""


def display_of(system: CodeSystem, code: str) -> str:
    """A code as people write it."""
    return display_code(system.name, code)


def code_path(system: CodeSystem, code: str, on: date) -> str:
    """The address of a code on a day."""
    return f"/codes/{system.name}/{quote(code, safe='')}?{urlencode({'on': on.isoformat()})}"


def view_found(system: CodeSystem, record: CodeRecord, on: date) -> dict[str, Any]:
    """A code of a list."""
    return {
        "href": code_path(system, record.code, on),
        "shown": display_of(system, record.code),
        "title": record.long_descriptor or record.short_descriptor,
        "state": state_of(record),
        "dates": dates_of(record),
        "is_ended": record.termination_date is not None and record.termination_date < on,
    }


def _answer_exactly(site: Site, system: CodeSystem, text: str, on: date) -> dict[str, Any] | None:
    """The answer for a text that is a code which any release held ever had."""
    code = as_code(text)
    shapes = (system.code_pattern, system.modifier_pattern)
    if not code or not any(shape and shape.fullmatch(code) for shape in shapes):
        return None
    with Lookup(site.engine, system.name) as lookup:
        steps = lookup.history(code)
        if not steps:
            return None
        answer = lookup.find(code, on)
    return {
        "href": code_path(system, code, on),
        "shown": display_of(system, code),
        "system": system,
        "answer": answer,
        "title": _title_of(answer, steps),
    }


def _search(connection: Connection, system: CodeSystem, text: str, on: date) -> dict[str, Any] | None:
    records, has_more = search_codes(connection, system.name, text, on, MOST_FOUND)
    if not records:
        return None
    return {"system": system, "rows": [view_found(system, record, on) for record in records], "has_more": has_more}


def _title_of(answer: CodeAnswer, steps: Any) -> str:
    record = answer.record or next((record for _, record in reversed(steps) if record), None)
    return record.long_descriptor or record.short_descriptor if record else ""


def _fields_of(record: CodeRecord | None) -> Any:
    if record is None:
        return
    yield title_of_field("long_descriptor"), record.long_descriptor
    yield title_of_field("short_descriptor"), record.short_descriptor
    for name, value in record.details.items():
        yield title_of_field(name), value_text(value)


def _view_conversion(system: CodeSystem, entry: ListEntry, on: date) -> dict[str, Any]:
    previous = entry.fields.get("previous") or []
    return {
        "day": str(entry.fields.get("effective_date") or ""),
        "code": display_of(system, entry.code) if entry.code else "",
        "href": code_path(system, entry.code, on) if entry.code else "",
        "previous": [
            {"shown": display_of(system, code), "href": code_path(system, code, on) if code.isalnum() else ""}
            for code in previous
        ],
        "title": entry.fields.get("title") or "",
        "comment": entry.fields.get("comment") or entry.fields.get("previous_unread") or "",
    }
