"""Updates: the list of them, and the one page of one, which the governance group prints and signs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from flows.report.impact_wording import dollars_text
from flows.report.wording import CLASS_TITLES, KIND_TITLES, title_of_reason
from flows.review.signoff import list_blockers, open_blockers
from flows.web.act_words import (
    BLOCKER_TITLES,
    ROLE_TITLES,
    STATE_TITLES,
    act_reason,
    act_sentence,
    code_of_subject,
)
from flows.web.kept_pages import For, kept
from flows.web.rendering import render
from flows.web.site import site_of
from flows.web.update_page import UpdatePage, build_update_page
from flows.web.update_standing import read_standing
from flows.web.visitors import Visitor, visiting
from schema.access import Permission, Role
from schema.review import Blocker, Override, Review, Signature
from schema.store.database import reading
from schema.store.evidence import read_evidence
from schema.store.review_reader import find_review, list_overrides, list_reviews, list_signatures

router = APIRouter()

_WORDS: Mapping[str, Any] = {
    "ROLE_TITLES": ROLE_TITLES,
    "STATE_TITLES": STATE_TITLES,
    "BLOCKER_TITLES": BLOCKER_TITLES,
    "CHANGE_TITLES": {kind.value: title for kind, title in KIND_TITLES.items()},
    "CLASS_TITLES": {field_class.value: title for field_class, title in CLASS_TITLES.items()},
    "reason_title": title_of_reason,
    "dollars_of": lambda amount: dollars_text(Decimal(amount)),
    "value_of": lambda value: value_text(value),
    "act_sentence": act_sentence,
    "act_reason": act_reason,
    "code_of_subject": code_of_subject,
}


@dataclass(frozen=True, slots=True)
class UpdateLine:
    """One update in the list. `signed` are the roles that have signed what stands there now."""

    review: Review
    days_left: int
    blockers: tuple[Blocker, ...]
    aside: int
    """Blockers that somebody has set aside."""
    signed: int
    to_sign: int

    @property
    def decided(self) -> int:
        """Changes that need a decision and have one."""
        return self.review.to_decide - self.review.undecided


def address_of(key: str) -> str:
    """The address of the page of a review."""
    return f"/updates/{quote(key)}"


def value_text(value: str | Sequence[str] | None) -> str:
    """The value of a field as it is read: columns that are numbered stand as a list."""
    text = value if isinstance(value, str) else ", ".join(map(str, value or ()))
    return text or "blank"


@router.get("/")
@kept(For.EVERYBODY)
def show_updates(request: Request, visitor: Annotated[Visitor, visiting(Permission.READ)]) -> HTMLResponse:
    """Every update under review: those to come first, then those in force, then the earlier ones."""
    site = site_of(request)
    today = site.today()
    with reading(site.engine) as connection:
        lines = [
            _line(
                review,
                list_overrides(connection, review.key),
                list_signatures(connection, review.key),
                site.settings.sign_roles,
                today,
            )
            for review in list_reviews(connection)
        ]
    return render(request, visitor, "updates.html", groups=_group(lines), **_WORDS)


@router.get("/updates/{key}")
@kept(For.PERSON)
def show_update(request: Request, key: str, visitor: Annotated[Visitor, visiting(Permission.READ)]) -> HTMLResponse:
    """The one page of an update: what stands in the way, figures, open work, signatures."""
    site = site_of(request)
    with reading(site.engine) as connection:
        standing = read_standing(connection, key, site.today())
    page = build_update_page(standing, visitor.actor, site.settings.sign_roles, site.today())
    return render(
        request,
        visitor,
        "update.html",
        page=page,
        here=address_of(key),
        is_list_beside=_is_list_beside(page.summary),
        checks=_sort_checks(page),
        counts=_in_order(page.summary["counts"], KIND_TITLES),
        class_counts=_in_order(page.summary["class_counts"], CLASS_TITLES),
        is_password_asked=site.settings.auth == "local",
        **_WORDS,
    )


@router.get("/updates/{key}/evidence.json")
def show_evidence(request: Request, key: str, _visitor: Annotated[Visitor, visiting(Permission.READ)]) -> Response:
    """The evidence document, byte for byte what its digest in the signatures is made of."""
    with reading(site_of(request).engine) as connection:
        review = find_review(connection, key)
        data = read_evidence(connection, review.evidence)
    return Response(data, media_type="application/json")


def _line(
    review: Review, overrides: Sequence[Override], signatures: Sequence[Signature], roles: Sequence[Role], today: date
) -> UpdateLine:
    blockers = open_blockers(review, overrides)
    aside = len(list_blockers(review)) - len(blockers)
    valid = {one.role for one in signatures if one.void_at is None}
    days_left = (review.effective_date - today).days
    return UpdateLine(review, days_left, blockers, aside, len(valid.intersection(roles)), len(roles))


def _group(lines: Sequence[UpdateLine]) -> list[tuple[str, list[UpdateLine]]]:
    """Titles and their updates: to come, in force (the newest of each system), earlier."""
    coming = sorted(
        (line for line in lines if line.days_left > 0), key=lambda line: (line.days_left, line.review.system)
    )
    newest: dict[str, UpdateLine] = {}
    for line in lines:
        if line.days_left <= 0:
            newest.setdefault(line.review.system, line)
    in_force = [line for line in lines if line in newest.values()]
    earlier = [line for line in lines if line.days_left <= 0 and line not in in_force]
    groups = (("To come", coming), ("In force", in_force), ("Earlier", earlier))
    return [(title, found) for title, found in groups if found]


def _in_order(counts: Mapping[str, int], order: Iterable[str]) -> list[tuple[str, int]]:
    """The counts in the order of reports; JSON sorts its keys."""
    return [(str(name), counts[name]) for name in order if name in counts]


def _is_list_beside(summary: Mapping[str, Any]) -> bool:
    """The publisher's counts can stand beside ours: the two are counted in the same way."""
    verdict = summary["reconciliation"]
    counts = summary["counts"]
    kinds = ("new", "deleted", "revised")
    return bool(verdict["official"]) and all(verdict["computed"].get(kind) == counts.get(kind) for kind in kinds)


def _sort_checks(page: UpdatePage) -> dict[str, list[Any]]:
    """The checks that have to be told one by one, and the names of those that passed."""
    checks = page.summary["releases"]["current"]["checks"]
    return {
        "told": [check for check in checks if check["state"] != "passed"],
        "passed": [check["name"] for check in checks if check["state"] == "passed"],
    }
