"""`addenda` against the replica, and what the tests ask of one run."""

from __future__ import annotations

from pathlib import Path

from tests.command_line import Answer, CommandLine
from tests.replica.replica import Replica

CONTACT = "tests@example.invalid"
MAX_LINE = 400


def command_for(replica: Replica, home: Path, **more: str) -> CommandLine:
    """The command line with the replica as both sites."""
    return CommandLine(home, more={**replica.environment(home), **more})


def update(command: CommandLine, *systems: str) -> Answer:
    """An update that has to end with exit 0 and nothing on standard error."""
    answer = command("update", *systems)
    if (answer.code, answer.err) != (0, ""):
        raise AssertionError(f"{answer.code}: {answer.err}\n{answer.out}")
    return answer


def list_held(command: CommandLine) -> list[str]:
    """The ids that `addenda releases --format json` prints."""
    return [row["release_id"] for row in command("releases", "--format", "json").json["releases"]]


def lines_naming(answer: Answer, words: str) -> list[str]:
    """The lines of both streams that name a release or file."""
    return [line for line in (answer.out + answer.err).splitlines() if words in line]
