"""Keys and tasks as polls see them: what was changed by anybody counts from the next request on."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.database.sqlite import DATABASE_FILE
from support.requests import KEY, data_uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

_EXECUTE = """
import sqlite3, sys
sqlite3.connect(sys.argv[1], isolation_level=None).execute(sys.argv[2], sys.argv[3:])
"""
POLLS = 3
"""Enough for whatever is kept of the key and the task to be used."""


def _submit(client: TestClient, key: str) -> str:
    body = {"images": [data_uri()], "prompt": "push in"}
    response = client.post(
        "/v3/async/vidu-q2-pro-img2video", json=body, headers={"Authorization": f"Bearer {key}"}
    )
    return str(response.json()["task_id"])


def _poll(client: TestClient, key: str, task_id: str) -> tuple[int, str]:
    """Return the status, and the state or the reason of the refusal."""
    response = client.get(
        f"/v3/async/task-result?task_id={task_id}", headers={"Authorization": f"Bearer {key}"}
    )
    body = response.json()
    return response.status_code, body["task"]["status"] if "task" in body else body["reason"]


def _write_elsewhere(platform: Platform, statement: str, *parameters: str) -> None:
    """Change the database as another process does."""
    file = platform.services.settings.data / DATABASE_FILE
    subprocess.run([sys.executable, "-c", _EXECUTE, file, statement, *parameters], check=True)


CHANGES: dict[str, tuple[Callable[[Platform, str], object], tuple[int, str]]] = {
    "a key revoked here": (
        lambda platform, key_id: platform.services.keys.revoke(key_id),
        (403, "INVALID_API_KEY"),
    ),
    "a key revoked by another process": (
        lambda platform, key_id: _write_elsewhere(
            platform, "UPDATE api_keys SET revoked = 1 WHERE id = ?", key_id
        ),
        (403, "INVALID_API_KEY"),
    ),
    "a tenant disabled here": (
        lambda platform, _: TenantStore(platform.services.store.database, platform.services.clock).disable(
            "studio"
        ),
        (403, "API_NOT_ALLOWED"),
    ),
    "a task ended by another process": (
        lambda platform, _: _write_elsewhere(platform, "UPDATE tasks SET state = 'failed'"),
        (200, "TASK_STATUS_FAILED"),
    ),
    "a task cancelled here": (
        lambda platform, _: platform.services.store.cancel(
            "studio", platform.services.store.list("studio")[0].id
        ),
        (200, "TASK_STATUS_FAILED"),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_counts_from_the_next_poll_on(client: TestClient, platform: Platform, change: str) -> None:
    make, expected = CHANGES[change]
    record, key = platform.services.keys.create("studio")
    task_id = _submit(client, key)
    assert {_poll(client, key, task_id) for _ in range(POLLS)} == {(200, "TASK_STATUS_QUEUED")}
    make(platform, record.id)
    assert _poll(client, key, task_id) == expected


def test_the_settings_own_key_is_refused_once_its_tenant_is_disabled(
    client: TestClient, platform: Platform
) -> None:
    task_id = _submit(client, KEY)
    assert {_poll(client, KEY, task_id) for _ in range(POLLS)} == {(200, "TASK_STATUS_QUEUED")}
    TenantStore(platform.services.store.database, platform.services.clock).disable("default")
    assert _poll(client, KEY, task_id)[0] == 403


def test_a_key_made_by_another_process_is_taken_though_it_was_refused_before(
    client: TestClient, platform: Platform
) -> None:
    record, key = platform.services.keys.create("studio")
    task_id = _submit(client, key)
    platform.services.keys.revoke(record.id)
    assert _poll(client, key, task_id)[0] == 403
    _write_elsewhere(platform, "UPDATE api_keys SET revoked = NULL")
    assert _poll(client, key, task_id) == (200, "TASK_STATUS_QUEUED")
