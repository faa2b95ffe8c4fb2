"""Audit: who did what when, newest first, in pages; and the same as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from flows.web.act_words import KIND_TITLES, ROLE_TITLES, act_more, act_reason, act_sentence, code_of_subject
from flows.web.kept_pages import For, kept
from flows.web.rendering import render
from flows.web.site import site_of
from flows.web.visitors import Visitor, visiting
from schema.access import Permission, require
from schema.acts import ACCESS_KINDS, Act, ActKind
from schema.errors import UsageError, shorten_value
from schema.records import canonical_json
from schema.store.act_log import read_acts, read_head
from schema.store.database import reading
from schema.store.review_reader import list_reviews

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

router = APIRouter()

PAGE_SIZE = 100
BATCH = 1000
LONGEST_NAME = 120
_MOST_DIGITS = 18
_HEADER = ("sequence", "at", "by", "roles", "via", "kind", "review", "subject", "what", "reason", "body", "hash")
# What a spreadsheet would take for a formula begins with one of these (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Reader = Annotated[Visitor, visiting(Permission.READ)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; "" means all. `before` is the sequence that the page begins under, 0 for the end."""

    review: str = ""
    person: str = ""
    kind: str = ""
    before: int = 0

    def address(self, path: str = "/audit") -> str:
        """The address that asks for this."""
        names = ("review", "person", "kind", "before")
        pairs = [(name, str(getattr(self, name))) for name in names if getattr(self, name)]
        return f"{path}?{urlencode(pairs)}" if pairs else path


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act as it is drawn. `href` leads to what it is about, "" where that has no page."""

    act: Act
    title: str
    sentence: str
    reason: str
    code: str
    href: str


@router.get("/audit")
@kept(For.EVERYBODY)
def show_audit(
    request: Request, visitor: Reader, review: str = "", person: str = "", kind: str = "", before: str = ""
) -> HTMLResponse:
    """A page of the log."""
    site = site_of(request)
    asked = _read(visitor, review, person, kind, before)
    with reading(site.engine) as connection:
        # One more than is shown tells whether there is another page.
        acts = _find(connection, visitor, asked, PAGE_SIZE + 1)
        reviews = list_reviews(connection)
        head = read_head(connection)
    shown = acts[:PAGE_SIZE]
    return render(
        request,
        visitor,
        "audit.html",
        asked=asked,
        lines=[_line(act) for act in shown],
        after=replace(asked, before=shown[-1].sequence).address() if len(acts) > PAGE_SIZE else "",
        newest=replace(asked, before=0).address() if asked.before else "",
        csv=replace(asked, before=0).address("/audit.csv"),
        reviews=reviews,
        kinds=[one for one in ActKind if visitor.may("audit") or one not in ACCESS_KINDS],
        head=head,
        KIND_TITLES=KIND_TITLES,
        ROLE_TITLES=ROLE_TITLES,
    )


@router.get("/audit.csv")
def send_audit(
    request: Request, visitor: Reader, review: str = "", person: str = "", kind: str = ""
) -> StreamingResponse:
    """Every act of the filter, the earliest first, RFC 4180."""
    asked = _read(visitor, review, person, kind, "")
    return StreamingResponse(
        _write(site_of(request).engine, visitor, asked),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


def _read(visitor: Visitor, review: str, person: str, kind: str, before: str) -> Asked:
    """Raises UsageError for what no log holds, and AccessError for acts that this visitor may not see."""
    for name, value in (("review", review), ("person", person)):
        if len(value) > LONGEST_NAME or not value.isprintable():
            raise UsageError(f"{name} cannot be {shorten_value(value)!r}", "", "choose one of the list")
    if before and not (before.isascii() and before.isdigit() and len(before) <= _MOST_DIGITS):
        raise UsageError(f"before cannot be {shorten_value(before)!r}", "it is no number", "open the audit anew")
    if kind and kind not in set(ActKind):
        raise UsageError(f"kind cannot be {shorten_value(kind)!r}", "there is no such act", "choose one of the list")
    if kind and ActKind(kind) in ACCESS_KINDS:
        require(visitor.actor, Permission.AUDIT, "see what was done to accounts")
    return Asked(review, person.strip(), kind, int(before or 0))


def _find(connection: Connection, visitor: Visitor, asked: Asked, limit: int) -> list[Act]:
    return read_acts(
        connection,
        review=asked.review or None,
        kinds=(ActKind(asked.kind),) if asked.kind else None,
        actor=asked.person or None,
        before=asked.before or None,
        limit=limit,
        has_access=visitor.may("audit"),
    )


def _write(engine: Engine, visitor: Visitor, asked: Asked) -> Iterator[str]:
    yield _csv([_HEADER])
    after = 0
    while True:
        # A transaction for each batch: a slow reader must not hold the store.
        with reading(engine) as connection:
            acts = read_acts(
                connection,
                review=asked.review or None,
                kinds=(ActKind(asked.kind),) if asked.kind else None,
                actor=asked.person or None,
                after=after,
                limit=BATCH,
                is_newest_first=False,
                has_access=visitor.may("audit"),
            )
        if acts:
            yield _csv([_cells(act) for act in acts])
            after = acts[-1].sequence
        if len(acts) < BATCH:
            return


def _cells(act: Act) -> tuple[str, ...]:
    return (
        str(act.sequence),
        act.at.isoformat(timespec="seconds"),
        act.actor,
        " ".join(role.value for role in act.roles),
        act.via.value,
        act.kind.value,
        act.review,
        act.subject,
        act_sentence(act),
        act_reason(act),
        canonical_json(act.body),
        act.hash,
    )


def _csv(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([_disarm(cell) for cell in row] for row in rows)
    # A lone surrogate, which JSON may hold, has no place in UTF-8.
    return text.getvalue().encode("utf-8", "backslashreplace").decode()


def _disarm(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _line(act: Act) -> ActLine:
    code = code_of_subject(act.review, act.subject)
    href = f"/updates/{quote(act.review, safe='@')}" if act.review else ""
    if code:
        href += f"/changes/{quote(act.subject, safe=':')}"
    return ActLine(act, KIND_TITLES[act.kind], act_more(act), act_reason(act), code, href)
