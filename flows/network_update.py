"""One update from the publishers' sites: find, fetch, load, compare. A failure stays with its release."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from flows.sources.fetching import Fetcher, Obtained
from flows.sources.finding import Found, list_emptied
from flows.sources.plan import PlannedRelease, list_kept, list_quarantined, plan_releases
from flows.steps import LoadResult, load_release, prepare_result
from flows.update_problems import (
    Problem,
    ProblemKind,
    describe_failure,
    describe_refusal,
    is_ours,
    name_offer,
    shorten_line,
)
from loaders.import_folder import Imported
from schema.changes import UpdateResult
from schema.contents import ReleaseInfo
from schema.errors import AddendaError
from schema.releases import ReleaseId, ReleaseRef, label_of, parse_release
from schema.review import Review
from schema.sources import Offer
from schema.store import reader
from schema.store.database import reading

if TYPE_CHECKING:
    from sqlalchemy import Engine

Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Reposted:
    """A release that the publisher posted again with another code list: the issue before, and the new one."""

    before: ReleaseId
    after: ReleaseId


@dataclass(slots=True)
class NetworkUpdate:
    """What one update did."""

    loads: list[LoadResult] = field(default_factory=list)
    reposted: list[Reposted] = field(default_factory=list)
    corrections: list[tuple[ReleaseId, ReleaseId]] = field(default_factory=list)
    """Every new issue with the one before it: re-posts, and errata that CMS published beside the release."""
    problems: list[Problem] = field(default_factory=list)
    results: list[UpdateResult] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    """Those of the results, opened or renewed."""
    reopened: list[str] = field(default_factory=list)
    """Keys of the reviews that a source issued anew took back to draft."""


def update_from_sites(
    engine: Engine,
    fetcher: Fetcher,
    found: Found,
    systems: Collection[str],
    as_of: date,
    step: Step = lambda _: None,
    imported: Iterable[Imported] = (),
) -> NetworkUpdate:
    """Load what was imported; fetch and load what is offered of the systems, oldest first; compare what is new.

    Files that are held are only asked whether they have changed. What fails for one release is a
    problem of that release; the others go on. Other sets (NCCI, RVU, place of service) are archived.
    """
    with reading(engine) as connection:
        held = {info.release_id.system for info in reader.list_releases(connection)}
    pages = [*found.problems, *list_emptied(found, held, systems)]
    done = NetworkUpdate(problems=[Problem(ProblemKind.PAGE, "", shorten_line(line), line) for line in pages])
    offers = [offer for offer in found.offers if offer.system in systems]
    for offer in list_quarantined(offers):
        line = shorten_line(f"quarantined, not loaded: {name_offer(offer)}: {offer.quarantine}")
        done.problems.append(Problem(ProblemKind.QUARANTINED, offer.system, line, f"{offer.url} {offer.quarantine}"))
    new = _load_imported(engine, fetcher, imported, done)
    for planned in plan_releases(offers):
        step(f"{label_of(planned.ref.system, planned.ref.effective_date)} of {planned.ref.system}")
        new += _update_release(engine, fetcher, planned, done)
    _archive_others(fetcher, list_kept(offers), done, step)
    done.results = list(_compare_new(engine, new, done, as_of))
    return done


def _update_release(engine: Engine, fetcher: Fetcher, planned: PlannedRelease, done: NetworkUpdate) -> list[ReleaseId]:
    """Load one release from the first of its addresses that gives it; the ids that are new."""
    companions = [got for addresses in planned.companions if (got := _obtain_first(fetcher, addresses, done))]
    failures: list[Problem] = []
    new: list[ReleaseId] = []
    for offer in _list_sources(engine, fetcher, planned):
        try:
            code_file = fetcher.obtain(offer)
            texts = [got for text in planned.texts_beside(offer) if (got := _try_obtain(fetcher, text, done))]
            new += _load_with(engine, fetcher, planned.ref, code_file, [*texts, *companions], done)
            break
        except AddendaError as error:
            failures.append(describe_failure(offer, error))
            if is_ours(error):
                done.problems.extend(failures)
                return new
    else:
        done.problems.extend(failures[:1])
        return new
    for offer in planned.errata:
        got = _try_obtain(fetcher, offer, done)
        if got is not None:
            try:
                new += _load(engine, fetcher, planned.ref, [got], done, is_correction=True)
            except AddendaError as error:
                done.problems.append(describe_failure(offer, error))
    return new


def _list_sources(engine: Engine, fetcher: Fetcher, planned: PlannedRelease) -> Sequence[Offer]:
    """The addresses to try. The mirror may be behind: for a release that came from elsewhere it does not stand in,
    or its older list would be taken for a re-post."""
    with reading(engine) as connection:
        issues = reader.find_issues(connection, ReleaseRef(planned.ref.system, planned.ref.effective_date))
    held = {source.sha256 for info in issues for source in info.sources}
    own = {manifest.sha256 for manifest in fetcher.archive.find(url=planned.code_file.url)}
    return (planned.code_file,) if own & held else (planned.code_file, *planned.mirrors)


def _load_with(
    engine: Engine,
    fetcher: Fetcher,
    ref: ReleaseRef,
    code_file: Obtained,
    companions: Sequence[Obtained],
    done: NetworkUpdate,
) -> list[ReleaseId]:
    """Load a code file and its lists; a list that is refused is a problem of its own and keeps no code back."""
    try:
        return _load(engine, fetcher, ref, [code_file, *companions], done)
    except AddendaError:
        if not companions:
            raise
    new = _load(engine, fetcher, ref, [code_file], done)
    for companion in companions:
        try:
            _load(engine, fetcher, ref, [code_file, companion], done)
        except AddendaError as error:
            done.problems.append(describe_refusal(companion, error))
    return new


def _load(
    engine: Engine,
    fetcher: Fetcher,
    ref: ReleaseRef,
    obtained: list[Obtained],
    done: NetworkUpdate,
    *,
    is_correction: bool = False,
) -> list[ReleaseId]:
    """Load the files unless each of them is in the store already. A correction is another issue by plan."""
    with reading(engine) as connection:
        issues = reader.find_issues(connection, ReleaseRef(ref.system, ref.effective_date))
    loaded = {source.sha256 for info in issues for source in info.sources}
    if all(got.manifest.sha256 in loaded for got in obtained):
        return []
    main = obtained[0].manifest
    if main.sha256 not in loaded and any(m.sha256 in loaded for m in fetcher.archive.find(url=main.url)):
        # Other bytes at an address that was loaded: another issue, even if the list in it is the same.
        ref = ReleaseRef(ref.system, ref.effective_date, issues[-1].release_id.issue + 1)
    with fetcher.archive.open_named([got.manifest for got in obtained]) as paths:
        result = load_release(engine, ref, paths)
    done.loads.append(result)
    release_id = result.written.release_id
    if result.written.outcome == "new issue":
        done.corrections.append((issues[-1].release_id, release_id))
    if result.written.outcome == "new issue" and not is_correction:
        done.reposted.append(Reposted(issues[-1].release_id, release_id))
    return [release_id] if result.written.outcome in ("loaded", "new issue") else []


def _load_imported(
    engine: Engine, fetcher: Fetcher, imported: Iterable[Imported], done: NetworkUpdate
) -> list[ReleaseId]:
    """Load what an operator dropped into the import folder, release by release."""
    by_release: dict[tuple[str, str], list[Obtained]] = {}
    for file in imported:
        if file.manifest is None:
            line = f"import folder: {file.name}: {file.reason}"
            done.problems.append(Problem(ProblemKind.REFUSED, "", line, line))
        elif file.manifest.release:
            key = (file.manifest.system, file.manifest.release)
            by_release.setdefault(key, []).append(Obtained(file.manifest, file.is_new, None))
    new: list[ReleaseId] = []
    for (system, release), obtained in sorted(by_release.items(), key=lambda item: item[0]):
        try:
            new += _load(engine, fetcher, parse_release(system, release), obtained, done)
        except AddendaError as error:
            line = f"import folder: {release}: {error.line}"
            done.problems.append(Problem(ProblemKind.REFUSED, system, line, line))
    return new


def _try_obtain(fetcher: Fetcher, offer: Offer, done: NetworkUpdate) -> Obtained | None:
    try:
        return fetcher.obtain(offer)
    except AddendaError as error:
        done.problems.append(describe_failure(offer, error))
        return None


def _obtain_first(fetcher: Fetcher, addresses: Sequence[Offer], done: NetworkUpdate) -> Obtained | None:
    """A list from the first of its addresses that gives it; else what is wrong with the one that counts."""
    failures: list[Problem] = []
    for offer in addresses:
        try:
            return fetcher.obtain(offer)
        except AddendaError as error:
            failures.append(describe_failure(offer, error))
    done.problems.extend(failures[:1])
    return None


def _archive_others(fetcher: Fetcher, offers: Iterable[Offer], done: NetworkUpdate, step: Step) -> None:
    for offer in offers:
        is_open = offer.licence == "none" or fetcher.archive.has_licence(offer.licence)
        if is_open and not offer.is_page and not offer.quarantine and "/license/" not in offer.url:
            step(f"archive {offer.contents} of {offer.system}")
            _try_obtain(fetcher, offer, done)


def _compare_new(engine: Engine, new: list[ReleaseId], done: NetworkUpdate, as_of: date) -> Iterable[UpdateResult]:
    """For each system its newest new release against the one before, and each re-post against its issue before."""
    newest = {release_id.system: release_id for release_id in sorted(new)}
    pairs: list[tuple[ReleaseInfo, ReleaseInfo]] = []
    with reading(engine) as connection:
        for release_id in newest.values():
            current = reader.find_release(
                connection, ReleaseRef(release_id.system, release_id.effective_date, release_id.issue)
            )
            previous = reader.find_previous(connection, release_id.system, release_id.effective_date)
            if previous is not None:
                pairs.append((previous, current))
        for issues in done.corrections:
            one, other = (
                reader.find_release(connection, ReleaseRef(i.system, i.effective_date, i.issue)) for i in issues
            )
            pairs.append((one, other))
    for previous, current in pairs:
        yield prepare_result(engine, previous, current, as_of)
