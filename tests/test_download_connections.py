"""Who is not there, and who does not prove to be who they are."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders.download import CertificateError, Downloader, RedirectedError, RefusedError
from tests.download_server import HTML, Notes, Site, make_downloader, reply, serving


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Key and self-signed certificate for 127.0.0.1 in one file."""
    if not shutil.which("openssl"):
        pytest.fail("no openssl in PATH: apt-get install openssl", pytrace=False)
    key, signed, both = tmp_path / "key.pem", tmp_path / "signed.pem", tmp_path / "both.pem"
    run = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=replica"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(signed)]
    subprocess.run([*run, *names], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + signed.read_bytes())
    return both


@pytest.fixture
def secure_site(certificate: Path) -> Iterator[Site]:
    with serving() as site:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        site.socket = context.wrap_socket(site.socket, server_side=True)
        yield site


def get_securely(site: Site, cache: Path, notes: Notes) -> str:
    url = site.url.replace("http://", "https://")
    site.lay("/page", reply(200, HTML))
    return Downloader(url, url, 0.005, "", "1", cache, note=notes).get_page(url + "/page").text


def test_certificate_that_nobody_vouches_for_is_told_at_once(secure_site: Site, tmp_path: Path) -> None:
    notes = Notes()
    with pytest.raises(CertificateError, match=r"secure connection failed .*certificate") as caught:
        get_securely(secure_site, tmp_path / "cache", notes)
    assert len(caught.value.line) <= 400
    assert (notes.lines, secure_site.asked) == ([], [])


def test_operator_can_name_who_vouches(
    secure_site: Site, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.with_name("signed.pem")))
    assert get_securely(secure_site, tmp_path / "cache", Notes()) == HTML.decode()


def test_site_that_does_not_speak_tls_is_told_at_once(tmp_path: Path) -> None:
    notes = Notes()
    with serving() as plain, pytest.raises(CertificateError):
        get_securely(plain, tmp_path / "cache", notes)
    assert notes.lines == []


def test_secure_site_that_leads_to_plain_http_is_not_followed(
    secure_site: Site, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.with_name("signed.pem")))
    secure_site.lay("/page", reply(302, Location=secure_site.url + "/plain"))
    url = secure_site.url.replace("http://", "https://")
    downloader = Downloader(url, url, 0.005, "", "1", tmp_path / "cache")
    with pytest.raises(RedirectedError, match="from https to plain http"):
        downloader.get_page(url + "/page")


def test_nobody_is_there(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    notes = Notes()
    downloader = Downloader(url, url, 0.005, "", "1", tmp_path, note=notes)
    with pytest.raises(RefusedError, match=r"robots\.txt cannot be read.*Connection refused"):
        downloader.get_page(url + "/page")
    assert len(notes.lines) == 4


def test_password_file_of_the_user_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving() as site:
        make_downloader(site, tmp_path / "cache").get_page(site.lay("/page", reply(200, HTML)))
        assert not any("Authorization" in asked.headers for asked in site.asked)
