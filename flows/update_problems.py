"""What a person should know of an update from the sites: problems, each in one line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flows.sources.fetching import Obtained
from loaders.catalogue.addresses import slug_of
from schema.errors import AddendaError, ArchiveError, DiskError, SourceError, StoreError
from schema.releases import label_of
from schema.sources import Offer

MAX_LINE = 400


class ProblemKind(StrEnum):
    """Why something of the sites is not here."""

    PAGE = "page"
    """An index page could not be read."""
    QUARANTINED = "quarantined"
    """Heading, text and address of a link disagree."""
    FETCH = "fetch"
    """A file did not come, is not what it should be, or could not be kept: another time it may."""
    REFUSED = "refused"
    """A file came, and a check or the reader refused what is in it."""
    IMPACT = "impact"
    """The uses or the claims of this organisation could not be read: the report says nothing of them."""
    REVIEW = "review"
    """The review of the release could not be opened or renewed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What a person should know. `line` names the release or file; `key` is the same whatever the line says."""

    kind: ProblemKind
    system: str
    line: str
    key: str

    def __str__(self) -> str:
        return self.line


def is_ours(error: AddendaError) -> bool:
    """Whether the disk or the database failed: no other address would help, and the mirror must not slip in."""
    is_unwritten = isinstance(error, ArchiveError) and isinstance(error.__cause__, OSError)
    return is_unwritten or isinstance(error, DiskError | StoreError)


def describe_failure(offer: Offer, error: AddendaError) -> Problem:
    """The problem of an offer that did not come, or was refused."""
    kind = ProblemKind.FETCH if isinstance(error, SourceError | ArchiveError | StoreError) else ProblemKind.REFUSED
    line = shorten_line(f"{name_offer(offer)}: {error.line}")
    return Problem(kind, offer.system, line, f"{offer.url} {error.slug}")


def describe_refusal(got: Obtained, error: AddendaError) -> Problem:
    """The problem of a file that came and was refused."""
    manifest = got.manifest
    line = shorten_line(
        f"{manifest.system} {manifest.release.partition('@')[2]} ({slug_of(manifest.url)}): {error.line}"
    )
    return Problem(ProblemKind.REFUSED, manifest.system, line, f"{manifest.url} {error.slug}")


def name_offer(offer: Offer) -> str:
    """An offer as people name it: system, release or contents, and the last part of its address."""
    label = label_of(offer.release.system, offer.release.effective_date) if offer.release else offer.contents.value
    return f"{offer.system} {label} ({slug_of(offer.url)})"


def shorten_line(line: str) -> str:
    """At most `MAX_LINE` characters; the end tells least."""
    line = " ".join(line.split())
    return line if len(line) <= MAX_LINE else f"{line[: MAX_LINE - 1]}…"
