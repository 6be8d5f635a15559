from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keyreel.storage.keys import make_preview_key
from keyreel.task import TaskId
from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.outcomes import Success
from support.requests import AUTH
from support.submits import PARAMS, SUBMITS

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

PATH = SUBMITS["async_v3"][0]


def submit(client: TestClient, **headers: str) -> str:
    return str(client.post(PATH, json=PARAMS, headers=AUTH | headers).json()["task_id"])


def finish(platform: Platform, task_id: str) -> tuple[str, str]:
    """Make a task's files, and end it well; return the files' keys."""
    store, storage = platform.services.store, platform.services.storage
    claim = store.queue.claim("worker", 60.0)
    assert claim is not None
    assert claim.task.id == task_id
    keys = (f"videos/{task_id}/1.mp4", f"covers/{task_id}/1.jpg")
    for key in keys:
        asyncio.run(storage.put(key, b"file"))
    files = dict.fromkeys(keys, 4)
    store.queue.settle(claim.token, Success(*keys, "ab" * 32, files=files, charged=10))
    return keys


def test_an_ended_task_s_files_and_record_go_and_its_money_stays(
    client: TestClient, platform: Platform
) -> None:
    services = platform.services
    task_id = submit(client)
    before = client.get("/v1/user/balance").json()["stored_bytes"]
    keys = finish(platform, task_id)
    charged = client.get("/v1/user/balance").json()["credits"]
    assert client.delete(f"/v1/tasks/{task_id}").status_code == 204
    assert all(asyncio.run(services.storage.get_size(key)) is None for key in keys)
    assert client.get(f"/v1/tasks/{task_id}").status_code == 410
    assert client.delete(f"/v1/tasks/{task_id}").status_code == 410
    assert client.get("/v1/tasks").json()["tasks"] == []
    balance = client.get("/v1/user/balance").json()
    assert (balance["credits"], balance["stored_bytes"]) == (charged, before)
    assert audit_ledger(services.store.database).is_balanced
    known = [task for task, _, _ in services.store.iterate_fingerprints("default")]
    assert known == [task_id]  # A file of it is known again, as after retention.


def test_a_task_that_has_not_ended_stays(client: TestClient) -> None:
    task_id = submit(client)
    refused = client.delete(f"/v1/tasks/{task_id}")
    assert (refused.status_code, refused.json()["reason"]) == (409, "TASK_NOT_ENDED")
    assert refused.json()["message"] == f"Task {task_id} is queued: cancel it before it is deleted."
    assert client.get(f"/v1/tasks/{task_id}").json()["state"] == "queued"


def test_a_video_that_is_being_extended_stays(client: TestClient, platform: Platform) -> None:
    body = {"images": PARAMS["images"], "prompt": "x", "duration": 5}
    task_id = str(client.post(PATH, json=body).json()["task_id"])
    finish(platform, task_id)
    extended = client.post("/ent/v2/extend", json={"model": "viduq2-pro", "video_creation_id": task_id})
    assert extended.status_code == 200, extended.text
    assert client.get(f"/v1/tasks/{extended.json()['task_id']}").json()["parent"] == task_id
    refused = client.delete(f"/v1/tasks/{task_id}")
    assert (refused.status_code, refused.json()["reason"]) == (409, "TASK_NOT_ENDED")
    assert "is being extended" in refused.json()["message"]
    client.post(f"/v1/tasks/{extended.json()['task_id']}/cancel")
    assert client.delete(f"/v1/tasks/{task_id}").status_code == 204


def test_its_draft_goes_with_it(client: TestClient, platform: Platform) -> None:
    task_id = submit(client, **{"X-Draft": "true"})
    draft = client.get(f"/v1/tasks/{task_id}").json()["draft"]["id"]
    client.post(f"/v1/tasks/{task_id}/cancel")
    assert client.delete(f"/v1/tasks/{task_id}").status_code == 204
    assert client.get(f"/v1/tasks/{draft}").status_code == 410
    assert platform.services.store.get("default", TaskId(draft)).state == "cancelled"


def test_a_preview_is_there_while_the_task_runs(client: TestClient, platform: Platform) -> None:
    store, storage = platform.services.store, platform.services.storage
    task_id = submit(client)
    path = f"/v1/tasks/{task_id}/preview"
    assert client.get(path).status_code == 404
    claim = store.queue.claim("worker", 60.0)
    assert claim is not None
    assert client.get(path).status_code == 404
    asyncio.run(storage.put_volatile(make_preview_key(task_id, 1), b"first"))
    store.queue.save_progress(claim.token, 0.1, 1)
    seen = client.get(path)
    assert (seen.content, seen.headers["content-type"]) == (b"first", "image/jpeg")
    same = client.get(path, headers={"If-None-Match": seen.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    store.queue.save_progress(claim.token, 0.2, 2)
    assert client.get(path, headers={"If-None-Match": seen.headers["etag"]}).status_code == 200
    store.queue.requeue(claim.token)
    assert client.get(path).status_code == 404
