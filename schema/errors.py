"""The one tree of errors. Each says what, why and what to do, in one line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the input the fault lies; any part may be unknown."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    value: str | None = None

    def __str__(self) -> str:
        parts = [shorten_value(self.file, 160)] if self.file else []
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        if self.value is not None:
            parts.append(f"value {shorten_value(self.value)!r}")
        return ", ".join(parts)


def shorten_value(value: str, limit: int = 60) -> str:
    """One printable line of at most `limit` characters; input is never trusted to be either."""
    printable = "".join(c if c.isprintable() else "?" for c in value)
    return printable if len(printable) <= limit else printable[: limit - 1] + "…"


class AddendaError(Exception):
    """Something was refused. `slug` names the page section in docs/errors.md."""

    slug = "error"

    def __init__(self, what: str, why: str = "", remedy: str = "", place: Place | None = None) -> None:
        self.what, self.why, self.remedy, self.place = what, why, remedy, place
        super().__init__(self.line)

    @property
    def line(self) -> str:
        """What (where): why; what to do. Always one line."""
        where = f" ({self.place})" if self.place and str(self.place) else ""
        why = f": {self.why}" if self.why else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return " ".join(f"{self.what}{where}{why}{remedy}".split())


class UsageError(AddendaError):
    """The command or its arguments cannot be understood."""

    slug = "usage"


class SettingsError(UsageError):
    """A setting has no usable value."""

    slug = "settings"


class SourceError(AddendaError):
    """The publisher's site or a path given in its place cannot be read."""

    slug = "source"


class FailedError(SourceError):
    """No attempt brought what was asked for. `status` is the last answer's, None when there was none."""

    status: int | None = None


class RefusedError(SourceError):
    """The address is none that we may ask for: robots.txt, another host, a licence, another scheme."""


class RedirectedError(SourceError):
    """The site leads to something else than what was asked for."""


class DiskError(SourceError):
    """What came cannot be written here; no other address would help."""


class CertificateError(SourceError):
    """The site did not prove who it is, or no secure connection came about."""


class ArchiveError(AddendaError):
    """A zip file is broken or unsafe."""

    slug = "archive"


class LayoutError(AddendaError):
    """A file is not in any layout that the publisher uses for this system."""

    slug = "layout"


class RecordError(LayoutError):
    """One record of a known layout is wrong."""

    slug = "record"


class CheckError(AddendaError):
    """A release check failed, so the release does not count."""

    slug = "check"


class StoreError(AddendaError):
    """The database cannot do what was asked."""

    slug = "store"


class ReleaseNotFoundError(StoreError):
    """No such release is held."""

    slug = "release-not-found"


class DiffError(AddendaError):
    """Two releases cannot be compared."""

    slug = "diff"


class UseError(AddendaError):
    """A code use of addenda.toml cannot be read."""

    slug = "use"


class ClaimsError(AddendaError):
    """A file of claims is refused, or the claims that are held cannot be read."""

    slug = "claims"


class RemitsError(AddendaError):
    """A remittance or an acknowledgment is refused, or what is held of them cannot be read."""

    slug = "remits"


class WatchError(AddendaError):
    """The watch cannot tell what was asked."""

    slug = "watch"


class ImpactError(AddendaError):
    """The impact of a change set cannot be assessed."""

    slug = "impact"


class MemoryExceededError(ImpactError):
    """The answer needs more memory than the engine may take; one to fewer codes needs less."""


class ReportError(AddendaError):
    """A report cannot be written."""

    slug = "report"


class SignOffError(AddendaError):
    """A sign-off is not possible in this state."""

    slug = "sign-off"


class ReviewNotFoundError(SignOffError):
    """No such review, change, task or the like."""

    slug = "review-not-found"


class ConflictError(SignOffError):
    """Somebody else did something to it in the meantime; nothing was overwritten."""

    slug = "conflict"


class AuditError(SignOffError):
    """The log of acts, or what follows from it, is not as it was written."""

    slug = "audit"


class AccessError(AddendaError):
    """The person or program may not do that, or is not known."""

    slug = "access"


class CredentialsError(AccessError):
    """Name and password, token or session do not open the door; which part is wrong is not told."""

    slug = "credentials"


class PublishError(AddendaError):
    """A publication cannot be made."""

    slug = "publish"
