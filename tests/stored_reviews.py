"""Rows of reviews as the tests put them into a store, made by hand and in thousands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from schema.access import Member, Role, TokenGrant
from schema.changes import ChangeKind, FieldClass
from schema.impact import Priority
from schema.review import (
    Action,
    BlockerKind,
    Item,
    Override,
    Readiness,
    Review,
    ReviewState,
    SavedView,
    Signature,
    Task,
    TrainingMark,
)

KEY = "icd10cm@2024-10-01"
NOW = datetime(2024, 8, 1, 12, 30, 15, 123456, tzinfo=UTC)
HOSTILE = "Ünïcode \" \\ % _ ' <b>&amp;</b> 漢字"

REVIEW = Review(
    key=KEY,
    system="icd10cm",
    effective_date=date(2024, 10, 1),
    previous="icd10cm@2023-10-01.1",
    current=f"{KEY}.1",
    state=ReviewState.DRAFT,
    state_why="",
    evidence="e" * 64,
    digest="d" * 64,
    items=3,
    to_decide=2,
    undecided=1,
    deleted_in_use=1,
    deleted_undecided=1,
    differences=0,
    is_assessed=True,
    blockers="[]",
    summary="{}",
    opened_at=NOW,
    version=7,
)
ITEM = Item(
    review=KEY,
    subject="code:E66813",
    code="E66813",
    record_kind="code",
    kind=ChangeKind.NEW,
    cause="absent",
    family="E66",
    title="Obesity, class 3",
    classes=("descriptor",),
    priority=Priority.HIGH,
    rank=1,
    claims=4,
    billed=100_00,
    paid=80_00,
    uses=1,
    use_owners=("coding",),
    is_named=True,
    needs_decision=True,
    fingerprint="f",
    detail='{"change":{}}',
    action=None,
    reason="",
    successors=(),
    decided_by="",
    decided_at=None,
    owner="",
    due_date=None,
    is_open=True,
    version=7,
)
DECIDED = replace(
    ITEM,
    subject="code:E668",
    code="E668",
    kind=ChangeKind.DELETED,
    action=Action.REPLACE,
    reason=HOSTILE,
    successors=("E66811", "E66812"),
    decided_by="ada",
    decided_at=NOW,
    owner=HOSTILE,
    due_date=date(2024, 9, 1),
    priority=None,
    rank=5,
    is_open=False,
)
TASK = Task(
    KEY, "t1", "E668", "replace it", "it ends", "coding", date(2024, 9, 1), Priority.HIGH, "charge master", "",
    ("row 2", HOSTILE), False, "", None, "", 7,
)  # fmt: skip
TRAINING = TrainingMark(KEY, "code:E66813", "", "E66813", "Obesity", ("severity",), True, "ada", NOW, HOSTILE, 8)
READINESS = Readiness(KEY, HOSTILE, "", False, date(2024, 11, 1), "told by mail", "ada", NOW, 9)
SIGNATURE = Signature(10, KEY, Role.CODER, "ada", NOW, "d" * 64, "{}", None, "")
OVERRIDE = Override(11, KEY, BlockerKind.DIFFERENCES, "3 differences", "p", HOSTILE, "bo", NOW)
VIEW = SavedView("ada", HOSTILE, "kind=new", True)
MEMBER = Member("ada", "Ada L.", (Role.CODER, Role.COMPLIANCE), ("coding", HOSTILE), True, "p", NOW)
GRANT = TokenGrant(1, "ada", "nightly", (), "x", None, False, NOW)
ROWS: tuple[Any, ...] = (
    REVIEW, ITEM, DECIDED, TASK, TRAINING, READINESS, SIGNATURE, OVERRIDE, VIEW, MEMBER, GRANT,
)  # fmt: skip

_OWNERS = ("", "coding", "revenue integrity", "clinic")
_TITLES = (
    "Obesity, class 3",
    "Fracture of left femur",
    "Ménière's disease, right ear",
    "100% of surface",
    "Under_score",
)


def make_items(count: int, key: str = KEY, seed: int = 1) -> Iterator[Item]:
    """Changes of all kinds, a tenth of them with work; equal seeds give equal items."""
    random = Random(seed)
    kinds, classes = list(ChangeKind), [field.value for field in FieldClass]
    for number in range(count):
        code = f"{random.choice('ABEFSZ')}{number:05d}"
        priority = random.choice(list(Priority)) if random.random() < 0.3 else None
        is_decided = random.random() < 0.1
        owner = random.choice(_OWNERS)
        paid = random.choice((0, 0, random.randrange(10**9)))
        yield Item(
            review=key,
            subject=f"code:{code}",
            code=code,
            record_kind="code",
            kind=random.choice(kinds),
            cause="",
            family=code[:3],
            title=random.choice(_TITLES),
            classes=tuple(sorted(random.sample(classes, random.randrange(3)))),
            priority=priority,
            rank=5 if priority is None else list(Priority).index(priority),
            claims=random.randrange(100) if paid else 0,
            billed=paid * 2,
            paid=paid,
            uses=random.randrange(3) if priority else 0,
            use_owners=tuple(sorted(set(random.sample(_OWNERS[1:], random.randrange(3))))),
            is_named=random.random() < 0.5,
            needs_decision=priority not in (None, Priority.INFORMATIONAL),
            fingerprint=f"{number:x}",
            detail="{" + f'"of":"{"x" * 3000}"' + "}",
            action=random.choice(list(Action)) if is_decided else None,
            reason="because" if is_decided else "",
            successors=(),
            decided_by="ada" if is_decided else "",
            decided_at=NOW + timedelta(minutes=random.randrange(60)) if is_decided else None,
            owner=owner,
            due_date=date(2024, 9, 1) + timedelta(days=random.randrange(5)) if owner else None,
            is_open=priority not in (None, Priority.INFORMATIONAL) and not is_decided,
            version=number,
        )
