"""What an act does to the rows: the same answer when it happens and when the log is replayed.

Bodies of the acts, by kind. `subject` is that of the act, "" where none is named; dates are ISO texts or null.

- opened: `evidence` (sha256, kept before the act is projected), `previous`, `current`
- refreshed: as opened, and `why`
- decided: subject of the change; `action`, `reason`, `successors` (stored codes)
- item_reopened: subject of the change; `reason`
- assigned: subject of the change; `owner`, `due_date`
- commented: subject of the change or ""; `text`. Changes no row
- task_done: subject is the task's number; `note`
- task_reopened: subject is the task's number; `reason`
- task_assigned: subject is the task's number; `owner`, `due_date`
- trained: subject of the change; `department`, `is_trained`, `note`
- readiness: `payer`, `code` ("" for all codes), `is_ready`, `hold_until`, `note`
- submitted: `digest`
- signed: what `flows.review.signoff.build_statement` gives: `role`, `digest`, `sign_roles`, ... (the signature's statement)
- returned: `digest`, `reason`. Voids the signatures
- overridden: `kind`, `what`, `fingerprint`, `reason`
- reopened: `why`; and `later`, the release id of a later issue, where that is why. Voids the signatures
- closeout_signed: `review` is ""; subject is the scope (`closeout@2024-10-31/30`); `role`, `digest`, `sign_roles`, ...
- view_saved: `review` is ""; subject is the view's name, its account the actor's; `query`, `is_shared`
- view_removed: as view_saved, without a body
- account_added: `review` is ""; subject is the account's name; `display_name`, `roles`, `teams`, `is_active`,
  `password_digest`
- account_changed: as account_added, without `password_digest`; every value is the new one
- password_set: subject is the account's name; `password_digest`
- token_added: subject is the account's name; `number`, `label`, `scopes`, `digest`, `expires_at`
- token_revoked: subject is the account's name; `number`
- signed_in, sign_in_failed, signed_out: subject is the name; any body. Change no row
"""

from __future__ import annotations

from dataclasses import dataclass

from schema.acts import Act
from schema.review import Row
from schema.standing import Standing


@dataclass(frozen=True, slots=True)
class Outcome:
    """Rows that are there now, in the place of those of the same key; and rows that are gone."""

    rows: tuple[Row, ...] = ()
    removed: tuple[Row, ...] = ()


def project(act: Act, standing: Standing) -> Outcome:
    """The rows that an act gives, by what the earlier acts left.

    The counts, digest and blockers of a Review row are those of `flows.review.signoff.settle`, called after the
    acts of one transaction. Raises AuditError for an act that cannot have happened.
    """
    raise NotImplementedError
