"""What a site's robots.txt allows us, read as RFC 9309 says: wildcards count and the longest rule wins.

Python's `urllib.robotparser` knows neither; with it `Disallow: /*?` of www.cms.gov has no effect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

# RFC 9309 section 2.5: at least 500 KiB have to be read, what is longer may be left.
MAX_ROBOTS_BYTES = 512_000

_LINE = re.compile(r"\r\n|\r|\n")
# RFC 9309 section 2.2.1: a product token has letters, hyphens and underscores; what follows is a version.
_PRODUCT = re.compile(r"[A-Za-z_-]+")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True)
class RobotRule:
    """One Allow or Disallow line; the pattern is kept in the one spelling that paths are compared in."""

    pattern: str
    is_allowed: bool

    def matches(self, path: str) -> bool:
        """Whether the pattern fits a path (with its query) that `spell_path` has spelled."""
        text, is_anchored = (self.pattern[:-1], True) if self.pattern.endswith("$") else (self.pattern, False)
        first, *others = text.split("*")
        if not path.startswith(first):
            return False
        if not others:
            return not is_anchored or path == first
        position = len(first)
        for part in others[:-1] if is_anchored else others:
            # The leftmost place is as good as any: `*` takes whatever stands between.
            found = path.find(part, position)
            if found < 0:
                return False
            position = found + len(part)
        return not is_anchored or (path.endswith(others[-1]) and len(path) - len(others[-1]) >= position)


@dataclass(frozen=True, slots=True)
class RobotRules:
    """The rules of one host for one agent. Without rules all is allowed."""

    rules: tuple[RobotRule, ...] = ()

    def allows(self, path: str) -> bool:
        """Whether a path, with its query if it has one, may be asked for.

        The longest pattern that fits decides, Allow before Disallow among equals (RFC 9309 section 2.2.2);
        robots.txt itself is always allowed.
        """
        spelled = spell_path(path)
        if spelled == "/robots.txt":
            return True
        fitting = [rule for rule in self.rules if rule.matches(spelled)]
        return not fitting or max((len(rule.pattern), rule.is_allowed) for rule in fitting)[1]


def read_robots(text: str, product: str) -> RobotRules:
    """The rules for a product token: of all groups that name it, else of all groups for `*`, else none.

    Lines that are not understood are passed over, as RFC 9309 asks; so a web page in place of the file
    has no rules.
    """
    named: list[RobotRule] = []
    general: list[RobotRule] = []
    is_named = False
    agents: set[str] = set()
    has_rules = False
    for key, value in _read_lines(text):
        if key == "user-agent":
            if has_rules:
                agents, has_rules = set(), False
            token = _PRODUCT.match(value)
            agents.add(token.group().lower() if token else value)
            is_named = is_named or product.lower() in agents
        elif key in ("allow", "disallow"):
            has_rules = True
            # An empty pattern is no rule: `Disallow:` alone allows all.
            found = [RobotRule(_spell_pattern(value), key == "allow")] if value else []
            named += found if product.lower() in agents else []
            general += found if "*" in agents else []
    return RobotRules(tuple(named if is_named else general))


def _read_lines(text: str) -> Iterator[tuple[str, str]]:
    for line in _LINE.split(text.removeprefix("\ufeff")):
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()


def spell_path(path: str) -> str:
    """The path in the one spelling for comparison (RFC 9309 section 2.2.2, RFC 3986 section 6.2.2).

    What needs no percent sign has none, all else has one with capital letters. The two characters that
    patterns give a meaning to are escaped.
    """
    return _spell(path, "").replace("*", "%2A").replace("$", "%24") or "/"


def _spell_pattern(pattern: str) -> str:
    body, end = (pattern[:-1], "$") if pattern.endswith("$") else (pattern, "")
    return _spell(body, "*").replace("$", "%24") + end


def _spell(text: str, wildcards: str) -> str:
    def decode(match: re.Match[str]) -> str:
        byte = int(match.group(1), 16)
        return chr(byte) if byte in _UNRESERVED else match.group().upper()

    escaped = quote(text, safe="%/:?#[]@!$&'()*+,;=" + wildcards, errors="replace")
    return _ESCAPED.sub(decode, escaped)
