"""REST, what can be read: reviews, changes, tasks, signatures, the log of acts and its proof."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query

from flows.review_audit import verify_log
from flows.web.rest_caller import Auditor, Reader, ThisSite, describe_faults
from flows.web.rest_fields import (
    CloseoutDays,
    DayInPath,
    KeyInPath,
    SubjectInPath,
    closeout_scope,
)
from flows.web.rest_items import Counts, ItemDetail, Items
from flows.web.rest_models import (
    ActRow,
    Acts,
    Me,
    Overrides,
    Readinesses,
    ReviewDetail,
    ReviewHead,
    Reviews,
    SignatureRow,
    Signatures,
    Tasks,
    TrainingMarks,
    Verification,
    Views,
)
from flows.web.rest_queries import AskedActs, AskedItems, AskedTasks
from schema.access import Permission
from schema.store.act_log import read_acts, read_head
from schema.store.database import reading
from schema.store.evidence import read_evidence
from schema.store.review_reader import (
    count_facets,
    find_item,
    find_items,
    find_review,
    list_overrides,
    list_readiness,
    list_reviews,
    list_signatures,
    list_tasks,
    list_training,
    list_views,
)

router = APIRouter(prefix="/api/v1")
FOUND_OR_NOT = describe_faults(404)
OPEN = describe_faults()


@router.get("/me", responses=OPEN)
def tell_me(caller: Reader) -> Me:
    """Whom the token stands for, and what it may."""
    return Me.of(caller)


@router.get("/reviews", responses=OPEN)
def get_reviews(caller: Reader, site: ThisSite) -> Reviews:
    """All reviews, the newest effective date first."""
    with reading(site.engine) as connection:
        return Reviews(reviews=[ReviewHead.of(review) for review in list_reviews(connection)])


@router.get("/reviews/{key}", responses=FOUND_OR_NOT)
def get_review(caller: Reader, site: ThisSite, key: KeyInPath) -> ReviewDetail:
    """One review with its blockers and its summary."""
    with reading(site.engine) as connection:
        return ReviewDetail.with_overrides(find_review(connection, key), list_overrides(connection, key))


@router.get("/reviews/{key}/evidence", responses=FOUND_OR_NOT)
def get_evidence(caller: Reader, site: ThisSite, key: KeyInPath) -> dict[str, Any]:
    """The whole evidence document that the signatures stand on."""
    with reading(site.engine) as connection:
        document: dict[str, Any] = json.loads(read_evidence(connection, find_review(connection, key).evidence))
    return document


@router.get("/reviews/{key}/items", responses=FOUND_OR_NOT)
def get_items(
    caller: Reader,
    site: ThisSite,
    key: KeyInPath,
    asked: Annotated[AskedItems, Query()],
) -> Items:
    """One page of the changes that match all that is asked; a page after the last is the last one."""
    with reading(site.engine) as connection:
        find_review(connection, key)
        return Items.of(find_items(connection, key, asked.query))


@router.get("/reviews/{key}/counts", responses=FOUND_OR_NOT)
def get_counts(caller: Reader, site: ThisSite, key: KeyInPath) -> Counts:
    """Counts over all changes of a review by kind, priority, class of field, action and owner."""
    with reading(site.engine) as connection:
        find_review(connection, key)
        return Counts.of(count_facets(connection, key))


@router.get("/reviews/{key}/items/{subject}", responses=FOUND_OR_NOT)
def get_item(caller: Reader, site: ThisSite, key: KeyInPath, subject: SubjectInPath) -> ItemDetail:
    """One change with its evidence: fields before and after, uses, exposure, successors."""
    with reading(site.engine) as connection:
        return ItemDetail.of(find_item(connection, key, subject))


@router.get("/reviews/{key}/tasks", responses=FOUND_OR_NOT)
def get_tasks(
    caller: Reader,
    site: ThisSite,
    key: KeyInPath,
    asked: Annotated[AskedTasks, Query()],
) -> Tasks:
    """The tasks of a review, the earliest due first; at most 1,000."""
    with reading(site.engine) as connection:
        find_review(connection, key)
        found = list_tasks(
            connection, review=key, owners=asked.owner or None, is_done=asked.is_done, due_before=asked.due_before
        )
        return Tasks(tasks=found)


@router.get("/tasks", responses=OPEN)
def get_all_tasks(
    caller: Reader,
    site: ThisSite,
    asked: Annotated[AskedTasks, Query()],
) -> Tasks:
    """The tasks of all reviews, the earliest due first; at most 1,000."""
    with reading(site.engine) as connection:
        return Tasks(
            tasks=list_tasks(connection, owners=asked.owner or None, is_done=asked.is_done, due_before=asked.due_before)
        )


@router.get("/reviews/{key}/training", responses=FOUND_OR_NOT)
def get_training(caller: Reader, site: ThisSite, key: KeyInPath) -> TrainingMarks:
    """Which department was taught which change."""
    with reading(site.engine) as connection:
        find_review(connection, key)
        return TrainingMarks(training=list_training(connection, key))


@router.get("/reviews/{key}/readiness", responses=FOUND_OR_NOT)
def get_readiness(caller: Reader, site: ThisSite, key: KeyInPath) -> Readinesses:
    """Which payer is ready for what, and until when claims are held."""
    with reading(site.engine) as connection:
        find_review(connection, key)
        return Readinesses(readiness=list_readiness(connection, key))


@router.get("/reviews/{key}/signatures", responses=FOUND_OR_NOT)
def get_signatures(caller: Reader, site: ThisSite, key: KeyInPath) -> Signatures:
    """The signatures on a review, void ones too, the earliest first."""
    with reading(site.engine) as connection:
        find_review(connection, key)
        return Signatures(signatures=[SignatureRow.of(signature) for signature in list_signatures(connection, key)])


@router.get("/closeouts/{as_of}/{days}/signatures", responses=OPEN)
def get_closeout_signatures(caller: Reader, site: ThisSite, as_of: DayInPath, days: CloseoutDays) -> Signatures:
    """The signatures on a close-out of the watch; none where there is none."""
    with reading(site.engine) as connection:
        found = list_signatures(connection, closeout_scope(as_of, days))
        return Signatures(signatures=[SignatureRow.of(signature) for signature in found])


@router.get("/reviews/{key}/overrides", responses=FOUND_OR_NOT)
def get_overrides(caller: Reader, site: ThisSite, key: KeyInPath) -> Overrides:
    """The blockers that were set aside, with their reasons, for ever."""
    with reading(site.engine) as connection:
        find_review(connection, key)
        return Overrides(overrides=list_overrides(connection, key))


@router.get("/views", responses=OPEN)
def get_views(caller: Reader, site: ThisSite) -> Views:
    """The saved views of the caller, and those that others share."""
    with reading(site.engine) as connection:
        return Views(views=list_views(connection, caller.name))


@router.get("/acts", responses=OPEN)
def get_acts(
    caller: Reader,
    site: ThisSite,
    asked: Annotated[AskedActs, Query()],
) -> Acts:
    """Who did what when. Acts about accounts are told to those alone who may see the audit."""
    with reading(site.engine) as connection:
        found = read_acts(
            connection,
            review=asked.review or None,
            subject=asked.subject or None,
            kinds=asked.kind or None,
            actor=asked.actor or None,
            after=asked.after,
            before=asked.before,
            limit=asked.limit,
            is_newest_first=asked.is_newest_first,
            has_access=caller.may(Permission.AUDIT),
        )
    return Acts(acts=[ActRow.of(act) for act in found])


@router.get("/audit/verification", responses=OPEN)
def verify_audit(caller: Auditor, site: ThisSite) -> Verification:
    """The proof: the chain of the log, and every row worked out anew from it. Takes seconds for a long log."""
    with reading(site.engine) as connection:
        sequence, head = read_head(connection)
    findings = verify_log(site.engine, site.settings)
    told = [Verification.Found(where=finding.where, what=finding.what) for finding in findings]
    return Verification(is_whole=not told, sequence=sequence, head=head, findings=told)
