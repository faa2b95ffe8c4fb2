"""One attempt at a file: go on where the last one ended, write what comes, and judge the whole."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from loaders.download_addresses import clean_name, name_file
from loaders.download_answers import Answer, Opener, clean_headers, find_header, refuse_status, tell_validators
from loaders.download_content import MAX_FILE_BYTES, check_file, read_head
from loaders.download_faults import AttemptError, make_error
from loaders.download_storage import PartFile, PartState
from loaders.download_turns import Clock
from schema.errors import FailedError

Expect = Callable[[str, bytes], None]
"""Called with the final address and the first 16 kB of the whole file; raises to refuse it."""
Progress = Callable[[int, int | None], None]
"""Called with the bytes that are here and how many there will be, None when the site does not tell."""

_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})$")
_DISPOSITION = re.compile(r"filename\*?\s*=\s*(?:UTF-8'[^']*')?(\"[^\"]*\"|[^;]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole, judged file, or the word that it is unchanged.

    `file_name` comes from the address; `offered_name` is what Content-Disposition said, which CMS has had wrong, or
    "". Unchanged (the site answered 304 to the validators of what is held): no bytes were written, `sha256`
    is "" and `size` 0.
    """

    url: str
    final_url: str
    sha256: str
    size: int
    headers: Mapping[str, str]
    file_name: str
    offered_name: str
    requested_at: datetime
    finished_at: datetime
    is_unchanged: bool


@dataclass(frozen=True, slots=True)
class FileRequest:
    """What is asked for, where its bytes go, and how it is judged. `held` are the headers of what is held already."""

    url: str
    part: PartFile
    held: Mapping[str, str]
    expect: Expect | None
    is_page: bool
    progress: Progress | None


def fetch_once(request: FileRequest, open_answer: Opener, clock: Clock, requested_at: datetime) -> Fetched:
    """The file, its bytes in the part file. Raises AttemptError (what came may be gone on with), AddendaError."""
    part, url = request.part, request.url
    size, state = part.find_state(url)
    if state is not None:
        headers = {"Range": f"bytes={size}-", "If-Range": state.validator}
    else:
        headers = tell_validators(request.held)
    with open_answer(url, headers) as answer:
        if answer.status == 304 and state is None and headers:
            return _describe(request, answer, clean_headers(answer.headers), requested_at, clock.now(), None)
        if answer.status == 206 and state is not None:
            state = _check_range(answer, part, size, state)
        elif answer.status == 200:
            size, state = 0, _begin(answer, url)
            part.restart(state)
        else:
            if answer.status in (206, 416):
                part.drop()
            refuse_status(answer, url, clock.now())
        part.append(_count(answer.chunks, size, state.total, request))
    size = part.path.stat().st_size
    if state.total is not None and size != state.total:
        if size > state.total:
            part.drop()
        raise AttemptError(f"{size} of {state.total} bytes came")
    head = _judge(request, answer.final_url)
    kept = clean_headers(answer.headers)
    for name, value in (("ETag", state.etag), ("Last-Modified", state.last_modified)):
        if value and not find_header(kept, name):
            kept[name] = value
    if request.expect is not None:
        try:
            request.expect(answer.final_url, head)
        except Exception:
            part.remove()
            raise
    part.finish()
    return _describe(request, answer, kept, requested_at, clock.now(), size)


def _describe(
    request: FileRequest,
    answer: Answer,
    headers: dict[str, str],
    requested_at: datetime,
    finished_at: datetime,
    size: int | None,
) -> Fetched:
    digest = ""
    if size is not None:
        with request.part.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Fetched(
        url=request.url,
        final_url=answer.final_url,
        sha256=digest,
        size=size or 0,
        headers=headers,
        file_name=name_file(request.url),
        offered_name=_read_offered_name(answer.header("Content-Disposition")),
        requested_at=requested_at,
        finished_at=finished_at,
        is_unchanged=size is None,
    )


def _begin(answer: Answer, url: str) -> PartState:
    total = answer.length
    if total is not None and total > MAX_FILE_BYTES:
        raise _too_large(url)
    is_plain = answer.header("Content-Encoding").strip().lower() in ("", "identity")
    # A range of what is packed on the way would not fit to the unpacked bytes that are here.
    etag, modified = (answer.header("ETag"), answer.header("Last-Modified")) if is_plain else ("", "")
    return PartState(url, answer.final_url, etag, modified, total)


def _check_range(answer: Answer, part: PartFile, size: int, state: PartState) -> PartState:
    """The state with the size of the whole, if the range goes on with the same file. Raises AttemptError.

    Some servers pass over If-Range, so what they tell about the range is compared.
    """
    told = _RANGE.match(answer.header("Content-Range").strip())
    first, last, total = (int(number) for number in told.groups()) if told else (-1, -1, -1)
    etag, modified = answer.header("ETag"), answer.header("Last-Modified")
    is_same = (
        first == size
        and first <= last < total
        and state.total in (None, total)
        and (not etag or etag == state.etag)
        and (not modified or modified == state.last_modified)
        and answer.final_url == state.final_url
        and answer.header("Content-Encoding").strip().lower() in ("", "identity")
    )
    if not is_same:
        part.drop()
        raise AttemptError("the rest that came is of another file")
    return replace(state, total=total)


def _count(chunks: Iterator[bytes], size: int, total: int | None, request: FileRequest) -> Iterator[bytes]:
    if request.progress is not None:
        request.progress(size, total)
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_FILE_BYTES:
            request.part.remove()
            raise _too_large(request.url)
        yield chunk
        if request.progress is not None:
            request.progress(size, total)


def _judge(request: FileRequest, final_url: str) -> bytes:
    """The first bytes, once the whole is what was asked for. What is not is dropped."""
    try:
        head = read_head(request.part.path)
        check_file(request.part.path, request.url, head, is_page=request.is_page)
    except AttemptError:
        request.part.drop()
        raise
    except Exception:
        request.part.remove()
        raise
    return head


def _too_large(url: str) -> FailedError:
    why = f"it has more than {MAX_FILE_BYTES} bytes"
    return make_error(FailedError, "file is too large", why, "check the address in a browser", url)


def _read_offered_name(disposition: str) -> str:
    found = _DISPOSITION.search(disposition)
    return clean_name(found.group(1).strip().strip('"')) if found else ""
