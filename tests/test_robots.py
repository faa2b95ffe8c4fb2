"""robots.txt is read as RFC 9309 says: the longest rule wins, `*` and `$` have their meaning."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.robots import RobotRule, RobotRules, read_robots, spell_path

# Of www.cms.gov (cms-releases.md section 6).
CMS = """
User-agent: *
# CSS, JS
Allow: /core/*.css$
Disallow: /core/
Disallow: /admin/
Disallow: /user/
Disallow: /*?
Allow: /medicare-coverage-database/*?
Allow: /sitemap.xml?page=
"""


@pytest.mark.parametrize(
    ("path", "is_allowed"),
    [
        ("/files/zip/2026-code-descriptions-tabular-order.zip", True),
        ("/files/zip/2023-code-descriptions-tabular-order-updated-01/11/2023.zip", True),
        ("/license/ama?file=/files/zip/x.zip", False),
        ("/medicare/coding-billing/icd-10-codes?page=2", False),
        ("/medicare-coverage-database/search?q=1", True),
        ("/sitemap.xml?page=3", True),
        ("/core/style.css", True),
        ("/core/style.css.map", False),
        ("/core/secret", False),
        ("/", True),
        ("/robots.txt", True),
    ],
)
def test_rules_of_cms_hold_for_its_addresses(path: str, is_allowed: bool) -> None:
    assert read_robots(CMS, "addenda").allows(path) is is_allowed


@pytest.mark.parametrize(
    ("rules", "path", "is_allowed"),
    [
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Allow: /a\nDisallow: /ab", "/abc", False),
        ("Disallow: /fish*", "/fishheads/x", False),
        ("Disallow: /fish*", "/Fish", True),
        ("Disallow: /*.zip$", "/a/b.zip", False),
        ("Disallow: /*.zip$", "/a/b.zip?c", True),
        ("Disallow: /a$", "/ab", True),
        ("Disallow: /*a*a$", "/a", True),
        ("Disallow: /a*$", "/abc", False),
        ("Disallow: /%7Ejoe/", "/~joe/x", False),
        ("Disallow: /a%2fb", "/a/b", True),
        ("Disallow: /a%2fb", "/a%2Fb", False),
        ("Disallow: /ü", "/%C3%BC", False),
        ("Disallow: /a%2A", "/a*", False),
        ("Disallow: /a%2A", "/ab", True),
        ("Disallow: /a$b", "/a$b", False),
        ("Disallow:", "/x", True),
        ("Disallow: /", "/x", False),
        ("Disallow: x", "/x", True),
    ],
)
def test_rule_means_what_the_standard_says(rules: str, path: str, is_allowed: bool) -> None:
    assert read_robots(f"User-agent: *\n{rules}\n", "addenda").allows(path) is is_allowed


@pytest.mark.parametrize(
    ("text", "is_allowed"),
    [
        ("User-agent: ADDENDA\nAllow: /x\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: *\nDisallow: /\nUser-agent: addenda/2.0\nAllow: /", True),
        ("User-agent: other\nUser-agent: addenda\nDisallow: /", False),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: addendabot\nDisallow: /", True),
        ("User-agent: addenda\nDisallow: /y\nUser-agent: o\nDisallow:\nUser-agent: addenda\nDisallow: /x", False),
        ("User-agent: addenda\nUser-agent: *\nDisallow: /", False),
        ("User-agent: addenda\nSitemap: https://x\nCrawl-delay: 1\nDisallow: /x # all of it", False),
        ("\ufeffuser-agent : *\r\ndisallow : /x\r", False),
        ("Disallow: /\n", True),
        ("<!DOCTYPE html><html>Disallow: /</html>", True),
        ("", True),
    ],
)
def test_group_is_found_for_our_product(text: str, is_allowed: bool) -> None:
    assert read_robots(text, "addenda").allows("/x") is is_allowed


PATTERNS = st.text("ab/*$?", max_size=9)
PATHS = st.text("ab/$?*", max_size=12).map(lambda tail: "/" + tail)


def translate(pattern: str) -> re.Pattern[str]:
    body, end = (pattern[:-1], r"\Z") if pattern.endswith("$") else (pattern, "")
    literal = "".join(".*" if c == "*" else re.escape("%24" if c == "$" else c) for c in body)
    return re.compile(literal + end, re.DOTALL)


@given(PATTERNS, PATHS)
def test_match_agrees_with_a_regular_expression(pattern: str, path: str) -> None:
    expected = translate(pattern).match(spell_path(path)) is not None
    rules = read_robots(f"User-agent: *\nDisallow: {pattern}\n", "addenda")
    assert rules.allows(path) is not (expected and pattern != "")


@given(st.lists(st.tuples(PATTERNS.filter(bool), st.booleans()), max_size=6), PATHS)
def test_longest_rule_decides_and_allow_wins_a_tie(rules: list[tuple[str, bool]], path: str) -> None:
    lines = "".join(f"{'Allow' if allowed else 'Disallow'}: {pattern}\n" for pattern, allowed in rules)
    book = read_robots("User-agent: *\n" + lines, "addenda")
    fitting = [rule for rule in book.rules if rule.matches(spell_path(path))]
    longest = max((len(rule.pattern) for rule in fitting), default=0)
    best = {rule.is_allowed for rule in fitting if len(rule.pattern) == longest}
    assert book.allows(path) is (not best or True in best)
    assert RobotRules(tuple(reversed(book.rules))).allows(path) is book.allows(path)


@given(st.text(max_size=40))
def test_any_text_is_read_and_any_path_is_spelled_once(text: str) -> None:
    assert read_robots("User-agent: *\n" + text, "addenda").allows("/robots.txt")
    assert spell_path(spell_path(text)) == spell_path(text)


def test_hostile_pattern_takes_no_time() -> None:
    rule = RobotRule("/" + "*a" * 5_000 + "$", is_allowed=False)
    assert not rule.matches("/" + "a" * 9_999 + "b")
