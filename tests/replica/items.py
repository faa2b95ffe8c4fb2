"""What the replica offers: one item for each link, with the bytes behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal
from urllib.parse import quote

CDC_ROOT = "/pub/Health_Statistics/NCHS/Publications/ICD10CM"
ICD10_PAGE = "/medicare/coding-billing/icd-10-codes"
FILES = "/files/zip"

Host = Literal["cms", "cdc"]


@dataclass(frozen=True, slots=True)
class Item:
    """One link of a page or one line of the CDC listing.

    `label` is what a person types for the release (`FY2025-apr`, `2026Q4`), "" for other sets. `page` is the
    path of the page (CMS) or folder (CDC) that lists it, `path` its own, percent-encoded as in the link.
    `heading`, `text` and `updated` are what stands above, in and behind the link. `absolute` is the base address
    of a link that is not relative ("own" stands for that of the replica). `is_linked` is false for a file that
    no page names.
    """

    system: str
    label: str
    contents: str
    host: Host
    page: str
    path: str
    text: str
    heading: str
    data: bytes
    posted: datetime
    updated: date | None = None
    absolute: str = ""
    is_gated: bool = False
    is_linked: bool = True
    served_name: str = ""
    media_type: str = "application/zip"

    @property
    def file_name(self) -> str:
        """The last part of the path, as written in the link."""
        return self.path.rsplit("/", 1)[-1]


def cms_item(
    system: str,
    label: str,
    contents: str,
    slug: str,
    text: str,
    heading: str,
    data: bytes,
    posted: str,
    *,
    page: str = ICD10_PAGE,
    folder: str = FILES,
    is_updated: bool = False,
    absolute: str = "",
    is_gated: bool = False,
    served_name: str = "",
) -> Item:
    """A link of a CMS page; `posted` is YYYY-MM-DD and, for an update, stands behind the link too."""
    day = date.fromisoformat(posted)
    return Item(
        system, label, contents, "cms", page, f"{folder}/{slug}", text, heading, data, at_noon(day),
        updated=day if is_updated else None, absolute=absolute, is_gated=is_gated, served_name=served_name,
        media_type="application/pdf" if slug.endswith(".pdf") else "application/zip",
    )  # fmt: skip


def cdc_item(label: str, contents: str, folder: str, name: str, data: bytes, posted: str) -> Item:
    """A line of the CDC listing of a folder below the root; the name is as people read it."""
    page = f"{CDC_ROOT}/{quote(folder)}"
    moment = at_noon(date.fromisoformat(posted))
    path = f"{page}/{quote(name, safe='-_.()')}"
    media_type = _MEDIA_TYPES.get(name.rsplit(".", 1)[-1].lower(), "application/octet-stream")
    return Item("icd10cm", label, contents, "cdc", page, path, name, "", data, moment, media_type=media_type)


_MEDIA_TYPES = {
    "zip": "application/x-zip-compressed",
    "txt": "text/plain",
    "pdf": "application/pdf",
    "xml": "text/xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def at_noon(day: date) -> datetime:
    """Noon UTC of the day, the moment at which the replica's files were posted."""
    return datetime(day.year, day.month, day.day, 12, 21, tzinfo=UTC)
