"""Which addresses are asked for, and what the files behind them are called here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.download_addresses import Sites, check_url, clean_name, name_file, wants_zip
from schema.errors import RefusedError, SettingsError

CMS = "https://www.cms.gov"
CDC = "https://ftp.cdc.gov"
REPLICA = "http://127.0.0.1:8123"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://ftp.cdc.gov/pub/x.zip", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("/files/zip/x.zip", "scheme missing"),
        ("https://user:secret@www.cms.gov/x", "a user or a password"),
        ("https://www.cms.gov@evil.example/x", "a user or a password"),
        ("https:///x", "no host"),
        ("https://www.cms.gov:99999/x", "ort"),
        ("https://[::1/x", "IPv6"),
        ("https://www.cms.gov/a/../b", "leads upwards"),
        ("https://www.cms.gov/a/%2e%2E/b", "leads upwards"),
        ("https://www.cms.gov/a%5c..%5cb", "leads upwards"),
        ("https://www.cms.gov/a\r\nHost: x", "control characters"),
        (" https://www.cms.gov/a", "blanks"),
        ("https://www.cms.gov/license/ama?file=/files/zip/x.zip", "needs a licence"),
        ("https://www.cms.gov/apps/ama/license.asp?file=x", "needs a licence"),
        ("https://www.cms.gov/%6Cicense/ama", "needs a licence"),
        ("https://evil.example/" + "x" * 5_000, "host that is not known"),
        ("http://127.0.0.1/x", "host that is not known"),
    ],
)
def test_address_that_is_not_ours_to_ask_is_refused_in_one_line(url: str, words: str) -> None:
    with pytest.raises(RefusedError, match=words) as caught:
        Sites(CMS, CDC).locate(url)
    assert len(caught.value.line) <= 400
    assert "\n" not in caught.value.line


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://www.cms.gov/files/zip/a-01/11/2023.zip#x", "http://127.0.0.1:8123/cms/files/zip/a-01/11/2023.zip"),
        ("http://cms.gov/a?b=c", "http://127.0.0.1:8123/cms/a?b=c"),
        ("HTTPS://FTP.CDC.GOV/pub/a%20b.zip", "http://127.0.0.1:8123/pub/a%20b.zip"),
        ("http://127.0.0.1:8123/x", "http://127.0.0.1:8123/x"),
        ("https://data.medicaid.gov/x", "https://data.medicaid.gov/x"),
    ],
)
def test_stand_in_is_asked_in_place_of_the_publisher(url: str, asked: str) -> None:
    sites = Sites(REPLICA + "/cms/", REPLICA, frozenset({"data.medicaid.gov"}))
    assert sites.locate(url) == asked


def test_plain_http_of_a_publisher_becomes_https() -> None:
    assert Sites(CMS, CDC).locate("http://www.cms.gov") == "https://www.cms.gov/"


@pytest.mark.parametrize("url", ["www.cms.gov", "ftp://ftp.cdc.gov", "", "https://a:b@c"])
def test_setting_that_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        Sites(url, CDC)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (
            f"{CMS}/files/zip/2023-code-descriptions-tabular-order-updated-01/11/2023.zip",
            "2023-code-descriptions-tabular-order-updated-01-11-2023.zip",
        ),
        (f"{CDC}/pub/NCHS/ICD10CM/2026/icd10cm-Code%20Descriptions-2026.zip", "icd10cm-Code Descriptions-2026.zip"),
        (f"{CMS}/files/zip/codesinizip", "codesinizip"),
        (f"{CMS}/files/zip/a%2F%5Cb%00c.zip?x=/y", "a--b?c.zip"),
        (f"{CMS}/", "file"),
        (f"{CMS}/files/zip/...hidden.zip", "hidden.zip"),
    ],
)
def test_name_is_that_of_the_address_without_its_slashes(url: str, name: str) -> None:
    assert name_file(url) == name


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_is_safe_in_a_folder(text: str) -> None:
    name = clean_name(text)
    assert name
    assert len(name) <= 150
    assert name.isprintable()
    assert not set(name) & set("/\\:")
    assert not name.startswith(".")
    assert clean_name(name) == name


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    try:
        parts = check_url(text)
    except RefusedError:
        return
    assert parts.scheme in ("http", "https")


def test_zip_is_promised_by_the_ending_or_by_the_folder() -> None:
    assert wants_zip(f"{CMS}/a/B.ZIP?x=1")
    assert wants_zip(f"{CMS}/files/zip/codesinizip")
    assert not wants_zip(f"{CMS}/files/document/a.pdf")
