"""The replica: both publishers' sites on this computer, with switches for what goes wrong there.

with Replica() as replica:
    run("addenda", "update", env=replica.environment(home))
    replica.faults.set(replica.item("icd10cm", "FY2027"), Fault("html200", times=2))
    replica.repost("icd10cm", "FY2026")
    replica.log.clear()
    ...
    assert replica.log.overlaps() == []
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.replica import hcpcs, icd10cm, icd10pcs, other_sets
from tests.replica.certificate import untrusted_context
from tests.replica.faults import Faults
from tests.replica.items import Host, Item
from tests.replica.request_log import RequestLog
from tests.replica.server import Server
from tests.replica.site import Site

CODE_SYSTEMS = (icd10cm.SYSTEM, icd10pcs.SYSTEM, hcpcs.SYSTEM)
_BUILDERS = {
    icd10cm.SYSTEM: icd10cm.build_items,
    icd10pcs.SYSTEM: icd10pcs.build_items,
    hcpcs.SYSTEM: hcpcs.build_items,
}


@lru_cache(maxsize=32)
def _build(system: str, revised: str = "") -> tuple[Item, ...]:
    """Built once for a test run: two seconds, and never changed."""
    return tuple(_BUILDERS[system](revised))


class Replica:
    """Two servers, `cms_url` and `cdc_url`, and a third with a certificate that nobody trusts, `tls_url`.

    `releases` keeps only the named releases (system → labels); a system that is not named has none. Without it
    there are all. `has_other_sets` leaves NCCI, relative values and OPPS out. `latency` is how long each answer
    takes at least, in seconds: with some, requests at one time show in `log.overlaps()` without fail.
    """

    def __init__(
        self,
        releases: Mapping[str, Collection[str]] | None = None,
        *,
        has_other_sets: bool = True,
        latency: float = 0.0,
    ) -> None:
        items = [item for system in CODE_SYSTEMS for item in _build(system)]
        if releases is not None:
            items = [item for item in items if item.label in releases.get(item.system, ())]
        if has_other_sets:
            items += other_sets.build_items()
        self.site = Site(items)
        self.log = RequestLog()
        self.faults = Faults()
        self._withdrawn: dict[tuple[str, str], list[Item]] = {}
        hosts = {"cms": None, "cdc": None, "tls": untrusted_context()}
        self._servers = {
            host: Server(host, self.site, self.log, self.faults, latency, tls) for host, tls in hosts.items()
        }

    @property
    def cms_url(self) -> str:
        """What stands for https://www.cms.gov."""
        return self._servers["cms"].url

    @property
    def cdc_url(self) -> str:
        """What stands for https://ftp.cdc.gov."""
        return self._servers["cdc"].url

    @property
    def tls_url(self) -> str:
        """The CMS site once more, over TLS with a certificate that is signed by itself."""
        return self._servers["tls"].url

    @property
    def items(self) -> list[Item]:
        """All that is offered now."""
        return list(self.site.items)

    def start(self) -> Replica:
        """Serve; the ports are taken since the replica was made."""
        for server in self._servers.values():
            server.start()
        return self

    def stop(self) -> None:
        """End all servers and connections."""
        for server in self._servers.values():
            server.stop()

    def __enter__(self) -> Replica:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def environment(self, home: Path, *, today: str = "2026-11-22", interval: float = 0.02) -> dict[str, str]:
        """The settings for a run of `addenda` against the replica."""
        return {
            "ADDENDA_HOME": str(home),
            "ADDENDA_CMS_URL": self.cms_url,
            "ADDENDA_CDC_URL": self.cdc_url,
            "ADDENDA_REQUEST_INTERVAL": str(interval),
            "ADDENDA_CONTACT": "tests@example.invalid",
            "ADDENDA_TODAY": today,
        }

    def labels(self, system: str) -> list[str]:
        """The releases of a system with a code file on either host, by first appearance."""
        wanted = ("code_file", "errata")
        return list(dict.fromkeys(i.label for i in self.items if i.system == system and i.contents in wanted))

    def item(self, system: str, label: str, contents: str = "code_file", host: Host = "cms") -> Item:
        """One item that is offered (of several, as loose files on CDC, the first); raises LookupError."""
        for item in self.items:
            if (item.system, item.label, item.contents, item.host) == (system, label, contents, host):
                return item
        raise LookupError(f"the replica offers no {contents} of {system} {label} on {host}")

    def url(self, item: Item) -> str:
        """The address of an item without a licence wrapper, as a careful client makes it from the link."""
        base = item.absolute if item.absolute not in ("", "own") else ""
        return f"{base or (self.cms_url if item.host == 'cms' else self.cdc_url)}{item.path}"

    def withdraw(self, system: str, label: str) -> None:
        """Take a release off the pages and the servers; `offer` brings it."""
        gone = [item for item in self.items if (item.system, item.label) == (system, label)]
        if not gone:
            raise LookupError(f"the replica offers nothing of {system} {label}")
        self._withdrawn[system, label] = gone
        self.site.items = [item for item in self.items if item not in gone]

    def offer(self, system: str, label: str, *, host: Host | None = None) -> None:
        """Post a release that was withdrawn or left out at the start, on one host or on both."""
        found = self._withdrawn.pop((system, label), None) or [i for i in _build(system) if i.label == label]
        found = [item for item in found if host in (None, item.host) and item not in self.items]
        if not found:
            raise LookupError(f"the replica has nothing more of {system} {label}")
        self.site.items = [*self.items, *found]

    def repost(self, system: str, label: str, *, host: Host = "cms", updated: date | None = None) -> Item:
        """Other bytes under the same address: one title of the code file has two words more. `updated` is the
        new date behind the link; without it the page says what it said."""
        item = self.item(system, label, host=host)
        revised = next(other for other in _build(system, label) if other.path == item.path)
        posted: datetime = item.posted + timedelta(days=9)
        return self.change(item, data=revised.data, posted=posted, updated=updated or item.updated)

    def change(self, item: Item, **fields: Any) -> Item:
        """Change an offered item, for example its `text`, `heading` or `path` (so that they disagree), `is_gated`
        (a licence link), `absolute` (`replica.tls_url`), `is_linked` (gone from the page, not from the server)."""
        changed = replace(item, **fields)
        if item not in self.items:
            raise LookupError(f"not offered: {item.path}")
        self.site.items = [changed if other == item else other for other in self.items]
        return changed

    def add(self, item: Item) -> Item:
        """Offer an item of the test's own making."""
        self.site.items = [*self.items, item]
        return item
