"""The contract of who may what: every route of the site. A route without a line fails tests/test_web_roles.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from schema.access import ROLE_PERMISSIONS, Permission, Role
from schema.store.database import reading
from schema.store.review_reader import list_tasks
from tests.review_site import KEY, SUBJECT
from tests.web_site import PEOPLE, WebSite

Door = Literal["open", "closed", "page", "rest"]


@dataclass(frozen=True)
class Line:
    """Who may: whoever has the permission; None is everybody who is signed in. `body` makes the request a sound one."""

    door: Door
    permission: Permission | None = None
    body: Mapping[str, Any] = field(default_factory=dict)

    def admits(self, role: Role) -> bool:
        return self.permission is None or self.permission in ROLE_PERMISSIONS[role]


READ, WORK, SIGN = Permission.READ, Permission.WORK, Permission.SIGN
# Filled in when the request is made: what the page would have shown.
SEEN, DIGEST = {"seen": "now"}, {"digest": "now"}
CHOSEN = {"subject": SUBJECT, "one": "1", **SEEN}
SUBJECTS = {"subjects": [SUBJECT], **SEEN}
READINESS = {"payer": "Medicare", "code": "", **SEEN}
TRAINING = {"subject": "code:C8600", "department": "Oncology", **SEEN}
BLOCKER = {"kind": "differences", "fingerprint": "x", "reason": "Known"}
VIEW, DUE = {"name": "Mine", "query": "kind=deleted"}, {"due_date": "2024-09-20"}
RETIRE, WHY, PAPER = {"action": "retire", "reason": "Gone"}, {"reason": "No"}, {"owner": "coding"}
ROUTES: dict[tuple[str, str], Line] = {
    # What everybody has to reach before signing in.
    ("GET", "/healthz"): Line("open"),
    ("GET", "/static/{name}"): Line("open"),
    ("GET", "/login"): Line("open"),
    ("POST", "/login"): Line("open"),
    ("GET", "/api/v1/openapi.json"): Line("open"),
    # Where people sign in at an OpenID provider; here they do not.
    ("GET", "/oidc/start"): Line("closed"),
    ("GET", "/oidc/return"): Line("closed"),
    # Pages.
    ("POST", "/logout"): Line("page"),
    ("GET", "/me"): Line("page"),
    ("POST", "/me/password"): Line("page"),
    ("POST", "/me/tokens"): Line("page", body={"label": "script", "scope": "read"}),
    ("POST", "/me/tokens/{number}/revocation"): Line("page"),
    ("GET", "/"): Line("page", READ),
    ("GET", "/updates/{key}"): Line("page", READ),
    ("GET", "/updates/{key}/evidence.json"): Line("page", READ),
    ("GET", "/updates/{key}/changes"): Line("page", READ),
    ("GET", "/updates/{key}/changes.csv"): Line("page", READ),
    ("GET", "/updates/{key}/changes/{subject}"): Line("page", READ),
    ("GET", "/tasks"): Line("page", READ),
    ("GET", "/watch"): Line("page", READ),
    ("GET", "/watch/{as_of}/{name}"): Line("page", READ),
    ("GET", "/codes"): Line("page", READ),
    ("GET", "/codes/{system}/{code}"): Line("page", READ),
    ("GET", "/audit"): Line("page", READ),
    ("GET", "/audit.csv"): Line("page", READ),
    # Forms of pages.
    ("POST", "/updates/{key}/decisions"): Line("page", WORK, CHOSEN | RETIRE),
    ("POST", "/updates/{key}/item-reopenings"): Line("page", WORK, CHOSEN | WHY),
    ("POST", "/updates/{key}/assignments"): Line("page", WORK, CHOSEN | PAPER),
    ("POST", "/updates/{key}/comments"): Line("page", WORK, {"subject": SUBJECT, "text": "Ask"}),
    ("POST", "/updates/{key}/readiness"): Line("page", WORK, READINESS | {"is_ready": "1"}),
    ("POST", "/updates/{key}/training"): Line("page", WORK, TRAINING | {"is_trained": "1"}),
    ("POST", "/updates/{key}/tasks/{number}/done"): Line("page", WORK, SEEN),
    ("POST", "/updates/{key}/tasks/{number}/reopening"): Line("page", WORK, WHY | SEEN),
    ("POST", "/updates/{key}/tasks/{number}/assignment"): Line("page", WORK, PAPER | DUE | SEEN),
    ("POST", "/views"): Line("page", WORK, VIEW | {"key": KEY}),
    ("POST", "/views/removal"): Line("page", WORK, VIEW | {"key": KEY}),
    ("POST", "/updates/{key}/submission"): Line("page", SIGN, DIGEST),
    ("POST", "/updates/{key}/signatures"): Line("page", SIGN),
    ("POST", "/updates/{key}/return"): Line("page", SIGN, DIGEST | WHY),
    ("POST", "/updates/{key}/reopening"): Line("page", SIGN, WHY),
    ("POST", "/updates/{key}/overrides"): Line("page", Permission.OVERRIDE, BLOCKER),
    ("POST", "/updates/{key}/refresh"): Line("page", Permission.REFRESH),
    ("POST", "/watch/{as_of}/closeouts/{days}/signatures"): Line("page", SIGN),
    ("POST", "/updates/{key}/changes/{subject}/comments"): Line("page", WORK, {"text": "Ask"}),
    # Accounts.
    ("GET", "/accounts"): Line("page", Permission.ACCOUNTS),
    ("GET", "/accounts/{name}"): Line("page", Permission.ACCOUNTS),
    ("POST", "/accounts"): Line("page", Permission.ACCOUNTS),
    ("POST", "/accounts/{name}"): Line("page", Permission.ACCOUNTS),
    ("POST", "/accounts/{name}/password"): Line("page", Permission.ACCOUNTS),
    ("POST", "/accounts/{name}/tokens/{number}/revocation"): Line("page", Permission.ACCOUNTS),
    # REST.
    ("GET", "/api/v1/me"): Line("rest", READ),
    ("GET", "/api/v1/reviews"): Line("rest", READ),
    ("GET", "/api/v1/reviews/{key}"): Line("rest", READ),
    ("GET", "/api/v1/reviews/{key}/evidence"): Line("rest", READ),
    ("GET", "/api/v1/reviews/{key}/items"): Line("rest", READ),
    ("GET", "/api/v1/reviews/{key}/counts"): Line("rest", READ),
    ("GET", "/api/v1/reviews/{key}/items/{subject}"): Line("rest", READ),
    ("GET", "/api/v1/reviews/{key}/tasks"): Line("rest", READ),
    ("GET", "/api/v1/tasks"): Line("rest", READ),
    ("GET", "/api/v1/reviews/{key}/training"): Line("rest", READ),
    ("GET", "/api/v1/reviews/{key}/readiness"): Line("rest", READ),
    ("GET", "/api/v1/reviews/{key}/signatures"): Line("rest", READ),
    ("GET", "/api/v1/closeouts/{as_of}/{days}/signatures"): Line("rest", READ),
    ("GET", "/api/v1/reviews/{key}/overrides"): Line("rest", READ),
    ("GET", "/api/v1/views"): Line("rest", READ),
    ("GET", "/api/v1/acts"): Line("rest", READ),
    ("GET", "/api/v1/audit/verification"): Line("rest", Permission.AUDIT),
    ("POST", "/api/v1/reviews/{key}/decisions"): Line("rest", WORK, SUBJECTS | RETIRE),
    ("POST", "/api/v1/reviews/{key}/item-reopenings"): Line("rest", WORK, SUBJECTS | WHY),
    ("POST", "/api/v1/reviews/{key}/assignments"): Line("rest", WORK, SUBJECTS | PAPER),
    ("POST", "/api/v1/reviews/{key}/comments"): Line("rest", WORK, {"text": "Ask"}),
    ("POST", "/api/v1/reviews/{key}/tasks/{number}/done"): Line("rest", WORK, SEEN),
    ("POST", "/api/v1/reviews/{key}/tasks/{number}/reopening"): Line("rest", WORK, WHY | SEEN),
    ("POST", "/api/v1/reviews/{key}/tasks/{number}/assignment"): Line("rest", WORK, PAPER | DUE | SEEN),
    ("POST", "/api/v1/reviews/{key}/training"): Line("rest", WORK, TRAINING | {"is_trained": True}),
    ("POST", "/api/v1/reviews/{key}/readiness"): Line("rest", WORK, READINESS | {"is_ready": True}),
    ("POST", "/api/v1/reviews/{key}/submission"): Line("rest", SIGN, DIGEST),
    ("POST", "/api/v1/reviews/{key}/signatures"): Line("rest", SIGN),
    ("POST", "/api/v1/reviews/{key}/return"): Line("rest", SIGN, DIGEST | WHY),
    ("POST", "/api/v1/reviews/{key}/overrides"): Line("rest", Permission.OVERRIDE, BLOCKER),
    ("POST", "/api/v1/reviews/{key}/reopening"): Line("rest", SIGN, WHY),
    ("POST", "/api/v1/reviews/{key}/refresh"): Line("rest", Permission.REFRESH),
    ("POST", "/api/v1/closeouts/{as_of}/{days}/signatures"): Line("rest", SIGN),
    ("POST", "/api/v1/views"): Line("rest", WORK, VIEW),
    ("POST", "/api/v1/views/removal"): Line("rest", WORK, {"name": "Mine"}),
}


def fill(site: WebSite, path: str) -> str:
    """The address of a route, with parts that exist."""
    with reading(site.engine) as connection:
        number = list_tasks(connection, review=KEY)[0].number
    values = {
        "key": KEY,
        "subject": SUBJECT,
        "number": number if "/tasks/" in path else "1",
        "name": PEOPLE[Role.READER][0] if path.startswith("/accounts") else "report.json",
        "as_of": "2024-09-01",
        "days": "30",
        "system": "icd10cm",
        "code": "C860",
    }
    if path.startswith("/static"):
        values["name"] = "app.css"
    return path.format_map(values)
