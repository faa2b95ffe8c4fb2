"""Getting pages and files from the publishers: polite, resumable, and never a wrong file taken for right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError
from urllib3.exceptions import SSLError as BodySSLError

from loaders.download_addresses import Sites, name_host
from loaders.download_answers import Answer, Attempts, Note
from loaders.download_faults import AttemptError, make_error, shorten_url
from loaders.download_files import Expect, Fetched, FileRequest, Progress, fetch_once
from loaders.download_pages import Page, PageStore
from loaders.download_robots import PRODUCT, RobotsBook
from loaders.download_storage import PartFile
from loaders.download_turns import TURNS, Clock, Patience, Turns
from schema.errors import CertificateError, DiskError, FailedError, RedirectedError, RefusedError, SettingsError

__all__ = [
    "CertificateError",
    "Clock",
    "DiskError",
    "Downloader",
    "FailedError",
    "Fetched",
    "Page",
    "Patience",
    "RedirectedError",
    "RefusedError",
]

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 1 << 16
# A contact is a mail address or a web address; longer ones are a mistake.
_MAX_CONTACT = 200


class Downloader:
    """Asks the publishers' sites, one request at a time over all sites and threads of the process.

    `interval` is the pause in seconds between two requests to one host. `contact` (a mail or web address) stands in
    the agent's name. `cache` is a folder for pages, robots.txt and the times of the last requests. `more_hosts`
    are asked beside those of the two addresses. `note` is called with one line when an attempt failed.
    Raises SettingsError for addresses or a contact that cannot be used.
    """

    def __init__(
        self,
        cms_url: str,
        cdc_url: str,
        interval: float,
        contact: str,
        version: str,
        cache: Path,
        *,
        more_hosts: frozenset[str] = frozenset(),
        patience: Patience = Patience(),  # noqa: B008 - frozen
        clock: Clock = Clock(),  # noqa: B008 - frozen
        turns: Turns = TURNS,
        note: Note = lambda _: None,
    ) -> None:
        self._sites = Sites(cms_url, cdc_url, more_hosts)
        self._interval, self._cache, self._patience, self._clock, self._turns = interval, cache, patience, clock, turns
        self._session = _make_session(contact, version)
        self._attempts = Attempts(interval, clock, patience, note)
        self._robots = RobotsBook(cache / "robots", self._open_freely, self._attempts, clock)
        self._pages = PageStore(cache / "pages", self._open, clock)

    def get_page(self, url: str) -> Page:
        """The page; an unchanged one comes from the cache. Raises SourceError in one line."""
        return self._attempts.run(url, lambda: self._pages.get_once(url))

    def fetch_file(
        self,
        url: str,
        target_part: Path,
        expect: Expect | None = None,
        *,
        held: Mapping[str, str] | None = None,
        is_page: bool = False,
        progress: Progress | None = None,
    ) -> Fetched:
        """The file, whole and judged, its bytes in `target_part`; what an earlier call left there is gone on with.

        `expect` is called with the final address and the first bytes, and raises (RedirectedError, say) to refuse
        them; that is not retried. `held` are the headers that came with the copy at hand: if the site says that it
        is unchanged, nothing is written. `is_page` says that a web page is what is wanted.
        Raises SourceError, and ArchiveError for a zip that is unsafe; what a failed call leaves in `target_part`
        is unfinished.
        """
        part = PartFile(target_part)
        request = FileRequest(url, part, held or {}, expect, is_page, progress)
        requested_at = self._clock.now()
        with part.holding():
            try:
                return self._attempts.run(url, lambda: fetch_once(request, self._open, self._clock, requested_at))
            except DiskError:
                part.remove()
                raise
            finally:
                with suppress(OSError):
                    if not target_part.stat().st_size:
                        part.remove()

    @contextmanager
    def _open(self, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        """The answer at the end of the redirects, each of which robots.txt has to allow."""
        with self._follow(url, headers, self._robots.check) as answer:
            yield answer

    @contextmanager
    def _open_freely(self, url: str, headers: Mapping[str, str]) -> Iterator[Answer]:
        """The same for robots.txt itself."""
        with self._follow(url, headers, lambda _: None) as answer:
            yield answer

    @contextmanager
    def _follow(self, url: str, headers: Mapping[str, str], check: Callable[[str], None]) -> Iterator[Answer]:
        current = self._sites.locate(url)
        for _ in range(MAX_REDIRECTS + 1):
            prepared = self._prepare(current, headers)
            asked = prepared.url or current
            check(asked)
            host = name_host(asked)
            stamp = self._cache / "hosts" / host.replace(":", "_")
            with self._turns.take(host, self._interval, stamp):
                response = self._send(prepared, asked)
                with response:
                    location = response.headers.get("Location") if response.status_code in _REDIRECTS else None
                    if location is None:
                        chunks = self._read(response, asked)
                        yield Answer(response.status_code, asked, response.headers, chunks)
                        return
            current = self._resolve(url, asked, location)
        why = f"more than {MAX_REDIRECTS} redirects"
        raise make_error(RedirectedError, "site leads in circles", why, "check the address in a browser", url)

    def _resolve(self, url: str, asked: str, location: str) -> str:
        # Header bytes come as Latin-1; addresses are UTF-8.
        target = location.encode("latin-1", "replace").decode("utf-8", "replace")
        remedy = "check the address in a browser"
        try:
            found = self._sites.locate(urljoin(asked, target))
        except ValueError as error:
            raise make_error(RedirectedError, "site leads to an unusable address", str(error), remedy, url) from error
        except RefusedError as error:
            why = f"{error.what}: {shorten_url(target)}"
            raise make_error(RedirectedError, "redirect is not followed", why, error.remedy, url) from error
        if urlsplit(asked).scheme == "https" and urlsplit(found).scheme == "http":
            why = "it leads from https to plain http"
            raise make_error(RedirectedError, "redirect is not followed", why, remedy, url)
        return found

    def _prepare(self, url: str, headers: Mapping[str, str]) -> requests.PreparedRequest:
        try:
            return self._session.prepare_request(requests.Request("GET", url, headers=dict(headers)))
        except (requests.RequestException, UnicodeError) as error:
            raise make_error(RefusedError, "address cannot be used", str(error), "check the link", url) from error

    def _send(self, prepared: requests.PreparedRequest, url: str) -> requests.Response:
        settings = self._session.merge_environment_settings(url, {}, True, None, None)
        try:
            # Not through the session, which reads a redirect's body and its cookies.
            return self._session.get_adapter(url).send(prepared, timeout=self._patience.stall, **settings)
        except requests.exceptions.SSLError as error:
            raise _insecure(error, url) from error
        except requests.Timeout as error:
            raise AttemptError(f"nothing came for {self._patience.stall:g} s") from error
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            raise AttemptError(_explain(error)) from error
        except (requests.RequestException, HTTPError, UnicodeError) as error:
            raise make_error(RefusedError, "address cannot be asked", str(error), "check the link", url) from error

    def _read(self, response: requests.Response, url: str) -> Iterator[bytes]:
        """The body as it comes. Raises AttemptError when it breaks off, stalls or drips."""
        patience, count = self._patience, self._clock.count
        began = marked = count()
        fresh = 0
        try:
            # read1 gives what has come; read would wait for a whole chunk, and lose it in a stall.
            while chunk := response.raw.read1(_CHUNK, decode_content=True):
                yield chunk
                fresh += len(chunk)
                if count() - began > patience.whole:
                    raise AttemptError(f"it took more than {patience.whole:g} s")
                if count() - marked > patience.drip:
                    if fresh < patience.drip_bytes:
                        raise AttemptError(f"only {fresh} bytes came in {patience.drip:g} s")
                    marked, fresh = count(), 0
        except ReadTimeoutError as error:
            raise AttemptError(f"nothing came for {patience.stall:g} s") from error
        except BodySSLError as error:
            raise _insecure(error, url) from error
        except ProtocolError as error:
            raise AttemptError("the answer broke off") from error
        except HTTPError as error:
            raise AttemptError(_explain(error)) from error


def _make_session(contact: str, version: str) -> requests.Session:
    if not contact.isascii() or not contact.isprintable() or len(contact) > _MAX_CONTACT or contact != contact.strip():
        why = "it has to be a mail or web address in plain letters, of at most 200"
        raise SettingsError("contact cannot be used", why, "correct ADDENDA_CONTACT")
    session = requests.Session()
    # Without a call of its own requests looks for a password in ~/.netrc.
    session.auth = lambda request: request
    adapter = HTTPAdapter(max_retries=0)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    agent = f"{PRODUCT}/{version}" + (f" (+{contact})" if contact else "")
    # Seconds lie between two requests, in which a site may close the connection: a new one for each is surer.
    session.headers.update({"User-Agent": agent, "Accept-Encoding": "identity", "Connection": "close"})
    if "@" in contact and " " not in contact:
        session.headers["From"] = contact.removeprefix("mailto:")
    return session


def _insecure(error: Exception, url: str) -> CertificateError:
    remedy = "do not go around it; look at the certificate, the clock, REQUESTS_CA_BUNDLE"
    return make_error(CertificateError, "secure connection failed", _explain(error), remedy, url)


def _explain(error: BaseException) -> str:
    """What the system said at the root of a chain of errors, in its words."""
    seen: list[BaseException] = [error]
    for current in seen:
        inner = [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
        seen += [e for e in inner if isinstance(e, BaseException) and e not in seen]
    said = next((e.strerror for e in seen if isinstance(e, OSError) and e.strerror), None)
    return f"the connection failed ({said or seen[-1]})"
