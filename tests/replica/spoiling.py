"""Answers spoilt by a fault."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from functools import lru_cache

from tests.replica.faults import Fault
from tests.replica.pages import render_page
from tests.replica.site import EPOCH, Resource

_BOMB_BYTES = 300_000_000


def spoil(resource: Resource, fault: Fault, base: str) -> tuple[Resource, int]:
    """The answer with the fault in it, and the length that its head tells."""
    body = resource.body
    part = body[: int(len(body) * fault.share)]
    if fault.kind == "status":
        page = _page(f"{fault.status}", "<p>The request cannot be answered.</p>")
        return Resource(fault.status, page, kind=resource.kind), len(page)
    if fault.kind == "html200":
        page = _page("Something went wrong", "<p>Please try again later.</p>")
        return Resource(200, page, kind=resource.kind), len(page)
    if fault.kind == "redirect":
        status = fault.status if 300 <= fault.status < 400 else 302
        location = fault.location if "://" in fault.location else f"{base}{fault.location}"
        return Resource(status, b"", location=location, kind=resource.kind), 0
    if fault.kind == "short_read":
        return replace(resource, body=part), len(body)
    if fault.kind == "truncated":
        return replace(resource, body=part), len(part)
    if fault.kind == "broken_zip":
        middle = len(body) // 3
        flipped = bytes(byte ^ 0x5A for byte in body[middle : middle + 40])
        return replace(resource, body=body[:middle] + flipped + body[middle + 40 :]), len(body)
    if fault.kind == "zip_bomb":
        bomb = make_bomb()
        return replace(resource, body=bomb), len(bomb)
    if fault.kind == "content":
        return replace(resource, body=fault.body), len(fault.body)
    if fault.kind == "wrong_content_type":
        return replace(resource, media_type=fault.name or "text/html"), len(body)
    if fault.kind == "wrong_disposition_name":
        return replace(resource, disposition=f'attachment; filename="{fault.name}"'), len(body)
    return resource, len(body)


@lru_cache(maxsize=1)
def make_bomb() -> bytes:
    """A small archive with a member of 300 MB; its name is that of an order file."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("icd10cm_order_2099.txt", "w") as m,
    ):
        for _number in range(_BOMB_BYTES // 1_000_000):
            m.write(b"0" * 1_000_000)
    return packed.getvalue()


def _page(title: str, body: str) -> bytes:
    return render_page(title, body, EPOCH.date()).encode()
