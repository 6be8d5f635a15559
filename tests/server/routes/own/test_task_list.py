from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.task import TaskId
from keyreel.tasks.outcomes import Failure
from support.requests import AUTH, data_uri
from support.submits import PARAMS, SUBMITS

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

IMAGE = data_uri()


def submit(client: TestClient, operation: str = "img2video", **fields: Any) -> str:
    body = {"model": "viduq2-pro", "images": [IMAGE], "prompt": "x", "duration": 2} | fields
    answer = client.post(f"/ent/v2/{operation}", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["task_id"])


def list_ids(client: TestClient, **query: Any) -> list[str]:
    answer = client.get("/v1/tasks", params=query)
    assert answer.status_code == 200, answer.text
    return [task["id"] for task in answer.json()["tasks"]]


def test_every_format_s_tasks_are_listed_newest_first(client: TestClient) -> None:
    for path, body in SUBMITS.values():
        assert client.post(path, json=body).status_code == 200
    tasks = client.get("/v1/tasks").json()["tasks"]
    assert [task["dialect"] for task in tasks] == [*reversed(SUBMITS)]
    assert {task["state"] for task in tasks} == {"queued"}
    assert [task["queue_position"] for task in tasks] == [*range(len(SUBMITS), 0, -1)]
    assert all(task["eta_seconds"] >= 1 for task in tasks)


def test_an_entry_says_what_was_ordered(client: TestClient) -> None:
    keys = [{"key_image": IMAGE, "prompt": word, "duration": 2} for word in ("over the hill", "into rain")]
    submit(client, "multiframe", start_image=IMAGE, image_settings=keys, images=None, seed=7)
    (task,) = client.get("/v1/tasks").json()["tasks"]
    assert (task["model"], task["operation"]) == ("viduq2-pro", "multiframe")
    assert (task["prompt"], task["seconds"], task["seed"]) == ("over the hill · into rain", 4, 7)
    assert (task["started"], task["finished"], task["video_url"], task["parent"]) == (None,) * 4
    assert (task["resolution"], task["size"], task["kept"]) == ("720p", None, "all")


def test_pages_follow_each_other_without_gaps(client: TestClient) -> None:
    ids = [submit(client) for _ in range(5)]
    first = client.get("/v1/tasks", params={"limit": 2}).json()
    second = client.get("/v1/tasks", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    last = client.get("/v1/tasks", params={"limit": 2, "cursor": second["next_cursor"]}).json()
    seen = [task["id"] for page in (first, second, last) for task in page["tasks"]]
    assert seen == ids[::-1]
    assert last["next_cursor"] is None


def test_filters_narrow_the_list(client: TestClient, platform: Platform) -> None:
    store = platform.services.store
    first = submit(client)
    both = submit(client, "start-end2video", images=[IMAGE, IMAGE])
    other = submit(client, model="viduq2-turbo")
    claim = store.queue.claim("worker", 60.0)
    assert claim is not None
    store.queue.settle(claim.token, Failure("It broke.", "RenderFailed"))
    assert list_ids(client, state="failed") == [first]
    assert list_ids(client, state="failed,queued") == [other, both, first]
    assert list_ids(client, operation="start-end2video") == [both]
    assert list_ids(client, model="viduq2-turbo") == [other]
    assert list_ids(client, model="viduq2-pro", operation="img2video") == [first]
    created = store.get("default", TaskId(both)).created
    assert list_ids(client, created_after=created.isoformat()) == [other, both]
    earlier = (created - timedelta(microseconds=1)).isoformat()
    assert list_ids(client, created_before=earlier.replace("+00:00", "Z")) == [first]


def test_text_is_found_in_prompts_alone(client: TestClient) -> None:
    lake = submit(client, prompt='A quiet LAKE "at dawn", 湖')
    submit(client, prompt="the prompt says nothing")
    for words in ("quiet lake", '"at dawn"', "湖", "dawn"):
        assert list_ids(client, q=words) == [lake], words
    for words in ("viduq2", "duration", "asset", "%", "zebra"):
        assert list_ids(client, q=words) == [], words


def test_text_leads_from_page_to_page(client: TestClient) -> None:
    ids = [submit(client, prompt=f"take {number}") for number in range(3)]
    page = client.get("/v1/tasks", params={"q": "take", "limit": 2}).json()
    rest = client.get("/v1/tasks", params={"q": "take", "limit": 2, "cursor": page["next_cursor"]}).json()
    assert [task["id"] for task in page["tasks"] + rest["tasks"]] == ids[::-1]


def test_a_held_order_is_listed_once_with_its_draft(client: TestClient) -> None:
    path = SUBMITS["async_v3"][0]
    held = client.post(path, json=PARAMS, headers={**AUTH, "X-Draft": "true"}).json()["task_id"]
    (task,) = client.get("/v1/tasks", params={"state": "held"}).json()["tasks"]
    assert (task["id"], task["state"], task["draft"]["state"]) == (held, "held", "queued")
    assert list_ids(client, state="queued") == []


def test_nobody_sees_another_tenant_s_tasks(client: TestClient, platform: Platform) -> None:
    task_id = submit(client)
    _, key = platform.services.keys.create("other")
    theirs = {"Authorization": f"Bearer {key}"}
    assert client.get("/v1/tasks", headers=theirs).json() == {"tasks": [], "next_cursor": None}
    for path in (f"/v1/tasks/{task_id}", f"/v1/tasks/{task_id}/events", f"/v1/tasks/{task_id}/preview"):
        assert client.get(path, headers=theirs).status_code == 404
    assert client.delete(f"/v1/tasks/{task_id}", headers=theirs).status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "done"),
        ("model", "viduq9"),
        ("operation", "dance"),
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "x"),
        ("cursor", "abc"),
        ("created_after", "yesterday"),
        ("q", "x" * 201),
    ],
)
def test_a_wrong_parameter_is_named_with_its_rule(client: TestClient, name: str, value: str) -> None:
    answer = client.get("/v1/tasks", params={name: value})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith(f"{name}: got ")


def test_one_task_has_its_request_with_readable_images(client: TestClient) -> None:
    task_id = submit(client, watermark=True, wm_url=IMAGE, payload="mine")
    request = client.get(f"/v1/tasks/{task_id}").json()["request"]
    assert (request["model"], request["operation"]) == ("viduq2-pro", "img2video")
    fields = request["fields"]
    assert (fields["prompt"], fields["duration"], fields["payload"]) == ("x", 2, "mine")
    for url in (*fields["images"], fields["wm_url"]):
        shown = client.get(url, headers={"Authorization": ""})
        assert (shown.status_code, shown.content[:4]) == (200, b"\x89PNG")


def test_a_request_that_is_sent_again_is_the_same(client: TestClient) -> None:
    first = client.get(f"/v1/tasks/{submit(client, seed=3)}").json()["request"]
    again = client.post(f"/ent/v2/{first['operation']}", json={"model": first["model"], **first["fields"]})
    assert again.status_code == 200, again.text
    second = client.get(f"/v1/tasks/{again.json()['task_id']}").json()["request"]
    assert second["fields"]["seed"] == first["fields"]["seed"] == 3
