"""What lies at each address of the replica: pages, files, redirects, robots.txt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, quote, unquote

from tests.replica import hcpcs, listing, other_sets, pages
from tests.replica.icd10cm import PDF
from tests.replica.items import CDC_ROOT, ICD10_PAGE, Item
from tests.replica.request_log import ROBOTS

# Old addresses of CMS, and where they lead; letter case does not count.
REDIRECTS = {
    "/icd10": ICD10_PAGE,
    "/medicare/coding/icd10": ICD10_PAGE,
    "/medicare/coding/icd10/2021-icd-10-cm": ICD10_PAGE,
    "/medicare/coding-billing/icd-10-codes/2024-icd-10-pcs": ICD10_PAGE,
    "/medicare/coding/hcpcsreleasecodesets/hcpcs-quarterly-update": hcpcs.QUARTERLY_PAGE,
    "/medicare/coding/hcpcsreleasecodesets/hcpcs-quarterly-update.html": hcpcs.QUARTERLY_PAGE,
    f"{hcpcs.ANNUAL_PAGE}.html".lower(): hcpcs.ANNUAL_PAGE,
    f"{other_sets.MUE_PAGE}-edits": other_sets.MUE_PAGE,
}
EPOCH = datetime(2026, 11, 2, 14, 21, tzinfo=UTC)
_MISSING = "<p>The page could not be found.</p>"


@dataclass(frozen=True, slots=True)
class Resource:
    """A good answer. `etag` and `modified` are its validators, if it has any; `kind` as in the request log."""

    status: int
    body: bytes
    media_type: str = "text/html; charset=UTF-8"
    etag: str = ""
    modified: datetime | None = None
    disposition: str = ""
    location: str = ""
    kind: str = "none"


@dataclass(slots=True)
class Site:
    """Both publishers' files and pages. `items` is replaced as a whole, never changed in place."""

    items: Sequence[Item]
    has_robots: bool = True
    _page_times: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def answer(self, host: str, target: str, base: str) -> Resource:
        """The answer to a GET; `host` is `cms` or `cdc`, `base` the address of the server that was asked."""
        path, _, query = target.partition("?")
        if path == "/robots.txt":
            if host == "cdc" or not self.has_robots:
                return Resource(404, _error_page(), kind="robots")
            return Resource(200, ROBOTS.encode(), "text/plain; charset=UTF-8", kind="robots")
        key = unquote(path).lower()
        for item in self.items:
            if item.host == host and unquote(item.path).lower() == key:
                return _file(item)
        return self._cdc_page(path) if host == "cdc" else self._cms_page(path, query, base)

    def _cdc_page(self, path: str) -> Resource:
        key = unquote(path).lower()
        root = CDC_ROOT.lower()
        if key in (root, *(f"{root}/{folder.lower()}" for folder in self._folders())):
            return Resource(301, b"", location=f"{path}/")
        if key == f"{root}/":
            folders = [(quote(name), max(moments)) for name, moments in self._folders().items()]
            return _listing(listing.render_listing(f"{CDC_ROOT}/", folders, ()))
        for folder in self._folders():
            if key == f"{root}/{folder.lower()}/":
                page = f"{CDC_ROOT}/{quote(folder)}"
                own = [i for i in self.items if i.host == "cdc" and i.page == page and i.is_linked]
                return _listing(listing.render_listing(f"{page}/", (), own))
        return Resource(404, _error_page())

    def _folders(self) -> dict[str, list[datetime]]:
        folders: dict[str, list[datetime]] = {"CM- Committee": [EPOCH], "2019": [EPOCH]}
        for item in self.items:
            if item.host == "cdc" and item.is_linked:
                folders.setdefault(unquote(item.page.removeprefix(f"{CDC_ROOT}/")), []).append(item.posted)
        return folders

    def _cms_page(self, path: str, query: str, base: str) -> Resource:
        key = unquote(path).lower().rstrip("/")
        if key in REDIRECTS:
            return Resource(301, b"", location=REDIRECTS[key])
        if key.startswith("/files/document/"):
            return Resource(200, PDF, "application/pdf", etag='"41"', modified=EPOCH, kind="file")
        if key == "/license/ama":
            file = parse_qs(query).get("file", [""])[0]
            page = pages.render_page("License for use", pages.render_licence(file), EPOCH.date())
            return Resource(200, page.encode(), kind="licence")
        by_page: dict[str, list[Item]] = {}
        for item in self.items:
            if item.host == "cms" and item.is_linked:
                by_page.setdefault(item.page.lower(), []).append(item)
        own = by_page.get(key, [])
        years = [year for year in (2018, 2019, 2020) if f"{hcpcs.ANNUAL_ITEMS}/{year}-".lower() in " ".join(by_page)]
        rvu = [name for name in other_sets.RVU_LETTERS if f"{other_sets.RVU_PAGE}/{name}" in by_page]
        known: dict[str, tuple[str, Callable[[], str]]] = {
            ICD10_PAGE: ("ICD-10", lambda: pages.render_icd10(own, base)),
            hcpcs.QUARTERLY_PAGE: ("HCPCS Quarterly Update", lambda: pages.render_quarterly(own, years, base)),
            hcpcs.ANNUAL_PAGE.lower(): ("Alpha-Numeric HCPCS", lambda: pages.render_annual(years)),
            other_sets.RVU_PAGE: ("PFS Relative Value Files", lambda: pages.render_rvu_index(rvu)),
            other_sets.PLACE_OF_SERVICE_PAGE: ("Place of Service Code Set", pages.render_places),
        }
        if key in known:
            title, render = known[key]
            return self._page(key, title, render(), own)
        if key in other_sets.SECOND_HOPS:
            link = other_sets.SECOND_HOPS[key]
            links = pages.render_links([link] if link[0] in by_page else [])
            return self._page(key, "Files", links, own)
        if own or key in other_sets.INDEX_PAGES:
            title = other_sets.INDEX_PAGES.get(key) or own[0].heading
            return self._page(key, title, pages.render_plain(own, base), own)
        return Resource(404, _error_page())

    def _page(self, key: str, title: str, body: str, items: Sequence[Item]) -> Resource:
        """A page with validators that stay as long as it says the same: the nonce does not count."""
        modified = max((item.posted for item in items), default=EPOCH).date()
        html = pages.render_page(title, body, modified)
        etag = f'W/"{sha256(html.encode()).hexdigest()[:20]}"'
        before, moment = self._page_times.get(key, (etag, EPOCH))
        if before != etag:
            moment += timedelta(seconds=1)
        self._page_times[key] = (etag, moment)
        return Resource(200, html.encode(), etag=etag, modified=moment, kind="page")


def _file(item: Item) -> Resource:
    digest = sha256(item.data).hexdigest()
    name = item.served_name or unquote(item.file_name)
    return Resource(
        200, item.data, item.media_type, f'"{digest[:8]}:0"' if item.host == "cdc" else f'"{digest[:16]}"', item.posted,
        f'attachment; filename="{name}"' if item.host == "cms" else "", kind="file",
    )  # fmt: skip


def _listing(html: str) -> Resource:
    """The listing has no validators."""
    return Resource(200, html.encode(), "text/html; charset=UTF-8", kind="page")


def _error_page() -> bytes:
    return pages.render_page("Page not found", _MISSING, EPOCH.date()).encode()
