"""What the Prefect page shows of an update, as Markdown. Its text is untrusted: titles, file names, values of cells.

The page draws Markdown artifacts, descriptions and also the cells of tables as Markdown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from flows.report.headlines import build_headlines, verdict_sentence
from flows.report.wording import KIND_TITLES, count_of, sources_text, title_of_reason
from flows.report.writer import ReportFiles
from flows.steps import LoadResult
from schema.changes import ChangeKind, ChangeSet, Reconciliation, Successor, UpdateResult
from schema.errors import shorten_value
from schema.systems import display_code

# More rows make a page slow that only points to the report.
MOST_ROWS = 200
_LONGEST_TEXT = 400

# What means something within a line of GitHub's Markdown (an underscore only at the edge of a word), and
# what makes a link of bare text.
_MARKUP = re.compile(r"[\\`*\[\]<>&|~#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[-+=]|:(?=//)|(?<=www)\.|@", re.IGNORECASE)


def escape_markdown(text: str) -> str:
    """One line that reads as `text` and is no markup: no HTML, link, emphasis or end of a cell.

    Signs are written as numeric references (`&#60;`), which CommonMark takes literally everywhere
    outside of code. Control characters become `?`; from 400 characters on the text is cut, with an ellipsis.
    """
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", shorten_value(" ".join(text.split()), _LONGEST_TEXT))


def describe_load(load: LoadResult) -> str:
    """The release, what became of it, and its checks."""
    lines = [f"**{escape_markdown(str(load.written.release_id))}** {load.written.outcome}"]
    if load.checks:
        lines += ["", "| Check | Kind | State | What was found |", "|---|---|---|---|"]
    for check in load.checks:
        found = f"{check.message}; overridden: {check.override}" if check.override else check.message
        kind = "required" if check.is_required else "advisory"
        lines.append(f"| {escape_markdown(check.name)} | {kind} | {check.state} | {escape_markdown(found)} |")
    if load.ignored:
        lines += ["", f"Not read: {_name_some(load.ignored)}."]
    return "\n".join(lines)


def describe_counts(change_set: ChangeSet) -> str:
    """The number of changes of each kind."""
    rows = [f"| {KIND_TITLES[kind]} | {count:,} |" for kind, count in change_set.counts.items()]
    return "\n".join([_name_pair(change_set), "", "| Kind | Codes |", "|---|---:|", *rows])


def describe_reconciliation(change_set: ChangeSet, found: Reconciliation) -> str:
    """What the comparison with the publisher's list came to, above the table of differences."""
    lines = [f"{_name_pair(change_set)} against {escape_markdown(found.basis)}. {verdict_sentence(found)}"]
    lines += [escape_markdown(remark) for remark in found.remarks[:MOST_ROWS]]
    if len(found.differences) > MOST_ROWS:
        lines.append(f"The first {MOST_ROWS} of {len(found.differences):,} differences; the report has them all.")
    return "\n\n".join(lines)


def list_differences(system: str, found: Reconciliation) -> list[dict[str, str]]:
    """The rows of the table, at most `MOST_ROWS`; those without a known reason come first."""
    order = sorted(found.differences, key=lambda one: (one.reason is not None, one.reason or "", one.code, one.what))
    return [
        {
            "code": escape_markdown(display_code(system, one.code)),
            "difference": escape_markdown(one.what),
            "reason": escape_markdown(title_of_reason(one.reason)),
        }
        for one in order[:MOST_ROWS]
    ]


def describe_successors(change_set: ChangeSet, successors: Mapping[str, Sequence[Successor]]) -> str:
    """How many deleted codes have a candidate, and where the candidates come from."""
    deleted = [change.code for change in change_set.changes if change.kind is ChangeKind.DELETED]
    has_one = sum(any(not one.is_guess for one in successors.get(code, ())) for code in deleted)
    sources = Counter(one.source for candidates in successors.values() for one in candidates)
    lines = [
        f"{_name_pair(change_set)}: {has_one:,} of {count_of(len(deleted), 'deleted code')} with a candidate successor."
    ]
    if sources:
        lines += ["", "| Source | Candidates |", "|---|---:|"]
        lines += [f"| {escape_markdown(sources_text([(name, '')]))} | {sources[name]:,} |" for name in sorted(sources)]
    return "\n".join(lines)


def describe_report(result: UpdateResult, files: ReportFiles) -> str:
    """The report's headlines, and the paths of its files: a browser opens no local file from a page."""
    lines = [_name_pair(result.change_set), ""]
    lines += [f"- {escape_markdown(sentence)}" for sentence in build_headlines(result)]
    lines += ["", "| File | Path |", "|---|---|"]
    named = (("Report", files.html), ("Workbook", files.workbook), ("JSON", files.json), ("CSV", files.csv))
    return "\n".join([*lines, *(f"| {name} | {escape_markdown(str(path))} |" for name, path in named)])


def _name_pair(change_set: ChangeSet) -> str:
    return f"**{escape_markdown(f'{change_set.previous} → {change_set.current}')}**"


def _name_some(names: Sequence[str]) -> str:
    shown = ", ".join(escape_markdown(name) for name in names[:MOST_ROWS])
    return shown if len(names) <= MOST_ROWS else f"{shown} and {len(names) - MOST_ROWS:,} more"
