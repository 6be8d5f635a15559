"""The native format over HTTP, at its own address and under Comfy's prefix."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.task import TaskState
from support.endings import COVER, VIDEO, bring
from support.requests import data_uri

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

PREFIXES = pytest.mark.parametrize("prefix", ["/ent/v2", "/proxy/vidu"])
STATES = {
    TaskState.QUEUED: "queueing",
    TaskState.RUNNING: "processing",
    TaskState.SUCCEEDED: "success",
    TaskState.FAILED: "failed",
    TaskState.CANCELLED: "failed",
}


def img2video(client: TestClient, prefix: str = "/ent/v2", **change: Any) -> dict[str, Any]:
    body = {"model": "viduq2-pro", "images": [data_uri()], "prompt": "push in", "duration": 4, "seed": 7}
    answer = client.post(f"{prefix}/img2video", json=body | change)
    assert answer.status_code == 200, answer.text
    return answer.json()


@PREFIXES
def test_a_submit_answers_every_documented_field(client: TestClient, prefix: str) -> None:
    body = img2video(client, prefix, payload="mine", bgm=True, images=["https://example.com/a.png"])
    credits_, created = body.pop("credits"), body.pop("created_at")
    assert isinstance(credits_, int)
    assert credits_ > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", created)
    assert body.pop("task_id").isdecimal()
    assert body == {
        "type": "img2video",
        "state": "created",
        "model": "viduq2-pro",
        "prompt": "push in",
        "images": ["https://example.com/a.png"],
        "duration": 4,
        "seed": 7,
        "aspect_ratio": "",
        "resolution": "720p",
        "bgm": True,
        "audio": False,
        "movement_amplitude": "auto",
        "payload": "mine",
        "off_peak": False,
        "watermark": False,
        "is_rec": False,
    }


SUBMITS: dict[str, dict[str, Any]] = {
    "text2video": {"model": "viduq2", "prompt": "a lighthouse", "style": "general"},
    "img2video": {"model": "vidu2.0", "images": ["https://example.com/a.png"], "duration": 8},
    "reference2video": {"model": "viduq1", "images": ["https://example.com/a.png"], "prompt": "@1 walks"},
    "start-end2video": {"model": "viduq2-turbo", "images": ["https://example.com/a.png"] * 2},
    "multiframe": {
        "model": "viduq2-pro",
        "start_image": "https://example.com/a.png",
        "image_settings": [{"key_image": "https://example.com/b.png"}] * 2,
    },
    "extend": {"model": "viduq2-turbo", "video_url": "https://example.com/a.mp4"},
    "template2video": {"model": "viduq2", "template": "hugging", "images": ["https://example.com/a.png"]},
}
TYPES = {"reference2video": "character2video", "start-end2video": "headtailimg2video"}


@PREFIXES
def test_every_operation_has_its_path(client: TestClient, prefix: str) -> None:
    for operation, asked in SUBMITS.items():
        answer = client.post(f"{prefix}/{operation}", json=asked)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["type"] == TYPES.get(operation, operation)
        assert body["model"] == asked["model"]
        assert "code" not in body
        assert client.get(f"{prefix}/tasks/{body['task_id']}/creations").json()["state"] == "queueing"


def test_a_creation_can_be_extended_by_its_id(client: TestClient, platform: Platform) -> None:
    task_id = img2video(client)["task_id"]
    bring(platform, TaskState.SUCCEEDED)
    (made,) = client.get(f"/ent/v2/tasks/{task_id}/creations").json()["creations"]
    body = {"model": "viduq2-pro", "video_creation_id": made["id"], "duration": 3}
    answer = client.post("/ent/v2/extend", json=body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["type"], answer.json()["duration"]) == ("extend", 3)


def test_multiframe_says_when_no_corner_is_used(client: TestClient) -> None:
    url = "/ent/v2/multiframe"
    plain = client.post(url, json=SUBMITS["multiframe"]).json()
    marked = client.post(url, json=SUBMITS["multiframe"] | {"watermark": True}).json()
    assert (plain["wm_position"], marked["wm_position"]) == ("unspecified", "bottom_left")


def test_a_image_needs_no_words_here(client: TestClient) -> None:
    for words in ({}, {"prompt": ""}, {"prompt": None}):
        body = {"model": "viduq1", "images": ["https://example.com/a.png"], **words}
        answer = client.post("/proxy/vidu/img2video", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["prompt"] == ""


def test_words_alone_need_words(client: TestClient) -> None:
    answer = client.post("/ent/v2/text2video", json={"model": "viduq2"})
    assert (answer.status_code, answer.json()["reason"]) == (400, "FieldLacking")


def test_a_watermark_and_off_peak_with_sound_are_told_as_they_are(client: TestClient) -> None:
    body = img2video(client, audio=True, off_peak=True, watermark=True, wm_position=1)
    assert (body["audio"], body["off_peak"], body["watermark"]) == (True, False, True)


@PREFIXES
def test_a_poll_has_every_documented_field_in_every_state(
    client: TestClient, platform: Platform, prefix: str
) -> None:
    made: list[dict[str, Any]] = []
    for state in (
        TaskState.SUCCEEDED,
        TaskState.FAILED,
        TaskState.CANCELLED,
        TaskState.RUNNING,
        TaskState.QUEUED,
    ):
        task_id = img2video(client, prefix, payload="mine")["task_id"]
        if state is not TaskState.QUEUED:
            bring(platform, state)
        body = client.get(f"{prefix}/tasks/{task_id}/creations").json()
        assert {"id", "state", "err_code", "credits", "payload", "bgm", "off_peak", "creations"} <= set(body)
        assert "code" not in body
        assert (body["id"], body["state"], body["payload"]) == (task_id, STATES[state], "mine")
        assert (body["err_code"] != "") == (body["state"] == "failed")
        assert body["seed"] == 7
        made += body["creations"]
    (only,) = made
    assert set(only) == {"id", "url", "cover_url", "watermarked_url"}
    assert client.get(only["url"]).content == client.get(only["watermarked_url"]).content == VIDEO
    assert client.get(only["cover_url"]).content == COVER


FAULTS = {
    "PictureUnreachable": "ImageDownloadFailure",
    "InternalFault": "InternalError",
    "RenderFailed": "BadRequest",
    "Cancelled": "UserCancelled",
}


def test_a_failed_task_names_its_reason(client: TestClient, platform: Platform) -> None:
    for fault, word in FAULTS.items():
        task_id = img2video(client)["task_id"]
        bring(platform, TaskState.CANCELLED if fault == "Cancelled" else TaskState.FAILED, fault)
        body = client.get(f"/ent/v2/tasks/{task_id}/creations").json()
        assert (body["err_code"], bool(body["err_msg"])) == (word, True)


@PREFIXES
def test_ids_and_keys_have_their_statuses(client: TestClient, prefix: str) -> None:
    for action, method in (("creations", "GET"), ("cancel", "POST")):
        for task_id, key, status, reason in (
            ("seventy", None, 400, "FieldInvalid"),
            ("123", None, 404, "TaskNotFound"),
            ("123", "Token wrong", 401, "Unauthorized"),
        ):
            headers = {"Authorization": key} if key else {}
            answer = client.request(method, f"{prefix}/tasks/{task_id}/{action}", headers=headers)
            body = answer.json()
            assert (answer.status_code, body["code"], body["reason"]) == (status, status, reason)
            assert body["metadata"]["trace_id"] == answer.headers["X-Request-Id"]


IMAGE = {"model": "viduq2-pro", "images": ["https://example.com/a.png"]}
BROKEN: list[tuple[str, dict[str, Any], tuple[int, str, str | None]]] = [
    ("lip-sync", {"model": "vidu1.0"}, (404, "NotFound", None)),
    ("img2video", {}, (400, "FieldLacking", "model")),
    ("img2video", {"model": 7}, (400, "FieldInvalid", "model")),
    ("img2video", {"model": "viduq9"}, (400, "FieldInvalid", "model")),
    ("img2video", {"model": "viduq2-pro"}, (400, "FieldLacking", "images")),
    ("img2video", IMAGE | {"duration": 11}, (400, "FieldInvalid", "duration")),
    ("img2video", IMAGE | {"images": [data_uri(500, 100)]}, (400, "PageSizeOutOfRange", "images[0]")),
    (
        "img2video",
        IMAGE | {"images": ["data:image/png;base64,aGVsbG8="]},
        (400, "ImageFormatInvalid", "images[0]"),
    ),
    (
        "start-end2video",
        IMAGE | {"images": ["https://a.b/c"] * 3},
        (400, "FieldItemCountOutOfRange", "images"),
    ),
]


@PREFIXES
def test_refusals_follow_the_formats_table(client: TestClient, prefix: str) -> None:
    for path, body, (status, reason, field) in BROKEN:
        answer = client.post(f"{prefix}/{path}", json=body)
        told = answer.json()
        assert (answer.status_code, told["code"], told["reason"]) == (status, status, reason), told
        assert set(told) == {"code", "reason", "message", "metadata"}
        assert told["metadata"].get("field") == field
        assert re.fullmatch("[0-9a-f]{32}", told["metadata"]["trace_id"])


def test_a_body_that_is_no_request_is_refused_in_the_formats_words(client: TestClient) -> None:
    answer = client.post("/ent/v2/img2video", content=b"[]")
    assert (answer.status_code, answer.json()["reason"]) == (400, "BadRequest")
    wrong = client.get("/ent/v2/img2video")
    assert (wrong.status_code, wrong.json()["reason"]) == (405, "MethodNotAllowed")


@PREFIXES
def test_what_has_not_ended_can_be_cancelled(client: TestClient, platform: Platform, prefix: str) -> None:
    for state in (
        TaskState.SUCCEEDED,
        TaskState.FAILED,
        TaskState.CANCELLED,
        TaskState.RUNNING,
        TaskState.QUEUED,
    ):
        task_id = img2video(client, prefix)["task_id"]
        if state is not TaskState.QUEUED:
            bring(platform, state)
        answer = client.post(f"{prefix}/tasks/{task_id}/cancel", json={"id": task_id})
        now = platform.services.store.get("default", task_id).state
        if state in {TaskState.SUCCEEDED, TaskState.FAILED}:
            assert (answer.status_code, answer.json()["reason"]) == (400, "BadRequest")
            assert answer.json()["message"] == f"task state is {STATES[state]}, can not cancel"
            assert now is state
        else:
            assert (answer.status_code, answer.json()) == (200, {})
            assert now is TaskState.CANCELLED


@PREFIXES
def test_lists_are_newest_first_and_go_on_by_token_or_page(client: TestClient, prefix: str) -> None:
    ids = [img2video(client)["task_id"] for _ in range(5)][::-1]
    tasks = f"{prefix}/tasks"
    first = client.get(tasks, params={"pager.pagesz": 2}).json()
    second = client.get(
        tasks, params={"pager.pagesz": 2, "pager.page_token": first["next_page_token"]}
    ).json()
    third = client.get(tasks, params={"paper.pagesz": "2", "paper.page": "2"}).json()
    pages = [[task["id"] for task in page["tasks"]] for page in (first, second, third)]
    assert pages == [ids[:2], ids[2:4], ids[4:]]
    assert third["next_page_token"] == ""
    assert [task["id"] for task in client.get(tasks).json()["tasks"]] == ids


def test_a_lists_entry_tells_request_and_outcome(client: TestClient, platform: Platform) -> None:
    task_id = img2video(client)["task_id"]
    bring(platform, TaskState.SUCCEEDED)
    body = client.get("/ent/v2/tasks").json()
    assert set(body) == {"next_page_token", "tasks"}
    (entry,) = body["tasks"]
    named = {
        "id",
        "key_id",
        "model",
        "prompt",
        "images",
        "duration",
        "resolution",
        "aspect_ratio",
        "creations",
    }
    assert named <= set(entry)
    assert (entry["id"], entry["state"], entry["err_code"]) == (task_id, "success", "")
    assert client.get(entry["creations"][0]["url"]).content == VIDEO


def test_lists_are_narrowed_by_every_filter(client: TestClient, platform: Platform) -> None:
    done = img2video(client)["task_id"]
    bring(platform, TaskState.SUCCEEDED)
    lost = img2video(client, resolution="1080p")["task_id"]
    bring(platform, TaskState.CANCELLED)
    q1 = img2video(client, model="viduq1", duration=5, resolution="1080p")["task_id"]
    template = {"template": 'hugging "50%_', "images": ["https://example.com/a.png"]}
    hugging = client.post("/ent/v2/template2video", json=template).json()["task_id"]

    def found(*pairs: tuple[str, Any]) -> set[str]:
        answer = client.get("/ent/v2/tasks", params=list(pairs))
        assert answer.status_code == 200, answer.text
        return {task["id"] for task in answer.json()["tasks"]}

    everything, now = {done, lost, q1, hugging}, datetime.now(UTC)
    assert found() == everything
    assert found(("states", "success")) == {done}
    assert found(("states", "success,failed")) == {done, lost}
    assert found(("states", "success"), ("states", "failed")) == {done, lost}
    assert found(("states", "queueing")) == found(("states[]", "created")) == {q1, hugging}
    assert found(("model_versions", "q1")) == found(("model_versions", "viduq1")) == {q1}
    assert found(("resolutions", "1080P")) == {lost, q1}
    assert found(("templates", 'hugging "50%_')) == {hugging}
    assert found(("templates", 'hugging "50%x')) == set()
    assert found(("task_ids", f"{done},{q1}"), ("task_ids", "none")) == {done, q1}
    assert found(("created_at.from", (now - timedelta(hours=1)).isoformat())) == everything
    assert found(("created_at.from", str(int(now.timestamp()) + 60))) == set()
    assert found(("created_at.to", (now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))) == set()
    assert found(("created_at.to", str(int(now.timestamp() * 1000) + 60_000))) == everything


SENSELESS = (
    ("states", "asleep"),
    ("model_versions", "q9"),
    ("pager.pagesz", "0"),
    ("pager.pagesz", "101"),
    ("pager.page", "-1"),
    ("pager.page", "x"),
    ("pager.page_token", "next"),
    ("pager.page_token", "9" * 19),
    ("created_at.from", "yesterday"),
    ("created_at.to", "2026-13-01"),
    ("task_ids", "1," * 101),
)


def test_filters_that_make_no_sense_are_refused_by_name(client: TestClient) -> None:
    for name, value in SENSELESS:
        answer = client.get("/ent/v2/tasks", params={name: value})
        assert answer.status_code == 400, answer.text
        assert answer.json()["metadata"]["field"] == name


def test_only_the_last_seven_days_are_listed_unless_asked(client: TestClient, platform: Platform) -> None:
    from sqlalchemy import update

    from keyreel.tasks.database.tables import TASKS

    task_id = img2video(client)["task_id"]
    old = datetime.now(UTC) - timedelta(days=8)
    with platform.services.store.database.write() as connection:
        connection.execute(update(TASKS).values(created=old))
    assert client.get("/ent/v2/tasks").json()["tasks"] == []
    since = client.get("/ent/v2/tasks", params={"created_at.from": (old - timedelta(1)).isoformat()}).json()
    named = client.get("/ent/v2/tasks", params={"task_ids": task_id}).json()
    assert [task["id"] for task in since["tasks"]] == [task["id"] for task in named["tasks"]] == [task_id]
