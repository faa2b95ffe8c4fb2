"""Which addresses may be asked for, at which host they are asked for, and what their files are called here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from loaders.download_faults import make_error
from schema.errors import RefusedError, SettingsError, SourceError, shorten_value

CMS_HOSTS = ("www.cms.gov", "cms.gov")
CDC_HOSTS = ("ftp.cdc.gov",)

# Behind these lies the AMA's click-through; no robot accepts a licence (cms-releases.md section 1.6).
_LICENCE = re.compile(r"/licen[sc]e/|/apps/ama/", re.IGNORECASE)
# CMS names a file by all that follows these; dates in it may have slashes.
_FILE_FOLDER = re.compile(r".*?/files/(?:zip|document)/", re.IGNORECASE)
_FILE_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_MAX_NAME = 150


@dataclass(frozen=True, slots=True)
class Sites:
    """The hosts that are known: the two publishers' (or what stands in for them), and further ones by name."""

    cms_url: str
    cdc_url: str
    more_hosts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for url in (self.cms_url, self.cdc_url):
            try:
                check_url(url)
            except SourceError as error:
                raise SettingsError(
                    "address of a site cannot be used", error.why or error.what, "correct the address"
                ) from error

    def locate(self, url: str) -> str:
        """The address to ask for. Raises RefusedError for a host that is not known, and as `check_url` does.

        An address of CMS or CDC is asked at the site that stands in for them, with its scheme: behind a
        replica nothing reaches the real hosts, and plain http becomes https.
        """
        parts = check_url(url)
        for hosts, base in ((CMS_HOSTS, self.cms_url), (CDC_HOSTS, self.cdc_url)):
            if (parts.hostname or "") in hosts:
                stand_in = urlsplit(base)
                path = stand_in.path.rstrip("/") + (parts.path or "/")
                return urlunsplit((stand_in.scheme, stand_in.netloc, path, parts.query, ""))
        known = {name_host(self.cms_url), name_host(self.cdc_url), *self.more_hosts}
        if name_host(url) not in known:
            why = f"{name_host(url)} is not one of {', '.join(sorted(known))}"
            raise make_error(RefusedError, "address is on a host that is not known", why, "check the link", url)
        return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, ""))


def check_url(url: str) -> SplitResult:
    """The parts of an address. Raises RefusedError for one that is not a plain http or https address."""
    why = ""
    parts = urlsplit("")
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError as error:
        why, has_port = str(error), True
    segments = unquote(parts.path).replace("\\", "/").split("/")
    if not why and not (url.isprintable() and url == url.strip()):
        why = "it has control characters or blanks at an end"
    elif not why and parts.scheme not in ("http", "https"):
        why = f"scheme {parts.scheme or 'missing'}; only http and https are fetched"
    elif not why and "@" in parts.netloc:
        why = "it names a user or a password"
    elif not why and not (parts.hostname and has_port):
        why = "it names no host, or no real port"
    elif not why and any(segment in (".", "..") for segment in segments):
        why = "its path leads upwards"
    if why:
        raise make_error(RefusedError, "address cannot be used", why, "check the link", url)
    if _LICENCE.search(unquote(parts.path)):
        why = "only a person can accept a licence"
        raise make_error(
            RefusedError, "file needs a licence", why, "fetch it yourself and put it into the import folder", url
        )
    return parts


def name_host(url: str) -> str:
    """Host and port, as requests are spaced and robots.txt is kept: `www.cms.gov`, `127.0.0.1:8080`."""
    parts = urlsplit(url)
    is_usual = parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme))
    return f"{parts.hostname or ''}" if is_usual else f"{parts.hostname}:{parts.port}"


def name_file(url: str) -> str:
    """The file's name here, from its address: slashes in it become hyphens. Raises as `check_url` does."""
    path = unquote(check_url(url).path)
    folder = _FILE_FOLDER.match(path)
    return clean_name(path[folder.end() :] if folder else path.rstrip("/").rsplit("/", 1)[-1])


def clean_name(name: str) -> str:
    """A name that is safe in a folder: printable, without slashes and leading dots, at most 150 characters."""
    flat = re.sub(r"[/\\:]", "-", shorten_value(name.strip(), max(len(name), 1))).lstrip(".-").strip()
    ending = _FILE_ENDING.search(flat)
    if len(flat) > _MAX_NAME:
        tail = ending.group() if ending else ""
        flat = flat[: _MAX_NAME - len(tail)] + tail
    return flat or "file"


def wants_zip(url: str) -> bool:
    """Whether the address promises a zip: by its ending, or CMS's folder of them (`/files/zip/codesinizip`)."""
    path = unquote(urlsplit(url).path).lower()
    return path.endswith(".zip") or "/files/zip/" in path
