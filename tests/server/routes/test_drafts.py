"""Orders with a draft, before anything is rendered: asked for, approved, cancelled; what is held for them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.task import TaskId
from keyreel.tasks.accounts.api_keys import Scope
from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.accounts.quotas import Quotas
from keyreel.tasks.outcomes import Success
from support.requests import AUTH
from support.submits import PARAMS, SUBMITS

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

PATH = SUBMITS["async_v3"][0]
HEADER = {**AUTH, "X-Draft": "true"}


def order(client: TestClient, headers: dict[str, str] = HEADER, **changes: Any) -> str:
    response = client.post(PATH, json=PARAMS | changes, headers=headers)
    assert response.status_code == 200, response.text
    return str(response.json()["task_id"])


def look(client: TestClient, task_id: str) -> dict[str, Any]:
    return dict(client.get(f"/v1/tasks/{task_id}").json())


def approve(client: TestClient, task_id: str, headers: dict[str, str] = AUTH) -> Any:
    return client.post(f"/v1/tasks/{task_id}/approve", headers=headers)


@pytest.mark.parametrize("way", ["header", "body"])
@pytest.mark.parametrize("name", SUBMITS)
def test_every_format_asks_for_a_draft_by_header_or_body_and_sees_the_order_queued(
    client: TestClient, platform: Platform, name: str, way: str
) -> None:
    path, body = SUBMITS[name]
    extra, headers = ({}, HEADER) if way == "header" else ({"extra": {"draft": True}}, AUTH)
    response = client.post(path, json=body | extra, headers=headers)
    assert (response.status_code, response.headers.get("x-ignored-fields")) == (200, None), response.text
    held, draft = sorted(platform.services.store.list(), key=lambda task: int(task.id))
    assert (held.state, held.submission.credits > 0, held.draft_of) == ("held", True, None)
    assert (draft.state, draft.submission.credits, draft.draft_of) == ("queued", 0, held.id)
    assert (draft.engine, draft.submission.resolution) == ("motion", "540p")
    polls = {
        "async_v3": f"/v3/async/task-result?task_id={held.id}",
        "vtrix": f"/model/v1/generation/task/{held.id}",
        "native": f"/ent/v2/tasks/{held.id}/creations",
        "comfy": f"/proxy/vidu/tasks/{held.id}/creations",
        "openai_videos": f"/v1/videos/{held.id}",
    }
    polled = client.get(polls[name])
    assert polled.status_code == 200, polled.text
    waiting = ("TASK_STATUS_QUEUED", "in_progress", "queueing", '"queued"')
    assert any(word in polled.text for word in waiting), polled.text
    assert "The draft is not ready yet." in polled.headers["x-task-notes"]
    assert f"POST /v1/tasks/{held.id}/approve" in polled.headers["x-task-notes"]


def test_approving_queues_the_order_once(client: TestClient, platform: Platform) -> None:
    task_id = order(client)
    seen = look(client, task_id)
    assert (seen["state"], seen["draft"]["state"], seen["approve_before"] is None) == (
        "held",
        "queued",
        False,
    )
    assert look(client, seen["draft"]["id"])["draft_of"] == task_id
    first, second = approve(client, task_id), approve(client, task_id)
    assert (first.status_code, first.json()["state"], first.json()["approve_before"]) == (200, "queued", None)
    assert first.json() == second.json()
    store = platform.services.store
    engines = {store.queue.claim("w", 60.0).task.engine for _ in range(2)}  # type: ignore[union-attr]
    assert engines == {"motion", "keyreel.testing:CardEngine"}
    assert store.queue.claim("w", 60.0) is None


def test_a_held_order_is_not_begun_and_counts_as_queued(client: TestClient, platform: Platform) -> None:
    services = platform.services
    _, key = services.keys.create("studio", "", quotas=Quotas(queued=1))
    mine = {"Authorization": f"Bearer {key}", "X-Draft": "true"}
    task_id = order(client, mine)
    claim = services.store.queue.claim("w", 60.0)
    assert claim is not None
    assert claim.task.draft_of == task_id
    assert services.store.queue.claim("w", 60.0) is None
    refused = client.post(PATH, json=PARAMS, headers=mine)
    assert (refused.status_code, refused.json()["message"]) == (
        429,
        "1 tasks of this key are waiting; the limit is 1.",
    )
    assert client.post(f"/v1/tasks/{task_id}/cancel", headers=mine).json()["state"] == "cancelled"
    assert client.post(PATH, json=PARAMS, headers=mine).status_code == 200


def test_the_48_hours_of_an_off_peak_order_begin_with_its_approval(
    client: TestClient, platform: Platform
) -> None:
    services = platform.services
    task_id = order(client, off_peak=True)
    held = services.store.get("default", TaskId(task_id))
    assert held.deadline == held.created + timedelta(hours=24)
    assert approve(client, task_id).status_code == 200
    queued = services.store.get("default", TaskId(task_id))
    assert queued.deadline is not None
    assert timedelta(hours=48) <= queued.deadline - held.created < timedelta(hours=48, minutes=1)


def test_money_is_held_for_the_order_alone_and_given_back(client: TestClient, platform: Platform) -> None:
    quoted = client.post("/v1/quote?model=vidu-q2-pro-img2video", json=PARAMS).json()["credits"]
    task_id = order(client)
    held = client.get("/v1/user/balance").json()["held"]
    assert (held, look(client, task_id)["credits"]) == (quoted, quoted)
    assert audit_ledger(platform.services.store.database).is_balanced
    cancelled = client.post(f"/v1/tasks/{task_id}/cancel").json()
    assert (cancelled["state"], cancelled["credits"], cancelled["draft"]["state"]) == (
        "cancelled",
        0,
        "cancelled",
    )
    assert client.get("/v1/user/balance").json()["held"] == 0
    audit = audit_ledger(platform.services.store.database)
    assert (audit.is_balanced, audit.open_holds) == (True, 0)
    assert approve(client, task_id).status_code == 409


def test_nobody_else_sees_approves_or_cancels_an_order(client: TestClient, platform: Platform) -> None:
    task_id = order(client)
    _, other = platform.services.keys.create("other")
    theirs = {"Authorization": f"Bearer {other}"}
    for method, path in (("GET", ""), ("POST", "/approve"), ("POST", "/cancel")):
        response = client.request(method, f"/v1/tasks/{task_id}{path}", headers=theirs)
        assert (response.status_code, response.json()["reason"]) == (404, "TASK_NOT_FOUND")
    assert look(client, task_id)["state"] == "held"


def test_a_key_that_may_only_read_approves_nothing(client: TestClient, platform: Platform) -> None:
    task_id = order(client)
    _, key = platform.services.keys.create("default", "", scopes=frozenset({Scope.READ}))
    reader = {"Authorization": f"Bearer {key}"}
    assert client.get(f"/v1/tasks/{task_id}", headers=reader).status_code == 200
    assert approve(client, task_id, reader).status_code == 403
    assert client.post(f"/v1/tasks/{task_id}/cancel", headers=reader).status_code == 403


@pytest.mark.parametrize("task_id", ["1", "x", "99999999999999999999"])
def test_an_unknown_order_is_404(client: TestClient, task_id: str) -> None:
    assert approve(client, task_id).status_code == 404


def test_an_order_without_a_draft_has_nothing_to_approve(client: TestClient) -> None:
    task_id = order(client, AUTH)
    refused = approve(client, task_id)
    assert (refused.status_code, refused.json()["reason"]) == (409, "TASK_NOT_HELD")
    assert refused.json()["message"].startswith("This order was submitted without a draft")
    assert look(client, task_id)["draft"] is None


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (({"X-Draft": "perhaps"}, {}), "X-Draft: got 'perhaps'; must be true or false."),
        (({}, {"draft": "perhaps"}), "extra.draft: got 'perhaps'; must be true or false."),
        (
            ({"X-Draft": "true"}, {"webhook": {"test_mode": {"enabled": True}}}),
            "extra.draft: must not be true in test mode.",
        ),
    ],
)
def test_what_is_no_draft_is_refused_by_name(
    client: TestClient, platform: Platform, asked: tuple[dict[str, str], dict[str, Any]], message: str
) -> None:
    headers, extra = asked
    response = client.post(PATH, json={**PARAMS, "extra": extra}, headers={**AUTH, **headers})
    assert (response.status_code, response.json()["message"]) == (400, message)
    assert platform.services.store.list() == ()


def test_the_same_key_with_a_draft_and_without_one_is_a_conflict(
    client: TestClient, platform: Platform
) -> None:
    once = {"Idempotency-Key": "order 8"}
    task_id = order(client, {**HEADER, **once})
    assert order(client, {**AUTH, **once}, extra={"draft": True}) == task_id
    assert len(platform.services.store.list()) == 2
    assert client.post(PATH, json=PARAMS, headers={**AUTH, **once}).status_code == 409


def test_lists_show_orders_and_not_their_drafts(client: TestClient) -> None:
    task_id = order(client)
    for query in ("", "?states=queueing"):
        listed = client.get(f"/ent/v2/tasks{query}").json()["tasks"]
        assert [(each["id"], each["state"]) for each in listed] == [(task_id, "queueing")]
    assert client.get("/ent/v2/tasks?states=processing").json()["tasks"] == []


def test_the_orders_callback_is_told_of_the_draft_under_its_own_id(
    client: TestClient, platform: Platform
) -> None:
    services = platform.services
    task_id = order(client, callback_url="http://8.8.8.8/hook", payload="film 7")
    claim = services.store.queue.claim("w", 60.0)
    assert claim is not None
    services.store.queue.settle(claim.token, Success("videos/1/1.mp4", "covers/1/1.jpg", "0" * 64))
    operator = {"Authorization": f"Bearer {services.admin_token}"}
    (event,) = client.get("/v1/admin/callbacks", headers=operator).json()["callbacks"]
    assert (event["task"], event["state"]) == (claim.task.id, "succeeded")
    assert claim.task.submission.payload == ""
    seen = look(client, task_id)
    assert (seen["state"], seen["draft"]["id"], seen["draft"]["state"]) == (
        "held",
        event["task"],
        "succeeded",
    )
    polled = client.get(f"/v3/async/task-result?task_id={task_id}")
    assert polled.json()["extra"]["payload"] == "film 7"
    assert "Draft: http://testserver/files/videos/1/1.mp4?" in polled.headers["x-task-notes"]
    client.post(f"/v1/tasks/{task_id}/cancel")
    told = client.get("/v1/admin/callbacks", headers=operator).json()["callbacks"]
    assert {(each["task"], each["state"]) for each in told} == {
        (claim.task.id, "succeeded"),
        (task_id, "cancelled"),
    }
