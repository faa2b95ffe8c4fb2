"""The words in which the pages speak of roles, states, decisions, blockers, and of what somebody did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from schema.access import Role
from schema.acts import Act, ActKind
from schema.review import Action, BlockerKind, ReviewState
from schema.systems import SYSTEMS, display_code

ROLE_TITLES: Mapping[Role, str] = MappingProxyType(
    {role: role.value.replace("_", " ").capitalize() for role in Role},
)
STATE_TITLES: Mapping[ReviewState, str] = MappingProxyType(
    {
        ReviewState.DRAFT: "Draft",
        ReviewState.IN_REVIEW: "In review",
        ReviewState.APPROVED: "Approved",
        ReviewState.RETURNED: "Returned",
    }
)
ACTION_TITLES: Mapping[Action, str] = MappingProxyType(
    {
        Action.REPLACE: "Replace",
        Action.RETIRE: "Retire",
        Action.ADD: "Add",
        Action.NO_ACTION: "No action",
        Action.NEEDS_POLICY: "Needs policy",
    }
)
BLOCKER_TITLES: Mapping[BlockerKind, str] = MappingProxyType(
    {
        BlockerKind.DELETED_IN_USE: "Deleted codes in use",
        BlockerKind.DIFFERENCES: "Differs from the publisher’s list",
        BlockerKind.NOT_ASSESSED: "Not assessed",
        BlockerKind.SOURCE_REISSUED: "Source re-issued",
    }
)
KIND_TITLES: Mapping[ActKind, str] = MappingProxyType(
    {
        ActKind.OPENED: "Review opened",
        ActKind.REFRESHED: "Evidence renewed",
        ActKind.DECIDED: "Decision",
        ActKind.ITEM_REOPENED: "Decision taken back",
        ActKind.ASSIGNED: "Change assigned",
        ActKind.COMMENTED: "Comment",
        ActKind.TASK_DONE: "Task done",
        ActKind.TASK_REOPENED: "Task reopened",
        ActKind.TASK_ASSIGNED: "Task assigned",
        ActKind.TRAINED: "Training",
        ActKind.READINESS: "Payer readiness",
        ActKind.SUBMITTED: "Submitted",
        ActKind.SIGNED: "Signature",
        ActKind.RETURNED: "Returned",
        ActKind.OVERRIDDEN: "Override",
        ActKind.REOPENED: "Reopened",
        ActKind.CLOSEOUT_SIGNED: "Close-out signed",
        ActKind.VIEW_SAVED: "View saved",
        ActKind.VIEW_REMOVED: "View removed",
        ActKind.ACCOUNT_ADDED: "Account added",
        ActKind.ACCOUNT_CHANGED: "Account changed",
        ActKind.PASSWORD_SET: "Password set",
        ActKind.TOKEN_ADDED: "Token added",
        ActKind.TOKEN_REVOKED: "Token revoked",
        ActKind.SIGNED_IN: "Signed in",
        ActKind.SIGN_IN_FAILED: "Failed to sign in",
        ActKind.SIGNED_OUT: "Signed out",
    }
)


def role_title(name: object) -> str:
    """A role in words, whatever the log holds: `Revenue lead`."""
    return str(name).replace("_", " ").capitalize()


def code_of_subject(review: str, subject: str) -> str:
    """The code that an act about a change names, as people write it: `code:E66813` is `E66.813`; else ""."""
    kind, _, code = subject.partition(":")
    system = review.partition("@")[0]
    if kind not in ("code", "modifier", "header") or not code:
        return ""
    return display_code(system, code) if system in SYSTEMS and kind != "modifier" else code


def act_sentence(act: Act) -> str:
    """What was done, without who and when, in one line of plain words; a reason or a comment stands beside it."""
    sentence = _SENTENCES.get(act.kind)
    return sentence(act) if sentence else KIND_TITLES[act.kind]


def act_more(act: Act) -> str:
    """The sentence, where it tells more than the title of the kind does; else ""."""
    sentence = act_sentence(act)
    return "" if act.kind is ActKind.COMMENTED or sentence.lower() == KIND_TITLES[act.kind].lower() else sentence


def act_reason(act: Act) -> str:
    """What the person wrote: the reason, comment or note; "" where there is none."""
    for name in ("reason", "text", "note", "why"):
        value = act.body.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _words(value: object) -> str:
    return str(value).replace("_", " ") if value is not None else ""


def _decided(act: Act) -> str:
    action = _words(act.body.get("action"))
    chosen = act.body.get("successors") or ()
    system = act.review.partition("@")[0]
    codes = ", ".join(display_code(system, str(code)) if system in SYSTEMS else str(code) for code in chosen)
    return f"decided: {action}" + (f" with {codes}" if codes else "")


def _assigned(act: Act) -> str:
    owner, due = act.body.get("owner"), act.body.get("due_date")
    what = f"assigned to {owner}" if owner else "assigned to nobody"
    return f"{what}, due {due}" if due else what


def _trained(act: Act) -> str:
    department = act.body.get("department") or "every department"
    return f"marked {'trained' if act.body.get('is_trained') else 'not trained'}: {department}"


def _readiness(act: Act) -> str:
    payer, code = act.body.get("payer"), act.body.get("code")
    who = f"{payer} for {code}" if code else f"{payer}"
    if act.body.get("is_ready"):
        return f"{who} is ready"
    until = act.body.get("hold_until")
    return f"{who} is not ready, hold claims until {until}" if until else f"{who} is not ready"


def _signed(act: Act) -> str:
    return f"signed as {_words(act.body.get('role'))} digest {_short(act.body)}"


def _overridden(act: Act) -> str:
    return f"set a blocker aside: {act.body.get('what') or _words(act.body.get('kind'))}"


def _short(body: Mapping[str, Any]) -> str:
    return str(body.get("digest") or "")[:12]


_SENTENCES: Mapping[ActKind, Callable[[Act], str]] = MappingProxyType(
    {
        ActKind.OPENED: lambda act: f"opened the review of {act.body.get('current')}",
        ActKind.REFRESHED: lambda act: f"renewed the evidence from {act.body.get('current')}",
        ActKind.DECIDED: _decided,
        ActKind.ITEM_REOPENED: lambda act: "took the decision back",
        ActKind.ASSIGNED: _assigned,
        ActKind.COMMENTED: lambda act: "wrote",
        ActKind.TASK_DONE: lambda act: "finished a task",
        ActKind.TASK_REOPENED: lambda act: "reopened a task",
        ActKind.TASK_ASSIGNED: lambda act: f"task {_assigned(act)}",
        ActKind.TRAINED: _trained,
        ActKind.READINESS: _readiness,
        ActKind.SUBMITTED: lambda act: f"submitted digest {_short(act.body)} for signature",
        ActKind.SIGNED: _signed,
        ActKind.RETURNED: lambda act: f"returned digest {_short(act.body)}",
        ActKind.OVERRIDDEN: _overridden,
        ActKind.REOPENED: lambda act: "reopened the review; its signatures are void",
        ActKind.CLOSEOUT_SIGNED: lambda act: f"signed the close-out {act.subject} as {_words(act.body.get('role'))}",
        ActKind.VIEW_SAVED: lambda act: f"saved the view {act.subject}",
        ActKind.VIEW_REMOVED: lambda act: f"removed the view {act.subject}",
        ActKind.ACCOUNT_ADDED: lambda act: f"added the account {act.subject}",
        ActKind.ACCOUNT_CHANGED: lambda act: f"changed the account {act.subject}",
        ActKind.PASSWORD_SET: lambda act: f"set the password of {act.subject}",
        ActKind.TOKEN_ADDED: lambda act: f"added token {act.body.get('number')} for {act.subject}",
        ActKind.TOKEN_REVOKED: lambda act: f"revoked token {act.body.get('number')} of {act.subject}",
        ActKind.SIGNED_IN: lambda act: "signed in",
        ActKind.SIGN_IN_FAILED: lambda act: f"failed to sign in as {act.subject}",
        ActKind.SIGNED_OUT: lambda act: "signed out",
    }
)
