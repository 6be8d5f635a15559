"""Tenants, keys, scopes, credits and books under /v1/admin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from support.submits import PARAMS, SUBMITS

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

PATH = SUBMITS["async_v3"][0]
POLL = "/v3/async/task-result?task_id=1"


@pytest.fixture
def admin(platform: Platform) -> dict[str, str]:
    return {"Authorization": f"Bearer {platform.services.admin_token}"}


def made(client: TestClient, admin: dict[str, str], **body: Any) -> dict[str, str]:
    """Make a key and return the header that carries it."""
    answer = client.post(
        "/v1/admin/keys", json={"tenant": "studio", "new_tenant": True, **body}, headers=admin
    )
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['key']}"}


@pytest.mark.parametrize(
    ("scopes", "statuses"),
    [
        (None, (200, 404, 403)),
        (["submit"], (200, 403, 403)),
        (["read"], (403, 404, 403)),
        (["admin"], (403, 403, 200)),
        (["submit", "read", "admin"], (200, 404, 200)),
    ],
)
def test_a_key_is_for_what_its_scopes_say(
    client: TestClient, admin: dict[str, str], scopes: list[str] | None, statuses: tuple[int, int, int]
) -> None:
    submit, read, operate = statuses
    mine = made(client, admin, scopes=scopes)
    assert client.post(PATH, json=PARAMS, headers=mine).status_code == submit
    assert client.get(POLL, headers=mine).status_code == read
    for path in ("keys", "tenants", "tasks", "usage", "ledger", "ledger/verify"):
        assert client.get(f"/v1/admin/{path}", headers=mine).status_code == operate


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v3/async/task-result?task_id=1", {"reason": "API_NOT_ALLOWED"}),
        ("/model/v1/generation/task/1", {"code": "002013004"}),
        ("/ent/v2/tasks/1/creations", {"reason": "Forbidden"}),
    ],
)
def test_a_missing_scope_is_403_in_the_formats_words(
    client: TestClient, admin: dict[str, str], path: str, words: dict[str, str]
) -> None:
    answer = client.get(path, headers=made(client, admin, scopes=["submit"]))
    assert answer.status_code == 403
    assert words.items() <= answer.json().items()
    assert "read" in answer.json()["message"]


def test_cancelling_needs_the_scope_submit(client: TestClient, admin: dict[str, str]) -> None:
    task_id = client.post(PATH, json=PARAMS, headers=made(client, admin)).json()["task_id"]
    path = f"/ent/v2/tasks/{task_id}/cancel"
    assert client.post(path, headers=made(client, admin, scopes=["read"])).status_code == 403
    assert client.post(path, headers=made(client, admin, scopes=["submit"])).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": "read"}, "scopes"),
        ({"rpm": -1}, "rpm"),
        ({"running": "5"}, "running"),
        ({"queued": True}, "queued"),
        ({"daily_credits": 1.5}, "daily_credits"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(
    client: TestClient, admin: dict[str, str], body: dict[str, Any], field: str
) -> None:
    answer = client.post(
        "/v1/admin/keys", json={"tenant": "studio", "new_tenant": True, **body}, headers=admin
    )
    assert answer.status_code == 400
    assert answer.json()["metadata"]["field"] == field
    assert client.get("/v1/admin/keys", headers=admin).json() == {"keys": []}


def test_limits_can_be_set_later(client: TestClient, admin: dict[str, str]) -> None:
    mine = made(client, admin)
    key_id = client.get("/v1/admin/keys", headers=admin).json()["keys"][0]["id"]
    changed = client.patch(f"/v1/admin/keys/{key_id}", json={"queued": 1}, headers=admin)
    assert (changed.json()["queued"], changed.json()["rpm"]) == (1, None)
    assert [client.post(PATH, json=PARAMS, headers=mine).status_code for _ in range(2)] == [200, 429]
    assert client.patch("/v1/admin/keys/key_x", json={"rpm": 1}, headers=admin).status_code == 404


def test_a_tenant_pays_in_advance_once_it_was_granted_credits(
    client: TestClient, admin: dict[str, str]
) -> None:
    mine = made(client, admin)
    grants = "/v1/admin/tenants/studio/grants"
    for _ in range(2):
        granted = client.post(grants, json={"credits": 20, "txn": "invoice-7"}, headers=admin).json()
        assert (granted["credits"], granted["prepaid"]) == (20, True)
    statuses = list[int]()
    while not statuses or statuses[-1] == 200:
        statuses.append(client.post(PATH, json=PARAMS, headers=mine).status_code)
    refused = client.post(PATH, json=PARAMS, headers=mine)
    assert (refused.status_code, refused.json()["reason"]) == (400, "BILLING_BALANCE_NOT_ENOUGH")
    told = client.get("/v1/user/balance", headers=mine).json()
    assert (told["tenant"], told["credits"] + told["held"], told["prepaid"]) == ("studio", 20, True)
    listed = client.get("/v1/admin/tenants", headers=admin).json()["tenants"]
    assert {each["name"]: each["credits"] for each in listed} == {"default": 0, "studio": told["credits"]}
    assert client.get("/v1/admin/ledger/verify", headers=admin).json()["ok"]


@pytest.mark.parametrize(
    "body", [{}, {"credits": "5"}, {"credits": 1.5}, {"credits": 10**13}, {"credits": 5, "txn": "two words"}]
)
def test_a_grant_is_a_whole_number_of_credits(
    client: TestClient, admin: dict[str, str], body: dict[str, Any]
) -> None:
    made(client, admin)
    assert client.post("/v1/admin/tenants/studio/grants", json=body, headers=admin).status_code == 400
    assert client.get("/v1/admin/ledger", headers=admin).text == ""


def test_a_tenant_is_made_with_limits_for_all_its_keys(client: TestClient, admin: dict[str, str]) -> None:
    asked = {"name": "studio", "notes": "two keys", "queued": 1}
    assert client.post("/v1/admin/tenants", json=asked, headers=admin).status_code == 201
    assert client.post("/v1/admin/tenants", json=asked, headers=admin).status_code == 400
    first, second = made(client, admin), made(client, admin)
    assert client.post(PATH, json=PARAMS, headers=first).status_code == 200
    assert client.post(PATH, json=PARAMS, headers=second).status_code == 429
    client.patch("/v1/admin/tenants/studio", json={"queued": 2}, headers=admin)
    assert client.post(PATH, json=PARAMS, headers=second).status_code == 200


def test_the_books_are_read_over_http(client: TestClient, admin: dict[str, str]) -> None:
    mine = made(client, admin)
    task_id = client.post(PATH, json=PARAMS, headers=mine).json()["task_id"]
    client.post(PATH, json=PARAMS)
    lines = [json.loads(line) for line in client.get("/v1/admin/ledger", headers=admin).text.splitlines()]
    assert [each["kind"] for each in lines] == ["hold"] * 4
    assert len(client.get("/v1/admin/usage", headers=admin).json()["tasks"]) == 2
    used = client.get("/v1/admin/usage?tenant=studio", headers=admin).json()["tasks"]
    assert [(each["task_id"], each["status"], each["charges"]) for each in used] == [(task_id, "queued", 0)]


@pytest.mark.parametrize("days", ["0", "367", "many", "-1", "1.5"])
def test_days_of_usage_have_a_rule(client: TestClient, admin: dict[str, str], days: str) -> None:
    answer = client.get("/v1/admin/usage/days", params={"days": days}, headers=admin)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("days: ")


def test_who_pays_afterwards_reads_what_it_owes(client: TestClient) -> None:
    assert client.get("/v1/user/balance").json()["credits"] == 0
    client.post(PATH, json=PARAMS)
    told = client.get("/v1/user/balance").json()
    assert (told["tenant"], told["prepaid"]) == ("default", False)
    assert told["credits"] == -told["held"] < 0


def test_a_stranger_is_told_that_the_key_is_unknown(client: TestClient) -> None:
    for path in ("keys", "tenants", "usage", "ledger"):
        answer = client.get(f"/v1/admin/{path}", headers={"Authorization": "Bearer nobody"})
        assert (answer.status_code, answer.json()["reason"]) == (403, "INVALID_API_KEY")
