"""Grants, disabled tenants, revoked keys and typing mistakes: what a careless operator cannot break."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from keyreel.cli.local.composition import open_platform
from keyreel.errors import InvalidKey, TenantDisabled
from keyreel.settings import read_settings
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.outcomes import Success
from keyreel.tasks.webhooks.deliveries import DeliveryStore
from support.data_folders import prepare_data_folder
from support.requests import AUTH, KEY
from support.submits import PARAMS, SUBMITS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

PATH = SUBMITS["async_v3"][0]
POLL = "/v3/async/task-result?task_id="
ONE_TXN_IN_PARALLEL = 50


@pytest.fixture(params=[False])
def platform(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Platform]:
    settings = read_settings(
        data=tmp_path,
        api_key=KEY,
        engines=("keyreel.testing:CardEngine",),
        links_follow_keys=request.param,
    )
    prepare_data_folder(tmp_path)
    with open_platform(settings, ("http://testserver",)) as opened:
        yield opened


@pytest.fixture
def admin(platform: Platform) -> dict[str, str]:
    return {"Authorization": f"Bearer {platform.services.admin_token}"}


def make_key(client: TestClient, admin: dict[str, str], tenant: str = "studio") -> tuple[str, dict[str, str]]:
    """Make a key; return its id and the header that carries it."""
    body = {"tenant": tenant, "new_tenant": True}
    made = client.post("/v1/admin/keys", json=body, headers=admin).json()
    return made["id"], {"Authorization": f"Bearer {made['key']}"}


def grant(client: TestClient, admin: dict[str, str], tenant: str = "studio", **body: Any) -> Any:
    return client.post(f"/v1/admin/tenants/{tenant}/grants", json=body, headers=admin)


def submit(client: TestClient, mine: dict[str, str]) -> tuple[str, int]:
    """Submit; return the task's id and its price."""
    before = client.get("/v1/user/balance", headers=mine).json()["held"]
    task_id = client.post(PATH, json=PARAMS, headers=mine).json()["task_id"]
    return task_id, client.get("/v1/user/balance", headers=mine).json()["held"] - before


def test_a_grants_name_is_its_tenants_own(client: TestClient, admin: dict[str, str]) -> None:
    for tenant in ("ann", "bob"):
        make_key(client, admin, tenant)
        given = grant(client, admin, tenant, credits=20, txn="invoice-7").json()
        assert (given["credits"], given["replayed"]) == (20, False)
    again = grant(client, admin, "bob", credits=20, txn="invoice-7").json()
    assert (again["credits"], again["replayed"]) == (20, True)
    assert "was already made" in again["message"]
    assert client.get("/v1/admin/ledger/verify", headers=admin).json()["ok"]


def test_names_with_hyphens_and_colons_do_not_meet(client: TestClient, admin: dict[str, str]) -> None:
    for tenant, txn in (("a", "b-c:d"), ("a-b", "c:d"), ("a-b-c", "d"), ("a", "b:c:d")):
        make_key(client, admin, tenant)
        assert not grant(client, admin, tenant, credits=1, txn=txn).json()["replayed"]


