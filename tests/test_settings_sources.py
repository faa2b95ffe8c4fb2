"""Settings of the sources: where to look, how fast, who asks, where files lie, whom to tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.settings import Settings, read_settings
from schema.errors import SettingsError


def read(folder: Path, text: str = "") -> Settings:
    """The settings of a file."""
    path = folder / "addenda.toml"
    path.write_text(text)
    return read_settings(path)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ADDENDA_{name.upper()}", raising=False)
    monkeypatch.setenv("ADDENDA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_defaults_are_the_real_sites_a_polite_interval_and_nobody_to_tell(tmp_path: Path, home: Path) -> None:
    found = read(tmp_path)
    assert (found.cms_url, found.cdc_url) == ("https://www.cms.gov", "https://ftp.cdc.gov")
    assert (found.request_interval, found.contact, found.notify_urls) == (2.0, "", [])
    assert (found.archive_address, found.imports) == (str(home / "archive"), home / "import")


def test_environment_counts_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "cms_url = 'http://one.example/base/'\nrequest_interval = 5\nnotify_urls = ['json://a', 'mailto://b']"
    monkeypatch.setenv("ADDENDA_CMS_URL", "http://127.0.0.1:8080/")
    monkeypatch.setenv("ADDENDA_REQUEST_INTERVAL", "0.02")
    found = read(tmp_path, text)
    assert (found.cms_url, found.request_interval) == ("http://127.0.0.1:8080", 0.02)
    assert found.notify_urls == ["json://a", "mailto://b"]


@pytest.mark.parametrize(
    ("value", "urls"),
    [
        ("json://a", ["json://a"]),
        ("json://a  mailto://b?to=c@d,e@f", ["json://a", "mailto://b?to=c@d,e@f"]),
        ('["json://a", "json://b"]', ["json://a", "json://b"]),
        ("", []),
    ],
)
def test_addresses_to_tell_in_the_environment(
    value: str, urls: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADDENDA_NOTIFY_URLS", value)
    assert read(tmp_path).notify_urls == urls


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CMS_URL", "ftp://x"),
        ("CMS_URL", "www.cms.gov"),
        ("CDC_URL", "https://"),
        ("CDC_URL", "https://x/?a=b"),
        ("CDC_URL", "https://x:port"),
        ("CDC_URL", "https://x y"),
        ("REQUEST_INTERVAL", "0"),
        ("REQUEST_INTERVAL", "-1"),
        ("REQUEST_INTERVAL", "nan"),
        ("REQUEST_INTERVAL", "inf"),
        ("REQUEST_INTERVAL", "soon"),
        ("CONTACT", "a@b\nX-Header: 1"),
        ("CONTACT", "ä@b"),
        ("NOTIFY_URLS", "[secret"),
        ("NOTIFY_URLS", '[{"secret": 1}]'),
    ],
)
def test_value_that_cannot_be_used_is_refused_by_name_and_without_secrets(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ADDENDA_{name}", value)
    with pytest.raises(SettingsError, match=f"ADDENDA_{name}") as refusal:
        read(tmp_path)
    assert "secret" not in refusal.value.line


def test_import_folder_may_begin_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read(tmp_path, "import_folder = '~/drop'").imports == tmp_path / "drop"


def test_settings_show_no_secret_when_printed(tmp_path: Path) -> None:
    shown = repr(read(tmp_path, "notify_urls = ['slack://hunter2']\narchive = 's3://key:hunter2@bucket'"))
    assert "hunter2" not in shown
