"""What submits make of callbacks, and the operator's routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keyreel.task import TaskId, TaskState
from keyreel.tasks.accounts.ledger_audit import audit_ledger, list_usage
from keyreel.tasks.webhooks.deliveries import DeliveryStore
from support.requests import KEY, data_uri

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

URL = "https://hooks.example.com/hook"
SUBMIT = "/v3/async/vidu-q2-pro-img2video"


def body(**extra: Any) -> dict[str, Any]:
    return {"images": [data_uri()], "prompt": "x", "duration": 1, **extra}


def webhook(**test_mode: Any) -> dict[str, Any]:
    return body(extra={"webhook": {"url": URL, "test_mode": test_mode}})


@pytest.fixture
def admin(platform: Platform) -> dict[str, str]:
    return {"Authorization": f"Bearer {platform.services.admin_token}"}


@pytest.fixture
def deliveries(platform: Platform) -> DeliveryStore:
    return DeliveryStore(platform.services.store.database, platform.services.clock)


@pytest.mark.parametrize("fields", [{"callback_url": URL}, {"extra": {"webhook": {"url": URL}}}])
def test_a_callback_is_taken_by_either_name(
    client: TestClient, platform: Platform, deliveries: DeliveryStore, fields: dict[str, Any]
) -> None:
    answer = client.post("/ent/v2/img2video", json={**body(**fields), "model": "viduq2-pro"})
    assert "X-Ignored-Fields" not in answer.headers
    platform.services.store.cancel("default", TaskId(answer.json()["task_id"]))
    (due,) = deliveries.list_due(())
    assert (due.url, due.base, due.state) == (URL, "http://testserver", TaskState.CANCELLED)
    assert platform.services.vault.unseal(due.sealed_key, "default") == KEY


def test_of_two_addresses_the_second_is_named_as_ignored(client: TestClient) -> None:
    both = body(callback_url=URL, extra={"webhook": {"url": URL + "/other"}})
    assert client.post(SUBMIT, json=both).headers["X-Ignored-Fields"] == "extra.webhook.url"
    same = body(callback_url=URL, extra={"webhook": {"url": URL}})
    assert "X-Ignored-Fields" not in client.post(SUBMIT, json=same).headers


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.b/",
        "nonsense",
        7,
        "http://",
        "http://me:secret@a.b/",
        "http://127.0.0.1/",
        "http://a.b:3000/",
    ],
)
def test_an_address_that_is_none_is_refused(client: TestClient, url: object) -> None:
    answer = client.post(SUBMIT, json=body(callback_url=url))
    assert answer.status_code == 400
    assert "callback_url" in answer.json()["message"]


@pytest.mark.parametrize(("word", "end"), [("SUCCEED", TaskState.SUCCEEDED), ("FAILED", TaskState.FAILED)])
def test_test_mode_ends_at_once_and_costs_nothing(
    client: TestClient, platform: Platform, deliveries: DeliveryStore, word: str, *, end: TaskState
) -> None:
    mode = {"enabled": True, "return_task_status": f"TASK_STATUS_{word}"}
    task_id = client.post(SUBMIT, json=webhook(**mode)).json()["task_id"]
    task = platform.services.store.get("default", task_id)
    assert (task.state, task.submission.credits, task.charged) == (end, 0, 0)
    assert [each.state for each in deliveries.list_due(())] == [end]
    assert platform.services.store.queue.claim("me", 30) is None
    books = platform.services.store.database
    assert audit_ledger(books).is_balanced
    assert sum(each.credits for each in list_usage(books)) == 0


def test_test_mode_that_is_off_makes_a_real_task(client: TestClient, platform: Platform) -> None:
    task_id = client.post(SUBMIT, json=webhook(enabled=False)).json()["task_id"]
    assert platform.services.store.get("default", task_id).state is TaskState.QUEUED


def test_test_mode_knows_two_ends(client: TestClient) -> None:
    mode = {"enabled": True, "return_task_status": "TASK_STATUS_QUEUED"}
    answer = client.post(SUBMIT, json=webhook(**mode))
    assert answer.status_code == 400
    assert answer.json()["metadata"] == {"field": "extra.webhook.test_mode.return_task_status"}


def test_the_operator_lists_and_replays_deliveries(client: TestClient, admin: dict[str, str]) -> None:
    tasks = [client.post(SUBMIT, json=webhook(enabled=True)).json()["task_id"] for _ in range(2)]
    listed = client.get("/v1/admin/callbacks", headers=admin).json()["callbacks"]
    assert {each["task"] for each in listed} == set(tasks)
    (mine,) = client.get(f"/v1/admin/callbacks?task={tasks[0]}", headers=admin).json()["callbacks"]
    assert (mine["url"], mine["state"], mine["status"], mine["attempts"]) == (URL, "succeeded", "pending", [])
    assert client.get("/v1/admin/callbacks?limit=1", headers=admin).json()["callbacks"] == listed[:1]
    again = client.post(f"/v1/admin/callbacks/{mine['id']}/replay", headers=admin)
    assert (again.status_code, again.json()["id"]) == (200, mine["id"])
    assert client.post("/v1/admin/callbacks/evt_1_1/replay", headers=admin).status_code == 404


def test_the_operator_sees_signing_secrets(
    client: TestClient, platform: Platform, admin: dict[str, str]
) -> None:
    client.post("/v1/admin/tenants", json={"name": "bob"}, headers=admin)
    for tenant in ("default", "bob"):
        shown = client.get(f"/v1/admin/callbacks/secret?tenant={tenant}", headers=admin).json()
        assert shown == {"tenant": tenant, "secret": platform.services.vault.get_secret(tenant)}


@pytest.mark.parametrize("path", ["", "/secret", "/evt_1_1/replay"])
def test_nobody_else_sees_them(client: TestClient, path: str) -> None:
    method = "POST" if path.endswith("replay") else "GET"
    assert client.request(method, f"/v1/admin/callbacks{path}").status_code in {401, 403}
