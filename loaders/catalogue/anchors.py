"""The links of an index page with what stands around them: headings, own text, the rest of the line."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

_LEVELS = {f"h{level}": level for level in range(1, 7)}
# Accordions and tables name their parts without h1-h6; these lie below every numbered heading.
_LOWEST_LEVEL = 7
_OTHER_HEADINGS = frozenset({"summary", "legend", "caption", "dt"})
# A paragraph in bold letters serves as a heading when it tells what the links below it are of; one that is
# nothing but "2025 ICD-10-CM files" does so in plain letters, and so does the button of an accordion.
_BOLD_HEADING = re.compile(r"(?<!\d)20\d\d(?!\d)|ICD-10|HCPCS", re.IGNORECASE)
_PLAIN_HEADING = re.compile(r"\W*(?:FY\s*)?20\d\d\s+(?:ICD-10|HCPCS)[\w\s&/-]{0,30}\bfiles?\W*", re.IGNORECASE)
_PLAIN_TAGS = frozenset({"p", "div", "button", "span"})
_LONGEST_PLAIN_HEADING = 80
_MOST_HEADING_STEPS = 40
_UNSEEN = frozenset({"script", "style", "template", "noscript", "svg", "select", "head", "footer"})
# What ends a line. A table's cell does not: the date of a link may stand in the next column.
_BLOCK = re.compile(
    "address|article|aside|blockquote|body|br|caption|d[dlt]|details|div|fieldset|figure|footer|form|h[1-6r]|header|html|"
    "legend|li|main|nav|[ou]l|p|pre|section|summary|table|t(?:body|foot|head|r)"
)
_UPDATE_LINE = re.compile(r"[-–—(\s]*(?:updated|posted|revised)\b", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Anchor:
    """One link. `outline` are the headings above it, the nearest last; `before` and `after` the rest of its line.

    `href` is the attribute, unescaped and otherwise as found. `url` is absolute, and `href` itself where that is.
    """

    outline: tuple[str, ...]
    text: str
    before: str
    after: str
    href: str
    url: str

    @property
    def heading(self) -> str:
        """The nearest heading, "" above the first one."""
        return self.outline[-1] if self.outline else ""


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading: its links, and its text outside of the lines that have links."""

    outline: tuple[str, ...]
    prose: str
    anchors: tuple[Anchor, ...]


def read_sections(html: str, base_url: str) -> list[Section]:
    """The page cut at its headings, in page order. Only links to http and https count; any text is read."""
    tree = LexborHTMLParser(html)
    root = tree.body or tree.root
    if root is None:
        return []
    base = tree.css_first("base[href]")
    reader = _Reader((base and _join(base_url, base.attributes.get("href") or "")) or base_url)
    for is_entered, node in _walk(root):
        if is_entered:
            reader.enter(node)
        else:
            reader.leave(node)
    reader.end_section()
    return reader.sections


def find_anchors(html: str, base_url: str) -> list[Anchor]:
    """All links of the page, in page order."""
    return [anchor for section in read_sections(html, base_url) for anchor in section.anchors]


def digest_of_links(anchors: Iterable[Anchor]) -> str:
    """sha256 over the sorted (heading, text, href); the text with what follows it on its line, where the date is.

    The bytes of a page change with every request (nonces), this does not.
    """
    rows = sorted((a.heading, f"{a.text} {a.after}".strip(), a.href) for a in anchors)
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def read_title(html: str) -> str:
    """What the page says it is, its title and first heading; "" when it has neither."""
    tree = LexborHTMLParser(html)
    found = (tree.css_first("title"), tree.css_first("h1"))
    return clean_text(" ".join(node.text(separator=" ") for node in found if node))


