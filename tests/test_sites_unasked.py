"""What works on files at hand asks nobody: no name is looked up and no connection made, whatever the settings."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.sample.writer import write_sample
from tests.command_line import CommandLine


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have gone to a network."""
    tried: list[str] = []

    def refuse(*arguments: Any, **_: Any) -> None:
        tried.append(repr(arguments[-1]))
        raise OSError("no network here")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    return tried


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    monkeypatch.chdir(tmp_path)
    return CommandLine(tmp_path / "home")


def test_work_on_files_at_hand_asks_nobody(command: CommandLine, tmp_path: Path, asked: list[str]) -> None:
    releases = [release for release in write_sample(tmp_path / "files") if release.system == "icd10cm"]
    first, second, *others = releases
    calls: list[tuple[object, ...]] = [
        ("releases",),
        ("load", "icd10cm", first.label, first.path),
        ("load", "icd10cm", second.label, second.path),
        ("releases", "--format", "json"),
        ("lookup", "icd10cm", "A00.0", "--on", second.effective_date),
        ("diff", "icd10cm", first.label, second.label),
        ("update", "icd10cm", "--from", others[0].path, "--release", others[0].label),
        ("sources", "verify"),
        ("demo",),
    ]
    for call in calls:
        answer = command(*call)
        assert answer.code in (0, 1), (call, answer)
    assert asked == []


def test_the_watch_sees_who_asks(command: CommandLine, asked: list[str]) -> None:
    nobody = {"ADDENDA_CMS_URL": "http://127.0.0.1:9", "ADDENDA_REQUEST_INTERVAL": "0.02"}
    assert replace(command, more=nobody)("update", "icd10pcs").code != 0
    assert asked != []
