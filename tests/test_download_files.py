"""A file comes whole and right, or not at all: every fault that the publishers' sites are known for."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders.download import FailedError, Patience, RedirectedError
from schema.errors import SourceError
from tests.download_server import (
    HTML,
    Answering,
    Handler,
    Notes,
    Site,
    cut_off,
    drip,
    make_downloader,
    make_zip,
    reply,
    send_head,
    serve_range,
    serving,
    stall,
)

ZIP = make_zip()
PATH = "/files/zip/2026-code-descriptions-tabular-order.zip"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as server:
        yield server


def refuse(site: Site, tmp_path: Path, url: str) -> SourceError:
    """The error of a download that fails; nothing but an unfinished file may stay."""
    with pytest.raises(SourceError) as caught:
        make_downloader(site, tmp_path / "cache").fetch_file(url, tmp_path / "file.part")
    assert len(caught.value.line) <= 400
    assert url.rsplit("/", 1)[-1][-60:] in caught.value.line
    return caught.value


def test_file_comes_with_its_digest_and_what_the_site_said_of_it(site: Site, tmp_path: Path) -> None:
    url = site.lay(PATH, reply(200, ZIP, ETag='"a"', Set_Cookie="x=1", Content_Type="application/zip"))
    seen: list[tuple[int, int | None]] = []
    part = tmp_path / "sub" / "file.part"
    downloader = make_downloader(site, tmp_path / "cache")
    fetched = downloader.fetch_file(url, part, progress=lambda done, total: seen.append((done, total)))
    assert part.read_bytes() == ZIP
    assert fetched.sha256 == hashlib.sha256(ZIP).hexdigest()
    assert (fetched.url, fetched.final_url, fetched.size) == (url, url, len(ZIP))
    assert fetched.file_name == "2026-code-descriptions-tabular-order.zip"
    assert fetched.headers["ETag"] == '"a"'
    assert "Set-Cookie" not in fetched.headers
    assert fetched.requested_at <= fetched.finished_at
    assert seen[0] == (0, len(ZIP))
    assert seen[-1] == (len(ZIP), len(ZIP))
    assert [path.name for path in part.parent.iterdir()] == ["file.part"]


def broken_chunks(handler: Handler) -> None:
    send_head(handler, 200, None, Transfer_Encoding="chunked")
    handler.wfile.write(b"%x\r\n" % len(ZIP) + ZIP[:1000])


def no_answer(handler: Handler) -> None:
    handler.close_connection = True


def whole_chunks(handler: Handler) -> None:
    send_head(handler, 200, None, Transfer_Encoding="chunked")
    handler.wfile.write(b"%x\r\n" % len(ZIP) + ZIP + b"\r\n0\r\n\r\n")


def no_length(handler: Handler) -> None:
    send_head(handler, 200, None)
    handler.wfile.write(ZIP)


def half_without_length(handler: Handler) -> None:
    send_head(handler, 200, None)
    handler.wfile.write(ZIP[: len(ZIP) // 2])


FLIPPED = ZIP[:500] + bytes([ZIP[500] ^ 1]) + ZIP[501:]

CURED: dict[str, Answering] = {
    "a web page in place of the zip": reply(200, HTML, Content_Type="application/zip"),
    "something else in place of the zip": reply(200, b"<p>Too busy</p>"),
    "nothing in place of the zip": reply(200, b""),
    "a short read": cut_off(ZIP, 1000),
    "broken chunks": broken_chunks,
    "half a zip, its length not told": half_without_length,
    "half a zip, its length told as the whole": reply(200, ZIP[: len(ZIP) // 2]),
    "one wrong bit": reply(200, FLIPPED),
    "a connection that closes": no_answer,
    "403": reply(403, HTML),
    "404": reply(404, HTML),
    "429": reply(429, HTML, Retry_After="0"),
    "500": reply(500, HTML),
    "502": reply(502, HTML),
    "503": reply(503, HTML, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),
    "a stall before the first byte": stall(ZIP, 0, 0.8),
    "a stall in the middle": stall(ZIP, 1000, 0.8),
    "a range that nobody asked for": reply(206, ZIP[10:], Content_Range=f"bytes 10-{len(ZIP) - 1}/{len(ZIP)}"),
    "unchanged, which nobody asked for": reply(304),
}


@pytest.mark.parametrize("fault", CURED.values(), ids=CURED.keys())
def test_fault_that_passes_ends_in_the_right_file(fault: Answering, site: Site, tmp_path: Path) -> None:
    url = site.lay(PATH, fault, reply(200, ZIP))
    notes = Notes()
    fetched = make_downloader(site, tmp_path / "cache", notes).fetch_file(url, tmp_path / "file.part")
    assert (tmp_path / "file.part").read_bytes() == ZIP
    assert fetched.sha256 == hashlib.sha256(ZIP).hexdigest()
    assert len(notes.lines) == 1
    assert site.paths() == ["/robots.txt", PATH, PATH]


@pytest.mark.parametrize(
    ("fault", "requests", "words"),
    [
        (reply(200, HTML), 5, "a web page came in place of the zip"),
        (reply(500, HTML), 5, "answered 500"),
        (cut_off(ZIP, 10), 5, "broke off"),
        (reply(200, FLIPPED), 5, "the zip is broken"),
        (no_answer, 5, "the connection failed"),
        (reply(403), 4, "answered 403"),
        (reply(404), 4, "answered 404"),
        (reply(410), 1, "answered 410"),
        (reply(401), 1, "answered 401"),
    ],
)
def test_fault_that_stays_ends_in_one_line_and_no_file(
    fault: Answering, requests: int, words: str, site: Site, tmp_path: Path
) -> None:
    error = refuse(site, tmp_path, site.lay(PATH, fault))
    assert words in error.line
    assert site.paths().count(PATH) == requests
    left = [path.name for path in tmp_path.iterdir() if path.is_file()]
    assert all("part" in name for name in left)


def test_refusals_between_other_faults_are_counted_apart(site: Site, tmp_path: Path) -> None:
    url = site.lay(PATH, reply(403), reply(500), reply(403), reply(500), reply(200, ZIP))
    fetched = make_downloader(site, tmp_path / "cache").fetch_file(url, tmp_path / "file.part")
    assert fetched.size == len(ZIP)


@pytest.mark.parametrize("answer", [whole_chunks, no_length, reply(200, ZIP, Content_Type="text/html")])
def test_right_bytes_count_however_they_are_told(answer: Answering, site: Site, tmp_path: Path) -> None:
    url = site.lay(PATH, answer)
    fetched = make_downloader(site, tmp_path / "cache").fetch_file(url, tmp_path / "file.part")
    assert (fetched.size, site.paths().count(PATH)) == (len(ZIP), 1)


def test_file_that_is_packed_on_the_way_is_unpacked(site: Site, tmp_path: Path) -> None:
    url = site.lay(PATH, reply(200, gzip.compress(ZIP), Content_Encoding="gzip", ETag='"g"'))
    make_downloader(site, tmp_path / "cache").fetch_file(url, tmp_path / "file.part")
    assert (tmp_path / "file.part").read_bytes() == ZIP


def test_slow_file_comes_whole_though_it_takes_longer_than_a_stall(site: Site, tmp_path: Path) -> None:
    url = site.lay(PATH, drip(ZIP, len(ZIP) // 8 + 1, 0.1))
    fetched = make_downloader(site, tmp_path / "cache").fetch_file(url, tmp_path / "file.part")
    assert (fetched.size, site.paths().count(PATH)) == (len(ZIP), 1)


def test_endless_drip_is_ended_and_gone_on_with(site: Site, tmp_path: Path) -> None:
    etag = '"slow"'
    url = site.lay(PATH, drip(ZIP, 1, 0.05, ETag=etag), serve_range(ZIP, etag))
    notes = Notes()
    downloader = make_downloader(site, tmp_path / "cache", notes, Patience(drip=0.3, drip_bytes=500))
    assert downloader.fetch_file(url, tmp_path / "file.part").size == len(ZIP)
    assert "bytes came in" in notes.lines[0]
    assert site.asked[-1].headers["If-Range"] == etag


def test_name_in_content_disposition_is_told_but_does_not_count(site: Site, tmp_path: Path) -> None:
    url = site.lay(PATH, reply(200, ZIP, Content_Disposition='attachment; filename="../../2025-order.zip"'))
    fetched = make_downloader(site, tmp_path / "cache").fetch_file(url, tmp_path / "file.part")
    assert fetched.file_name == "2026-code-descriptions-tabular-order.zip"
    assert fetched.offered_name == "2025-order.zip"


def test_caller_refuses_what_was_not_expected_and_nothing_is_asked_again(site: Site, tmp_path: Path) -> None:
    other = "/files/zip/2025-code-descriptions-tabular-order.zip"
    site.lay(other, reply(200, ZIP))
    url = site.lay(PATH, reply(302, Location=other))
    seen: list[tuple[str, bytes]] = []

    def expect(final_url: str, head: bytes) -> None:
        seen.append((final_url, head))
        raise RedirectedError("leads to another year", place=None)

    with pytest.raises(RedirectedError, match="another year"):
        make_downloader(site, tmp_path / "cache").fetch_file(url, tmp_path / "file.part", expect)
    assert seen == [(site.url + other, ZIP[:16_384])]
    assert site.paths() == ["/robots.txt", PATH, other]
    assert not (tmp_path / "file.part").exists()


def test_unchanged_file_is_not_sent_again(site: Site, tmp_path: Path) -> None:
    def answer(handler: Handler) -> None:
        same = handler.headers.get("If-None-Match") == '"a"' and handler.headers.get("If-Modified-Since") == "then"
        reply(304 if same else 200, b"" if same else ZIP, ETag='"a"', Last_Modified="then")(handler)

    url = site.lay(PATH, answer)
    downloader = make_downloader(site, tmp_path / "cache")
    first = downloader.fetch_file(url, tmp_path / "file.part")
    again = downloader.fetch_file(url, tmp_path / "again.part", held=first.headers)
    assert (first.is_unchanged, again.is_unchanged, again.sha256, again.size) == (False, True, "", 0)
    assert not (tmp_path / "again.part").exists()


def test_other_files_need_not_be_zips_and_pages_only_where_wanted(site: Site, tmp_path: Path) -> None:
    document = site.lay("/files/document/fy-2026-guidelines.pdf", reply(200, b"%PDF-1.7 ..."))
    page = site.lay("/medicare/place-of-service", reply(200, HTML))
    downloader = make_downloader(site, tmp_path / "cache")
    assert downloader.fetch_file(document, tmp_path / "a.part").file_name == "fy-2026-guidelines.pdf"
    assert downloader.fetch_file(page, tmp_path / "b.part", is_page=True).size == len(HTML)
    assert "a web page came in place of the file" in refuse(site, tmp_path, page).line


def test_failed_error_tells_the_last_status(site: Site, tmp_path: Path) -> None:
    error = refuse(site, tmp_path, site.lay("/" + "x" * 2_000 + "the-end.zip", reply(404)))
    assert isinstance(error, FailedError)
    assert error.status == 404
