"""What an act does to the rows: the same answer when it happens and when the log is replayed.

Bodies of the acts, by kind. `subject` is that of the act, "" where none is named; dates are ISO texts or null.

- opened: `evidence` (sha256; the document is kept before the act is projected), `previous`, `current`
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
- signed: `role`, `digest`, `sign_roles`, ...: what `flows.review.signoff.build_statement` gives, kept as statement
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

from collections.abc import Callable, Mapping

from flows.review import projection_accounts, projection_states, projection_work
from flows.review.outcome import Outcome as Outcome
from flows.review.outcome import impossible
from schema.acts import Act, ActKind
from schema.errors import AddendaError
from schema.standing import Standing


def project(act: Act, standing: Standing) -> Outcome:
    """The rows that an act gives, by what the earlier acts left.

    The counts, digest and blockers of a Review row are those of `flows.review.signoff.settle`, called after the
    acts of one transaction. Raises AuditError for an act that cannot have happened.
    """
    rule = _RULES.get(act.kind)
    if rule is None:
        return Outcome()
    try:
        return rule(act, standing)
    except AddendaError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise impossible(act, f"its body cannot be read ({type(error).__name__}: {error})") from error


_RULES: Mapping[ActKind, Callable[[Act, Standing], Outcome]] = {
    ActKind.OPENED: projection_states.open_review,
    ActKind.REFRESHED: projection_states.refresh_review,
    ActKind.DECIDED: projection_work.decide,
    ActKind.ITEM_REOPENED: projection_work.reopen_item,
    ActKind.ASSIGNED: projection_work.assign,
    ActKind.TASK_DONE: projection_work.finish_task,
    ActKind.TASK_REOPENED: projection_work.reopen_task,
    ActKind.TASK_ASSIGNED: projection_work.assign_task,
    ActKind.TRAINED: projection_work.train,
    ActKind.READINESS: projection_work.say_readiness,
    ActKind.SUBMITTED: projection_states.submit_review,
    ActKind.SIGNED: projection_states.sign_review,
    ActKind.RETURNED: projection_states.return_review,
    ActKind.OVERRIDDEN: projection_states.override_blocker,
    ActKind.REOPENED: projection_states.reopen_review,
    ActKind.CLOSEOUT_SIGNED: projection_states.sign_closeout,
    ActKind.VIEW_SAVED: projection_accounts.save_view,
    ActKind.VIEW_REMOVED: projection_accounts.remove_view,
    ActKind.ACCOUNT_ADDED: projection_accounts.add_account,
    ActKind.ACCOUNT_CHANGED: projection_accounts.change_account,
    ActKind.PASSWORD_SET: projection_accounts.set_password,
    ActKind.TOKEN_ADDED: projection_accounts.add_token,
    ActKind.TOKEN_REVOKED: projection_accounts.revoke_token,
}
"""Acts without a rule (comments, sign-ins) change no row."""
