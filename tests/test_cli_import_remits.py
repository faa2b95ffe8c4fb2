"""`addenda import remits`: files and folders, exit codes, and what it prints."""

from __future__ import annotations

import csv
import io
from hashlib import sha256
from pathlib import Path

from tests.command_line import CommandLine
from tests.remit_files import sample_remittance, write_835


def write_files(folder: Path, *names: str) -> list[Path]:
    """Files of 6 claims and 8 rows each; those whose name begins with `bad` are cut."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, name in enumerate(names):
        text = write_835(sample_remittance(6, 1 + 6 * number))
        paths.append(folder / name)
        paths[-1].write_text(text[:-30] if name.startswith("bad") else text)
    return paths


def test_folder_of_remittances_is_taken_in_and_twice_is_once(tmp_path: Path) -> None:
    addenda = CommandLine(tmp_path / "home")
    paths = write_files(tmp_path / "in", "a.835", "b.txt")
    answer = addenda("import", "remits", tmp_path / "in", "--format", "json")
    assert (answer.code, answer.err) == (0, "")
    assert answer.json == {
        "files": [
            {
                "file": path.name,
                "sha256": sha256(path.read_bytes()).hexdigest(),
                "kind": "835",
                "claims": 6,
                "rows": 8,
                "known": False,
                "refused": None,
            }
            for path in paths
        ]
    }
    again = addenda("import", "remits", paths[1], "--format", "csv")
    assert again.code == 0
    assert list(csv.reader(io.StringIO(again.out))) == [
        ["file", "kind", "claims", "rows", "known", "refused"],
        ["b.txt", "835", "6", "8", "yes", ""],
    ]


def test_some_refused_files_end_with_1_and_one_line_each(tmp_path: Path) -> None:
    addenda = CommandLine(tmp_path / "home")
    write_files(tmp_path / "in", "a.835", "bad1.835", "bad2.835")
    answer = addenda("import", "remits", tmp_path / "in", "--format", "json")
    assert answer.code == 1
    files = {file["file"]: file for file in answer.json["files"]}
    assert [files[name]["rows"] for name in ("a.835", "bad1.835", "bad2.835")] == [8, 0, 0]
    assert files["a.835"]["refused"] is None
    assert [line.split(":")[:2] for line in answer.err.splitlines()] == [
        ["bad1.835", " refused"],
        ["bad2.835", " refused"],
    ]
    assert "cut off" in files["bad1.835"]["refused"]


def test_only_refused_files_end_with_2_and_one_line(tmp_path: Path) -> None:
    addenda = CommandLine(tmp_path / "home")
    [path] = write_files(tmp_path / "in", "bad.835")
    for known in (False, True):
        answer = addenda("import", "remits", path, "--format", "json")
        assert answer.code == 2
        [line] = answer.err.splitlines()
        assert line.startswith("addenda: remits: file is refused (bad.835)")
        assert "cut off" in line
        [file] = answer.json["files"]
        assert (file["known"], "cut off" in file["refused"]) == (known, True)


def test_path_that_is_not_there_and_empty_folder_are_told(tmp_path: Path) -> None:
    addenda = CommandLine(tmp_path / "home")
    [path] = write_files(tmp_path / "in", "a.835")
    answer = addenda("import", "remits", path, tmp_path / "no.835")
    assert answer.code == 2
    assert "a.835" in answer.out
    assert answer.err.startswith("addenda: remits: file of remittances cannot be read (no.835)")
    (tmp_path / "empty").mkdir()
    assert "folder of remittances is empty" in addenda("import", "remits", tmp_path / "empty").err


def test_claim_ids_are_hidden_by_the_setting(tmp_path: Path) -> None:
    addenda = CommandLine(tmp_path / "home", more={"ADDENDA_CLAIM_ID_KEY": "key"})
    write_files(tmp_path / "in", "a.835")
    assert addenda("import", "remits", tmp_path / "in").code == 0
    parts = list((tmp_path / "home" / "remits").rglob("*.parquet"))
    assert parts
    import pyarrow.parquet as pq

    assert all(len(value) == 32 for part in parts for value in pq.read_table(part)["claim_id"].to_pylist())
