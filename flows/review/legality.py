"""Whether an act in the log was allowed by what stood before it: the rules of sign-off, asked again. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from flows.review.memory import Memory
from flows.review.signoff import (
    check_override,
    check_reopen,
    check_return,
    check_sign,
    check_signer,
    check_submit,
    list_valid,
)
from schema.access import Actor, Role, Via
from schema.acts import Act, ActKind
from schema.errors import AddendaError
from schema.review import ACTIONS, Action, BlockerKind, Review

# What a signature says of the review: the fields of the same names.
_STATED = ("digest", "evidence", "previous", "current")


def find_faults(act: Act, memory: Memory) -> Iterator[str]:
    """Why the act cannot have been allowed, a sentence each; nothing for one that was."""
    try:
        yield from _find(act, memory)
    except AddendaError as error:
        yield error.line
    except (KeyError, TypeError, ValueError) as error:
        yield f"the act ({act.kind.value}) cannot be read ({type(error).__name__}: {error})"


def _find(act: Act, memory: Memory) -> Iterator[str]:
    if act.kind is ActKind.CLOSEOUT_SIGNED:
        _check_role(act)
        # A signature on other bytes of the same close-out does not count.
        digest = act.body["digest"]
        valid = [given for given in list_valid(memory.signatures(act.subject)) if given.digest == digest]
        check_signer(act.subject, valid, Role(act.body["role"]), act.actor, _sign_roles(act))
    review = memory.review(act.review)
    if review is None:
        return
    if act.kind is ActKind.DECIDED:
        yield from _find_in_decision(act, memory)
    elif act.kind is ActKind.SUBMITTED:
        check_submit(review, act.body["digest"])
    elif act.kind is ActKind.RETURNED:
        check_return(review, act.body["digest"])
    elif act.kind is ActKind.REOPENED and act.via is not Via.SYSTEM:
        check_reopen(review)
    elif act.kind is ActKind.OVERRIDDEN:
        check_override(review, BlockerKind(act.body["kind"]), act.body["fingerprint"])
    elif act.kind is ActKind.SIGNED:
        yield from _find_in_signature(act, review, memory)


def _find_in_decision(act: Act, memory: Memory) -> Iterator[str]:
    item = memory.item(act.review, act.subject)
    action = Action(act.body["action"])
    if item is not None and action not in ACTIONS[item.kind]:
        yield f"{act.subject} is {item.kind.value} and cannot be decided {action.value}"
    if bool(act.body["successors"]) != (action is Action.REPLACE):
        yield f"{act.subject} is decided {action.value} with {len(act.body['successors'])} successors"


def _find_in_signature(act: Act, review: Review, memory: Memory) -> Iterator[str]:
    for name in _STATED:
        if act.body[name] != getattr(review, name):
            yield f"the signature names another {name} than stood there"
    actor = Actor(act.actor, frozenset(act.roles), act.via)
    signatures, overrides = memory.signatures(act.review), memory.overrides(act.review)
    role = Role(act.body["role"])
    check_sign(review, signatures, overrides, role, actor, act.body["digest"], _sign_roles(act))


def _check_role(act: Act) -> None:
    if Role(act.body["role"]) not in act.roles:
        raise ValueError(f"{act.actor} had not the role {act.body['role']}")


def _sign_roles(act: Act) -> list[Role]:
    return [Role(role) for role in act.body["sign_roles"]]
