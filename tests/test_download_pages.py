"""Index pages are asked for with a validator, and kept."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders.download import FailedError
from tests.download_server import Handler, Site, cut_off, make_downloader, make_zip, reply, send_head, serving

TEXT = "<!DOCTYPE html><html><body>2026 Conversion Table – Updated</body></html>"
BODY = TEXT.encode()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as server:
        yield server


def answer_conditionally(handler: Handler) -> None:
    same = handler.headers.get("If-None-Match") == 'W/"1"'
    reply(304 if same else 200, b"" if same else BODY, ETag='W/"1"', Last_Modified="Thu, 06 Nov 2025 10:00:00 GMT")(
        handler
    )


def test_unchanged_page_comes_from_the_cache_in_the_next_process_too(site: Site, tmp_path: Path) -> None:
    url = site.lay("/page", answer_conditionally)
    first = make_downloader(site, tmp_path).get_page(url)
    second = make_downloader(site, tmp_path).get_page(url)
    assert (first.text, first.is_unchanged) == (TEXT, False)
    assert (second.text, second.is_unchanged, second.final_url) == (TEXT, True, url)
    assert site.asked[-1].headers["If-None-Match"] == 'W/"1"'
    assert site.asked[-1].headers["If-Modified-Since"] == "Thu, 06 Nov 2025 10:00:00 GMT"
    assert site.paths() == ["/robots.txt", "/page", "/page"]
    assert not list(tmp_path.rglob("*part*"))


def test_page_without_a_validator_is_compared(site: Site, tmp_path: Path) -> None:
    url = site.lay("/listing", reply(200, BODY), reply(200, BODY), reply(200, BODY + b" "))
    downloader = make_downloader(site, tmp_path)
    assert [downloader.get_page(url).is_unchanged for _ in range(3)] == [False, True, False]
    assert "If-None-Match" not in site.asked[-1].headers


def test_broken_cache_is_filled_again(site: Site, tmp_path: Path) -> None:
    url = site.lay("/page", answer_conditionally)
    make_downloader(site, tmp_path).get_page(url)
    for entry in (tmp_path / "pages").iterdir():
        entry.write_text("{")
    assert make_downloader(site, tmp_path).get_page(url).text == TEXT


def unframed(handler: Handler) -> None:
    send_head(handler, 200, None)
    handler.wfile.write(BODY[:60])


def test_page_that_is_cut_off_or_no_page_is_asked_for_again(site: Site, tmp_path: Path) -> None:
    downloader = make_downloader(site, tmp_path)
    for number, fault in enumerate(
        [cut_off(BODY, 20), unframed, reply(200, make_zip()), reply(200, b" "), reply(500), reply(304)]
    ):
        url = site.lay(f"/{number}", fault, reply(200, BODY))
        assert downloader.get_page(url).text == TEXT
        assert site.paths().count(f"/{number}") == 2


def test_unchanged_word_from_another_address_is_not_believed(site: Site, tmp_path: Path) -> None:
    url = site.lay("/page", answer_conditionally)
    downloader = make_downloader(site, tmp_path)
    downloader.get_page(url)
    site.lay("/page", reply(301, Location="/2027"))
    site.lay("/2027", answer_conditionally)
    page = downloader.get_page(url)
    assert (page.final_url, page.is_unchanged) == (site.url + "/2027", False)
    assert [asked.headers.get("If-None-Match") for asked in site.asked if asked.path == "/2027"] == ['W/"1"', None]


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("é".encode(), "text/html; charset=utf-8", "é"),
        ("é".encode("latin-1"), 'text/html; charset="ISO-8859-1"', "é"),
        ("–".encode("cp1252"), "text/html", "–"),
        ("\ufeffé".encode(), "text/html", "é"),
        ("é".encode(), "text/html; charset=nonsense", "é"),
        ("é".encode(), "application/octet-stream", "é"),
    ],
)
def test_text_is_in_the_charset_that_was_told_or_the_one_that_fits(
    body: bytes, content_type: str, text: str, site: Site, tmp_path: Path
) -> None:
    url = site.lay("/page", reply(200, body + b"<p>", Content_Type=content_type))
    assert make_downloader(site, tmp_path).get_page(url).text == text + "<p>"


def test_page_packed_on_the_way_is_unpacked(site: Site, tmp_path: Path) -> None:
    url = site.lay("/page", reply(200, gzip.compress(BODY), Content_Encoding="gzip"))
    assert make_downloader(site, tmp_path).get_page(url).text == TEXT


def test_page_that_never_ends_is_refused_at_once(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loaders.download_pages.MAX_PAGE_BYTES", 10)
    with pytest.raises(FailedError, match="page is too large"):
        make_downloader(site, tmp_path).get_page(site.lay("/page", reply(200, BODY)))
    assert site.paths() == ["/robots.txt", "/page"]
