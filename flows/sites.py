"""The publishers' sites and the archive, as the settings say."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from flows.settings import Settings
from loaders.archive import Archive
from loaders.download import Downloader


def open_downloader(settings: Settings, note: Callable[[str], None] = lambda _: None) -> Downloader:
    """The polite downloader; its cache is in the home folder."""
    return Downloader(
        settings.cms_url,
        settings.cdc_url,
        settings.request_interval,
        settings.contact,
        _read_version(),
        settings.home / "cache",
        note=note,
    )


def open_archive(settings: Settings) -> Archive:
    """The archive of raw files."""
    return Archive(settings.archive_address, settings.home / "archive")


def _read_version() -> str:
    """The version that the agent's name tells; "source" where addenda runs without being installed."""
    try:
        return version("addenda")
    except PackageNotFoundError:
        return "source"
