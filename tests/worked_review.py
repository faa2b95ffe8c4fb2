"""A store in which everything was done once: accounts, tokens, a review from draft to approved, a close-out."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Engine

from flows.accounts import add_account, add_first_administrator, add_token, authenticate_person, revoke_token, sign_in
from flows.review.signoff import list_blockers
from flows.review_acts import (
    assign,
    comment,
    finish_task,
    mark_trained,
    override,
    save_view,
    send_back,
    set_readiness,
    sign_closeout,
)
from flows.review_signing import digest_closeout
from schema.access import Actor, Permission, Role, Via
from schema.review import ReviewState
from schema.store.database import reading
from schema.store.review_reader import list_tasks, list_training
from tests.review_home import ANNA, BEN, CARA, KEY, NOW, ReviewHome

ADMIN = Actor("ada", frozenset({Role.ADMINISTRATOR}), Via.COMMAND)
PASSWORD = "a bridge of green paper"
SCOPE = "closeout@2024-11-01/30"
DUE = date(2024, 9, 15)


def work_through(home: ReviewHome) -> None:
    """Do everything once; hashing should be cheap (`tests.passwords_cheap`)."""
    engine, settings = home.engine, home.settings
    add_people(engine)
    home.open()
    blocker = list_blockers(home.review)[0]
    override(engine, BEN, KEY, blocker.kind, "they are decided later", blocker.fingerprint, settings=settings, now=NOW)
    home.decide_deleted()
    seen = home.review.version
    assign(engine, ANNA, KEY, ["code:E668"], "coding", DUE, seen, now=NOW)
    comment(engine, BEN, KEY, "code:E668", "what of class 3?", now=NOW)
    comment(engine, BEN, KEY, "", "please before the meeting", now=NOW)
    with reading(engine) as connection:
        task, mark = list_tasks(connection, review=KEY)[0], list_training(connection, KEY)[0]
    finish_task(engine, ANNA, KEY, task.number, "done", seen, now=NOW)
    mark_trained(engine, ANNA, KEY, mark.subject, mark.department, True, "in the round", seen, now=NOW)
    set_readiness(engine, CARA, KEY, "Acme", "", False, DUE, "they are late", home.review.version, now=NOW)
    set_readiness(engine, CARA, KEY, "Zenith", "E6689", True, None, "", home.review.version, now=NOW)
    save_view(engine, ANNA, "mine", "owner=coding", True, NOW)
    home.submit()
    send_back(engine, BEN, KEY, home.review.digest, "look at obesity again", settings=settings, now=NOW)
    home.submit()
    for actor, role in ((ANNA, Role.CODER), (BEN, Role.COMPLIANCE), (CARA, Role.REVENUE_LEAD)):
        home.sign(actor, role)
    if home.review.state is not ReviewState.APPROVED:
        raise AssertionError(home.review.state)
    closeout = settings.home / "watch" / "2024-11-01" / "closeout-30.json"
    closeout.parent.mkdir(parents=True)
    closeout.write_text("{}")
    digest = digest_closeout(settings, SCOPE)
    sign_closeout(engine, settings, CARA, SCOPE, Role.REVENUE_LEAD, digest, NOW)


def add_people(engine: Engine) -> None:
    add_first_administrator(engine, "ada", "Ada Ames", PASSWORD, NOW)
    add_account(engine, ADMIN, "anna", "Anna", [Role.CODER], ["coding"], PASSWORD, NOW)
    add_account(engine, ADMIN, "pia", "Pia", [Role.READER], [], None, NOW)
    sign_in(engine, "anna", PASSWORD, "192.0.2.7", NOW)
    anna = authenticate_person(engine, "anna", PASSWORD, NOW)
    add_token(engine, anna, "nightly", [Permission.READ], NOW + timedelta(days=9), NOW)
    add_token(engine, anna, "weekly", [Permission.READ, Permission.WORK], None, NOW)
    revoke_token(engine, anna, 1, NOW)
