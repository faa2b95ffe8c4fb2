"""What README.md says runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from flows.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
# What they ask of the invented organisation has findings, on purpose.
FINDING = ({"uses"}, {"impact"}, {"watch", "report"})
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def _run(line: str) -> int | str | None:
    with pytest.raises(SystemExit) as stop:
        main(shlex.split(line)[1:])
    return stop.value.code


def test_the_console_examples_run_on_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert _run("addenda demo") == 0
    printed = capsys.readouterr().out
    for path in re.findall(r"demo/\S+\.(?:html|xlsx|csv|json|db)", printed):
        assert (tmp_path / path.rstrip(",")).is_file(), path
    lines = [line.removeprefix("$ ") for block in _blocks("console") for line in block.splitlines()]
    assert len(lines) >= 7
    for line in lines:
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            monkeypatch.setenv(name, value)
            continue
        expected = 1 if any(words <= {*shlex.split(line)} for words in FINDING) else 0
        assert _run(line) == expected, f"{line}: {capsys.readouterr().err}"
        captured = capsys.readouterr()
        assert captured.out.strip(), line
        assert "refused" not in captured.err


def test_every_command_and_target_it_names_exists() -> None:
    for command in re.findall(r"addenda (?:--config \S+ )?([a-z]+)", " ".join(_blocks("console") + _blocks("sh"))):
        assert command in COMMANDS, command
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make ([a-z-]+)`?", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_first_screen_shows_the_report() -> None:
    first_screen = README.splitlines()[:30]
    assert any("docs/report.png" in line for line in first_screen)
    assert (ROOT / "docs" / "report.png").read_bytes().startswith(b"\x89PNG")
    assert any("make demo" in line for line in first_screen)
    assert any("make test" in line for line in first_screen)
