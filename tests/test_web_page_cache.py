"""The memory for drawn pages: one draws for all who ask at once, and there is no more of it than there may be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from flows.web.page_cache import CSRF_MARK, NAME_MARK, KeptPage, PageCache, take_apart


def test_one_draws_while_the_others_wait() -> None:
    cache, began, drawn = PageCache(), Barrier(20), []
    may_end = Event()

    def draw() -> KeptPage:
        drawn.append(1)
        may_end.wait(0.2)
        return take_apart("page", 200, {})

    def ask(_number: int) -> KeptPage:
        began.wait()
        return cache.find("key", draw, lambda: True)

    with ThreadPoolExecutor(20) as pool:
        pages = list(pool.map(ask, range(20)))
    assert len(drawn) == 1
    assert {id(page) for page in pages} == {id(pages[0])}


def test_each_gets_its_own_error_and_the_next_one_draws_anew() -> None:
    cache, began = PageCache(), Barrier(5)
    errors: list[Exception] = []

    def fail() -> KeptPage:
        error = ValueError(len(errors))
        errors.append(error)
        raise error

    def ask(_number: int) -> None:
        began.wait()
        with pytest.raises(ValueError, match=r"\d"):
            cache.find("key", fail, lambda: True)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(ask, range(5)))
    assert len(errors) == 5
    assert cache.find("key", lambda: take_apart("page", 200, {}), lambda: True).fill("", "") == b"page"


def test_pages_take_no_more_room_than_they_may() -> None:
    page = take_apart("x" * 10_000, 200, {})
    cache = PageCache(page.size * 3)
    for number in (1, 2, 3, 1, 4, 5):
        cache.find(number, lambda: page, lambda: True)
    assert len(cache) == 3
    assert cache.size == page.size * 3
    drawn = []

    def draw() -> KeptPage:
        drawn.append("drawn")
        return page

    for number in (1, 4, 5):
        cache.find(number, draw, lambda: True)
    assert drawn == []
    cache.find(2, draw, lambda: True)
    assert drawn == ["drawn"]
    cache.find("large", lambda: take_apart("x" * 50_000, 200, {}), lambda: True)
    assert "large" not in cache._pages
    assert cache.size == page.size * 3


def test_texts_of_people_stay_texts() -> None:
    kept = take_apart(f"<p>csrf-0 {CSRF_MARK} {NAME_MARK} {CSRF_MARK}", 200, {})
    assert kept.fill("one", NAME_MARK) == f"<p>csrf-0 one {NAME_MARK} one".encode()
