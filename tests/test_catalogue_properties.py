"""Pages made at random: the offers are those of the model that the page was written from, and no text is refused."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from loaders.catalogue.addresses import ending_of, licence_of, slug_of
from loaders.catalogue.anchors import Anchor, digest_of_links, find_anchors
from loaders.catalogue.cdc_listing import read_cdc_listing
from loaders.catalogue.classification import Surroundings
from loaders.catalogue.cms_hcpcs import classify_hcpcs, read_cms_hcpcs
from loaders.catalogue.cms_icd10 import classify_icd10, read_cms_icd10
from loaders.catalogue.dates import read_timing
from loaders.catalogue.other_sets import classify_other, period_of, read_other_sets
from loaders.catalogue.pages import PAGES
from loaders.catalogue.release_page import check_page_year, read_release_page
from schema.releases import fiscal_year_of
from schema.sources import Contents, Offer

CMS = "https://www.cms.gov"
PAGE = f"{CMS}/medicare/coding-billing/icd-10-codes"
MONTHS = {1: "January", 4: "April", 7: "July", 10: "October"}
NAMES = {
    ("icd10cm", Contents.CODE_FILE): "Code Descriptions in Tabular Order",
    ("icd10cm", Contents.TABULAR): "Code Tables, Tabular and Index",
    ("icd10cm", Contents.CONVERSION_TABLE): "Conversion Table",
    ("icd10cm", Contents.POA_LIST): "POA Exempt Codes",
    ("icd10cm", Contents.ADDENDA): "Addendum",
    ("icd10pcs", Contents.CODE_FILE): "ICD-10-PCS Order File (Long and Abbreviated Titles)",
    ("icd10pcs", Contents.CODES_FILE): "ICD-10-PCS Codes File",
    ("icd10pcs", Contents.TABULAR): "ICD-10-PCS Code Tables and Index",
    ("icd10pcs", Contents.CONVERSION_TABLE): "ICD-10-PCS Conversion Table",
}
UPDATED_MEANS_MID_YEAR = {Contents.CODE_FILE, Contents.CODES_FILE, Contents.TABULAR, Contents.ADDENDA}
NOISE = (
    '<p>Sign up for <a href="mailto:x@example.org">2026 updates</a>.</p>',
    '<script nonce="n1">document.write("<a href=\'/files/zip/2025-x.zip\'>2026 Code Descriptions</a>")</script>',
    '<a href="#top">2024 Code Descriptions (ZIP)</a>',
    "<!-- <a href='/files/zip/2026-code-descriptions.zip'>2026 Code Descriptions</a> -->",
    "<p>&lt;a href=x&gt; 5 &lt; 6 &amp; =cmd|'/c calc'!A1</p>",
    "<div><div></b></i></table></div>",
    '<a href="javascript:alert(2026)">2026 Code Tables</a>',
    '<a name="2026">2026 Code Descriptions</a>',
)


@dataclass(frozen=True)
class Linked:
    """One link of the model, and what it is of."""

    system: str
    contents: Contents
    year: int
    effective_date: date
    href: str
    text: str
    after: str
    posted: date | None


@st.composite
def icd10_links(draw: st.DrawFn, system: str, year: int) -> Linked:
    contents = draw(st.sampled_from([kind for named, kind in NAMES if named == system]))
    name = NAMES[system, contents]
    way = draw(st.sampled_from(["october", "dated", "updated", "early"]))
    mid_month = draw(st.sampled_from([1, 4]))
    mid_year = date(year, 1 if year == 2021 else 4, 1)
    first, after, posted, effective = f"{year}", "", None, date(year - 1, 10, 1)
    if way == "dated":
        effective = date(year, mid_month, 1)
        first = f"{MONTHS[mid_month]} 1, {year}"
    elif way in {"updated", "early"}:
        low, high = (
            (date(year - 1, 10, 2), date(year, 9, 30))
            if way == "updated"
            else (date(year - 1, 5, 1), date(year - 1, 10, 1))
        )
        posted = draw(st.dates(low, high))
        after = draw(st.sampled_from([" - Updated {:%m/%d/%Y}", " <i>\u2013 updated: {:%B %d, %Y}</i>"])).format(posted)
        if way == "updated" and contents in UPDATED_MEANS_MID_YEAR:
            effective = mid_year
    words = "-".join(name.lower().replace("(", "").replace(")", "").replace(",", "").split())
    slug = draw(
        st.sampled_from(
            [
                f"{first.lower().replace(',', '').replace(' ', '-')}-{words}.zip",
                f"{year}-{words.replace('-and-', '-')}.zip",
                f"{words}-0.ZIP",
                f"{year}%20{words}.zip",
                f"fy{year % 100}-{words}.zip",
            ]
        )
    )
    if posted and draw(st.booleans()):
        slug = slug[:-4] + draw(st.sampled_from([f"-updated-{posted:%m/%d/%Y}.zip", f"-updated-{posted:%m%d%Y}.zip"]))
    prefix = draw(
        st.sampled_from(["/files/zip/", f"{CMS}/files/zip/", "/license/ama?file=/files/zip/", "../../files/zip/"])
    )
    return Linked(system, contents, year, effective, prefix + slug, f"{first} {name} (ZIP)", after, posted)


def wrap(linked: Linked, style: str) -> str:
    text = html.escape(linked.text)
    href = html.escape(linked.href)
    if style == "nested":
        half = len(linked.text) // 2
        left, right = html.escape(linked.text[:half]), html.escape(linked.text[half:])
        link = f'<a class="x" href="{href}"><b>{left}</b><span>{right}</span></a>'
        return f"<li><div><span>{link}{linked.after}</span></div>"
    if style == "paragraph":
        return f"<p>\n  <A HREF='{href}'\n>{text}</A>{linked.after}</p>"
    if style == "lines":
        return f'<a href="{href}">{text}</a>{linked.after}<br>'
    return f'<li><a href="{href}">{text}</a>{linked.after}</li>'


@st.composite
def icd10_pages(draw: st.DrawFn) -> tuple[str, list[Linked]]:
    """Headings in any order of years; each a system of a year, or with no heading for a part of its links."""
    parts, expected = [draw(st.sampled_from(["", *NOISE]))], []
    sections = draw(
        st.lists(st.tuples(st.integers(2016, 2039), st.sampled_from(["icd10cm", "icd10pcs"])), unique=True, max_size=5)
    )
    for year, system in sections:
        label = "ICD-10-CM" if system == "icd10cm" else "ICD-10-PCS"
        heading = draw(st.sampled_from([f"{year} {label} files", f"{year} {label}", f"FY {year} {label} Files"]))
        form = draw(st.sampled_from(["<h3>{}</h3>", "<h2><span>{}</span></h2>", "<p><strong>{}</strong></p>"]))
        parts.append(form.format(heading))
        links = draw(
            st.lists(
                icd10_links(system, year), max_size=4, unique_by=lambda linked: linked.href.partition("/files/zip/")[2]
            )
        )
        for linked in links:
            parts += [draw(st.sampled_from(["", "", *NOISE])), wrap(linked, draw(st.sampled_from(STYLES)))]
        expected += links
    return "\n".join(parts), expected


STYLES = ("plain", "nested", "paragraph", "lines")


@given(icd10_pages())
def test_offers_of_an_icd10_page_are_those_of_the_model(made: tuple[str, list[Linked]]) -> None:
    page, expected = made
    offers = read_cms_icd10(page, PAGE)
    assert [o.quarantine for o in offers] == [""] * len(expected)
    found = [(o.system, o.contents, o.release and o.release.effective_date, o.text, o.posted_date) for o in offers]
    assert found == [(e.system, e.contents, e.effective_date, e.text, e.posted) for e in expected]
    for offer, linked in zip(offers, expected, strict=True):
        assert offer.url.endswith(linked.href.removeprefix("../.."))
        assert offer.licence == ("ama" if "/license/" in linked.href else "none")


@given(
    st.lists(
        st.tuples(
            st.integers(2021, 2039), st.sampled_from([1, 4, 7, 10]), st.sampled_from(["file", "files", "file-v2"])
        ),
        unique_by=lambda row: row[:2],
    ),
    st.sampled_from(["", "<h2>HCPCS Quarterly Update</h2>"]),
)
def test_offers_of_a_hcpcs_page_are_those_of_the_model(rows: list[tuple[int, int, str]], heading: str) -> None:
    body = "".join(
        f'<li><a href="/files/zip/{MONTHS[month].lower()}-{year}-alpha-numeric-hcpcs-{end}.zip">'
        f"{MONTHS[month]} {year} Alpha-Numeric HCPCS File (ZIP)</a> - Updated 06/17/{year}</li>"
        for year, month, end in rows
    )
    offers = read_cms_hcpcs(heading + body, PAGE)
    assert [str(o.release) for o in offers] == [f"hcpcs@{year}-{month:02}-01" for year, month, _ in rows]
    assert [o.posted_date for o in offers] == [date(year, 6, 17) for year, _, _ in rows]


# Texts near to real ones find more than texts of any letters.
PIECES = st.sampled_from(
    [
        "2024", "2025", "2026", "FY26", "April 1, 2026", "April", "apr26", "updated", "-updated-01/11/2023", "/", "?",
        "13/45/2024", "02302024", "2026-02-30", "2026 Q2", "q9-2026", "Code Descriptions", "ICD-10-CM", "ICD-10-PCS",
        "Order File", "Errata", "alpha-numeric hcpcs file", "12anweb", "rvu26c", "26clabq3", ".zip", ".pdf", "%zz", "[",
        "http://[", "https://www.cms.gov/files/zip/", "/license/", "<b>", "\x00", "=1+1", "\ud800", " ", "-",
        "\u00b2026", "\u0662\u0660\u0662\u0666", "2\u0660\u0662\u0666", "20\u0662\u0666",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(max_size=60), st.lists(PIECES, max_size=8).map("".join), st.lists(PIECES, max_size=6).map(" ".join)
)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
@example("", "", "http://[", "")
def test_no_text_makes_classification_fail_and_no_year_comes_from_nowhere(
    heading: str, text: str, url: str, after: str
) -> None:
    outline = (heading,) if heading else ()
    anchor = Anchor(outline, text, "", after, url, url)
    offers = [
        classify_icd10(anchor, PAGE, Surroundings()),
        classify_icd10(anchor, PAGE, Surroundings(date(2026, 4, 1), date(2026, 2, 1))),
        classify_hcpcs(anchor, PAGE),
        *(classify_other(anchor, PAGE, page.system) for page in PAGES),
    ]
    told = f"{heading}|{text}|{slug_of(url)}".lower()
    for offer in filter(None, offers):
        assert len(offer.quarantine) <= 400
        assert offer.release is None or offer.quarantine == ""
        if offer.release:
            assert is_told(offer, told), offer
        else:
            period_of(offer)
    read_timing(after)
    ending_of(url)
    licence_of(url)


def is_told(offer: Offer, told: str) -> bool:
    """Whether the year of a release stands in one of the three texts, in four digits or in two."""
    assert offer.release
    day = offer.release.effective_date
    years = {day.year, fiscal_year_of(day)}
    return any(str(year) in told or str(year)[2:] in told for year in years)


@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.sampled_from(NOISE)), max_size=12).map("".join)), TEXTS)
def test_any_text_is_read_as_a_page(page: str, base_url: str) -> None:
    for base in (PAGE, base_url):
        anchors = find_anchors(page, base)
        assert len(digest_of_links(anchors)) == 64
        urls = {anchor.url for anchor in anchors}
        offers = [*read_cms_icd10(page, base), *read_cms_hcpcs(page, base), *read_other_sets(page, base, "ncci")]
        offers += read_cdc_listing(page, base, "2026").offers
        assert {offer.url for offer in offers} <= urls
        for offer in offers:
            read_release_page(page, base, offer)
    check_page_year(page, 2026)


@given(st.text(st.sampled_from("<>/abh1 2026\"'=&"), max_size=80))
def test_broken_markup_is_read_as_a_page(page: str) -> None:
    find_anchors(page, PAGE)
    find_anchors(f'<h2>{page}</h2><a href="/x.zip">{page}</a>{page}', PAGE)


def test_deep_nesting_is_read_as_a_page() -> None:
    page = "<div>" * 20_000 + '<a href="/files/zip/2026-code-descriptions.zip">2026 Code Descriptions</a>'
    (offer,) = read_cms_icd10(page, PAGE)
    assert str(offer.release) == "icd10cm@2025-10-01"


@given(
    st.lists(st.tuples(st.integers(2016, 2039), st.booleans(), st.booleans()), unique=True, max_size=6),
    st.dates(date(2000, 1, 1), date(2050, 1, 1)),
)
def test_offers_of_cdc_folders_are_those_of_the_model(rows: list[tuple[int, bool, bool]], other: date) -> None:
    for year, is_update, is_named in rows:
        folder = f"{year}-Update" if is_update else f"{year}"
        name = f"icd10cm-Code Descriptions{f'-April-1-{year}' if is_update and is_named else ''}.zip"
        posted = date(year, 1, 20) if is_update else date(year - 1, 6, 20)
        moment = f"{posted.month}/{posted.day}/{posted.year}  9:00 AM"
        page = (
            f"<pre>{other.month}/{other.day}/{other.year} 10:00 PM &lt;dir&gt; <A HREF='/x/2030/'>2030</A><br>"
            f"{moment}  12 <A HREF='/x/{html.escape(name.replace(' ', '%20'))}'>{name}</A><br></pre>"
        )
        listing = read_cdc_listing(page, "https://ftp.cdc.gov/x/", folder)
        (offer,) = listing.offers
        month = 1 if year == 2021 and not is_named else 4
        effective = date(year, month, 1) if is_update else date(year - 1, 10, 1)
        assert listing.folders == ["2030"]
        assert (str(offer.release), offer.posted_date) == (f"icd10cm@{effective}", posted)
