"""`addenda fetch`: the files of one release into the archive, nothing into the store."""

from __future__ import annotations

import click

from flows.commands.common import FINDINGS, open_settings
from flows.commands.progress import showing_downloads
from flows.sites import open_archive, open_downloader
from flows.sources.fetching import Fetcher, Obtained
from flows.sources.finding import Found, find_offers
from flows.sources.lock import holding_lock
from flows.sources.plan import plan_releases, rank_offers
from schema.errors import AddendaError, SourceError
from schema.releases import ReleaseRef, parse_release
from schema.sources import Contents, Offer
from schema.systems import get_system


@click.command("fetch")
@click.argument("system")
@click.argument("release")
@click.pass_context
def command(context: click.Context, system: str, release: str) -> int:
    """Download the files of one RELEASE of SYSTEM into the archive; what is there is only asked for changes.

    Exit code 1 when a file other than the code list did not come.
    """
    settings = open_settings(context)
    name = get_system(system).name
    ref = parse_release(name, release)
    ref = ReleaseRef(name, ref.effective_date)
    with (
        showing_downloads() as (step, download),
        holding_lock(settings.home, lambda: step("another update is running: wait")),
    ):
        downloader = open_downloader(settings, step)
        fetcher = Fetcher(downloader, open_archive(settings), download)
        found = find_offers(downloader, settings.cms_url, settings.cdc_url, [name], step)
        code_file, others = list_files(found, ref)
        obtained = [obtain_first(fetcher, code_file)]
        problems = []
        for offer in others:
            try:
                obtained.append(fetcher.obtain(offer))
            except AddendaError as error:
                problems.append(f"{offer.url}: {error.line}")
    for got in obtained:
        state = "fetched" if got.is_new else "held"
        click.echo(f"{state}  {got.manifest.sha256}  {got.manifest.size:>11,}  {got.manifest.file_name}")
    for problem in problems:
        click.echo(problem)
    return FINDINGS if problems else 0


def list_files(found: Found, ref: ReleaseRef) -> tuple[list[Offer], list[Offer]]:
    """The addresses of the code file, best first, and every other file of the release that is open.

    Raises SourceError when no page offers the release, with the reason that is known.
    """
    offers = [offer for offer in found.offers if offer.release == ref]
    for planned in plan_releases(offers):
        files = [planned.code_file, *planned.mirrors]
        open_ones = [o for o in offers if o.licence == "none" and not o.is_page and not o.quarantine]
        others = rank_offers(o for o in open_ones if o.contents is not Contents.CODE_FILE)
        return files, others
    reasons = [offer.quarantine or f"it is behind the {offer.licence.upper()} licence" for offer in offers
               if offer.quarantine or offer.licence != "none"]  # fmt: skip
    why = "; ".join([*reasons[:1], *found.problems[:1]]) or "no page that was read has it"
    raise SourceError(f"no code file of {ref} is offered", why, "see addenda sources")


def obtain_first(fetcher: Fetcher, offers: list[Offer]) -> Obtained:
    """The file from the first address that gives it; raises the error of the first when none does."""
    failure: AddendaError | None = None
    for offer in offers:
        try:
            return fetcher.obtain(offer)
        except AddendaError as error:
            failure = failure or error
    raise failure or SourceError("nothing to fetch")
