"""The log of acts in the store: one chain, read in parts, never changed; on both databases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from schema.access import Actor, Role, Via
from schema.acts import ACCESS_KINDS, FIRST_HASH, Act, ActKind, hash_act
from schema.errors import AuditError, UsageError
from schema.store.act_log import ActDraft, append_acts, iterate_acts, read_acts, read_head
from schema.store.database import open_database, reading, writing

NOW = datetime(2024, 8, 1, 12, 30, 15, 123456, tzinfo=UTC)
ADA = Actor("ada", frozenset({Role.COMPLIANCE, Role.CODER}), Via.PAGE)
BO = Actor("bo", frozenset({Role.READER}), Via.REST)
KEY = "icd10cm@2024-10-01"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    found = open_database(database_url)
    yield found
    found.dispose()


def comment(words: str = "so", actor: Actor = ADA, subject: str = "") -> ActDraft:
    return ActDraft(actor, ActKind.COMMENTED, KEY, subject, {"text": words})


def append(engine: Engine, *drafts: ActDraft, at: datetime = NOW) -> list[Act]:
    with writing(engine) as connection:
        return append_acts(connection, drafts, at)


def read(engine: Engine, **wanted: object) -> list[int]:
    with reading(engine) as connection:
        return [act.sequence for act in read_acts(connection, **wanted)]  # type: ignore[arg-type]


def unguard(connection: Connection) -> None:
    """What somebody with the rights of the owner would do before changing the log."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE act DISABLE TRIGGER ALL"))
    else:
        for name in ("act_is_not_changed", "act_is_not_removed", "act_is_not_replaced"):
            connection.execute(text(f"DROP TRIGGER {name}"))


def test_acts_come_back_as_they_were_appended(engine: Engine) -> None:
    odd = {"text": 'Zoë "quoted" \\ 漢字\n', "list": [1, None, True, 2.5], "of": {"b": 1, "a": "\x1f"}}
    appended = append(engine, replace(comment(), body=odd), comment("again", BO, "code:E66813"))
    with reading(engine) as connection:
        assert list(iterate_acts(connection)) == appended
        assert read_acts(connection) == appended[::-1]
    assert appended[0].body == odd
    assert appended[0].roles == (Role.CODER, Role.COMPLIANCE)
    assert appended[1].via is Via.REST


def test_each_act_names_the_hash_of_the_one_before_it(engine: Engine) -> None:
    acts = [*append(engine, comment("1"), comment("2")), *append(engine, comment("3"), at=NOW + timedelta(days=1))]
    assert [act.sequence for act in acts] == [1, 2, 3]
    assert [act.previous_hash for act in acts] == [FIRST_HASH, acts[0].hash, acts[1].hash]
    assert all(act.hash == hash_act(act) for act in acts)
    with reading(engine) as connection:
        assert read_head(connection) == (3, acts[2].hash)
        assert [hash_act(act) for act in iterate_acts(connection)] == [act.hash for act in acts]


def test_empty_log_has_the_first_hash_as_its_head(engine: Engine) -> None:
    assert append(engine) == []
    with reading(engine) as connection:
        assert (read_head(connection), list(iterate_acts(connection))) == ((0, FIRST_HASH), [])


def test_instant_of_an_act_is_hashed_in_utc_whatever_zone_it_came_in(engine: Engine) -> None:
    here = timezone(timedelta(hours=-7))
    [act] = append(engine, comment(), at=NOW.astimezone(here))
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TIME ZONE 'Asia/Kolkata'"))
        [found] = iterate_acts(connection)
    assert found.at.isoformat() == "2024-08-01T12:30:15.123456+00:00"
    assert hash_act(found) == act.hash


def test_acts_are_found_by_what_they_are_about(engine: Engine) -> None:
    append(
        engine,
        comment(),
        comment(subject="code:A00"),
        comment(actor=BO),
        ActDraft(BO, ActKind.SIGNED_IN, "", "bo", {}),
        replace(comment(), review="hcpcs@2025-01-01", kind=ActKind.OPENED),
    )
    assert read(engine) == [5, 4, 3, 2, 1]
    assert read(engine, is_newest_first=False) == [1, 2, 3, 4, 5]
    assert read(engine, review=KEY) == [3, 2, 1]
    assert read(engine, review=KEY, subject="code:A00") == [2]
    assert read(engine, review=KEY, subject="") == [3, 1]
    assert read(engine, actor="bo") == [4, 3]
    assert read(engine, kinds={ActKind.OPENED, ActKind.SIGNED_IN}) == [5, 4]
    assert read(engine, kinds=()) == []
    assert read(engine, has_access=False) == [5, 3, 2, 1]
    assert read(engine, kinds=ACCESS_KINDS, has_access=False) == []
    assert read(engine, after=2, before=5) == [4, 3]
    assert read(engine, limit=2) == [5, 4]
    assert read(engine, limit=2, is_newest_first=False, after=1) == [2, 3]
    assert read(engine, limit=-1) == []


@pytest.mark.parametrize("number", [2**31, 2**63, 2**200, -1, -(2**200)])
def test_numbers_beyond_every_act_match_as_if_they_were_small(engine: Engine, number: int) -> None:
    append(engine, comment())
    assert read(engine, after=number) == ([] if number > 0 else [1])
    assert read(engine, before=number) == ([1] if number > 0 else [])
    assert read(engine, limit=number) == ([1] if number > 0 else [])


