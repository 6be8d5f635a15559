"""What a tenant can spend and run, in the words of each format that asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keyreel.task import TaskState
from keyreel.tasks.accounts.concurrency import count_unfinished
from keyreel.tasks.accounts.quotas import Quotas
from keyreel.tasks.accounts.tenants import TenantStore
from support.endings import bring
from support.requests import data_uri

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

CREDITS = "/ent/v2/credits"
ORDER = {"model": "viduq2-pro", "images": [data_uri()], "prompt": "x", "duration": 1, "resolution": "540p"}


def remains(client: TestClient, **query: Any) -> dict[str, Any]:
    answer = client.get(CREDITS, params=query)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"remains", "packages"}
    (found,) = answer.json()["remains"]
    return found


def grant(platform: Platform, credits_: int) -> TenantStore:
    tenants = TenantStore(platform.services.store.database, platform.services.clock)
    tenants.grant("default", credits_, "t1")
    return tenants


def test_who_pays_afterwards_has_enough(client: TestClient) -> None:
    found = remains(client)
    assert found["type"] == "metered"
    assert found["credit_remain"] == 1_000_000_000
    assert {type(value) for name, value in found.items() if name != "type"} == {int}
    assert client.get("/v3/user").json()["credit_balance"] == 1_000_000_000


def test_who_pays_in_advance_has_what_is_left(client: TestClient, platform: Platform) -> None:
    grant(platform, 100)
    for _ in range(3):
        price = client.post("/ent/v2/img2video", json=ORDER).json()["credits"]
    bring(platform, TaskState.RUNNING)
    found = remains(client, show_detail="false")
    assert found["credit_remain"] == 100 - 3 * price
    assert (found["current_concurrency"], found["queue_count"]) == (1, 2)
    assert count_unfinished(platform.services.store.database, "other") == (0, 0)
    user = client.get("/v3/user").json()
    assert user == {"allow_features": [], "credit_balance": 100 - 3 * price, "free_trial": {}}


def test_details_are_listed_where_they_are_asked_for(client: TestClient, platform: Platform) -> None:
    grant(platform, 100)
    for query, count in (({}, 0), ({"show_detail": "false"}, 0), ({"show_detail": "true"}, 1)):
        assert len(client.get(CREDITS, params=query).json()["packages"]) == count
    (package,) = client.get(CREDITS, params={"show_detail": "true"}).json()["packages"]
    assert (package["credit_amount"], package["credit_remain"]) == (100, 100)
    assert package["valid_from"] < package["valid_to"]


def test_tasks_at_a_time_are_those_of_the_narrowest_limit(client: TestClient, platform: Platform) -> None:
    slots = remains(client)["concurrency_limit"]
    assert slots >= 1
    tenants = grant(platform, 1)
    tenants.set_quotas("default", Quotas(running=1))
    assert remains(client)["concurrency_limit"] == 1
    tenants.set_quotas("default", Quotas(running=100))
    assert remains(client)["concurrency_limit"] == slots


@pytest.mark.parametrize(("path", "status"), [(CREDITS, 401), ("/v3/user", 403)])
def test_a_wrong_key_is_refused(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path, headers={"Authorization": "Token wrong"})
    assert answer.status_code == status
    assert answer.json()["reason"] in {"Unauthorized", "INVALID_API_KEY"}
