"""The rows of `addenda sources`: every release and artifact, and where each stands. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from flows.sources.plan import rank_offers
from schema.releases import ReleaseRef, label_of
from schema.sources import Contents, Manifest, Offer, SourceRow, SourceState


def list_rows(
    offers: Sequence[Offer],
    held: Collection[ReleaseRef],
    manifests: Iterable[Manifest],
    licences: Collection[str],
    alarms: Iterable[SourceRow],
) -> list[SourceRow]:
    """One row for each release's code file, then for every other artifact, then the alarms; sorted.

    `held` are the releases in the store (without issue), `manifests` what the archive has, `licences`
    the kinds that an operator has accepted, `alarms` what the calendar says.
    """
    by_url: dict[str, Manifest] = {}
    for manifest in manifests:
        by_url[manifest.url] = manifest
    rows = []
    # A page is the way to files, which stand for themselves; behind a licence it is all that is seen.
    for group in _group_offers([offer for offer in offers if not offer.is_page or offer.licence != "none"]):
        ranked = rank_offers(group)
        mirrors = tuple(offer.url for offer in ranked if offer.host != ranked[0].host)
        for offer in ranked:
            if offer.url not in mirrors:
                rows.append(_describe(offer, mirrors if offer is ranked[0] else (), held, by_url, licences))
    rows += [replace(row, release=_label(row)) for row in alarms]
    return sorted(rows, key=_sort_key)


def _label(row: SourceRow) -> str:
    return label_of(row.system, row.effective_date) if row.effective_date else row.release


def _group_offers(offers: Sequence[Offer]) -> list[list[Offer]]:
    """What holds the same of one release belongs together; every other offer stands for itself."""
    groups: dict[object, list[Offer]] = {}
    for number, offer in enumerate(offers):
        is_plain = offer.release is not None and not offer.quarantine and offer.licence == "none"
        key: object = (offer.release, offer.contents) if is_plain else number
        groups.setdefault(key, []).append(offer)
    return list(groups.values())


def _describe(
    offer: Offer,
    mirrors: tuple[str, ...],
    held: Collection[ReleaseRef],
    by_url: Mapping[str, Manifest],
    licences: Collection[str],
) -> SourceRow:
    state, reason = _judge(offer, held, by_url, licences)
    release = offer.release
    return SourceRow(
        offer.system,
        label_of(release.system, release.effective_date) if release else "",
        release.effective_date if release else None,
        offer.posted_date,
        offer.url,
        mirrors,
        offer.contents.value,
        offer.licence,
        state,
        reason,
    )


def _judge(
    offer: Offer, held: Collection[ReleaseRef], by_url: Mapping[str, Manifest], licences: Collection[str]
) -> tuple[SourceState, str]:
    if offer.quarantine:
        return SourceState.QUARANTINED, offer.quarantine
    if offer.licence != "none" and offer.licence not in licences:
        return SourceState.NEEDS_LICENCE, f"behind the {offer.licence.upper()} licence; nobody has accepted it here"
    manifest = by_url.get(offer.url)
    is_code_file = offer.contents is Contents.CODE_FILE
    is_held = offer.release in held if is_code_file and offer.release else manifest is not None
    if not is_held:
        return SourceState.OFFERED, "not held yet"
    if manifest is None:
        return SourceState.HELD, "held, from another address or by hand"
    if offer.posted_date and (manifest.posted_date is None or offer.posted_date > manifest.posted_date):
        before = f"is of {manifest.posted_date}" if manifest.posted_date else "was there before"
        return SourceState.REPOSTED, f"updated {offer.posted_date}; what is held {before}"
    return SourceState.HELD, f"held, fetched {manifest.finished_at:%Y-%m-%d}"


def _sort_key(row: SourceRow) -> tuple[str, str, bool, str, str]:
    day = row.effective_date.isoformat() if row.effective_date else "9999"
    return row.system, day, row.contents != Contents.CODE_FILE.value, row.contents, row.url or ""
