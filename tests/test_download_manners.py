"""How we behave on other people's sites: who we are, how often we ask, what we leave alone."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from loaders.download import Clock, Downloader, FailedError, Patience, RedirectedError, RefusedError
from loaders.download_turns import Turns
from schema.errors import SettingsError
from tests.download_server import CONTACT, HTML, Notes, Site, drip, make_downloader, make_zip, reply, serving

ZIP = make_zip()
PATH = "/files/zip/2026.zip"
INTERVAL = 0.02


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as server:
        yield server


def test_every_request_of_a_session_says_who_we_are(site: Site, tmp_path: Path) -> None:
    file = site.lay(PATH, reply(403), reply(500), reply(200, ZIP))
    page = site.lay("/index", reply(301, Location="/other", Set_Cookie="a=b"))
    site.lay("/other", reply(200, HTML))
    downloader = make_downloader(site, tmp_path)
    downloader.fetch_file(file, tmp_path / "file.part")
    downloader.get_page(page)
    assert {asked.headers["User-Agent"] for asked in site.asked} == {f"addenda/0.1.0 (+{CONTACT})"}
    assert {asked.headers["From"] for asked in site.asked} == {CONTACT}
    assert not any("Cookie" in asked.headers or "Authorization" in asked.headers for asked in site.asked)
    assert len(site.asked) == 6


def test_requests_of_all_threads_come_one_by_one_with_a_pause_at_each_host(tmp_path: Path) -> None:
    with serving() as cms, serving() as cdc:
        first = Downloader(cms.url, cdc.url, INTERVAL, CONTACT, "1", tmp_path)
        second = Downloader(cms.url, cdc.url, INTERVAL, CONTACT, "1", tmp_path)
        jobs = []
        for number in range(4):
            for site, downloader in ((cms, first), (cdc, second)):
                url = site.lay(f"/{number}", drip(HTML, 40, 0.005))
                jobs.append(threading.Thread(target=downloader.get_page, args=(url,)))
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
        for site in (cms, cdc):
            began = [asked.began for asked in site.asked]
            assert len(began) == 5
            assert min(b - a for a, b in itertools.pairwise(began)) >= INTERVAL
        pages = sorted((a.began, a.ended or 0.0) for s in (cms, cdc) for a in s.asked if a.path != "/robots.txt")
        assert len(pages) == 8
        assert all(later[0] >= earlier[1] for earlier, later in itertools.pairwise(pages))


def test_next_process_keeps_the_pause_too(site: Site, tmp_path: Path) -> None:
    url = site.lay("/page", reply(200, HTML))
    for _ in range(2):
        turns = Turns(Clock())
        Downloader(site.url, site.url, 0.3, CONTACT, "1", tmp_path, turns=turns).get_page(url)
    began = [asked.began for asked in site.asked]
    assert min(b - a for a, b in itertools.pairwise(began)) >= 0.29


def test_waits_grow_with_each_attempt(site: Site, tmp_path: Path) -> None:
    url = site.lay(PATH, reply(500))
    with pytest.raises(FailedError):
        make_downloader(site, tmp_path, interval=INTERVAL).fetch_file(url, tmp_path / "file.part")
    began = [asked.began for asked in site.asked if asked.path == PATH]
    waits = [b - a for a, b in itertools.pairwise(began)]
    assert len(waits) == 4
    assert all(wait >= INTERVAL * 2**attempt for attempt, wait in enumerate(waits, start=2))


class Counting:
    """A clock that waits at once and remembers for how long."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += timedelta(seconds=seconds)

    def make(self, site: Site, cache: Path, notes: Notes | None = None) -> Downloader:
        clock = Clock(count=lambda: self.at.timestamp(), now=lambda: self.at, sleep=self.sleep)
        return Downloader(
            site.url, site.url, 2.0, CONTACT, "1", cache, clock=clock, turns=Turns(clock), note=notes or Notes(),
            patience=Patience(stall=5),
        )  # fmt: skip


def test_site_that_asks_for_a_longer_wait_gets_it(site: Site, tmp_path: Path) -> None:
    clock = Counting()
    until = format_datetime(clock.at + timedelta(seconds=90), usegmt=True)
    answers = [reply(429, Retry_After="45"), reply(503, Retry_After=until), reply(429, Retry_After="1")]
    url = site.lay(PATH, *answers, reply(200, ZIP))
    clock.make(site, tmp_path).fetch_file(url, tmp_path / "file.part")
    # A pause before the file, then three waits; no pause comes on top of one.
    assert clock.waits[:2] == [2.0, 45.0]
    assert 40 < clock.waits[2] <= 90
    assert clock.waits[3:] == [32.0]


