"""What REST takes: the body of every act. A field that is not known is refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from flows.web.rest_fields import Code, Day, Digest, Flag, Line, Name, Note, Reason, Sequence, Subject, Subjects
from schema.access import Role
from schema.review import Action, BlockerKind, Decision

SEEN = Field(description="The `version` of the review when the caller read it; a later change is a conflict (409).")


class Body(BaseModel):
    """What all bodies have in common: nothing unknown, nothing converted that is not what it says."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ToDecide(Body):
    """A decision about one or more changes: all of them or, after any refusal, none."""

    subjects: Subjects
    action: Action
    reason: Reason
    successors: Annotated[list[Code], Field(max_length=50)] = []
    seen: Annotated[Sequence, SEEN]

    @property
    def decision(self) -> Decision:
        """As the acts take it."""
        return Decision(self.action, self.reason, tuple(self.successors))


class ToReopenItems(Body):
    """Decisions to be taken back."""

    subjects: Subjects
    reason: Reason
    seen: Annotated[Sequence, SEEN]


class ToAssign(Body):
    """Changes that somebody shall work on; owner "" takes an assignment back."""

    subjects: Subjects
    owner: Line
    due_date: Day | None = None
    seen: Annotated[Sequence, SEEN]


class ToComment(Body):
    """Something said about a change, or (subject "") about the review."""

    subject: Subject | Annotated[str, Field(max_length=0)] = ""
    text: Reason


class ToFinishTask(Body):
    """A task that is done."""

    note: Note = ""
    seen: Annotated[Sequence, SEEN]


class ToReopenTask(Body):
    """A task that is not done after all."""

    reason: Reason
    seen: Annotated[Sequence, SEEN]


class ToAssignTask(Body):
    """A task for another owner, or another day."""

    owner: Name
    due_date: Day
    seen: Annotated[Sequence, SEEN]


class ToMarkTrained(Body):
    """Whether a department was taught a change; department "" where the claims name none."""

    subject: Subject
    department: Line = ""
    is_trained: Flag
    note: Note = ""
    seen: Annotated[Sequence, SEEN]


class ToSetReadiness(Body):
    """Whether a payer is ready, for one code or (code "") for the whole update; else until when claims are held."""

    payer: Name
    code: Code | Annotated[str, Field(max_length=0)] = ""
    is_ready: Flag
    hold_until: Day | None = None
    note: Note = ""
    seen: Annotated[Sequence, SEEN]


class ToSubmit(Body):
    """A review to be put before those who sign."""

    digest: Digest


class ToSign(Body):
    """A signature: for a role of the account, under exactly what the digest names."""

    role: Literal[Role.CODER, Role.COMPLIANCE, Role.REVENUE_LEAD]
    digest: Digest


class ToReturn(Body):
    """A review that goes back."""

    digest: Digest
    reason: Reason


class ToOverride(Body):
    """A blocker to be set aside: kind and fingerprint as the review tells them."""

    kind: BlockerKind
    fingerprint: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[0-9A-Za-z:._-]+$")]
    reason: Reason


class ToReopen(Body):
    """A review that is to be worked on again."""

    reason: Reason


class ToSaveView(Body):
    """A filter of the list of changes under a name: the query string of its page."""

    name: Name
    query: Annotated[str, Field(max_length=2000, pattern=r"^[!-~]*$")]
    is_shared: Flag = False


class ToRemoveView(Body):
    """A saved view of the caller that is no longer wanted."""

    name: Name
