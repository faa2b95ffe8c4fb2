"""A home with two sample releases of ICD-10-CM, a use that holds codes of them, and the review of the newer one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flows.impact_steps import add_impact
from flows.review.signoff import list_blockers
from flows.review_acts import decide, override, sign, submit
from flows.review_steps import open_review
from flows.sample.writer import write_sample
from flows.settings import Settings, read_settings
from flows.steps import load_release, prepare_result, resolve_pair
from schema.access import SIGNING_ROLES, SYSTEM, Actor, Role, Via
from schema.acts import Act
from schema.changes import ChangeKind, UpdateResult
from schema.releases import ReleaseId, ReleaseRef
from schema.review import Action, Blocker, BlockerKind, Decision, Item, Review, ReviewState, Signature
from schema.review_query import ItemQuery
from schema.store.act_log import read_acts
from schema.store.database import open_database, reading
from schema.store.review_reader import (
    find_item,
    find_items,
    find_review,
    list_signatures,
    list_tasks,
    list_training,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine

SYSTEM_NAME = "icd10cm"
KEY = "icd10cm@2024-10-01"
NOW = datetime(2024, 8, 14, 9, tzinfo=UTC)
TODAY = date(2024, 8, 14)

ANNA = Actor("anna", frozenset({Role.CODER}), Via.PAGE)
BEN = Actor("ben", frozenset({Role.COMPLIANCE}), Via.PAGE)
CARA = Actor("cara", frozenset({Role.REVENUE_LEAD}), Via.REST)
READER = Actor("rita", frozenset({Role.READER}), Via.PAGE)
OPERATOR = Actor("otto", frozenset({Role.OPERATOR}), Via.COMMAND)
BOSS = Actor("bea", frozenset({Role.ADMINISTRATOR}), Via.PAGE)
EVERYBODY = (ANNA, BEN, CARA, READER, OPERATOR, BOSS)
SIGNERS = ((ANNA, Role.CODER), (BEN, Role.COMPLIANCE), (CARA, Role.REVENUE_LEAD))

PROBLEMS = ("E66.8", "Z86.010", "C83.39", "E66.01")
"""What the use holds: three deleted codes, and one that stays."""
SUCCESSORS = {"E668": "E6689", "Z86010": "Z860100", "C8339": "C83390"}
RETIRE = Decision(Action.RETIRE, "nobody here uses it any more")


@dataclass(frozen=True)
class ReviewHome:
    """Where it lies. `releases` is the folder of the sample."""

    engine: Engine
    settings: Settings
    config: Path
    releases: Path

    def prepare(self, previous: str = "FY2024", current: str = "FY2025", *, today: date = TODAY) -> UpdateResult:
        """The result of the update, with its impact."""
        result = prepare_result(self.engine, *resolve_pair(self.engine, SYSTEM_NAME, previous, current), today)
        return add_impact(self.engine, self.settings, self.config, result)

    def open(self) -> Review:
        """The review of the update."""
        return open_review(self.engine, self.prepare(), SYSTEM, NOW)

    @property
    def review(self) -> Review:
        """The review as it stands."""
        with reading(self.engine) as connection:
            return find_review(connection, KEY)

    def item(self, code: str) -> Item:
        """One change as it stands."""
        with reading(self.engine) as connection:
            return find_item(connection, KEY, f"code:{code}")

    def find_subjects(self, kind: ChangeKind) -> list[str]:
        """The changes of a kind, in the order of the list."""
        with reading(self.engine) as connection:
            return [one.subject for one in find_items(connection, KEY, ItemQuery(kinds=(kind,), page_size=500)).rows]

    def acts(self) -> list[Act]:
        """Every act about the review, the first one first."""
        with reading(self.engine) as connection:
            return read_acts(connection, review=KEY, is_newest_first=False, limit=10_000)

    def signatures(self) -> list[Signature]:
        """Those on the review, void ones too."""
        with reading(self.engine) as connection:
            return list_signatures(connection, KEY)

    def decide(self, code: str, decision: Decision = RETIRE, *, by: Actor = ANNA, seen: int | None = None) -> list[Act]:
        """Decide about one code, by default with the page just loaded."""
        version = self.review.version if seen is None else seen
        return decide(self.engine, by, KEY, [f"code:{code}"], decision, version, now=NOW)

    def decide_deleted(self) -> None:
        """Decide what has to be decided before anybody can sign."""
        for code, successor in SUCCESSORS.items():
            self.decide(code, Decision(Action.REPLACE, "its child says it better", (successor,)))

    def submit(self) -> Act:
        """Put it before the signers."""
        return submit(self.engine, ANNA, KEY, self.review.digest, settings=self.settings, now=NOW)

    def sign(self, actor: Actor, role: Role, digest: str | None = None) -> Act:
        """Sign what stands there, or what the digest names."""
        named = digest or self.review.digest
        return sign(self.engine, actor, KEY, role, named, SIGNING_ROLES, settings=self.settings, now=NOW)

    def override_all(self) -> None:
        """Set aside whatever blocks and can be set aside."""
        for one in list_blockers(self.review):
            if one.can_be_overridden and one.kind is not BlockerKind.DELETED_IN_USE:
                reason = "the list of the sample is not whole"
                override(self.engine, BEN, KEY, one.kind, reason, one.fingerprint, settings=self.settings, now=NOW)

    def approve(self) -> Review:
        """From draft to approved, by three people."""
        self.decide_deleted()
        self.override_all()
        self.submit()
        for actor, role in SIGNERS:
            self.sign(actor, role)
        review = self.review
        if review.state is not ReviewState.APPROVED:
            raise AssertionError(f"it is {review.state}")
        return review

    def reissue(self, label: str = "FY2025") -> ReleaseId:
        """Load a release again with one title changed: its second issue."""
        day = f"{int(label[2:]) - 1}-10-01"
        return load_release(
            self.engine, ReleaseRef(SYSTEM_NAME, date.fromisoformat(day)), [write_reissue(self, label)]
        ).written.release_id


def write_reissue(home: ReviewHome, label: str) -> Path:
    """The files of a release with one title changed, below the home folder."""
    target = home.settings.home / f"reissued-{label}"
    target.mkdir(exist_ok=True)
    for path in sorted((home.releases / SYSTEM_NAME / label).iterdir()):
        data = path.read_bytes()
        (target / path.name).write_bytes(data)
    return reword(target)


def reword(folder: Path) -> Path:
    """Change one title in the order file that lies in the folder, or in an archive there."""
    import zipfile

    for path in folder.iterdir():
        if path.suffix != ".zip":
            continue
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in members.items():
                is_order = "order" in name and "addenda" not in name
                archive.writestr(name, data.replace(b"Morbid", b"Severe", 1) if is_order else data)
    return folder


@contextmanager
def make_home(folder: Path, releases: Path, database_url: str) -> Iterator[ReviewHome]:
    """A home in `folder`; `releases` is where `write_sample` wrote. The review is not opened yet."""
    folder.mkdir(exist_ok=True)
    (folder / "problems.csv").write_text("diagnosis\n" + "\n".join(PROBLEMS) + "\n")
    config = folder / "addenda.toml"
    config.write_text(
        '[[uses]]\nname = "problem list"\nkind = "order_set"\nowner = "medical records"\npath = "problems.csv"\n'
        '[uses.columns]\nicd10cm = ["diagnosis"]\n'
    )
    settings = read_settings(config).model_copy(update={"home": folder, "database_url": database_url, "today": TODAY})
    engine = open_database(database_url)
    try:
        home = ReviewHome(engine, settings, config, releases)
        for label, day in (("FY2024", date(2023, 10, 1)), ("FY2025", date(2024, 10, 1))):
            load_release(engine, ReleaseRef(SYSTEM_NAME, day), [releases / SYSTEM_NAME / label])
        yield home
    finally:
        engine.dispose()


def minutes(count: int) -> timedelta:
    """So many of them."""
    return timedelta(minutes=count)


def write_releases(folder: Path) -> Path:
    """The sample's releases, in `folder`."""
    write_sample(folder)
    return folder


def list_numbers(home: ReviewHome) -> list[str]:
    """The numbers of the tasks, sorted."""
    with reading(home.engine) as connection:
        return sorted(task.number for task in list_tasks(connection, review=KEY))


def find_lesson(home: ReviewHome) -> tuple[str, str]:
    """Subject and department of something that is to be taught."""
    with reading(home.engine) as connection:
        mark = list_training(connection, KEY)[0]
    return mark.subject, mark.department


def find_blocker(home: ReviewHome, kind: BlockerKind) -> Blocker:
    """The blocker of that kind."""
    return next(one for one in list_blockers(home.review) if one.kind is kind)


def set_aside(home: ReviewHome, actor: Actor, kind: BlockerKind, reason: str = "we know it", print_: str = "") -> None:
    """Set the blocker of that kind aside, or the one of that fingerprint."""
    fingerprint = print_ or find_blocker(home, kind).fingerprint
    override(home.engine, actor, KEY, kind, reason, fingerprint, settings=home.settings, now=NOW)
