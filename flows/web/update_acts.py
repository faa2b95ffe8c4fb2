"""The forms on the page of one update: submit, sign, return, set aside, reopen, renew, and what is recorded there."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse

from flows import review_acts
from flows.accounts import check_password
from flows.review_steps import refresh_review
from flows.web.forms import Form, checked_form
from flows.web.site import Site, site_of
from flows.web.updates import address_of
from flows.web.visitors import Visitor, safe_path, visiting
from schema.access import Permission, Role
from schema.errors import UsageError, shorten_value
from schema.review import BlockerKind
from schema.systems import normalise_code

router = APIRouter(prefix="/updates/{key}")

Checked = Annotated[Form, Depends(checked_form)]
Worker = Annotated[Visitor, visiting(Permission.WORK)]
Signer = Annotated[Visitor, visiting(Permission.SIGN)]
Overrider = Annotated[Visitor, visiting(Permission.OVERRIDE)]
Refresher = Annotated[Visitor, visiting(Permission.REFRESH)]

_Choice = TypeVar("_Choice", bound=StrEnum)


@router.post("/submission")
def submit(request: Request, key: str, visitor: Signer, form: Checked) -> RedirectResponse:
    """Put before the signers."""
    site = site_of(request)
    review_acts.submit(site.engine, visitor.actor, key, form.text("digest"), settings=site.settings, now=site.now())
    return _back(key, form, "signatures")


@router.post("/signatures")
def sign(request: Request, key: str, visitor: Signer, form: Checked) -> RedirectResponse:
    """Sign for a role; who has a password here gives it again."""
    site = site_of(request)
    role = choose(form, "role", Role)
    prove(site, visitor, form)
    review_acts.sign(
        site.engine,
        visitor.actor,
        key,
        role,
        form.text("digest"),
        site.settings.sign_roles,
        settings=site.settings,
        now=site.now(),
    )
    return _back(key, form, "signatures")


@router.post("/return")
def send_back(request: Request, key: str, visitor: Signer, form: Checked) -> RedirectResponse:
    """Return to those who prepared it."""
    site = site_of(request)
    review_acts.send_back(
        site.engine,
        visitor.actor,
        key,
        form.text("digest"),
        form.text("reason"),
        settings=site.settings,
        now=site.now(),
    )
    return _back(key, form)


@router.post("/overrides")
def override(request: Request, key: str, visitor: Overrider, form: Checked) -> RedirectResponse:
    """Set a blocker aside."""
    site = site_of(request)
    review_acts.override(
        site.engine,
        visitor.actor,
        key,
        choose(form, "kind", BlockerKind),
        form.text("reason"),
        form.text("fingerprint"),
        settings=site.settings,
        now=site.now(),
    )
    return _back(key, form)


@router.post("/reopening")
def reopen(request: Request, key: str, visitor: Signer, form: Checked) -> RedirectResponse:
    """Take back to draft."""
    site = site_of(request)
    review_acts.reopen(site.engine, visitor.actor, key, form.text("reason"), settings=site.settings, now=site.now())
    return _back(key, form)


@router.post("/refresh")
def refresh(request: Request, key: str, visitor: Refresher, form: Checked) -> RedirectResponse:
    """Renew the evidence."""
    site = site_of(request)
    refresh_review(site.engine, site.settings, site.config, key, visitor.actor, site.now())
    return _back(key, form)


@router.post("/readiness")
def record_readiness(request: Request, key: str, visitor: Worker, form: Checked) -> RedirectResponse:
    """Say whether a payer is ready."""
    site = site_of(request)
    review_acts.set_readiness(
        site.engine,
        visitor.actor,
        key,
        form.text("payer"),
        normalise_code(form.text("code", "")),
        form.flag("is_ready"),
        form.day("hold_until"),
        form.text("note", ""),
        form.number("seen"),
        now=site.now(),
    )
    return _back(key, form, "readiness")


@router.post("/training")
def mark_trained(request: Request, key: str, visitor: Worker, form: Checked) -> RedirectResponse:
    """Say whether a department was taught a change."""
    site = site_of(request)
    review_acts.mark_trained(
        site.engine,
        visitor.actor,
        key,
        form.text("subject"),
        form.text("department"),
        form.flag("is_trained"),
        form.text("note", ""),
        form.number("seen"),
        now=site.now(),
    )
    return _back(key, form, "training")


@router.post("/comments")
def comment(request: Request, key: str, visitor: Worker, form: Checked) -> RedirectResponse:
    """Say something about the update as a whole."""
    site = site_of(request)
    review_acts.comment(site.engine, visitor.actor, key, "", form.text("text"), now=site.now())
    return _back(key, form, "talk")


def prove(site: Site, visitor: Visitor, form: Form) -> None:
    """Before a signature: who has a local password gives it again. Raises CredentialsError."""
    if site.settings.auth == "local":
        check_password(site.engine, visitor.actor.name, form.text("password"), site.now())


def choose(form: Form, name: str, kind: type[_Choice]) -> _Choice:
    """One of the choices; raises UsageError."""
    value = form.text(name)
    try:
        return kind(value)
    except ValueError as error:
        raise UsageError(f"{name} has no choice {shorten_value(value)!r}", "", "open the page anew") from error


def _back(key: str, form: Form, place: str = "") -> RedirectResponse:
    """To the page that the form names in `back`, else to that of the update."""
    back = form.text("back", "")
    return RedirectResponse(safe_path(back) if back else address_of(key) + (f"#{place}" if place else ""), 303)
