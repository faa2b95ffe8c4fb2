"""The proof: the log of acts is whole, and every row follows from it. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from hashlib import sha256

from flows.review.legality import find_faults
from flows.review.memory import Memory as Memory
from flows.review.memory import RowKey, key_of
from flows.review.outcome import Outcome
from flows.review.projection import project
from flows.review.signoff import is_complete, list_valid, settle
from schema.access import Member, Role, TokenGrant
from schema.acts import FIRST_HASH, Act, ActKind, hash_act
from schema.errors import AddendaError, AuditError, shorten_value
from schema.review import Item, Override, Readiness, Review, ReviewState, Row, SavedView, Signature, Task, TrainingMark

# What one reads of a review before it acts on the whole of it: it has to be settled before such an act is replayed.
_ON_THE_WHOLE = frozenset(
    {
        ActKind.REFRESHED,
        ActKind.SUBMITTED,
        ActKind.SIGNED,
        ActKind.RETURNED,
        ActKind.OVERRIDDEN,
        ActKind.REOPENED,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as the log says. `where` names the act or the row, `what` is a sentence."""

    where: str
    what: str


def check_chain(acts: Iterable[Act], head: tuple[int, str]) -> list[Finding]:
    """Whether sequences have no gap, each act's hash is its own and the next one names it, and the head is the last.

    `acts` come in the order of the log; `head` is the sequence and hash of the last act, (0, `FIRST_HASH`) of none.
    """
    findings = []
    last_sequence, last_hash = 0, FIRST_HASH
    for act in acts:
        where = f"act {act.sequence}"
        if act.sequence != last_sequence + 1:
            findings.append(Finding(where, f"it follows act {last_sequence}: the log has a gap or another order"))
        if act.previous_hash != last_hash:
            findings.append(Finding(where, f"it does not name the hash of act {last_sequence}"))
        if act.hash != hash_act(act):
            findings.append(Finding(where, "its hash is not that of its content: it was changed"))
        last_sequence, last_hash = act.sequence, act.hash
    if head != (last_sequence, last_hash):
        findings.append(
            Finding("the head of the log", f"it names act {head[0]}, but the log ends with act {last_sequence}")
            if head[0] != last_sequence
            else Finding("the head of the log", f"its hash is not that of act {last_sequence}")
        )
    return findings


def replay(acts: Iterable[Act], read_evidence: Callable[[str], bytes | None]) -> tuple[Memory, list[Finding]]:
    """What the acts add up to, and what in them cannot have happened.

    `read_evidence` gives the bytes kept under a digest, None where none are; they are checked against it here.
    """
    findings: list[Finding] = []
    memory = Memory(lambda digest: _check_evidence(digest, read_evidence(digest)))
    last: dict[str, int] = {}
    unsettled: set[str] = set()
    for act in acts:
        try:
            if act.review in unsettled and act.kind in _ON_THE_WHOLE:
                _settle(memory, act.review, last[act.review])
                unsettled.discard(act.review)
            findings += [Finding(f"act {act.sequence}", why) for why in find_faults(act, memory)]
            memory.apply(project(act, memory))
        except AddendaError as error:
            findings.append(Finding(f"act {act.sequence}", error.line))
        if act.review:
            last[act.review] = act.sequence
            unsettled.add(act.review)
    for key in sorted(unsettled):
        _settle(memory, key, last[key])
    findings += _check_signatures(memory)
    return memory, findings


def compare_rows(memory: Memory, rows: Iterable[Row]) -> list[Finding]:
    """Every row that differs from what the acts add up to, that is missing, or that no act gave.

    `rows` are all rows of all tables, in any order.
    """
    expected: dict[tuple[str, RowKey], Row] = {(_table_of(row), key_of(row)): row for row in memory.rows()}
    findings = []
    seen: set[tuple[str, RowKey]] = set()
    for row in rows:
        key = _table_of(row), key_of(row)
        if key in seen:
            findings.append(Finding(_name(key), "it is there twice"))
            continue
        seen.add(key)
        due = expected.get(key)
        if due is None:
            findings.append(Finding(_name(key), "no act gave it"))
        else:
            findings += [Finding(_name(key), what) for what in _differences(due, row)]
    missing = sorted((key for key in expected if key not in seen), key=repr)
    return findings + [Finding(_name(key), "it is missing: the acts give it") for key in missing]


def _settle(memory: Memory, key: str, version: int) -> None:
    if memory.review(key) is not None:
        memory.apply(Outcome((settle(key, memory, version),)))


def _check_evidence(digest: str, data: bytes | None) -> bytes | None:
    if data is not None and sha256(data).hexdigest() != digest:
        raise AuditError(f"the evidence {digest[:12]} is not what it was", "its digest is another")
    return data


def _check_signatures(memory: Memory) -> Iterator[Finding]:
    """Whether what is signed and approved is what stands there at the end of the log."""
    for review in memory.reviews():
        where = f"review {review.key}"
        signatures = list_valid(memory.signatures(review.key))
        for signature in signatures:
            if signature.digest != review.digest:
                yield Finding(where, f"the signature of {signature.signer} holds, but is on something else")
        if review.state is ReviewState.APPROVED:
            roles = {Role(role) for each in signatures[-1:] for role in json.loads(each.statement)["sign_roles"]}
            if not is_complete(signatures, roles):
                yield Finding(where, "it is approved, but not everybody who has to has signed it")


_TABLES: dict[type, str] = {
    Review: "review",
    Item: "change",
    Task: "task",
    TrainingMark: "training",
    Readiness: "readiness",
    Signature: "signature",
    Override: "override",
    SavedView: "view",
    Member: "account",
    TokenGrant: "token",
}


def _table_of(row: Row) -> str:
    return _TABLES[type(row)]


def _name(key: tuple[str, RowKey]) -> str:
    table, parts = key
    return " ".join([table, *(shorten_value(str(part)) for part in parts if part != "")])


def _differences(due: Row, row: Row) -> Iterator[str]:
    for field in fields(due):
        says, stands = getattr(due, field.name), getattr(row, field.name)
        if says != stands:
            yield f"{field.name} is {_show(stands)}, the acts say {_show(says)}"


def _show(value: object) -> str:
    return repr(shorten_value(str(value))) if value is not None else "nothing"
