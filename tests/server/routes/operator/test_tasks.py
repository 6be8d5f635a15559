from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.requests import data_uri

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

POLL = "/v3/async/task-result?task_id=1"


@pytest.fixture
def admin(platform: Platform) -> dict[str, str]:
    return {"Authorization": f"Bearer {platform.services.admin_token}"}


def test_a_key_works_until_it_is_revoked(client: TestClient, admin: dict[str, str]) -> None:
    created = client.post("/v1/admin/keys", json={"tenant": "default", "name": "ci"}, headers=admin)
    assert created.status_code == 201
    mine = {"Authorization": f"Bearer {created.json()['key']}"}
    assert client.get(POLL, headers=mine).status_code == 404
    listed = client.get("/v1/admin/keys", headers=admin).json()["keys"]
    assert [key["tenant"] for key in listed] == ["default"]
    assert created.json()["key"] not in str(listed)
    revoked = client.delete(f"/v1/admin/keys/{created.json()['id']}", headers=admin)
    assert revoked.json()["revoked"]
    assert client.get(POLL, headers=mine).status_code == 403


@pytest.mark.parametrize("tenant", ["", "a b", "x" * 65, 5, None, "../up"])
def test_a_tenants_name_has_a_rule(client: TestClient, admin: dict[str, str], tenant: object) -> None:
    answer = client.post("/v1/admin/keys", json={"tenant": tenant}, headers=admin)
    assert answer.status_code == 400
    assert "tenant" in answer.json()["message"]


def test_an_api_key_opens_no_admin_door(client: TestClient) -> None:
    assert client.get("/v1/admin/keys").status_code == 403
    assert client.get("/v1/admin/tasks").status_code == 403


def test_the_operator_sees_tasks_without_prompts(client: TestClient, admin: dict[str, str]) -> None:
    client.post("/v3/async/vidu-q2-pro-img2video", json={"images": [data_uri()], "prompt": "a secret"})
    listed = client.get("/v1/admin/tasks", headers=admin)
    assert [task["endpoint"] for task in listed.json()["tasks"]] == ["q2-pro-img2video"]
    assert "secret" not in listed.text


def test_the_operator_turns_the_pages_of_a_list_and_narrows_it(
    client: TestClient, admin: dict[str, str]
) -> None:
    body = {"model": "viduq2", "prompt": "a lake"}
    ids = [client.post("/ent/v2/text2video", json=body).json()["task_id"] for _ in range(3)]
    client.post(f"/v1/tasks/{ids[1]}/cancel")

    def read(query: str) -> tuple[list[str], str | None]:
        page = client.get(f"/v1/admin/tasks?{query}", headers=admin).json()
        return [task["id"] for task in page["tasks"]], page["next_cursor"]

    first, cursor = read("limit=2")
    assert (first, cursor) == ([ids[2], ids[1]], ids[1])
    assert read(f"limit=2&cursor={cursor}") == ([ids[0]], None)
    assert read("state=cancelled") == ([ids[1]], None)
    assert read("tenant=default&operation=text2video")[0] == ids[::-1]
    assert read("tenant=nobody") == ([], None)
    refused = client.get("/v1/admin/tasks?cursor=x", headers=admin)
    assert (refused.status_code, refused.json()["message"][:13]) == (400, "cursor: got '")
