"""The audit: whether the log of acts and everything that follows from it is as it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from flows.review.replay import Finding, Memory, check_chain, compare_rows, replay
from flows.review_anchors import (
    anchors_file,
    check_anchored,
    check_anchors,
    keep_anchor,
    read_anchors,
)
from schema.access import Account, Member, Token, TokenGrant
from schema.acts import Act
from schema.errors import AuditError, ReviewNotFoundError
from schema.review import (
    Item,
    Override,
    Readiness,
    Review,
    Row,
    SavedView,
    Signature,
    Task,
    TrainingMark,
)
from schema.store.access import list_accounts, list_tokens
from schema.store.act_log import iterate_acts, read_head
from schema.store.database import reading
from schema.store.evidence import list_evidence, read_evidence
from schema.store.review_rows import iterate_rows
from schema.store.review_verify import list_faults

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from flows.settings import Settings

__all__ = ["anchors_file", "keep_anchor", "verify_log"]

# One wrong digest can make every row of a review differ; nobody reads five thousand lines of that.
_MOST_ROWS = 200

Value = TypeVar("Value")


def verify_log(engine: Engine, settings: Settings) -> list[Finding]:
    """What is not as it was written, [] when all is.

    Looked at are the chain of the log and its head, every row that follows from the acts (worked out again from
    the first act on), the evidence documents, the digests that were signed, accounts and tokens against the log,
    and the anchors in the home folder. A row or act that cannot be read at all is a finding too. Raises AuditError
    when the file of anchors cannot be opened, and StoreError.
    """
    before, findings = read_anchors(settings)
    with reading(engine) as connection:
        acts = _collect(iterate_acts(connection), "the log of acts", findings)
        findings += check_chain(acts, read_head(connection))
        memory, impossible = replay(acts, _make_reader(connection))
        findings += impossible
        findings += _check_rows(connection, memory)
        findings += [Finding(where, what) for where, what in list_faults(connection)]
        findings += _check_evidence(connection, acts)
        findings += _check_access(connection)
    findings += check_anchors(before, {act.sequence: act for act in acts})
    # A signature that came while the rows were read has its anchor by now.
    findings += check_anchored(read_anchors(settings)[0], acts)
    return list(dict.fromkeys(findings))


def _collect(values: Iterable[Value], where: str, findings: list[Finding]) -> list[Value]:
    """All values up to one that cannot be read, which is a finding."""
    found: list[Value] = []
    try:
        found.extend(values)
    except AuditError as error:
        findings.append(Finding(where, f"after {len(found)} of its rows: {error.line}"))
    return found


def _make_reader(connection: Connection) -> Callable[[str], bytes | None]:
    def read(digest: str) -> bytes | None:
        try:
            return read_evidence(connection, digest)
        except (AuditError, ReviewNotFoundError):
            return None

    return read


def _check_rows(connection: Connection, memory: Memory) -> list[Finding]:
    findings: list[Finding] = []

    def read_all() -> Iterator[Row]:
        yield from _collect(iterate_rows(connection, Review), "reviews", findings)
        yield from _collect(iterate_rows(connection, Item), "changes", findings)
        yield from _collect(iterate_rows(connection, Task), "tasks", findings)
        yield from _collect(iterate_rows(connection, TrainingMark), "training", findings)
        yield from _collect(iterate_rows(connection, Readiness), "readiness", findings)
        yield from _collect(iterate_rows(connection, Signature), "signatures", findings)
        yield from _collect(iterate_rows(connection, Override), "overrides", findings)
        yield from _collect(iterate_rows(connection, SavedView), "saved views", findings)
        yield from _collect(iterate_rows(connection, Member), "members", findings)
        yield from _collect(iterate_rows(connection, TokenGrant), "token grants", findings)

    differing = compare_rows(memory, read_all())
    findings += differing[:_MOST_ROWS]
    if len(differing) > _MOST_ROWS:
        findings.append(Finding("rows", f"{len(differing) - _MOST_ROWS:,} more differ from what the acts add up to"))
    return findings


def _check_evidence(connection: Connection, acts: Iterable[Act]) -> list[Finding]:
    findings: list[Finding] = []
    named = {value for act in acts if isinstance(value := act.body.get("evidence"), str)}
    held = set(_collect(list_evidence(connection), "evidence", findings))
    for digest in sorted(held):
        try:
            read_evidence(connection, digest)
        except (AuditError, ReviewNotFoundError) as error:
            findings.append(Finding(f"evidence {digest}", error.line))
    findings += [
        Finding(f"evidence {digest}", "an act names it, and it is not held") for digest in sorted(named - held)
    ]
    findings += [Finding(f"evidence {digest}", "it is held, and no act names it") for digest in sorted(held - named)]
    return findings


def _check_access(connection: Connection) -> list[Finding]:
    """Accounts and tokens, by which people come in, against what the log says of them."""
    findings: list[Finding] = []
    accounts = {account.name: account for account in _collect(_list(list_accounts, connection), "accounts", findings)}
    members = {member.name: member for member in _collect(iterate_rows(connection, Member), "members", [])}
    for name in sorted(accounts.keys() | members.keys()):
        account, member = accounts.get(name), members.get(name)
        if account is None or member is None:
            what = "no act added it" if member is None else "it is missing"
            findings.append(Finding(f"account {name}", what))
        elif _describe_account(account) != member:
            findings.append(Finding(f"account {name}", "it is not as the log says"))
    tokens = {token.number: token for token in _collect(_list(list_tokens, connection), "tokens", findings)}
    grants = {grant.number: grant for grant in _collect(iterate_rows(connection, TokenGrant), "token grants", [])}
    for number in sorted(tokens.keys() | grants.keys()):
        token, grant = tokens.get(number), grants.get(number)
        if token is None or grant is None:
            findings.append(Finding(f"token {number}", "no act gave it" if grant is None else "it is missing"))
        elif _describe_token(token) != grant:
            findings.append(Finding(f"token {number}", "it is not as the log says"))
    return findings


def _list(read: Callable[[Connection], list[Value]], connection: Connection) -> Iterator[Value]:
    yield from read(connection)


def _describe_account(account: Account) -> Member:
    hashed = account.password_hash
    return Member(
        name=account.name,
        display_name=account.display_name,
        roles=account.roles,
        teams=account.teams,
        is_active=account.is_active,
        password_digest=sha256(hashed.encode("utf-8", "surrogatepass")).hexdigest() if hashed is not None else "",
        created_at=account.created_at,
    )


def _describe_token(token: Token) -> TokenGrant:
    return TokenGrant(
        number=token.number,
        account=token.account,
        label=token.label,
        scopes=token.scopes,
        digest=token.digest,
        expires_at=token.expires_at,
        is_revoked=token.is_revoked,
        created_at=token.created_at,
    )
