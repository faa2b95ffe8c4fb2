"""`addenda import`: what the organisation has, taken in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from flows.commands.common import FINDINGS, format_option, open_settings, print_csv, print_json, print_table
from schema.claims import ClaimsImport
from schema.errors import AddendaError, ClaimsError, Place, RemitsError, shorten_value
from schema.remits import RemitImport


@click.group("import")
def command() -> None:
    """Take in what the organisation has. Nothing that names a patient is kept."""


@command.command("claims")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@format_option
@click.pass_context
def import_claims(context: click.Context, paths: tuple[Path, ...], output: str) -> int:
    """Take in claims: Parquet or CSV with medical_claim's columns, 837P or 837I; files, or folders of them.

    The same bytes count once. Exit 1: rows were refused, see their list. Exit 2: a file was refused; those
    before it are taken in.
    """
    from loaders.claims.dataset import ClaimsDataset

    settings = open_settings(context)
    dataset = ClaimsDataset(settings.claims)
    done: list[ClaimsImport] = []
    try:
        for path in _list_files(paths, "claims", ClaimsError):
            done.append(dataset.import_file(path, settings.claim_id_key, lambda: _tell_waiting("claims")))
    finally:
        # What came before a refused file stays, so it is told too.
        _print_imports(done, output)
    return FINDINGS if any(found.refused and not found.is_known for found in done) else 0


@command.command("remits")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@format_option
@click.pass_context
def import_remits(context: click.Context, paths: tuple[Path, ...], output: str) -> int:
    """Take in remittances (835) and claim acknowledgments (277CA), told by content; files, or folders of them.

    The same bytes count once. A file that is cut or does not balance is refused whole: only its name, digest and
    reason are kept. Exit 1: some files were refused, see stderr. Exit 2: every one was, or one cannot be read;
    those before it are taken in.
    """
    from loaders.remits.dataset import RemitsDataset

    settings = open_settings(context)
    dataset = RemitsDataset(settings.remits)
    done: list[RemitImport] = []
    try:
        for path in _list_files(paths, "remittances", RemitsError):
            done.append(dataset.import_file(path, settings.claim_id_key, lambda: _tell_waiting("remittances")))
    finally:
        _print_remits(done, output)
    refused = [found for found in done if found.refusal]
    if refused and len(refused) == len(done):
        what = "file is refused" if len(refused) == 1 else f"all {len(refused)} files are refused"
        raise RemitsError(what, refused[0].refusal or "", "ask the sender for whole files", Place(refused[0].file))
    for found in refused:
        click.echo(f"{shorten_value(found.file, 160)}: refused: {found.refusal}", err=True)
    return FINDINGS if refused else 0


def _list_files(paths: Sequence[Path], noun: str, error: type[AddendaError]) -> Iterator[Path]:
    """The files themselves; of a folder all that lie below it, hidden ones and marks like _SUCCESS apart."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(
            file
            for file in path.rglob("*")
            if not any(part.startswith((".", "_")) for part in file.relative_to(path).parts) and file.is_file()
        )
        if not found:
            raise error(f"folder of {noun} is empty", "", "check the path", Place(str(path)))
        yield from found


def _tell_waiting(noun: str) -> None:
    click.echo(f"another import of {noun} is running; this one waits for its end", err=True)


def describe_import(found: ClaimsImport) -> dict[str, Any]:
    """An import as JSON."""
    return {
        "file": found.file,
        "sha256": found.sha256,
        "rows": found.rows,
        "refused": dict(found.refused),
        "known": found.is_known,
        "quarantine": found.quarantine,
    }


def _print_imports(done: Sequence[ClaimsImport], output: str) -> None:
    if output == "json":
        print_json({"files": [describe_import(found) for found in done]})
        return
    rows = [
        (found.file, found.rows, sum(found.refused.values()), "yes" if found.is_known else "no", found.quarantine)
        for found in done
    ]
    if output == "csv":
        print_csv(("file", "rows", "refused", "known", "quarantine"), rows)
    elif rows:
        print_table(("file", "rows", "refused", "known", "list of refused rows"), rows)
    for found in done:
        for reason, count in found.refused.items():
            if not found.is_known:
                click.echo(f"{shorten_value(found.file, 160)}: {count} refused: {reason}", err=True)


def describe_remit(found: RemitImport) -> dict[str, Any]:
    """An import of remittances as JSON."""
    return {
        "file": found.file,
        "sha256": found.sha256,
        "kind": found.kind,
        "claims": found.claims,
        "rows": found.rows,
        "known": found.is_known,
        "refused": found.refusal,
    }


def _print_remits(done: Sequence[RemitImport], output: str) -> None:
    if output == "json":
        print_json({"files": [describe_remit(found) for found in done]})
        return
    rows = [
        (found.file, found.kind, found.claims, found.rows, "yes" if found.is_known else "no", found.refusal)
        for found in done
    ]
    header = ("file", "kind", "claims", "rows", "known", "refused")
    if output == "csv":
        print_csv(header, rows)
    elif rows:
        print_table(header, rows)
