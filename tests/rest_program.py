"""A program that calls REST, as the tests see it."""

from __future__ import annotations

from typing import Any

from schema.access import Permission, Role
from tests.review_site import KEY, bearing, token_of
from tests.web_site import WebSite

API = "/api/v1"
REVIEW = f"{API}/reviews/{KEY}"


class Program:
    """A program that calls REST as somebody."""

    def __init__(self, site: WebSite, role: Role, scopes: list[Permission] | None = None) -> None:
        self.client = site.client(headers=bearing(token_of(site, role, scopes)))

    def get(self, path: str, **query: Any) -> Any:
        answer = self.client.get(API + path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, status: int = 201, **body: Any) -> Any:
        answer = self.client.post(API + path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()
