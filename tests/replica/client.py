"""A careless client for the tests of the replica itself."""

from __future__ import annotations

import http.client

from tests.replica.items import Item
from tests.replica.replica import Replica

AGENT = "addenda/0 (+tests@example.invalid)"


class Answer:
    """What came: status, head, body."""

    def __init__(self, status: int, headers: http.client.HTTPMessage, body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()


def ask(base: str, target: str, method: str = "GET", timeout: float = 5, **headers: str) -> Answer:
    """One request on a connection of its own; header names with underscores."""
    connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=timeout)
    try:
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, headers={"User-Agent": AGENT, **fields})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def fetch(replica: Replica, item: Item, timeout: float = 5, **headers: str) -> Answer:
    """A GET of the address of an item."""
    base = replica.cms_url if item.host == "cms" else replica.cdc_url
    return ask(base, item.path, timeout=timeout, **headers)
