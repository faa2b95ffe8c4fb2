"""Comparing the text file and the spreadsheet that CMS ships for one release; the text counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from schema.contents import CodeFile
from schema.records import RecordBlock


def compare_code_files(text: CodeFile, workbook: CodeFile) -> list[str]:
    """The differences, one line each, sorted: `A1234 long_descriptor differs`, `A1234 only in text file`."""
    return sorted(line for kind in ("code", "modifier") for line in _compare_kind(text, workbook, kind))


def _compare_kind(text: CodeFile, workbook: CodeFile, kind: str) -> Iterator[str]:
    in_text, in_workbook = _index_records(text, kind), _index_records(workbook, kind)
    for code in in_text.keys() | in_workbook.keys():
        if code not in in_workbook:
            yield f"{code} only in text file"
        elif code not in in_text:
            yield f"{code} only in workbook"
        else:
            (block, i), (other, j) = in_text[code], in_workbook[code]
            if block.digests[i] != other.digests[j]:
                before, after = _list_fields(block, i), _list_fields(other, j)
                for name in before.keys() | after.keys():
                    if before.get(name) != after.get(name):
                        yield f"{code} {name} differs"


def _index_records(code_file: CodeFile, kind: str) -> dict[str, tuple[RecordBlock, int]]:
    return {code: (block, i) for block in code_file.blocks if block.kind == kind for i, code in enumerate(block.codes)}


def _list_fields(block: RecordBlock, index: int) -> dict[str, Any]:
    details = block.details[index] if block.details else None
    return {
        **(json.loads(details) if details else {}),
        "short_descriptor": block.short_descriptors[index],
        "long_descriptor": block.long_descriptors[index],
        "added_date": block.added_dates[index] if block.added_dates else None,
        "termination_date": block.termination_dates[index] if block.termination_dates else None,
    }
