"""Nothing of a patient stands in what is kept, printed, reported or refused: planted, and looked for everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from pyarrow import parquet

from flows.sample.writer import SampleRelease, write_sample
from tests.command_line import Answer, CommandLine
from tests.planted_patients import (
    BROKEN_ROWS,
    CLAIM_IDS,
    PATIENT,
    SECRETS,
    Codes,
    build_837,
    build_csv,
    build_parquet,
    build_refused,
    find_traces,
    list_contents,
)

SITE_KEY = "a key of this site, 7c1e"
FORMATS = ("table", "json", "csv")


@dataclass
class Site:
    """An organisation that has imported claims; `answers` is all that its commands have printed."""

    command: CommandLine
    folder: Path
    config: Path
    pairs: dict[str, tuple[SampleRelease, SampleRelease]]
    codes: Codes
    site_key: str
    answers: dict[str, Answer] = field(default_factory=dict)

    def __call__(self, *arguments: object) -> Answer:
        """The call, its traceback too where it is refused."""
        answer = self.command("--debug", "--config", self.config, *arguments)
        self.answers[" ".join(str(argument) for argument in arguments)] = answer
        return answer


def load_pairs(command: CommandLine, folder: Path) -> dict[str, tuple[SampleRelease, SampleRelease]]:
    """The two newest sample releases of the systems that claims hold, loaded."""
    releases = write_sample(folder)
    pairs = {}
    for system in ("icd10cm", "hcpcs"):
        newest = {release.label: release for release in releases if release.system == system}
        previous, current = list(newest.values())[-2:]
        pairs[system] = previous, current
        for release in (previous, current):
            command.load(system, release.label, release.path)
    return pairs


def find_changed_code(command: CommandLine, system: str, pair: tuple[SampleRelease, SampleRelease]) -> str:
    changes = command("diff", system, pair[0].label, pair[1].label, "--format", "json").json["changes"]
    return next(str(change["code"]) for change in changes if change["kind"] in ("deleted", "revised"))


def write_uses(folder: Path, codes: Codes) -> Path:
    """A registry that names patients in columns that nobody asked for."""
    header, values = ",".join(PATIENT), ",".join(PATIENT.values())
    rows = f"dx,hcpcs,{header}\n{codes.diagnosis},{codes.hcpcs},{values}\nnone,none,{values}\n"
    (folder / "registry.csv").write_text(rows)
    config = folder / "addenda.toml"
    config.write_text(
        '[[uses]]\nname = "registry"\nkind = "registry"\nowner = "quality"\npath = "registry.csv"\n'
        '[uses.columns]\nicd10cm = ["dx"]\nhcpcs = ["hcpcs"]\n'
    )
    return config


@pytest.fixture(scope="module", params=["", SITE_KEY], ids=["plain claim ids", "claim ids hidden"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    command = CommandLine(folder / "home", more={"ADDENDA_CLAIM_ID_KEY": request.param} if request.param else {})
    pairs = load_pairs(command, folder / "releases")
    # Both effective dates have the day in their window.
    day = min(current.effective_date for _, current in pairs.values()) - timedelta(days=1)
    found = {system: find_changed_code(command, system, pair) for system, pair in pairs.items()}
    codes = Codes(found["icd10cm"], found["hcpcs"], day)
    site = Site(command, folder, write_uses(folder, codes), pairs, codes, request.param)
    run_commands(site)
    return site


def run_commands(site: Site) -> None:
    files = {
        "table.csv": build_csv(CLAIM_IDS[:8], site.codes),
        "columns.parquet": build_parquet(CLAIM_IDS[8:16], site.codes),
        "claims.837": build_837(CLAIM_IDS[16:], site.codes),
    }
    for (name, data), form in zip(files.items(), FORMATS, strict=True):
        (site.folder / name).write_bytes(data)
        site("import", "claims", site.folder / name, "--format", form)
    for name, data in build_refused(site.codes).items():
        (site.folder / name).write_bytes(data)
        site("import", "claims", site.folder / name)
    for form in FORMATS:
        site("uses", "--format", form)
    for system, pair in site.pairs.items():
        labels = [release.label for release in pair]
        for form in FORMATS:
            site("impact", system, *labels, *list_window(pair), "--format", form)
        site("report", system, *labels)


def list_window(pair: tuple[SampleRelease, SampleRelease]) -> tuple[str, ...]:
    """Wide, since the two systems of the sample change years apart."""
    day = pair[1].effective_date
    return "--claims-from", str(day - timedelta(days=3650)), "--claims-to", str(day)


def list_printed(site: Site) -> Iterator[tuple[str, bytes]]:
    yield from ((call, (answer.out + answer.err).encode()) for call, answer in site.answers.items())


def search(contents: Iterator[tuple[str, bytes]], secrets: tuple[str, ...]) -> list[str]:
    return sorted({f"{name} holds {secret}" for name, data in contents for secret in find_traces(data, secrets)})


def test_search_finds_what_was_planted(site: Site, tmp_path: Path) -> None:
    for name, least in (("table.csv", 13), ("columns.parquet", 13), ("claims.837", 10)):
        (tmp_path / name).write_bytes((site.folder / name).read_bytes())
        found = {secret for _, data in list_contents(tmp_path) for secret in find_traces(data)}
        assert len(found & set(PATIENT.values())) >= least, name
        (tmp_path / name).unlink()
    member_id = PATIENT["member_id"]
    digest = hashlib.sha256(member_id.encode())
    assert find_traces(digest.hexdigest().upper().encode()) == find_traces(digest.digest()) == [member_id]


def test_planted_claims_are_taken_in_and_counted(site: Site) -> None:
    imports = [answer for call, answer in site.answers.items() if call.startswith("import") and answer.code != 2]
    assert [answer.code for answer in imports] == [1, 1, 1]
    held = list(site.command.home.glob("claims/**/*.parquet"))
    lines = [parquet.read_table(path, partitioning=None).num_rows for path in held]
    assert sum(lines) == len(CLAIM_IDS) + 8, "each claim of the 837 has two lines"
    listed = [path.read_text().splitlines()[1:] for path in site.command.home.glob("claims/quarantine/*.csv")]
    assert sorted(map(len, listed)) == [1, 2, BROKEN_ROWS]
    for system, code in (("icd10cm", site.codes.diagnosis), ("hcpcs", site.codes.hcpcs)):
        answers = [a for call, a in site.answers.items() if call.startswith(f"impact {system}") and "json" in call]
        (item,) = [item for item in answers[0].json["items"] if item["code"] == code]
        assert item["exposure"]["lines"] == sum(lines)
        assert item["exposure"]["claims"] == len(CLAIM_IDS)
    kinds = {path.suffix for path in (site.command.home / "impact").rglob("*")}
    assert {".html", ".xlsx", ".json"} <= kinds


def test_nothing_of_the_patient_lies_below_the_home_folder(site: Site) -> None:
    assert search(list_contents(site.command.home), SECRETS) == []


def test_nothing_of_the_patient_is_printed(site: Site) -> None:
    assert search(list_printed(site), SECRETS) == []


def test_files_that_are_refused_leave_one_line_and_nothing_else(site: Site) -> None:
    before = {path: path.read_bytes() for path in site.command.home.rglob("*") if path.is_file()}
    for name in build_refused(site.codes):
        answer = site.command("import", "claims", site.folder / name)
        assert (answer.code, answer.out) == (2, ""), name
        assert answer.err.count("\n") == 1, name
        assert name in answer.err
        assert find_traces(answer.err.encode()) == []
    assert {path: path.read_bytes() for path in site.command.home.rglob("*") if path.is_file()} == before


def test_claim_ids_are_printed_nowhere_and_kept_in_the_claims_alone(site: Site) -> None:
    assert search(list_printed(site), CLAIM_IDS) == []
    holders = {
        name.split("/")[0]: name.endswith(".parquet")
        for name, data in list_contents(site.command.home)
        if find_traces(data, CLAIM_IDS)
    }
    assert holders == ({} if site.site_key else {"claims": True})


def test_site_key_is_kept_and_printed_nowhere(site: Site) -> None:
    assert search(list_contents(site.command.home), (SITE_KEY,)) == []
    assert search(list_printed(site), (SITE_KEY,)) == []
