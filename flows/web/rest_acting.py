"""REST, what can be done: every act of the review, by the same functions as pages and command line.

Each answers 201 with the acts as they stand in the log, and with where the review stands afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from flows import review_acts
from flows.review_steps import refresh_review
from flows.web.rest_bodies import (
    ToAssign,
    ToAssignTask,
    ToComment,
    ToDecide,
    ToFinishTask,
    ToMarkTrained,
    ToOverride,
    ToRemoveView,
    ToReopen,
    ToReopenItems,
    ToReopenTask,
    ToReturn,
    ToSaveView,
    ToSetReadiness,
    ToSign,
    ToSubmit,
)
from flows.web.rest_caller import Overrider, Refresher, Signer, ThisSite, Worker, describe_faults
from flows.web.rest_fields import CloseoutDays, DayInPath, KeyInPath, NumberInPath, closeout_scope
from flows.web.rest_models import ActRow, Done, Standing
from flows.web.site import Site
from schema.acts import Act
from schema.store.database import reading
from schema.store.review_reader import find_review

router = APIRouter(prefix="/api/v1")
POSSIBLE = describe_faults(404, 409)
DONE = 201


@router.post("/reviews/{key}/decisions", status_code=DONE, responses=POSSIBLE)
def post_decisions(caller: Worker, site: ThisSite, key: KeyInPath, body: ToDecide) -> Done:
    """Decide about changes: all that are named, or none."""
    done = review_acts.decide(site.engine, caller, key, body.subjects, body.decision, body.seen, now=site.now())
    return _tell(site, key, done)


@router.post("/reviews/{key}/item-reopenings", status_code=DONE, responses=POSSIBLE)
def post_item_reopenings(caller: Worker, site: ThisSite, key: KeyInPath, body: ToReopenItems) -> Done:
    """Take decisions back: all that are named, or none."""
    done = review_acts.reopen_items(site.engine, caller, key, body.subjects, body.reason, body.seen, now=site.now())
    return _tell(site, key, done)


@router.post("/reviews/{key}/assignments", status_code=DONE, responses=POSSIBLE)
def post_assignments(caller: Worker, site: ThisSite, key: KeyInPath, body: ToAssign) -> Done:
    """Give changes an owner and a due date: all that are named, or none."""
    done = review_acts.assign(
        site.engine, caller, key, body.subjects, body.owner, body.due_date, body.seen, now=site.now()
    )
    return _tell(site, key, done)


@router.post("/reviews/{key}/comments", status_code=DONE, responses=POSSIBLE)
def post_comments(caller: Worker, site: ThisSite, key: KeyInPath, body: ToComment) -> Done:
    """Say something about a change, or about the review."""
    return _tell(site, key, [review_acts.comment(site.engine, caller, key, body.subject, body.text, now=site.now())])


@router.post("/reviews/{key}/tasks/{number}/done", status_code=DONE, responses=POSSIBLE)
def post_task_done(caller: Worker, site: ThisSite, key: KeyInPath, number: NumberInPath, body: ToFinishTask) -> Done:
    """Mark a task as done."""
    act = review_acts.finish_task(site.engine, caller, key, number, body.note, body.seen, now=site.now())
    return _tell(site, key, [act])


@router.post("/reviews/{key}/tasks/{number}/reopening", status_code=DONE, responses=POSSIBLE)
def post_task_reopening(
    caller: Worker, site: ThisSite, key: KeyInPath, number: NumberInPath, body: ToReopenTask
) -> Done:
    """Mark a task as not done."""
    act = review_acts.reopen_task(site.engine, caller, key, number, body.reason, body.seen, now=site.now())
    return _tell(site, key, [act])


@router.post("/reviews/{key}/tasks/{number}/assignment", status_code=DONE, responses=POSSIBLE)
def post_task_assignment(
    caller: Worker, site: ThisSite, key: KeyInPath, number: NumberInPath, body: ToAssignTask
) -> Done:
    """Give a task another owner and due date."""
    act = review_acts.assign_task(
        site.engine, caller, key, number, body.owner, body.due_date, body.seen, now=site.now()
    )
    return _tell(site, key, [act])


@router.post("/reviews/{key}/training", status_code=DONE, responses=POSSIBLE)
def post_training(caller: Worker, site: ThisSite, key: KeyInPath, body: ToMarkTrained) -> Done:
    """Say whether a department was taught a change."""
    act = review_acts.mark_trained(
        site.engine,
        caller,
        key,
        body.subject,
        body.department,
        body.is_trained,
        body.note,
        body.seen,
        now=site.now(),
    )
    return _tell(site, key, [act])


@router.post("/reviews/{key}/readiness", status_code=DONE, responses=POSSIBLE)
def post_readiness(caller: Worker, site: ThisSite, key: KeyInPath, body: ToSetReadiness) -> Done:
    """Say whether a payer is ready for the update."""
    act = review_acts.set_readiness(
        site.engine,
        caller,
        key,
        body.payer,
        body.code,
        body.is_ready,
        body.hold_until,
        body.note,
        body.seen,
        now=site.now(),
    )
    return _tell(site, key, [act])


@router.post("/reviews/{key}/submission", status_code=DONE, responses=POSSIBLE)
def post_submission(caller: Signer, site: ThisSite, key: KeyInPath, body: ToSubmit) -> Done:
    """Put a draft, or what was returned, before those who sign."""
    act = review_acts.submit(site.engine, caller, key, body.digest, settings=site.settings, now=site.now())
    return _tell(site, key, [act])


@router.post("/reviews/{key}/signatures", status_code=DONE, responses=POSSIBLE)
def post_signatures(caller: Signer, site: ThisSite, key: KeyInPath, body: ToSign) -> Done:
    """Sign for a role; the last of the roles that have to approves."""
    act = review_acts.sign(
        site.engine,
        caller,
        key,
        body.role,
        body.digest,
        site.settings.sign_roles,
        settings=site.settings,
        now=site.now(),
    )
    return _tell(site, key, [act])


@router.post("/reviews/{key}/return", status_code=DONE, responses=POSSIBLE)
def post_return(caller: Signer, site: ThisSite, key: KeyInPath, body: ToReturn) -> Done:
    """Return a review to those who prepared it."""
    act = review_acts.send_back(
        site.engine, caller, key, body.digest, body.reason, settings=site.settings, now=site.now()
    )
    return _tell(site, key, [act])


@router.post("/reviews/{key}/overrides", status_code=DONE, responses=POSSIBLE)
def post_overrides(caller: Overrider, site: ThisSite, key: KeyInPath, body: ToOverride) -> Done:
    """Set a blocker aside, with a reason that stays beside the signatures for ever."""
    act = review_acts.override(
        site.engine,
        caller,
        key,
        body.kind,
        body.reason,
        body.fingerprint,
        settings=site.settings,
        now=site.now(),
    )
    return _tell(site, key, [act])


@router.post("/reviews/{key}/reopening", status_code=DONE, responses=POSSIBLE)
def post_reopening(caller: Signer, site: ThisSite, key: KeyInPath, body: ToReopen) -> Done:
    """Take a review that is before the signers, or approved, back to draft; its signatures are void."""
    act = review_acts.reopen(site.engine, caller, key, body.reason, settings=site.settings, now=site.now())
    return _tell(site, key, [act])


@router.post("/reviews/{key}/refresh", status_code=DONE, responses=POSSIBLE)
def post_refresh(caller: Refresher, site: ThisSite, key: KeyInPath) -> Standing:
    """Renew the evidence by what the store, the uses and the claims say now. Takes seconds."""
    return Standing.of(refresh_review(site.engine, site.settings, site.config, key, caller, site.now()))


@router.post("/closeouts/{as_of}/{days}/signatures", status_code=DONE, responses=POSSIBLE)
def post_closeout_signatures(
    caller: Signer, site: ThisSite, as_of: DayInPath, days: CloseoutDays, body: ToSign
) -> Done:
    """Sign a close-out of the watch; `digest` is the sha256 of its bytes."""
    scope = closeout_scope(as_of, days)
    act = review_acts.sign_closeout(site.engine, site.settings, caller, scope, body.role, body.digest, site.now())
    return Done(acts=[ActRow.of(act)], review=None)


@router.post("/views", status_code=DONE, responses=POSSIBLE)
def post_views(caller: Worker, site: ThisSite, body: ToSaveView) -> Done:
    """Keep a filter of the list of changes under a name."""
    act = review_acts.save_view(site.engine, caller, body.name, body.query, body.is_shared, site.now())
    return Done(acts=[ActRow.of(act)], review=None)


@router.post("/views/removal", status_code=DONE, responses=POSSIBLE)
def post_view_removal(caller: Worker, site: ThisSite, body: ToRemoveView) -> Done:
    """Forget a saved view of the caller."""
    act = review_acts.remove_view(site.engine, caller, body.name, site.now())
    return Done(acts=[ActRow.of(act)], review=None)


def _tell(site: Site, key: str, acts: Sequence[Act]) -> Done:
    with reading(site.engine) as connection:
        return Done(acts=[ActRow.of(act) for act in acts], review=Standing.of(find_review(connection, key)))
