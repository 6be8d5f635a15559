"""What operators change is written down: who, when, what; no secret; and no entry can be changed or cut."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.cli.local.composition import open_platform
from keyreel.server.requests.failed_keys import FAILURES_A_MINUTE
from keyreel.settings import read_settings
from keyreel.tasks.audit.log import AuditAction
from keyreel.tasks.audit.refused_access import MAX_ENTRIES
from keyreel.tasks.database.sqlite import DATABASE_FILE
from keyreel.wire.reference.own_route import RequiredAccess
from keyreel.wire.reference.own_routes import OWN_ROUTES
from support.data_folders import prepare_data_folder
from support.requests import KEY, data_uri
from support.submits import PARAMS, SUBMITS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

PATH = SUBMITS["async_v3"][0]
READING = {"find_matches"}
"""Operator routes that take a body and change nothing."""
SHOWING_SECRETS = {"show_signing_secret"}
CHANGES: dict[str, tuple[str, Any, AuditAction]] = {
    "create_tenant": ("/v1/admin/tenants", {"name": "ann"}, AuditAction.TENANT_CREATED),
    "limit_tenant": ("/v1/admin/tenants/ann", {"rpm": 5}, AuditAction.TENANT_LIMITED),
    "grant_credits": ("/v1/admin/tenants/ann/grants", {"credits": 9}, AuditAction.CREDITS_GRANTED),
    "create_key": ("/v1/admin/keys", {"tenant": "ann"}, AuditAction.KEY_CREATED),
    "limit_key": ("/v1/admin/keys/{key}", {"rpm": 5}, AuditAction.KEY_LIMITED),
    "revoke_key": ("/v1/admin/keys/{key}", None, AuditAction.KEY_REVOKED),
    "show_signing_secret": ("/v1/admin/callbacks/secret?tenant=ann", None, AuditAction.SECRET_SHOWN),
    "replay_delivery": ("/v1/admin/callbacks/{delivery}/replay", None, AuditAction.CALLBACK_REPLAYED),
    "disable_tenant": (
        "/v1/admin/tenants/default/disable",
        {"cancel_tasks": True},
        AuditAction.TASKS_CANCELLED,
    ),
    "enable_tenant": ("/v1/admin/tenants/default/enable", None, AuditAction.TENANT_ENABLED),
    "advance_clock": ("/v1/admin/clock/advance", {"seconds": 60}, AuditAction.CLOCK_MOVED),
}
"""A valid request for each operator route that changes something, and the newest entry after it."""


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    settings = read_settings(data=tmp_path, api_key=KEY, engines=("keyreel.testing:CardEngine",), dev=True)
    prepare_data_folder(tmp_path)
    with open_platform(settings, ("http://testserver",)) as opened:
        yield opened


@pytest.fixture
def admin(platform: Platform) -> dict[str, str]:
    return {"Authorization": f"Bearer {platform.services.admin_token}"}


def entries(client: TestClient, admin: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/v1/admin/audit", headers=admin, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["entries"]
    return found


def test_every_operator_route_that_changes_something_is_written_down(
    client: TestClient, admin: dict[str, str], platform: Platform
) -> None:
    routes = {route.name: route for route in OWN_ROUTES if route.access is RequiredAccess.ADMIN}
    changing = {name for name, route in routes.items() if route.method != "GET"} - READING
    assert changing | SHOWING_SECRETS == CHANGES.keys()

    webhook = {"url": "http://8.8.8.8/hook", "test_mode": {"enabled": True}}
    for body in (PARAMS, {"images": [data_uri()], "prompt": "x", "extra": {"webhook": webhook}}):
        assert client.post(PATH, json=body).status_code == 200
    (delivery,) = client.get("/v1/admin/callbacks", headers=admin).json()["callbacks"]
    ids, secrets = {"delivery": delivery["id"], "key": ""}, [platform.services.admin_token, KEY]
    for name, (path, body, action) in CHANGES.items():
        before = entries(client, admin)[0]["id"]
        answer = client.request(routes[name].method, path.format(**ids), json=body, headers=admin)
        assert answer.status_code == int(routes[name].status), (name, answer.text)
        if name == "create_key":
            ids["key"] = answer.json()["id"]
            secrets.append(answer.json()["key"])
        if name in SHOWING_SECRETS:
            secrets.append(answer.json()["secret"])
        newest = entries(client, admin)[0]
        assert newest["id"] > before, name
        assert (newest["action"], newest["address"]) == (action, "testclient"), name
        assert newest["actor"].startswith("token "), name
    kept = str(entries(client, admin, limit=500))
    assert not [secret for secret in secrets if secret in kept]
    assert client.get("/v1/admin/audit/verify", headers=admin).json()["ok"]


def test_an_entry_says_what_it_was_before_and_after(client: TestClient, admin: dict[str, str]) -> None:
    client.post("/v1/admin/tenants", json={"name": "ann", "rpm": 5}, headers=admin)
    client.patch("/v1/admin/tenants/ann", json={"rpm": 7}, headers=admin)
    (newest, *_) = entries(client, admin, tenant="ann")
    assert newest["details"] == {"before": {"rpm": 5}, "after": {"rpm": 7}}
    assert (newest["tenant"], newest["object"]) == ("ann", "ann")


def test_the_clock_of_development_does_not_move_the_machines_time(
    client: TestClient, admin: dict[str, str]
) -> None:
    client.post("/v1/admin/clock/advance", json={"seconds": 3600}, headers=admin)
    client.post("/v1/admin/tenants", json={"name": "ann"}, headers=admin)
    newest = entries(client, admin)[0]
    assert newest["at"][:10] >= newest["machine_at"][:10]
    assert newest["at"] > newest["machine_at"]


def test_pages_follow_each_other(client: TestClient, admin: dict[str, str]) -> None:
    for number in range(5):
        client.post("/v1/admin/tenants", json={"name": f"t{number}"}, headers=admin)
    everything, seen, query = entries(client, admin), list[int](), {"limit": 2}
    while query:
        page = client.get("/v1/admin/audit", headers=admin, params=query).json()
        seen += [each["id"] for each in page["entries"]]
        query = {"limit": 2, "before": page["next"]} if page["next"] else {}
    assert seen == [each["id"] for each in everything]
    (first,) = entries(client, admin, action="server.started")
    assert len(entries(client, admin, since=everything[0]["at"])) == 1
    assert first["id"] == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"tenant": "nobody"}, 404),
        ({"action": "key.eaten"}, 400),
        ({"since": "yesterday"}, 400),
        ({"since": "2026-01-31T08:00:00"}, 400),
        ({"before": "x"}, 400),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(
    client: TestClient, admin: dict[str, str], query: dict[str, str], status: int
) -> None:
    answer = client.get("/v1/admin/audit", headers=admin, params=query)
    assert answer.status_code == status
    assert next(iter(query)) in answer.json()["message"]


def test_refused_operators_are_written_down_and_throttled(client: TestClient, admin: dict[str, str]) -> None:
    for number in range(200):
        answer = client.get("/v1/admin/keys", headers={"Authorization": "Bearer guess"})
        assert answer.status_code == (403 if number < FAILURES_A_MINUTE else 429)
    (entry,) = entries(client, admin, action="access.refused")
    assert (entry["actor"], entry["details"]["error"]) == ("unknown", "InvalidKey")
    client.post("/v1/admin/clock/advance", json={"seconds": 600}, headers=admin)
    assert client.get("/v1/admin/keys").status_code == 403
    assert entries(client, admin, action="access.refused")[0]["details"] == {
        "error": "MissingScope",
        "suppressed_before": 199,
    }
    assert MAX_ENTRIES == 20


def test_a_start_says_which_settings_changed(tmp_path: Path) -> None:
    def start(**settings: Any) -> dict[str, Any]:
        with open_platform(read_settings(data=tmp_path, **settings), ()) as platform:
            database = platform.services.store.database
            with database.read() as connection:
                rows = connection.exec_driver_sql("SELECT details FROM audit ORDER BY id DESC LIMIT 1")
                found: dict[str, Any] = json.loads(rows.scalar_one())
                return found

    first = start(api_key="kr_one", rpm=5)
    assert start(api_key="kr_one", rpm=5)["changed"] == {}
    last = start(api_key="kr_two", rpm=7)
    assert last["changed"]["rpm"] == [5, 7]
    assert set(last["changed"]) == {"rpm", "api_key"}
    assert first["digest"] != last["digest"]
    assert "kr_" not in str(first) + str(last)


def tamper(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("change", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_an_entry(platform: Platform, change: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
        tamper(platform.services.settings.data, change)


@pytest.mark.parametrize(
    "tampering",
    [
        ("UPDATE audit SET actor = 'nobody' WHERE id = 2", "entry 3: the previous entry was changed"),
        ("DELETE FROM audit WHERE id IN (2, 3)", "entries 2 to 3 are missing"),
        ("DELETE FROM audit WHERE id = 1", "entries 1 to 1 are missing"),
        ("DELETE FROM audit WHERE id > 3", "entries 4 to 5 are missing at the end"),
    ],
)
def test_what_was_changed_or_cut_in_spite_of_that_is_found(
    client: TestClient, platform: Platform, admin: dict[str, str], tampering: tuple[str, str]
) -> None:
    change, problem = tampering
    for number in range(4):
        client.post("/v1/admin/tenants", json={"name": f"t{number}"}, headers=admin)
    assert client.get("/v1/admin/audit/verify", headers=admin).json()["entries"] == 5
    tamper(
        platform.services.settings.data,
        "DROP TRIGGER audit_no_update",
        "DROP TRIGGER audit_no_delete",
        change,
    )
    verdict = client.get("/v1/admin/audit/verify", headers=admin).json()
    assert not verdict["ok"]
    assert problem in verdict["problems"]
