"""HCPCS records of 320 columns, made up line by line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from loaders.document import Document
from loaders.hcpcs.layout import DATA_FIELDS, RECORD_LENGTH
from loaders.hcpcs.text import read_text
from schema.contents import CodeFile
from schema.errors import RecordError

PREAMBLE = "***Disclaimers" + "\t" * 45 + "\r\n\r\n"


def put(line: str, column: int, text: str) -> str:
    """The line with a text written over it from a column on, counted from 1."""
    return (line[: column - 1].ljust(column - 1) + text + line[column - 1 + len(text) :]).ljust(RECORD_LENGTH)


def first_line(code: str = "X1234", long: str = "Thing, each", short: str = "Thing", **fields: str) -> str:
    line = f"{code:>5}00100{'7' if len(code) == 2 else '3'}"
    line = put(put(line, 12, long), 92, short)
    starts = {field.name: field.first for field in DATA_FIELDS}
    values = {"added_date": "20200101", "action_date": "20200101", "action_code": "A", **fields}
    for name, value in values.items():
        line = put(line, starts[name], value)
    assert len(line) == RECORD_LENGTH
    return line


def next_line(code: str, sequence: int, long: str, record_id: str | None = None) -> str:
    found = record_id or ("8" if len(code) == 2 else "4")
    return put(f"{code:>5}{sequence:05}{found}", 12, long)


def document_of(*lines: str, name: str = "HCPC2021_APR_ANWEB.txt", preamble: str = PREAMBLE) -> Document:
    text = preamble + "".join(f"{line}\r\n" for line in lines)
    return Document(name, text.encode("cp1252"))


def read(*lines: str) -> CodeFile:
    return read_text(document_of(*lines))


def detail(code_file: CodeFile, kind: str = "code") -> dict[str, Any]:
    block = next(block for block in code_file.blocks if block.kind == kind)
    assert block.details is not None
    found: dict[str, Any] = json.loads(block.details[0] or "{}")
    return found


def refusal(*lines: str) -> RecordError:
    with pytest.raises(RecordError) as caught:
        read(*lines)
    assert caught.value.why or caught.value.what
    assert caught.value.remedy
    assert caught.value.place is not None
    assert caught.value.place.file == "HCPC2021_APR_ANWEB.txt"
    return caught.value


def line_of(error: RecordError) -> int | None:
    # The disclaimer of these files takes two lines.
    return error.place.line - 2 if error.place and error.place.line else None
