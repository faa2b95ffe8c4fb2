"""A download that is broken off goes on where it ended, and never joins the halves of two files."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders.download import DiskError
from schema.errors import SourceError
from tests.download_server import (
    Answering,
    Handler,
    Site,
    cut_off,
    drip,
    make_downloader,
    make_zip,
    reply,
    serve_range,
    serving,
)

ROOT = Path(__file__).parents[1]
ZIP = make_zip()
OTHER = make_zip("B000  Other\n" * 5_000)
PATH = "/files/zip/2026.zip"
ETAG = '"one"'
MODIFIED = "Thu, 06 Nov 2025 10:00:00 GMT"

FETCH = """
import sys
from pathlib import Path
from loaders.download import Downloader
site, home = sys.argv[1], Path(sys.argv[2])
Downloader(site, site, 0.005, "", "1", home / "cache").fetch_file(site + "/files/zip/2026.zip", home / "file.part")
"""


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as server:
        yield server


def ranges(site: Site) -> list[str | None]:
    return [asked.headers.get("Range") for asked in site.asked if asked.path == PATH]


def test_rest_alone_is_asked_for_after_a_short_read(site: Site, tmp_path: Path) -> None:
    url = site.lay(PATH, cut_off(ZIP, 1_000, ETag=ETAG), serve_range(ZIP, ETAG))
    fetched = make_downloader(site, tmp_path).fetch_file(url, tmp_path / "file.part")
    assert (tmp_path / "file.part").read_bytes() == ZIP
    assert ranges(site) == [None, "bytes=1000-"]
    assert fetched.headers["ETag"] == ETAG
    assert not (tmp_path / "file.part.json").exists()


def test_date_of_the_file_serves_where_there_is_no_strong_tag(site: Site, tmp_path: Path) -> None:
    first = cut_off(ZIP, 1_000, ETag='W/"weak"', Last_Modified=MODIFIED)
    url = site.lay(PATH, first, serve_range(ZIP, MODIFIED))
    site.answers[PATH][1] = reply(
        206, ZIP[1_000:], Content_Range=f"bytes 1000-{len(ZIP) - 1}/{len(ZIP)}", Last_Modified=MODIFIED
    )
    make_downloader(site, tmp_path).fetch_file(url, tmp_path / "file.part")
    assert (tmp_path / "file.part").read_bytes() == ZIP
    assert site.asked[-1].headers["If-Range"] == MODIFIED


def test_file_without_validator_begins_anew(site: Site, tmp_path: Path) -> None:
    url = site.lay(PATH, cut_off(ZIP, 1_000), reply(200, ZIP))
    make_downloader(site, tmp_path).fetch_file(url, tmp_path / "file.part")
    assert ranges(site) == [None, None]


def test_file_that_was_posted_again_in_between_is_taken_whole(site: Site, tmp_path: Path) -> None:
    url = site.lay(PATH, cut_off(ZIP, 1_000, ETag=ETAG), serve_range(OTHER, '"two"'))
    make_downloader(site, tmp_path).fetch_file(url, tmp_path / "file.part")
    assert (tmp_path / "file.part").read_bytes() == OTHER
    assert ranges(site) == [None, "bytes=1000-"]


def rest_of(body: bytes, start: int, told_start: int | None = None, **headers: str) -> Answering:
    told = f"bytes {start if told_start is None else told_start}-{len(body) - 1}/{len(body)}"
    return reply(206, body[start:], Content_Range=told, **headers)


@pytest.mark.parametrize(
    "wrong",
    [
        rest_of(OTHER, 1_000, ETag='"two"'),
        rest_of(OTHER, 1_000),
        rest_of(ZIP, 900),
        rest_of(ZIP, 1_000, Last_Modified="Fri, 07 Nov 2025 10:00:00 GMT", ETag=ETAG),
        reply(206, ZIP[1_000:], ETag=ETAG),
        reply(416),
    ],
)
def test_wrong_rest_is_not_joined(wrong: Answering, site: Site, tmp_path: Path) -> None:
    url = site.lay(PATH, cut_off(ZIP, 1_000, ETag=ETAG, Last_Modified=MODIFIED), wrong, reply(200, OTHER))
    make_downloader(site, tmp_path).fetch_file(url, tmp_path / "file.part")
    assert (tmp_path / "file.part").read_bytes() == OTHER
    assert ranges(site) == [None, "bytes=1000-", None]


def test_half_that_lies_is_found_out_by_the_checksum(site: Site, tmp_path: Path) -> None:
    def answer(handler: Handler) -> None:
        rest_of(ZIP[:1_000] + bytes(len(ZIP) - 1_000), 1_000, ETag=ETAG)(handler)

    url = site.lay(PATH, cut_off(ZIP, 1_000, ETag=ETAG), answer, serve_range(ZIP, ETAG))
    make_downloader(site, tmp_path).fetch_file(url, tmp_path / "file.part")
    assert (tmp_path / "file.part").read_bytes() == ZIP
    assert ranges(site) == [None, "bytes=1000-", None]


def test_part_of_another_address_is_not_gone_on_with(site: Site, tmp_path: Path) -> None:
    downloader = make_downloader(site, tmp_path)
    other = site.lay("/files/zip/other.zip", *[cut_off(OTHER, 1_000, ETag=ETAG)] * 5)
    with pytest.raises(SourceError):
        downloader.fetch_file(other, tmp_path / "file.part")
    assert (tmp_path / "file.part").stat().st_size > 0
    downloader.fetch_file(site.lay(PATH, serve_range(ZIP, ETAG)), tmp_path / "file.part")
    assert ranges(site) == [None]


def test_killed_download_goes_on_in_the_next_process(site: Site, tmp_path: Path) -> None:
    site.lay(PATH, drip(ZIP, 4_096, 0.05, ETag=ETAG), serve_range(ZIP, ETAG))
    command = [sys.executable, "-c", FETCH, site.url, str(tmp_path)]
    part = tmp_path / "file.part"
    with subprocess.Popen(command, cwd=ROOT) as process:
        deadline = time.monotonic() + 30
        while not (part.exists() and part.stat().st_size > 8_000) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    kept = part.stat().st_size
    assert 8_000 < kept < len(ZIP)
    make_downloader(site, tmp_path / "cache").fetch_file(site.url + PATH, part)
    assert part.read_bytes() == ZIP
    assert ranges(site) == [None, f"bytes={kept}-"]


def test_two_at_once_do_not_write_one_file(site: Site, tmp_path: Path) -> None:
    def expect(final_url: str, head: bytes) -> None:
        with pytest.raises(SourceError, match="another process downloads it"):
            make_downloader(site, tmp_path).fetch_file(final_url, tmp_path / "file.part")

    url = site.lay(PATH, reply(200, ZIP))
    make_downloader(site, tmp_path).fetch_file(url, tmp_path / "file.part", expect)
    assert (tmp_path / "file.part").read_bytes() == ZIP


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("a small disk can be mounted by root alone")
    run = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)], check=False)
    if run.returncode:
        pytest.skip("mount is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_full_disk_ends_in_one_line_and_leaves_nothing(small_disk: Path, site: Site, tmp_path: Path) -> None:
    url = site.lay(PATH, reply(200, make_zip("x" * 200_000)))
    with pytest.raises(DiskError, match=r"No space left on device.*free space") as caught:
        make_downloader(site, tmp_path / "cache").fetch_file(url, small_disk / "file.part")
    assert len(caught.value.line) <= 400
    assert list(small_disk.iterdir()) == []
    assert ranges(site) == [None]


def test_full_disk_below_the_cache_ends_in_one_line_too(small_disk: Path, site: Site) -> None:
    url = site.lay("/page", reply(200, b"<p>" + b"x" * 200_000))
    with pytest.raises(DiskError, match="No space left on device"):
        make_downloader(site, small_disk / "cache").get_page(url)
    assert not list((small_disk / "cache" / "pages").glob("*"))