def test_site_that_asks_to_come_back_tomorrow_is_left_alone(site: Site, tmp_path: Path) -> None:
    clock = Counting()
    url = site.lay(PATH, reply(429, Retry_After="86400"))
    with pytest.raises(FailedError, match=r"2026\.zip.*asks to wait 86400 s"):
        clock.make(site, tmp_path).fetch_file(url, tmp_path / "file.part")
    assert site.paths().count(PATH) == 1
    assert sum(clock.waits) < 10


def test_robots_are_read_first_and_kept_for_a_day_also_by_the_next_process(site: Site, tmp_path: Path) -> None:
    page = site.lay("/page", reply(200, HTML))
    clock = Counting()
    clock.make(site, tmp_path).get_page(page)
    clock.make(site, tmp_path).get_page(page)
    clock.at += timedelta(hours=25)
    clock.make(site, tmp_path).get_page(page)
    assert site.paths() == ["/robots.txt", "/page", "/page", "/robots.txt", "/page"]


def test_disallowed_address_is_not_asked_for(site: Site, tmp_path: Path) -> None:
    site.lay("/robots.txt", reply(200, b"User-agent: *\nDisallow: /*?\nDisallow: /private/\n"))
    downloader = make_downloader(site, tmp_path)
    secret = site.lay("/private/x.zip", reply(200, ZIP))
    redirect = site.lay(PATH, reply(302, Location="/private/x.zip"))
    for url in (secret, site.url + "/page?x=1", redirect):
        with pytest.raises(RefusedError, match=r"robots\.txt disallows it"):
            downloader.fetch_file(url, tmp_path / "file.part")
    assert site.paths() == ["/robots.txt", PATH]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_site_without_robots_allows_all(status: int, site: Site, tmp_path: Path) -> None:
    site.lay("/robots.txt", reply(status, b"User-agent: *\nDisallow: /"))
    make_downloader(site, tmp_path).get_page(site.lay("/page", reply(200, HTML)))
    assert site.paths() == ["/robots.txt", "/page"]


def test_site_whose_robots_cannot_be_read_is_not_asked(site: Site, tmp_path: Path) -> None:
    site.lay("/robots.txt", reply(503))
    downloader = make_downloader(site, tmp_path)
    for url in (site.lay("/page", reply(200, HTML)), site.lay(PATH, reply(200, ZIP))):
        with pytest.raises(RefusedError, match=rf"{url}.*robots\.txt cannot be read.*answered 503") as caught:
            downloader.get_page(url)
        assert len(caught.value.line) <= 400
    assert site.paths() == ["/robots.txt"] * 5


def test_robots_that_come_after_a_fault_count(site: Site, tmp_path: Path) -> None:
    site.lay("/robots.txt", reply(500), reply(200, b"User-agent: addenda\nDisallow: /page"))
    with pytest.raises(RefusedError, match="disallows"):
        make_downloader(site, tmp_path).get_page(site.lay("/page", reply(200, HTML)))


def test_redirects_end_in_time_and_stay_with_known_hosts(site: Site, tmp_path: Path) -> None:
    downloader = make_downloader(site, tmp_path)
    for number in range(6):
        site.lay(f"/{number}", reply(302, Location=f"/{number + 1}"))
    site.lay("/6", reply(200, HTML))
    assert downloader.get_page(site.url + "/1").final_url == site.url + "/6"
    with pytest.raises(RedirectedError, match="more than 5 redirects"):
        downloader.get_page(site.url + "/0")
    with serving() as other:
        away = site.lay("/away", reply(302, Location=other.lay("/x", reply(200, HTML))))
        with pytest.raises(RedirectedError, match="host that is not known"):
            downloader.get_page(away)
        assert other.asked == []
    for target, words in [
        ("ftp://127.0.0.1/x", "cannot be used"),
        ("http://a:b@127.0.0.1/x", "cannot be used"),
        ("//[x", "address"),
        ("/license/ama?file=/files/zip/x.zip", "licence"),
    ]:
        with pytest.raises(RedirectedError, match=words) as caught:
            downloader.get_page(site.lay("/bad", reply(302, Location=target)))
        assert len(caught.value.line) <= 400


@pytest.mark.parametrize("contact", ["a\nb", "ü@x.org", " x", "x" * 300])
def test_contact_that_no_header_can_hold_is_refused(contact: str, site: Site, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="ADDENDA_CONTACT"):
        Downloader(site.url, site.url, 1.0, contact, "1", tmp_path)
