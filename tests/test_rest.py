"""REST: what programs read and do, whom a token stands for, and the one shape of errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schema.access import Role
from schema.acts import Act, hash_act
from schema.store.act_log import read_acts
from schema.store.database import reading
from tests.rest_program import API, REVIEW, Program
from tests.review_site import (
    KEY,
    SUBJECT,
    bearing,
    head_of,
    review_of,
    reviewed_site,
    token_of,
)
from tests.web_site import PEOPLE, WebSite


@pytest.fixture
def site(tmp_path: Path) -> Iterator[WebSite]:
    with reviewed_site(tmp_path) as made:
        yield made


@pytest.fixture
def both(tmp_path: Path, database_url: str) -> Iterator[WebSite]:
    """On SQLite and on PostgreSQL."""
    with reviewed_site(tmp_path, database_url) as made:
        yield made


def last_act(site: WebSite) -> Act:
    with reading(site.engine) as connection:
        return read_acts(connection, limit=1)[0]


def test_a_review_goes_from_draft_to_approved_by_rest_alone(both: WebSite) -> None:
    coder, compliance, revenue = (Program(both, r) for r in (Role.CODER, Role.COMPLIANCE, Role.REVENUE_LEAD))
    review = coder.get(f"/reviews/{KEY}")
    assert (review["state"], review["deleted_undecided"]) == ("draft", 1)
    open_items = coder.get(f"/reviews/{KEY}/items", is_open=True)["items"]
    replaced = [item["subject"] for item in open_items if item["subject"] == SUBJECT]
    others = [item["subject"] for item in open_items if item["subject"] != SUBJECT]
    decided = coder.post(
        f"/reviews/{KEY}/decisions",
        subjects=replaced,
        action="retire",
        reason="Nobody bills it",
        seen=review["version"],
    )
    assert [act["subject"] for act in decided["acts"]] == [SUBJECT]
    coder.post(
        f"/reviews/{KEY}/decisions",
        subjects=others,
        action="no_action",
        reason="Seen",
        seen=decided["review"]["version"],
    )
    for blocker in compliance.get(f"/reviews/{KEY}")["blockers"]:
        compliance.post(
            f"/reviews/{KEY}/overrides",
            kind=blocker["kind"],
            fingerprint=blocker["fingerprint"],
            reason="Looked at by hand",
        )
    assert all(blocker["reason"] for blocker in compliance.get(f"/reviews/{KEY}")["blockers"])
    digest = coder.get(f"/reviews/{KEY}")["digest"]
    assert coder.post(f"/reviews/{KEY}/submission", digest=digest)["review"]["state"] == "in_review"
    states = [
        program.post(f"/reviews/{KEY}/signatures", role=role, digest=digest)["review"]["state"]
        for program, role in ((coder, "coder"), (compliance, "compliance"), (revenue, "revenue_lead"))
    ]
    assert states == ["in_review", "in_review", "approved"]
    signatures = revenue.get(f"/reviews/{KEY}/signatures")["signatures"]
    assert [(s["signer"], s["digest"], s["void_at"]) for s in signatures] == [
        (PEOPLE[role][0], digest, None) for role in (Role.CODER, Role.COMPLIANCE, Role.REVENUE_LEAD)
    ]
    proof = compliance.get("/audit/verification")
    assert (proof["is_whole"], proof["findings"]) == (True, [])
    assert proof["head"] == head_of(both)[1]


def test_a_later_decision_is_a_conflict_that_names_who_was_first(site: WebSite) -> None:
    first, second = Program(site, Role.CODER), Program(site, Role.COMPLIANCE)
    seen = second.get(f"/reviews/{KEY}")["version"]
    body = {"subjects": [SUBJECT], "seen": seen}
    first.post(f"/reviews/{KEY}/decisions", **body, action="retire", reason="Gone")
    head = head_of(site)
    fault = second.post(f"/reviews/{KEY}/decisions", 409, **body, action="no_action", reason="Stays")["error"]
    assert fault["slug"] == "conflict"
    assert PEOPLE[Role.CODER][0] in " ".join(fault.values())
    assert head_of(site) == head
    assert second.get(f"/reviews/{KEY}/items/{SUBJECT}")["action"] == "retire"


def test_a_bulk_decision_with_one_bad_change_does_nothing(site: WebSite) -> None:
    coder = Program(site, Role.CODER)
    head, seen = head_of(site), review_of(site).version
    for other in ("code:C8600", "code:ZZ999"):
        answer = coder.client.post(
            f"{REVIEW}/decisions",
            json={"subjects": [SUBJECT, other], "action": "retire", "reason": "Gone", "seen": seen},
        )
        assert answer.status_code in (404, 422), answer.text
        assert head_of(site) == head


def test_every_act_of_work_is_done_by_rest_and_comes_back_as_it_stands_in_the_log(site: WebSite) -> None:
    coder = Program(site, Role.CODER)
    task = coder.get(f"/reviews/{KEY}/tasks")["tasks"][0]
    mark = coder.get(f"/reviews/{KEY}/training")["training"][0]

    def work(path: str, kind: str, **body: Any) -> None:
        seen = {} if kind in ("commented",) else {"seen": review_of(site).version}
        done = coder.post(f"/reviews/{KEY}/{path}", **body, **seen)
        act = last_act(site)
        assert [(a["kind"], a["hash"], a["via"]) for a in done["acts"]] == [(kind, hash_act(act), "rest")]
        assert done["review"]["version"] == act.sequence or kind == "commented"

    number = task["number"]
    work("comments", "commented", subject=SUBJECT, text="Ask Dr. Osei")
    work("comments", "commented", text="On the agenda")
    work("assignments", "assigned", subjects=[SUBJECT], owner="coding", due_date="2024-09-20")
    work("decisions", "decided", subjects=[SUBJECT], action="retire", reason="Gone")
    work("item-reopenings", "item_reopened", subjects=[SUBJECT], reason="Not yet")
    work(f"tasks/{number}/done", "task_done", note="Row 7 is new")
    work(f"tasks/{number}/reopening", "task_reopened", reason="Row 9 is not")
    work(f"tasks/{number}/assignment", "task_assigned", owner="billing", due_date="2024-09-25")
    work("training", "trained", subject=mark["subject"], department=mark["department"], is_trained=True)
    work("readiness", "readiness", payer="Medicare", is_ready=False, hold_until="2024-10-15", note="By phone")
    assert coder.get(f"/reviews/{KEY}/items/{SUBJECT}")["owner"] == "coding"
    assert coder.get(f"/reviews/{KEY}/readiness")["readiness"][0]["hold_until"] == "2024-10-15"
    assert coder.get("/tasks", owner="billing")["tasks"][0]["number"] == number
    kinds = [act["kind"] for act in coder.get("/acts", review=KEY, is_newest_first=False)["acts"]]
    assert kinds[:3] == ["opened", "commented", "commented"]


def test_a_view_is_saved_shared_and_forgotten(site: WebSite) -> None:
    coder, reader = Program(site, Role.CODER), Program(site, Role.READER)
    coder.post("/views", name="Deleted", query="kind=deleted", is_shared=True)
    coder.post("/views", name="Mine", query="owner=coding")
    assert [view["name"] for view in reader.get("/views")["views"]] == ["Deleted"]
    coder.post("/views/removal", name="Deleted")
    assert [view["name"] for view in coder.get("/views")["views"]] == ["Mine"]


def test_a_returned_review_says_why_and_an_approval_can_be_reopened(site: WebSite) -> None:
    coder, compliance = Program(site, Role.CODER), Program(site, Role.COMPLIANCE)
    digest = review_of(site).digest
    coder.post(f"/reviews/{KEY}/submission", digest=digest)
    returned = compliance.post(f"/reviews/{KEY}/return", digest=digest, reason="C86.0 has no decision")
    assert returned["review"]["state"] == "returned"
    assert "C86.0 has no decision" in coder.get(f"/reviews/{KEY}")["state_why"]
    coder.post(f"/reviews/{KEY}/submission", digest=digest)
    assert coder.post(f"/reviews/{KEY}/reopening", reason="Too early")["review"]["state"] == "draft"


def test_signing_under_a_digest_that_is_not_the_present_one_is_refused(site: WebSite) -> None:
    coder = Program(site, Role.CODER)
    head = head_of(site)
    fault = coder.client.post(f"{REVIEW}/submission", json={"digest": "0" * 64})
    assert fault.status_code in (409, 422)
    assert head_of(site) == head


def test_a_list_of_changes_is_filtered_sorted_grouped_and_paged_as_asked(site: WebSite) -> None:
    reader = Program(site, Role.READER)
    path = f"/reviews/{KEY}/items"
    every = reader.get(path)
    assert every["total"] == len(every["items"]) == review_of(site).items
    assert [item["subject"] for item in reader.get(path, kind=["deleted"], sort="code")["items"]] == [
        "code:C860",
        "code:Z998",
    ]
    paged = [reader.get(path, sort="code", page=n, page_size=3)["items"] for n in (1, 2, 3, 4)]
    codes = [item["code"] for page in paged for item in page]
    assert codes == sorted(item["code"] for item in every["items"])
    groups = reader.get(path, group="kind")["groups"]
    assert sum(group["count"] for group in groups) == every["total"]
    assert reader.get(f"/reviews/{KEY}/counts")["kinds"] == {group["value"]: group["count"] for group in groups}
    top = every["items"][0]
    assert (top["subject"], top["billed"], top["paid"]) == (SUBJECT, "91001.00", "40500.50")


def test_the_evidence_of_a_change_comes_with_it(site: WebSite) -> None:
    reader = Program(site, Role.READER)
    detail = reader.get(f"/reviews/{KEY}/items/{SUBJECT}")["detail"]
    assert [use["use"] for use in detail["impact"]["uses"]][:1] == ["charge master"]
    assert {successor["code"] for successor in detail["successors"]} == {"C8600", "C8601"}
    summary = reader.get(f"/reviews/{KEY}")["summary"]
    assert summary["releases"]["current"]["sources"][0]["sha256"]
    document = reader.get(f"/reviews/{KEY}/evidence")
    assert document["current"] == summary["current"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reviews/icd10cm@2031-10-01", 404),
        (f"/reviews/{KEY}/items/code:ZZ999", 404),
        ("/reviews/icd10cm@2031-10-01/items", 404),
        (f"/reviews/{KEY}/items?page=0", 422),
        (f"/reviews/{KEY}/items?sort=size", 422),
        (f"/reviews/{KEY}/items?unknown=1", 422),
        ("/reviews/..%2Fetc", 404),
        ("/nowhere", 404),
    ],
)
def test_every_error_of_rest_has_the_one_documented_shape(site: WebSite, path: str, status: int) -> None:
    answer = Program(site, Role.READER).client.get(API + path)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert set(answer.json()["error"]) == {"slug", "what", "why", "remedy"}
    assert answer.headers["content-type"] == "application/json"


def test_a_body_that_cannot_be_read_is_refused_in_the_same_shape(site: WebSite) -> None:
    client = Program(site, Role.CODER).client
    bodies = (b"", b"{", b"[]", b"\xff", b'{"text": "\\ud800"}', b'{"text": "nul \\u0000"}', b'{"text": 1, "x": 2}')
    for body in bodies:
        answer = client.post(f"{REVIEW}/comments", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), (body, answer.text)
        assert set(answer.json()["error"]) == {"slug", "what", "why", "remedy"}


def test_acts_about_accounts_are_told_to_those_alone_who_may_see_the_audit(site: WebSite) -> None:
    told = {
        role: {act["kind"] for act in Program(site, role).get("/acts", limit=1000)["acts"]}
        for role in (Role.READER, Role.CODER, Role.OPERATOR, Role.COMPLIANCE, Role.ADMINISTRATOR)
    }
    for role in (Role.READER, Role.CODER, Role.OPERATOR):
        assert told[role] == {"opened"}
    for role in (Role.COMPLIANCE, Role.ADMINISTRATOR):
        assert {"opened", "account_added", "token_added"} <= told[role]


def test_nothing_that_rest_tells_holds_a_secret(site: WebSite) -> None:
    secret = token_of(site, Role.COMPLIANCE)
    client = site.client(headers=bearing(secret))
    for path in ("/me", "/acts?limit=1000", f"/reviews/{KEY}", "/views"):
        text = client.get(API + path).text
        assert secret not in text
        assert "argon2" not in text


def test_the_openapi_document_tells_rest_and_no_page(site: WebSite) -> None:
    document = site.client().get(f"{API}/openapi.json").json()
    assert document["paths"]
    assert all(path.startswith(API) for path in document["paths"])
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["security"] == [{"token": []}]
            assert operation["description"]
            assert {"401", "403", "422"} <= set(operation["responses"])
            for status, response in operation["responses"].items():
                schema = response["content"]["application/json"]["schema"]
                assert (schema == {"$ref": "#/components/schemas/Fault"}) == (int(status) >= 400)


def test_every_act_of_the_review_can_be_done_by_rest() -> None:
    from flows import review_acts
    from flows.web import rest_acting

    used = Path(rest_acting.__file__).read_text()
    assert [name for name in review_acts.__all__ if f"review_acts.{name}(" not in used] == []
    assert "refresh_review(" in used