def test_texts_that_no_database_takes_match_nothing(engine: Engine) -> None:
    append(engine, comment())
    for hostile in ("\0", "\udce4", "' OR 1=1 --"):
        assert read(engine, review=hostile) == read(engine, subject=hostile) == read(engine, actor=hostile) == []


@pytest.mark.parametrize("hostile", ["a\0b", "\ud800"])
def test_act_with_a_name_that_no_database_takes_is_refused(engine: Engine, hostile: str) -> None:
    for draft in (comment(actor=replace(ADA, name=hostile)), comment(subject=hostile), comment(hostile)):
        if hostile == "a\0b" and draft.body["text"] == hostile:
            [act] = append(engine, draft)  # inside JSON it is spelled \\u0000
            assert act.body["text"] == hostile
        else:
            with pytest.raises(UsageError, match="characters that no database takes"):
                append(engine, draft)
    with reading(engine) as connection:
        assert len(list(iterate_acts(connection))) == read_head(connection)[0]


CHANGES = (
    "UPDATE act SET actor = 'eve' WHERE sequence = 1",
    "UPDATE act SET sequence = 9 WHERE sequence = 1",
    "DELETE FROM act",
    "INSERT OR REPLACE INTO act SELECT sequence, at, 'eve', roles, via, kind, review, subject, body, previous_hash, "
    "hash FROM act WHERE sequence = 1",
    "TRUNCATE act",
)


def test_database_refuses_to_change_or_remove_an_act(engine: Engine) -> None:
    append(engine, comment("1"), comment("2"))
    is_sqlite = engine.dialect.name == "sqlite"
    left_out = "TRUNCATE" if is_sqlite else "INSERT"
    for statement in CHANGES:
        if not statement.startswith(left_out):
            with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
                connection.execute(text(statement))
    assert read(engine, actor="ada") == [2, 1]


def test_failed_transaction_leaves_neither_act_nor_head(engine: Engine) -> None:
    append(engine, comment())

    def append_and_fail() -> None:
        with writing(engine) as connection:
            append_acts(connection, [comment()], NOW)
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        append_and_fail()
    with reading(engine) as connection:
        assert read_head(connection)[0] == 1
    assert read(engine) == [1]


def test_nothing_is_appended_to_a_log_whose_end_was_cut_off(engine: Engine) -> None:
    append(engine, comment("1"), comment("2"))
    with engine.begin() as connection:
        unguard(connection)
        connection.execute(text("DELETE FROM act WHERE sequence = 2"))
    with pytest.raises(AuditError, match="should end with act 2 and ends with 1"):
        append(engine, comment("3"))


def test_act_that_cannot_be_read_is_named_as_a_fault_of_the_log(engine: Engine) -> None:
    append(engine, comment("1"))
    for change in ("kind = 'sneezed'", "body = '{'", 'body = \'{ "text":"1"}\'', "body = '[]'", "roles = '[\"king\"]'"):
        with engine.connect() as connection, connection.begin() as transaction:
            unguard(connection)
            connection.execute(text(f"UPDATE act SET {change}"))
            with pytest.raises(AuditError, match="cannot be read"):
                list(iterate_acts(connection))
            with pytest.raises(AuditError, match="cannot be read"):
                read_acts(connection)
            transaction.rollback()


def test_act_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        append(engine, comment(), at=datetime(2024, 1, 1))  # noqa: DTZ001  the fault


def test_acts_of_people_who_act_at_once_make_one_chain(engine: Engine) -> None:
    def act_often(name: str) -> None:
        for number in range(15):
            append(
                engine, comment(f"{name} {number}", replace(ADA, name=name)), comment("and", replace(ADA, name=name))
            )

    threads = [Thread(target=act_often, args=(name,)) for name in ("ada", "bo", "cy", "di")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        acts = list(iterate_acts(connection))
        head = read_head(connection)
    assert [act.sequence for act in acts] == list(range(1, 121))
    assert [act.previous_hash for act in acts] == [FIRST_HASH, *(act.hash for act in acts[:-1])]
    assert head == (120, acts[-1].hash)
    assert Counter(act.actor for act in acts) == dict.fromkeys(("ada", "bo", "cy", "di"), 30)


def test_thousands_of_acts_are_gone_through_in_order(engine: Engine) -> None:
    append(engine, *(comment(str(number)) for number in range(4_500)))
    with reading(engine) as connection:
        acts = list(iterate_acts(connection))
    assert [act.body["text"] for act in acts] == [str(number) for number in range(4_500)]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(bodies=st.lists(st.dictionaries(st.text(max_size=4), JSON, max_size=3), max_size=4))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_body_keeps_its_hash(engine: Engine, bodies: list[dict[str, object]]) -> None:
    with engine.connect() as connection, connection.begin() as transaction:
        acts = append_acts(connection, [replace(comment(), body=body) for body in bodies], NOW)
        found = list(iterate_acts(connection))
        assert found == acts
        assert [json.loads(json.dumps(body)) for body in bodies] == [act.body for act in found]
        assert all(hash_act(act) == act.hash for act in found)
        transaction.rollback()