def clean_text(text: str) -> str:
    """One line: white space of every kind is one blank, what cannot be printed is gone."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@dataclass(slots=True)
class _Reader:
    """Puts text where it belongs: into the open link, before or after it on its line, or into the prose."""

    base_url: str
    sections: list[Section] = field(default_factory=list)
    stack: list[tuple[int, str]] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    heading: tuple[int, int] | None = None
    """Identity and level of the open heading."""
    heading_text: list[str] = field(default_factory=list)
    link: tuple[int, str] | None = None
    """Identity and href of the open link."""
    link_text: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    pending: Anchor | None = None
    """The last link of this line: what follows on the line is still to come."""
    after: list[str] = field(default_factory=list)

    def enter(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "-text":
            self.add_text(node.text_content or "")
            return
        if _BLOCK.fullmatch(tag):
            self.end_line()
        elif tag in {"td", "th"}:
            self.add_text(" ")
        level = _level_of(node)
        if level and self.heading is None and self.link is None:
            self.end_section()
            self.heading, self.heading_text = (node.mem_id, level), []
            self.stack = [entry for entry in self.stack if entry[0] < level]
        if tag == "a":
            self.end_link()
            href = node.attributes.get("href")
            if href is not None:
                self.link, self.link_text = (node.mem_id, href), []

    def leave(self, node: LexborNode) -> None:
        if self.link and self.link[0] == node.mem_id:
            self.end_link()
        if self.heading and self.heading[0] == node.mem_id:
            text = clean_text("".join(self.heading_text))
            if text:
                self.stack.append((self.heading[1], text))
            self.before, self.heading = [], None
            self.end_line()
        elif _BLOCK.fullmatch(node.tag or ""):
            self.end_line()

    def add_text(self, text: str) -> None:
        if self.heading:
            self.heading_text.append(text)
        if self.link:
            self.link_text.append(text)
        elif self.pending:
            self.after.append(text)
        else:
            self.before.append(text)

    def end_link(self) -> None:
        if not self.link:
            return
        href = self.link[1]
        self.link = None
        before = self.after if self.pending else self.before
        self.keep_pending()
        if url := _join(self.base_url, href):
            text = clean_text("".join(self.link_text))
            self.pending = Anchor((), text, clean_text("".join(before)), "", href, url)
        self.before, self.after = [], []

    def keep_pending(self) -> None:
        if self.pending:
            outline = tuple(text for _, text in self.stack)
            self.anchors.append(replace(self.pending, outline=outline, after=clean_text("".join(self.after))))
            self.pending = None

    def end_line(self) -> None:
        if self.link or self.heading:
            self.add_text(" ")
            return
        text = clean_text("".join(self.before))
        if self.pending:
            self.keep_pending()
        elif text and self.anchors and not self.anchors[-1].after and _UPDATE_LINE.match(text):
            self.anchors[-1] = replace(self.anchors[-1], after=text)
        elif text:
            self.prose.append(text)
        self.before, self.after = [], []

    def end_section(self) -> None:
        self.end_link()
        self.heading = None
        self.end_line()
        if self.anchors or self.prose:
            outline = tuple(text for _, text in self.stack)
            self.sections.append(Section(outline, "\n".join(self.prose), tuple(self.anchors)))
        self.anchors, self.prose = [], []


def _walk(root: LexborNode) -> Iterator[tuple[bool, LexborNode]]:
    """Every node on the way in and on the way out; without recursion, since a page may nest as deep as it likes."""
    node, end = root, root.mem_id
    while True:
        yield True, node
        child = None if node.tag in _UNSEEN else node.first_child
        if child is not None:
            node = child
            continue
        while True:
            yield False, node
            if node.mem_id == end:
                return
            if node.next is not None:
                node = node.next
                break
            parent = node.parent
            if parent is None:
                return
            node = parent


def _level_of(node: LexborNode) -> int:
    """The level of a heading, 0 for what is none."""
    tag = node.tag or ""
    if tag in _LEVELS:
        return _LEVELS[tag]
    if tag in _OTHER_HEADINGS:
        return _LOWEST_LEVEL
    if not node.is_element_node:
        return 0
    is_heading = (node.attributes.get("role") or "").lower() == "heading"
    return _LOWEST_LEVEL if is_heading or (tag in _PLAIN_TAGS and _is_like_heading(node)) else 0


def _is_like_heading(node: LexborNode) -> bool:
    inside = [child for child in node.iter(include_text=True) if child.tag != "-text" or not child.is_empty_text_node]
    if len(inside) != 1:
        return False
    only = inside[0]
    if only.tag == "-text":
        text = only.text_content or ""
        return len(text) <= _LONGEST_PLAIN_HEADING and bool(_PLAIN_HEADING.fullmatch(text))
    return only.tag in {"strong", "b"} and bool(_BOLD_HEADING.search(_read_few(only)))


def _read_few(node: LexborNode) -> str:
    """The text of an element of few parts, "" for one with a link or with more parts than a heading has."""
    steps = list(islice(_walk(node), _MOST_HEADING_STEPS + 1))
    if len(steps) > _MOST_HEADING_STEPS or any(inner.tag == "a" for _, inner in steps):
        return ""
    return "".join(inner.text_content or "" for is_entered, inner in steps if is_entered and inner.tag == "-text")


def _join(base_url: str, href: str) -> str:
    """The absolute address, "" for what is no web address. An absolute one is kept letter by letter."""
    # As browsers do: blanks around it and line breaks within it are no part of an address.
    wanted = re.sub(r"[\t\r\n]", "", href).strip()
    if not wanted or wanted.startswith("#"):
        return ""
    try:
        url = wanted if _SCHEME.match(wanted) else urljoin(base_url, wanted)
    except ValueError:
        return ""
    return url if url.lower().startswith(("http://", "https://")) else ""
