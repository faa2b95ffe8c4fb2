"""Reviews opened and renewed: by an update, by hand, and when the publisher re-issues a source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from flows.commands.common import today_of
from flows.impact_steps import add_impact
from flows.review.comparison import explain_refresh, is_only_later
from flows.review.evidence import build_evidence, read_document
from flows.review.signoff import digest_of_json, list_blockers, list_valid
from flows.review_issues import find_later_issue as find_later_issue
from flows.review_writing import Desk, find_review, write_acts
from flows.settings import Settings
from flows.steps import prepare_result
from schema.access import SYSTEM, Actor, Permission, require
from schema.acts import ActKind
from schema.changes import UpdateResult
from schema.errors import AddendaError, SignOffError
from schema.releases import ReleaseId, ReleaseRef
from schema.review import BlockerKind, Review, review_key
from schema.store import reader, review_reader
from schema.store.act_log import ActDraft
from schema.store.database import reading, writing
from schema.store.evidence import save_evidence

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from flows.network_update import NetworkUpdate


def open_review(engine: Engine, result: UpdateResult, actor: Actor, now: datetime) -> Review:
    """The review of the result's release: opened, refreshed where the evidence differs, or as it was. What is signed
    stays signed where the same changes are only more urgent, since the effective date came nearer.

    One that is there stays as it is where the result says less than it: an issue that is not the latest, or no
    assessment where there was one. Where the store holds a later issue, the review says so. Raises AccessError, and
    SignOffError for a comparison of two issues of one release.
    """
    require(actor, Permission.REFRESH, "open reviews")
    return _keep(engine, result, actor, now, is_by_hand=False)


def refresh_review(
    engine: Engine, settings: Settings, config: Path | None, key: str, actor: Actor, now: datetime
) -> Review:
    """The review with what the store, the uses and the claims say now: the latest issue against what was in force
    before. Raises AccessError, ReviewNotFoundError, and what hinders the assessment (UseError, ClaimsError …): the
    review is then as it was."""
    require(actor, Permission.REFRESH, "refresh reviews")
    with reading(engine) as connection:
        review = review_reader.find_review(connection, key)
        current = reader.find_release(connection, ReleaseRef(review.system, review.effective_date))
        previous = reader.find_previous(connection, review.system, review.effective_date)
    if previous is None:
        raise SignOffError(f"{key} cannot be refreshed", "no earlier release is held", "load the one before it")
    result = prepare_result(engine, previous, current, today_of(settings))
    return _keep(engine, add_impact(engine, settings, config, result), actor, now, is_by_hand=True)


def reopen_reissued(engine: Engine, now: datetime) -> list[str]:
    """The keys of the reviews that a source issued anew has just taken back to draft; called after a load.

    Their signatures are void, and they say why; they can be signed again after a refresh. A review is told once of
    each issue.
    """
    with writing(engine) as connection:
        desk = Desk(connection)
        return [review.key for review in review_reader.list_reviews(connection) if _mark_reissued(desk, review, now)]


def try_open_review(engine: Engine, result: UpdateResult, now: datetime) -> tuple[Review | None, AddendaError | None]:
    """As `open_review` by the program itself, but what hinders it is given back, so that an update goes on.

    Neither for a comparison of two issues of one release, which is nothing to review by itself.
    """
    if result.previous.release_id.effective_date == result.current.release_id.effective_date:
        return None, None
    try:
        return open_review(engine, result, SYSTEM, now), None
    except AddendaError as error:
        return None, error


def open_reviews(engine: Engine, update: NetworkUpdate, now: datetime) -> None:
    """Opens or renews the review of every result of the update, and reopens those whose source was issued anew; what
    hinders it is a problem of the update."""
    from flows.update_problems import Problem, ProblemKind

    for result in update.results:
        review, error = try_open_review(engine, result, now)
        if review is not None:
            update.reviews.append(review)
        if error is not None:
            system = result.current.release_id.system
            line = describe_unopened(result, error)
            update.problems.append(Problem(ProblemKind.REVIEW, system, line, f"review {error.slug}"))
    update.reopened += reopen_reissued(engine, now)


def describe_unopened(result: UpdateResult, error: AddendaError) -> str:
    """The line for a review that could not be opened."""
    return f"{result.current.release_id}: review not opened: {error.line}"


def describe_reopened(key: str) -> str:
    """The line for a review whose source was issued anew."""
    return f"review {key}: reopened, since the publisher issued its source again; addenda review refresh {key}"


def describe_review(review: Review) -> str:
    """The line that an update prints about its review."""
    blockers = len(list_blockers(review))
    state = review.state.value.replace("_", " ")
    told = f", {blockers} blocker{'' if blockers == 1 else 's'}" if blockers else ""
    return f"review {review.key}: {state}, {review.undecided} of {review.to_decide} decisions open{told}"


def _keep(engine: Engine, result: UpdateResult, actor: Actor, now: datetime, *, is_by_hand: bool) -> Review:
    one, other = result.previous.release_id, result.current.release_id
    if one.effective_date == other.effective_date:
        raise SignOffError(f"{one} and {other} are one release", "a review compares two", "name the one before")
    key = review_key(other)
    data = build_evidence(result)
    digest = sha256(data).hexdigest()
    with writing(engine) as connection:
        desk = Desk(connection)
        review = desk.review(key)
        if review is None:
            _write(desk, actor, ActKind.OPENED, result, data, {}, now)
        elif review.evidence != digest and (is_by_hand or not _says_less(desk, review, result)):
            before, after = read_document(desk.evidence(review.evidence) or b"{}"), read_document(data)
            # That the day came nearer is no reason to void what was signed.
            if not (list_valid(desk.signatures(key)) and is_only_later(before, after)):
                why = explain_refresh(before, after)
                _write(desk, actor, ActKind.REFRESHED, result, data, {"why": why}, now)
        _mark_reissued(desk, find_review(desk, key), now)
        return find_review(desk, key)


def _write(
    desk: Desk,
    actor: Actor,
    kind: ActKind,
    result: UpdateResult,
    data: bytes,
    more: Mapping[str, str],
    now: datetime,
) -> None:
    one, other = result.previous.release_id, result.current.release_id
    body = {"evidence": save_evidence(desk.connection, data), "previous": str(one), "current": str(other), **more}
    write_acts(desk, [ActDraft(actor, kind, review_key(other), "", body)], now)


def _says_less(desk: Desk, review: Review, result: UpdateResult) -> bool:
    """Whether the result is of an earlier issue, or not assessed where the review is: a use that cannot be read today
    must not take the work of weeks away."""
    current = result.current.release_id
    issues = reader.find_issues(desk.connection, ReleaseRef(current.system, current.effective_date))
    is_earlier = bool(issues) and issues[-1].release_id.issue > current.issue
    return is_earlier or (review.is_assessed and result.impact is None)


def _mark_reissued(desk: Desk, review: Review, now: datetime) -> bool:
    """Whether the review had to be told that a source was issued anew; it is a draft then."""
    later = find_later_issue(desk.connection, review)
    if later is None:
        return False
    told = digest_of_json(str(later))
    if any(b.kind is BlockerKind.SOURCE_REISSUED and b.fingerprint == told for b in list_blockers(review)):
        return False
    body = {"why": _explain_issue(review, later), "later": str(later)}
    write_acts(desk, [ActDraft(SYSTEM, ActKind.REOPENED, review.key, "", body)], now)
    return True


def _explain_issue(review: Review, later: ReleaseId) -> str:
    is_current = later.effective_date == review.effective_date
    issued = review.current if is_current else review.previous
    return f"the publisher issued {issued} again: {later} is held since"