@pytest.mark.parametrize("other", [{"credits": 30}, {"credits": 20, "note": "by card"}])
def test_another_grant_under_a_name_is_told_what_it_was(
    client: TestClient, admin: dict[str, str], other: dict[str, Any]
) -> None:
    make_key(client, admin)
    grant(client, admin, credits=20, txn="invoice-7", note="cash")
    refused = grant(client, admin, **{"note": "cash", **other}, txn="invoice-7")
    assert (refused.status_code, refused.json()["reason"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    for words in ("invoice-7", "20 credits", "studio", "'cash'"):
        assert words in refused.json()["message"]


def test_fifty_parallel_grants_of_one_name_are_one(client: TestClient, admin: dict[str, str]) -> None:
    make_key(client, admin)
    with ThreadPoolExecutor(10) as pool:
        answers = list(
            pool.map(
                lambda _: grant(client, admin, credits=20, txn="invoice-7").json(), range(ONE_TXN_IN_PARALLEL)
            )
        )
    assert sorted(each["replayed"] for each in answers) == [False] + [True] * (ONE_TXN_IN_PARALLEL - 1)
    assert {each["credits"] for each in answers} == {20}


def test_a_first_grant_begins_a_balance_that_old_debts_stay_out_of(
    client: TestClient, admin: dict[str, str], platform: Platform
) -> None:
    _, mine = make_key(client, admin)
    _, price = submit(client, mine)
    claim = platform.services.store.queue.claim("me", 60)
    assert claim
    platform.services.store.queue.settle(claim.token, Success("v", "c", "0" * 64, charged=price))
    task_id, _ = submit(client, mine)
    assert client.get("/v1/user/balance", headers=mine).json()["credits"] == -2 * price

    too_little = grant(client, admin, credits=price - 1, txn="first")
    assert too_little.status_code == 400
    assert f"hold {price} credits" in too_little.json()["message"]

    given = grant(client, admin, credits=3 * price, txn="first").json()
    assert (given["credits"], given["held"], given["prepaid"]) == (2 * price, price, True)
    assert (given["began_prepaid"], given["carried_over"]) == (True, price)
    for words in (
        "was postpaid",
        f"{price} credits that it has used",
        f"{price} credits of the grant are held",
    ):
        assert words in given["message"]
    client.post(f"/ent/v2/tasks/{task_id}/cancel", headers=mine)
    assert client.get("/v1/user/balance", headers=mine).json()["credits"] == 3 * price
    assert client.get("/v1/admin/ledger/verify", headers=admin).json()["ok"]


@pytest.mark.parametrize("credits_", [-1, -20])
def test_no_more_is_taken_away_than_there_is(
    client: TestClient, admin: dict[str, str], credits_: int
) -> None:
    make_key(client, admin)
    assert grant(client, admin, credits=credits_).status_code == 400
    grant(client, admin, credits=19)
    assert grant(client, admin, credits=-20).status_code == 400
    assert grant(client, admin, credits=-19).json()["credits"] == 0


@pytest.mark.parametrize("txn", ["", [], 0, False])
def test_a_name_that_is_empty_is_no_name(client: TestClient, admin: dict[str, str], txn: object) -> None:
    make_key(client, admin)
    assert grant(client, admin, credits=5, txn=txn).status_code == 400


def test_a_key_without_scopes_may_do_nothing(client: TestClient, admin: dict[str, str]) -> None:
    made = client.post("/v1/admin/keys", json={"tenant": "default", "scopes": []}, headers=admin)
    assert (made.status_code, made.json()["scopes"]) == (201, [])
    mine = {"Authorization": f"Bearer {made.json()['key']}"}
    for method, path in (("POST", PATH), ("GET", f"{POLL}1"), ("GET", "/v1/admin/keys")):
        refused = client.request(method, path, json=PARAMS, headers=mine)
        assert (refused.status_code, refused.json()["reason"]) == (403, "API_NOT_ALLOWED")
        assert "has the scopes: none" in refused.json()["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/admin/keys"),
        ("POST", "/v1/admin/tenants"),
        ("PATCH", "/v1/admin/tenants/default"),
        ("PATCH", "/v1/admin/keys/key_1"),
        ("POST", "/v1/admin/tenants/default/grants"),
        ("POST", "/v1/admin/tenants/default/disable"),
    ],
)
def test_a_misspelt_field_is_named_and_changes_nothing(
    client: TestClient, admin: dict[str, str], method: str, path: str
) -> None:
    refused = client.request(method, path, json={"daily_credit": 5}, headers=admin)
    assert (refused.status_code, refused.json()["metadata"]["field"]) == (400, "daily_credit")
    assert len(client.get("/v1/admin/audit", headers=admin).json()["entries"]) == 1


