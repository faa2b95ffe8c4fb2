"""The pages of the replica's CMS: index pages, second hops, the licence page, and an error page that says 200."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

from schema.releases import fiscal_year_of, parse_release
from tests.replica.hcpcs import ANNUAL_ITEMS, QUARTERLY_PAGE
from tests.replica.items import ICD10_PAGE, Item
from tests.replica.other_sets import PLACES, RVU_PAGE

NONCE = "@nonce@"
"""Where each answer has something else, as the pages of CMS do; validators do not see it."""

_ICD10_HEADING = re.compile(r"(\d{4}) ICD-10-(CM|PCS)")


def render_page(title: str, body: str, modified: date) -> str:
    """A whole page with the frame that CMS puts around: links that are no releases, the date at the foot."""
    return f"""<!DOCTYPE html>
<html lang="en" dir="ltr">
<head><meta charset="utf-8"><title>{escape(title)} | CMS</title>
<script nonce="{NONCE}">window.page = {{"build": "{NONCE}"}};</script>
</head>
<body class="path-medicare">
<a href="#main-content" class="visually-hidden">Skip to main content</a>
<nav><ul><li><a href="/medicare">Medicare</a></li><li><a href="{ICD10_PAGE}">ICD-10</a></li>
<li><a href="{QUARTERLY_PAGE}">HCPCS Quarterly Update</a></li>
<li><a href="/newsroom?page=2">Newsroom</a></li></ul></nav>
<main id="main-content" data-view-dom-id="{NONCE}"><h1>{escape(title)}</h1>
{body}
</main>
<footer><div>Page Last Modified: {modified:%m/%d/%Y} 09:21 AM</div>
<a href="mailto:nobody@example.invalid">Help</a></footer>
</body></html>
"""


def render_icd10(items: Sequence[Item], base: str) -> str:
    """All years, the latest above; a heading for each system of a year, and below it what the files are for."""
    headings = sorted({item.heading for item in items}, key=lambda heading: (-_year_of(heading), heading))
    parts = [
        '<h2>What\'s New?</h2><p>CMS announces <a href="/files/document/41-new-icd-10-pcs-codes.pdf">41 new ICD-10-PCS'
        " codes (PDF)</a>, effective April 1, 2024.</p><h2>ICD-10 Files</h2>"
    ]
    year = 0
    for heading in headings:
        if _year_of(heading) != year:
            year = _year_of(heading)
            parts.append(f'<h3 class="accordion"><button>{year} ICD-10 CM &amp; PCS files</button></h3>')
        own = [item for item in items if item.heading == heading]
        parts += [f"<h4>{escape(heading)}</h4>", f"<p>{escape(_describe(heading, own))}</p>", _list(own, base)]
    return "\n".join(parts)


def _year_of(heading: str) -> int:
    match = _ICD10_HEADING.match(heading)
    return int(match[1]) if match else 0


def _describe(heading: str, items: Iterable[Item]) -> str:
    """What the files are for. Where the code files are those of an update in the year and the links do not say
    so, the update is named here and nowhere else."""
    year = _year_of(heading)
    kind = heading.split()[1] if heading else ""
    sentence = (
        f"These files include updates for FY {year}. Use these codes for discharges occurring from October 1, "
        f"{year - 1} \u2013 September 30, {year}"
    )
    sentence += (
        f" and for patient encounters occurring from October 1, {year - 1} \u2013 September 30, {year}."
        if kind == "ICD-10-CM"
        else "."
    )
    for item in items:
        if item.contents != "code_file" or not item.label.startswith("FY"):
            continue
        day = parse_release(item.system, item.label).effective_date
        named = f"{day:%B} {day.day}, {day.year}"
        if day.month != 10 and fiscal_year_of(day) == year and named not in item.text:
            sentence += f" The {kind} {named} update is included in the code files below."
    return sentence


def render_quarterly(items: Sequence[Item], annual: Iterable[int], base: str) -> str:
    """The HCPCS quarters, the latest above, and below them the years, whose links lead to a further page."""
    newest_first = sorted(items, key=lambda item: item.label, reverse=True)
    return "\n".join(
        [
            "<p>The Level II code set is updated every quarter. Final files are listed here.</p>",
            "<h2>HCPCS Quarterly Update</h2>",
            _list(newest_first, base),
            "<h2>Annual files</h2>",
            render_annual(annual),
        ]
    )


def render_annual(years: Iterable[int]) -> str:
    """Links to the page of each year, which has the files."""
    return render_links(
        (f"{ANNUAL_ITEMS}/{year}-Alpha-Numeric-HCPCS-File", f"{year} Alpha-Numeric HCPCS File")
        for year in sorted(years, reverse=True)
    )


def render_links(links: Iterable[tuple[str, str]]) -> str:
    """A list of links: path and text of each."""
    lines = "".join(f'<li><a href="{escape(path)}">{escape(text)}</a></li>\n' for path, text in links)
    return f"<ul>\n{lines}</ul>"


def render_rvu_index(names: Iterable[str]) -> str:
    """The table of the relative value files: names that lead to a further page, and years."""
    rows = "".join(
        f'<tr><td><a href="{RVU_PAGE}/{name}">{name.upper()}</a></td><td>20{name[3:5]}</td></tr>\n'
        for name in sorted(names, reverse=True)
    )
    return f"<table><thead><tr><th>File Name</th><th>Calendar Year</th></tr></thead><tbody>\n{rows}</tbody></table>"


def render_places() -> str:
    """The place-of-service codes, which are a table of the page and no file."""
    rows = "".join(
        f"<tr><td>{code}</td><td>{escape(name)}</td><td>{escape(about)}</td></tr>\n" for code, name, about in PLACES
    )
    head = (
        "<tr><th>Place of Service Code(s)</th><th>Place of Service Name</th><th>Place of Service Description</th></tr>"
    )
    return f"<h2>Place of Service Code Set</h2><table><thead>{head}</thead><tbody>\n{rows}</tbody></table>"


def render_plain(items: Sequence[Item], base: str) -> str:
    """Headings with lists, in the order of the items."""
    headings = list(dict.fromkeys(item.heading for item in items))
    return "\n".join(
        f"<h2>{escape(heading)}</h2>\n{_list([i for i in items if i.heading == heading], base)}" for heading in headings
    )


def render_licence(file: str) -> str:
    """The page that asks to accept the licence of the AMA; it gives no file."""
    return (
        f'<h2>License</h2><p>Terms of the licence, in own words.</p><form action="{escape(file)}">'
        '<input name="agree" value="yes"><input type="submit" name="next" value="Accept"></form>'
    )


def _list(items: Sequence[Item], base: str) -> str:
    lines = []
    for item in items:
        address = {"": "", "own": base}.get(item.absolute, item.absolute)
        href = f"{address}/license/ama?file={item.path}" if item.is_gated else f"{address}{item.path}"
        updated = f" - Updated {item.updated:%m/%d/%Y}" if item.updated else ""
        lines.append(f'<li><a href="{escape(href)}">{escape(item.text)}</a>{updated}</li>\n')
    return f"<ul>\n{''.join(lines)}</ul>"
