"""The watch: the newest report, its files, and its close-outs to sign."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from flows import review_acts
from flows.report.watch import wording
from flows.watch_steps import watch_folder
from flows.web.act_words import ROLE_TITLES
from flows.web.forms import Form, checked_form
from flows.web.rendering import render
from flows.web.site import site_of
from flows.web.update_acts import choose, prove
from flows.web.visitors import Visitor, visiting
from flows.web.watch_reports import (
    CLOSEOUT_DAYS,
    KINDS,
    MOST_ALARMS,
    Closeout,
    find_closeouts,
    list_days,
    list_files,
    read_summary,
    read_watch_file,
)
from schema.access import Permission, Role
from schema.acts import ActKind
from schema.errors import UsageError, shorten_value
from schema.review import Signature
from schema.store.act_log import read_acts
from schema.store.database import reading
from schema.store.review_reader import list_signatures

router = APIRouter()

MOST_EARLIER = 12
# A report is one file with its style in it and a script that its own policy names by digest. It is opened in a
# sandbox, as a document of no site: whatever stands in it can neither send a form nor use the visitor's session.
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src {scripts}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox allow-scripts allow-downloads allow-top-navigation-by-user-activation"
)
_SCRIPT = re.compile(rb"script-src ('sha256-[A-Za-z0-9+/]{43}=')")
# The policy stands at the head of the file.
_HEAD = 2000


@dataclass(frozen=True, slots=True)
class CloseoutLine:
    """A close-out with its signatures. `signed` are (role, signature or None) of the roles that have to sign; `others`
    are signatures on other bytes of the same day, which do not count any more."""

    closeout: Closeout
    signed: tuple[tuple[Role, Signature | None], ...]
    others: tuple[Signature, ...]
    can_sign: tuple[Role, ...]


@router.get("/watch")
def show_watch(
    request: Request, visitor: Annotated[Visitor, visiting(Permission.READ)], as_of: str = ""
) -> HTMLResponse:
    """The report of a day, the newest without one: alarms, payers, files, close-outs."""
    site = site_of(request)
    folder = watch_folder(site.settings)
    days = list_days(folder)
    day = read_day(as_of) if as_of else next(iter(days), None)
    if day is None:
        return render(request, visitor, "watch_empty.html")
    summary = read_summary(folder, day)
    roles = site.settings.closeout_roles
    with reading(site.engine) as connection:
        closeouts = [
            _line(closeout, list_signatures(connection, closeout.scope), roles, visitor)
            for closeout in find_closeouts(folder, days, day)
        ]
        past = read_acts(connection, kinds=(ActKind.CLOSEOUT_SIGNED,), limit=MOST_EARLIER)
    return render(
        request,
        visitor,
        "watch.html",
        summary=summary,
        alarms=summary.alarms[:MOST_ALARMS],
        files=list_files(folder, day),
        earlier=[one for one in days if one != day][:MOST_EARLIER],
        closeouts=closeouts,
        past=past,
        closeout_days=CLOSEOUT_DAYS,
        is_password_asked=site.settings.auth == "local",
        ROLE_TITLES=ROLE_TITLES,
        STATUS_TITLES={status.value: title for status, title in wording.STATUS_TITLES.items()},
        CATEGORY_TITLES={category.value: title for category, title in wording.CATEGORY_TITLES.items()},
        FAULT_WORDS={fault.value: words for fault, words in wording.FAULT_WORDS.items()},
        ALL_PAYERS=wording.ALL_PAYERS,
        action_text=wording.action_text,
    )


@router.get("/watch/{as_of}/{name}")
def show_watch_file(
    request: Request, as_of: str, name: str, _visitor: Annotated[Visitor, visiting(Permission.READ)]
) -> Response:
    """One file of a report: a page to look at, or data to keep."""
    day = read_day(as_of)
    data = read_watch_file(watch_folder(site_of(request).settings), day, name)
    suffix = name[name.rindex(".") :]
    headers = {}
    if suffix == ".html":
        script = _SCRIPT.search(data[:_HEAD])
        headers["Content-Security-Policy"] = _REPORT_POLICY.format(scripts=script[1].decode() if script else "'none'")
    elif suffix != ".json":
        headers["Content-Disposition"] = f'attachment; filename="{day.isoformat()}-{name}"'
    return Response(data, media_type=KINDS[suffix], headers=headers)


@router.post("/watch/{as_of}/closeouts/{days}/signatures")
def sign_closeout(
    request: Request,
    as_of: str,
    days: int,
    visitor: Annotated[Visitor, visiting(Permission.SIGN)],
    form: Annotated[Form, Depends(checked_form)],
) -> RedirectResponse:
    """Sign a close-out; who has a password here gives it again."""
    site = site_of(request)
    day = read_day(as_of)
    role = choose(form, "role", Role)
    prove(site, visitor, form)
    scope = Closeout(days, "", day).scope
    review_acts.sign_closeout(site.engine, site.settings, visitor.actor, scope, role, form.text("digest"), site.now())
    shown = form.day("shown") or day
    return RedirectResponse(f"/watch?as_of={shown.isoformat()}#closeouts", 303)


def read_day(text: str) -> date:
    """The day of a report in an address; raises UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{shorten_value(text)!r} is not a date", "", "write it as YYYY-MM-DD") from error


def _line(closeout: Closeout, signatures: list[Signature], roles: list[Role], visitor: Visitor) -> CloseoutLine:
    valid = {one.role: one for one in signatures if one.void_at is None and one.digest == closeout.digest}
    is_free = visitor.may("sign") and all(one.signer != visitor.actor.name for one in valid.values())
    return CloseoutLine(
        closeout,
        tuple((role, valid.get(role)) for role in roles),
        tuple(one for one in signatures if one.void_at is not None or one.digest != closeout.digest),
        tuple(role for role in roles if is_free and role not in valid and role in visitor.actor.roles),
    )