UNKNOWN = {
    "a key's tenant": ("POST", "/v1/admin/keys", {"tenant": "nobdy"}, "nobdy"),
    "a key's limits": ("PATCH", "/v1/admin/keys/key_nobdy", {"rpm": 1}, "key_nobdy"),
    "a key": ("DELETE", "/v1/admin/keys/key_nobdy", None, "key_nobdy"),
    "a tenant's limits": ("PATCH", "/v1/admin/tenants/nobdy", {"rpm": 1}, "nobdy"),
    "a grant": ("POST", "/v1/admin/tenants/nobdy/grants", {"credits": 5}, "nobdy"),
    "disabling": ("POST", "/v1/admin/tenants/nobdy/disable", {}, "nobdy"),
    "enabling": ("POST", "/v1/admin/tenants/nobdy/enable", None, "nobdy"),
    "a secret": ("GET", "/v1/admin/callbacks/secret?tenant=nobdy", None, "nobdy"),
    "an empty name": ("GET", "/v1/admin/callbacks/secret?tenant=", None, "''"),
    "usage": ("GET", "/v1/admin/usage?tenant=nobdy", None, "nobdy"),
    "the audit log": ("GET", "/v1/admin/audit?tenant=nobdy", None, "nobdy"),
    "a task": ("GET", "/v1/admin/callbacks?task=17", None, "17"),
    "a delivery": ("POST", "/v1/admin/callbacks/evt_1_1/replay", None, "evt_1_1"),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_a_name_that_does_not_exist_is_404_and_makes_nothing(
    client: TestClient, admin: dict[str, str], what: str
) -> None:
    method, path, body, name = UNKNOWN[what]
    before = client.get("/v1/admin/audit", headers=admin).json()["entries"]
    refused = client.request(method, path, json=body, headers=admin)
    assert refused.status_code == 404
    assert name in refused.json()["message"]
    assert [each["name"] for each in client.get("/v1/admin/tenants", headers=admin).json()["tenants"]] == [
        "default"
    ]
    assert client.get("/v1/admin/audit", headers=admin).json()["entries"] == before


def test_a_disabled_tenant_waits_and_goes_on(
    client: TestClient, admin: dict[str, str], platform: Platform
) -> None:
    _, mine = make_key(client, admin)
    _, operator = make_key(client, admin, "default")
    (running, _), (waiting, _) = submit(client, mine), submit(client, mine)
    queue = platform.services.store.queue
    claim = queue.claim("me", 60)
    assert claim
    assert claim.task.id == running
    disabled = client.post("/v1/admin/tenants/studio/disable", json={}, headers=admin).json()
    assert (disabled["cancelled"], bool(disabled["disabled"])) == (0, True)
    for method, path in (("POST", PATH), ("GET", POLL + running), ("GET", "/v1/user/balance")):
        refused = client.request(method, path, json=PARAMS, headers=mine)
        assert (refused.status_code, refused.json()["reason"]) == (403, "API_NOT_ALLOWED")
    assert client.get("/ent/v2/tasks", headers=mine).status_code == 403
    assert queue.claim("me", 60) is None
    queue.settle(claim.token, Success("v", "c", "0" * 64))
    assert client.get(POLL + "1", headers=operator).status_code == 404
    enabled = client.post("/v1/admin/tenants/studio/enable", headers=admin).json()
    assert enabled["disabled"] is None
    following = queue.claim("me", 60)
    assert following
    assert following.task.id == waiting


def test_disabling_can_cancel_every_task_and_still_tells_their_receivers(
    client: TestClient, admin: dict[str, str], platform: Platform
) -> None:
    _, mine = make_key(client, admin)
    body = {**PARAMS, "extra": {"webhook": {"url": "http://8.8.8.8/hook"}}}
    for _ in range(103):
        assert client.post(PATH, json=body, headers=mine).status_code == 200
    assert platform.services.store.queue.claim("me", 60)
    disabled = client.post("/v1/admin/tenants/studio/disable", json={"cancel_tasks": True}, headers=admin)
    assert disabled.json()["cancelled"] == 103
    assert (disabled.json()["held"], disabled.json()["credits"]) == (0, 0)
    assert client.get("/v1/admin/ledger/verify", headers=admin).json() | {"tasks": 103} == {
        "ok": True,
        "tasks": 103,
        "open_holds": 0,
        "problems": [],
    }
    services = platform.services
    due = DeliveryStore(services.store.database, services.clock).list_due(())
    assert {each.tenant for each in due} == {"studio"}


def test_the_servers_own_key_is_disabled_with_its_tenant(client: TestClient, admin: dict[str, str]) -> None:
    client.post("/v1/admin/tenants/default/disable", json={}, headers=admin)
    assert client.post(PATH, json=PARAMS).status_code == 403
    client.post("/v1/admin/tenants/default/enable", headers=admin)
    assert client.post(PATH, json=PARAMS).status_code == 200


@pytest.mark.parametrize("end", ["revoked", "disabled"])
def test_a_submit_that_was_let_in_before_its_key_ended_makes_no_task(
    client: TestClient, admin: dict[str, str], platform: Platform, end: str
) -> None:
    key_id, mine = make_key(client, admin)
    task_id, _ = submit(client, mine)
    services = platform.services
    # As a submit stands after its key was checked, and while its images are taken in.
    composed = services.store.compose(services.store.get("studio", task_id).submission)
    if end == "revoked":
        services.keys.revoke(key_id)
    else:
        TenantStore(services.store.database, services.clock).disable("studio")
    with pytest.raises(InvalidKey if end == "revoked" else TenantDisabled):
        services.store.admit(composed)
    assert len(services.store.list("studio")) == 1


@pytest.mark.parametrize("end", ["revoked", "disabled"])
@pytest.mark.parametrize("platform", [True, False], indirect=True, ids=["following", "usual"])
def test_links_end_with_their_key_where_the_operator_wants_it(
    client: TestClient, admin: dict[str, str], platform: Platform, end: str
) -> None:
    follows = platform.services.settings.links_follow_keys
    (key_id, stolen), (_, other) = make_key(client, admin), make_key(client, admin)
    mode = {"url": "http://8.8.8.8/hook", "test_mode": {"enabled": True}}
    body = {**PARAMS, "extra": {"webhook": mode}}
    task_id = client.post(PATH, json=body, headers=stolen).json()["task_id"]

    def get_link(key: dict[str, str]) -> str:
        video = client.get(POLL + task_id, headers=key).json()["videos"][0]
        return str(video["video_url"])

    names = {"file_name": "a.png", "content_type": "image/png"}
    upload = client.post("/customers/storage", json=names, headers=stolen).json()["upload_url"]
    link, other_link = get_link(stolen), get_link(other)
    assert client.get(link).status_code == 200
    forged = link.replace(key_id, "key_0000000000000000")
    assert forged != link
    assert client.get(forged).status_code == 403
    if end == "revoked":
        client.delete(f"/v1/admin/keys/{key_id}", headers=admin)
    else:
        client.post("/v1/admin/tenants/studio/disable", json={}, headers=admin)
    ended = 410 if follows else 200
    assert client.get(link).status_code == client.head(link).status_code == ended
    assert client.put(upload, content=b"no image").status_code == (410 if follows else 400)
    assert client.get(other_link).status_code == (410 if follows and end == "disabled" else 200)
    # Nor does such a link bring its file in as an image of somebody else's request.
    taken = client.post(PATH, json={"images": [link], "prompt": "x"}, headers=AUTH)
    assert (taken.status_code == 200) is not follows
    assert urlsplit(link).query.count("o=") == 1
