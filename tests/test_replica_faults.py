"""What goes wrong at the replica goes wrong as it is set, and its log tells of it."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

from flows.steps import load_release
from schema.errors import AddendaError
from schema.releases import parse_release
from schema.store.database import open_database, sqlite_address
from tests.replica.client import AGENT, ask, fetch
from tests.replica.faults import Fault, Kind
from tests.replica.items import ICD10_PAGE
from tests.replica.replica import Replica
from tests.replica.spoiling import make_bomb


@pytest.mark.parametrize(
    ("kind", "status"), [("truncated", 200), ("broken_zip", 200), ("zip_bomb", 200), ("html200", 200)]
)
def test_spoilt_archives_are_refused_by_the_loader(
    kind: Kind, status: int, small_replica: Replica, tmp_path: Path
) -> None:
    item = small_replica.item("icd10cm", "FY2026")
    small_replica.faults.set(item, Fault(kind, times=1))
    spoilt = fetch(small_replica, item)
    assert spoilt.status == status
    assert spoilt.headers["Content-Length"] == str(len(spoilt.body))
    assert spoilt.body != item.data
    file = tmp_path / item.file_name
    file.write_bytes(spoilt.body)
    engine = open_database(sqlite_address(tmp_path / "addenda.db"))
    with pytest.raises(AddendaError):
        load_release(engine, parse_release("icd10cm", "FY2026"), [file])
    engine.dispose()
    assert fetch(small_replica, item).body == item.data, "one time is over"
    assert [entry.fault for entry in small_replica.log.entries] == [kind, ""]


def test_statuses_redirects_and_wrong_heads_come_as_they_are_set(small_replica: Replica) -> None:
    item = small_replica.item("icd10cm", "FY2026")
    other = small_replica.item("icd10cm", "FY2025")
    small_replica.faults.set(item, Fault("status", status=429, retry_after="2", times=1))
    refused = fetch(small_replica, item)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "2")
    small_replica.faults.set(item, Fault("redirect", location=other.path, times=1))
    moved = fetch(small_replica, item)
    assert (moved.status, moved.headers["Location"]) == (302, f"{small_replica.cms_url}{other.path}")
    small_replica.faults.set(item, Fault("wrong_disposition_name", name="2025.zip", times=1))
    assert fetch(small_replica, item).headers["Content-Disposition"] == 'attachment; filename="2025.zip"'
    small_replica.faults.set(item.path, Fault("wrong_content_type", name="text/plain", times=1, skip=1))
    assert fetch(small_replica, item).headers["Content-Type"] == "application/zip"
    assert fetch(small_replica, item).headers["Content-Type"] == "text/plain"
    small_replica.faults.set("*", Fault("status", status=403))
    assert ask(small_replica.cms_url, ICD10_PAGE).status == 403
    assert ask(small_replica.cms_url, "/robots.txt").status == 200
    small_replica.faults.clear()
    assert ask(small_replica.cms_url, ICD10_PAGE).status == 200


def test_connections_end_early_stall_and_trickle(small_replica: Replica) -> None:
    item = small_replica.item("icd10cm", "FY2026")
    small_replica.faults.set(item, Fault("short_read", times=1))
    with pytest.raises(http.client.IncompleteRead) as short:
        fetch(small_replica, item)
    assert item.data.startswith(short.value.partial)
    small_replica.faults.set(item, Fault("disconnect", times=1))
    with pytest.raises(http.client.RemoteDisconnected):
        fetch(small_replica, item)
    for after in (None, 10):
        small_replica.faults.set(item, Fault("stall", times=1, after=after))
        with pytest.raises(socket.timeout):
            fetch(small_replica, item, timeout=0.1)
    small_replica.faults.set(item, Fault("trickle", times=1, step=len(item.data) // 4, seconds=0.02))
    started = time.monotonic()
    assert fetch(small_replica, item).body == item.data
    assert time.monotonic() - started >= 0.06


def test_a_replica_that_stalls_can_be_stopped() -> None:
    with Replica({"icd10cm": ["FY2026"]}, has_other_sets=False) as replica:
        replica.faults.set("*", Fault("stall"))
        connection = socket.create_connection(("127.0.0.1", int(replica.cms_url.rpartition(":")[2])))
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.05)
        started = time.monotonic()
    connection.close()
    assert time.monotonic() - started < 2


def test_nobody_trusts_the_third_server(small_replica: Replica) -> None:
    with pytest.raises(urllib.error.URLError) as refused:
        urllib.request.urlopen(f"{small_replica.tls_url}{ICD10_PAGE}", timeout=5)
    assert isinstance(refused.value.reason, ssl.SSLCertVerificationError)
    careless = ssl._create_unverified_context()
    with urllib.request.urlopen(f"{small_replica.tls_url}{ICD10_PAGE}", timeout=5, context=careless) as answer:
        assert b"2026 ICD-10-CM files" in answer.read()
    small_replica.change(small_replica.item("icd10cm", "FY2025"), absolute=small_replica.tls_url)
    assert f'href="{small_replica.tls_url}/files/zip/2025' in ask(small_replica.cms_url, ICD10_PAGE).text


def test_log_tells_pauses_overlaps_agents_and_what_was_not_allowed() -> None:
    with Replica({"icd10cm": ["FY2026"]}, has_other_sets=False, latency=0.05) as replica:
        ask(replica.cms_url, "/robots.txt")
        ask(replica.cms_url, ICD10_PAGE)
        assert replica.log.overlaps() == []
        assert replica.log.starts_with_robots("cms")
        assert replica.log.without_contact("tests@example.invalid") == []
        assert 0.05 <= replica.log.shortest_pause("cms") < 1
        assert replica.log.agents() == {AGENT}
        connections = []
        for base in (replica.cms_url, replica.cdc_url):
            connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=5)
            connection.request("GET", "/newsroom?page=2")
            connections.append(connection)
        for connection in connections:
            connection.getresponse().read()
            connection.close()
        assert len(replica.log.overlaps()) == 1
        assert [entry.target for entry in replica.log.disallowed()] == ["/newsroom?page=2"]
        assert not replica.log.starts_with_robots("cdc")
        assert len(replica.log.without_contact("tests@example.invalid")) == 2
        assert replica.log.downloads() == []


def test_a_bomb_is_small_until_it_is_opened() -> None:
    packed = make_bomb()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.infolist()[0].file_size > 500 * len(packed)
