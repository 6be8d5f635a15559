"""Extending one's own videos by the id of their task, over HTTP; and clean copies beside marked ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from keyreel.task import Submission, TaskId, TaskState
from keyreel.tasks.outcomes import Failure, Success
from keyreel.tasks.retention import Retention
from support.requests import data_uri

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform
    from keyreel.task import Task

EXTEND = "/v3/async/vidu-q2-pro-extend"
NATIVE = "/ent/v2"


def made(platform: Platform, *, tenant: str = "default", seconds: int = 5, clean: str = "") -> Task:
    """Put a finished task into the store."""
    store = platform.services.store
    fields = '{"images": ["https://example.com/a.png"], "prompt": "x"}'
    waiting = Submission(tenant, "key", "native", "q2-pro-img2video", fields, seed=7, seconds=seconds)
    task = store.accept(waiting)
    claim = store.queue.claim("test", 60)
    assert claim is not None
    assert claim.task.id == task.id
    video = f"videos/{task.id}/1.mp4"
    return store.queue.settle(claim.token, Success(video, f"covers/{task.id}/1.jpg", "0" * 64, clean=clean))


def stored(platform: Platform, task_id: str) -> str:
    return platform.services.store.get("default", TaskId(task_id)).submission.fields


@pytest.mark.parametrize("dialect", ["async", "native", "comfy", "vtrix"])
def test_a_task_of_any_format_is_extended_in_any(
    client: TestClient, platform: Platform, dialect: str
) -> None:
    source = made(platform)
    fields = {"video_creation_id": source.id, "prompt": "on", "duration": 3}
    calls: dict[str, tuple[str, dict[str, Any]]] = {
        "async": (EXTEND, fields),
        "native": (f"{NATIVE}/extend", fields | {"model": "viduq2-pro"}),
        "comfy": ("/proxy/vidu/extend", fields | {"model": "viduq2-turbo"}),
        "vtrix": ("/model/v1/generation", {"model": "viduq2_pro_extend", "input": [{"params": fields}]}),
    }
    path, body = calls[dialect]
    answer = client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    task_id = answer.json().get("task_id") or answer.json()["id"]
    assert f'"file:{source.video}"' in stored(platform, task_id)
    assert "file:" not in answer.text


def test_the_copy_without_a_mark_is_what_goes_on(client: TestClient, platform: Platform) -> None:
    source = made(platform, clean="clean/1/1.mp4")
    answer = client.post(EXTEND, json={"video_creation_id": source.id})
    assert '"file:clean/1/1.mp4"' in stored(platform, answer.json()["task_id"])


def refusal(client: TestClient, **fields: Any) -> dict[str, Any]:
    answer = client.post(EXTEND, json=fields)
    assert answer.status_code == 400, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize("seconds", [3, 61])
def test_a_task_whose_video_is_too_short_or_too_long_is_refused(
    client: TestClient, platform: Platform, seconds: int
) -> None:
    source = made(platform, seconds=seconds)
    told = refusal(client, video_creation_id=source.id)
    said = f"the video of task {source.id} lasts {seconds} s; it must last 4 to 60 s."
    assert told["message"] == f"video_creation_id: {said}"
    assert told["metadata"] == {"field": "video_creation_id"}
    assert len(platform.services.store.list()) == 1


def test_anothers_task_is_as_unknown_as_none(client: TestClient, platform: Platform) -> None:
    source = made(platform, tenant="somebody")
    told = [refusal(client, video_creation_id=each)["message"] for each in (source.id, "77")]
    assert told[0].replace(source.id, "77") == told[1] == "video_creation_id: there is no task 77."


def test_a_task_without_a_video_is_refused(client: TestClient, platform: Platform) -> None:
    store = platform.services.store
    fields = '{"images": ["https://example.com/a.png"], "prompt": "x"}'
    task = store.accept(Submission("default", "key", "native", "q2-pro-img2video", fields, 7, 5))
    told = refusal(client, video_creation_id=task.id)
    assert told["message"] == f"video_creation_id: task {task.id} is queued and has no video."
    claim = store.queue.claim("test", 60)
    assert claim is not None
    store.queue.settle(claim.token, Failure("No.", "RenderFailed"))
    assert "is failed and has no video" in refusal(client, video_creation_id=task.id)["message"]


def test_an_address_of_this_server_is_taken_as_it_is(client: TestClient, platform: Platform) -> None:
    link = "http://testserver" + platform.services.signer.sign("videos/1/1.mp4", 60)
    answer = client.post(EXTEND, json={"video_url": link, "images": [data_uri()]})
    assert answer.status_code == 200
    assert link in stored(platform, answer.json()["task_id"])


def test_neither_a_task_nor_an_address_is_refused(client: TestClient) -> None:
    assert refusal(client, prompt="on")["metadata"] == {"field": "video_url"}


def test_native_formats_show_the_clean_copy_beside_the_marked_one(
    client: TestClient, platform: Platform
) -> None:
    marked, plain = made(platform, clean="clean/1/1.mp4"), made(platform)
    for prefix in (NATIVE, "/proxy/vidu"):
        (shown,) = client.get(f"{prefix}/tasks/{marked.id}/creations").json()["creations"]
        assert "/clean/1/1.mp4?" in shown["url"]
        assert f"/{marked.video}?" in shown["watermarked_url"]
        (other,) = client.get(f"{prefix}/tasks/{plain.id}/creations").json()["creations"]
        assert other["url"] == other["watermarked_url"]
    polled = client.get("/v3/async/task-result", params={"task_id": marked.id}).json()
    assert f"/{marked.video}?" in polled["videos"][0]["video_url"]


def test_a_clean_copy_is_served_by_its_link(client: TestClient, platform: Platform) -> None:
    marked = made(platform, clean="clean/1/1.mp4")
    storage = platform.services.storage
    assert client.portal is not None
    client.portal.call(storage.put, "clean/1/1.mp4", b"clean")
    (shown,) = client.get(f"{NATIVE}/tasks/{marked.id}/creations").json()["creations"]
    assert client.get(shown["url"]).content == b"clean"
    assert marked.state is TaskState.SUCCEEDED


def test_a_video_that_is_no_longer_kept_cannot_go_on(client: TestClient, platform: Platform) -> None:
    source = made(platform)
    Retention(platform.services.store.database).expire_files(platform.services.clock.now())
    told = refusal(client, video_creation_id=source.id)
    assert told["message"] == f"video_creation_id: the video of task {source.id} was deleted."
