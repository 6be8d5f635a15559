from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keyreel.task import TaskState
from keyreel.tasks.outcomes import Success
from keyreel.wire.dialects.notes_header import parse_notes_header
from support.requests import data_uri
from support.submits import PARAMS, SUBMITS

if TYPE_CHECKING:
    from httpx2 import Response
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

MULTIFRAME = "/v3/async/vidu-q2-pro-multiframe"
IMG2VIDEO = "/v3/async/vidu-q2-pro-img2video"
VTRIX = "/model/v1/generation"


def keyframes(count: int) -> dict[str, object]:
    shots = [{"key_image": data_uri(shade=30 * n), "prompt": "on", "duration": 2} for n in range(count)]
    return {"start_image": data_uri(), "image_settings": shots}


def test_a_submitted_task_is_stored_before_its_id_is_answered(client: TestClient, platform: Platform) -> None:
    answer = client.post(MULTIFRAME, json=keyframes(2) | {"payload": "mine"})
    assert answer.status_code == 200
    task = platform.services.store.get("default", answer.json()["task_id"])
    assert task.state is TaskState.QUEUED
    assert task.submission.payload == "mine"
    assert "base64" not in task.submission.fields


@pytest.mark.parametrize("model", ["vidu-q2-pro-multiframe", "viduq2_pro_multiframe"])
def test_a_task_of_one_dialect_is_polled_in_the_other(client: TestClient, model: str) -> None:
    body = {"model": model, "input": [{"params": keyframes(2)}]}
    created = client.post(VTRIX, json=body).json()
    assert created["status"] == "in_progress"
    polled = client.get("/v3/async/task-result", params={"task_id": created["id"]}).json()
    assert polled["task"]["status"] == "TASK_STATUS_QUEUED"
    assert client.get(f"{VTRIX}/task/{created['id']}").json()["status"] == "in_progress"


def test_vtrix_takes_flat_parameters_too(client: TestClient) -> None:
    body = {"model": "viduq2_pro_start_end2video", "images": [data_uri(), data_uri(shade=10)], "prompt": ""}
    assert client.post(VTRIX, json=body).json()["id"].isdecimal()


def test_fields_without_effect_and_unknown_ones_are_named(client: TestClient) -> None:
    body = {
        "images": [data_uri()],
        "prompt": "push in",
        "bgm": True,
        "off_peak": False,
        "voice_id": "v",
        "colour": 1,
    }
    answer = client.post(IMG2VIDEO, json=body, headers={"Idempotency-Key": "once"})
    named = set(answer.headers["X-Ignored-Fields"].split(", "))
    assert named == {"voice_id", "colour"}


@pytest.mark.parametrize("dialect", SUBMITS)
def test_every_format_names_what_it_leaves_aside_however_deep(client: TestClient, dialect: str) -> None:
    path, body = SUBMITS[dialect]
    further = {"wm_position": "top_left", "voice_id": "v", "extra": {"plan": 1}, "colour": "blue"}
    if dialect == "vtrix":
        body = body | {"input": [{"params": PARAMS | further}]}
    answer = client.post(path, json=body | further)
    assert answer.status_code == 200, answer.text
    named = set(answer.headers["X-Ignored-Fields"].split(", "))
    assert named == {"wm_position", "voice_id", "extra.plan", "colour"}


@pytest.mark.parametrize("dialect", sorted(SUBMITS.keys() - {"openai_videos"}))
def test_a_second_image_of_image_to_video_is_named(client: TestClient, dialect: str) -> None:
    path, body = SUBMITS[dialect]
    two = {"images": [data_uri(), data_uri(shade=10)]}
    body = body | ({"input": [{"params": PARAMS | two}]} if dialect == "vtrix" else two)
    answer = client.post(path, json=body)
    assert answer.headers["X-Ignored-Fields"] == "images[1]"
    assert len(client.get(f"/ent/v2/tasks/{_task_id(answer)}/creations").json()["creations"]) == 0


@pytest.mark.parametrize("dialect", SUBMITS)
def test_an_identifier_that_is_no_json_is_refused_by_its_name(client: TestClient, dialect: str) -> None:
    path, body = SUBMITS[dialect]
    wrong = {"meta_data": "Label=1"}
    body = body | ({"input": [{"params": PARAMS | wrong}]} if dialect == "vtrix" else wrong)
    answer = client.post(path, json=body)
    assert answer.status_code == 400
    assert "meta_data: got 'Label=1'; must be JSON" in answer.text


def _task_id(answer: Response) -> str:
    body = answer.json()
    return str(body.get("task_id") or body["id"])


def test_a_header_never_carries_what_a_client_called_its_fields_unescaped(client: TestClient) -> None:
    body = {"images": [data_uri()], "prompt": "x", "ключ\r\nSet-Cookie: a": 1}
    answer = client.post(IMG2VIDEO, json=body)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert answer.headers["X-Ignored-Fields"].isascii()


def test_another_tenants_task_is_as_unknown_as_none(client: TestClient, platform: Platform) -> None:
    task_id = client.post(IMG2VIDEO, json={"images": [data_uri()], "prompt": "x"}).json()["task_id"]
    _, other = platform.services.keys.create("other")
    poll = "/v3/async/task-result"
    headers = {"Authorization": f"Token {other}"}
    foreign = client.get(poll, params={"task_id": task_id}, headers=headers)
    unknown = client.get(poll, params={"task_id": "123456"}, headers=headers)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["reason"] == unknown.json()["reason"] == "TASK_NOT_FOUND"
    assert foreign.json()["message"] == unknown.json()["message"]


def test_a_chosen_seed_is_echoed_and_a_missing_one_is_drawn(client: TestClient) -> None:
    def seed_of(**fields: object) -> int:
        created = client.post(IMG2VIDEO, json={"images": [data_uri()], "prompt": "x", **fields}).json()
        polled = client.get("/v3/async/task-result", params={"task_id": created["task_id"]}).json()
        return int(polled["extra"]["seed"])

    assert seed_of(seed=42) == 42
    assert len({seed_of(), seed_of(seed=0), seed_of(seed=-1)}) == 3


def test_every_answer_has_a_request_id_of_its_own(client: TestClient) -> None:
    answers = [client.get(path) for path in ("/health/live", "/health/live", "/nothing", MULTIFRAME)]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 4


def test_what_could_not_be_done_is_said_in_every_dialect(client: TestClient, platform: Platform) -> None:
    task_id = client.post(MULTIFRAME, json=keyframes(2)).json()["task_id"]
    store = platform.services.store
    claim = store.queue.claim("worker", 60)
    assert claim is not None
    notes = ('Not spoken: "你好。" (Chinese voices need the extra keyreel[voices]).',)
    store.queue.settle(claim.token, Success("videos/1/1.mp4", "covers/1/1.jpg", "0" * 64, notes=notes))
    polls = (f"/v3/async/task-result?task_id={task_id}", f"{VTRIX}/task/{task_id}")
    assert {parse_notes_header(client.get(poll).headers["X-Task-Notes"]) for poll in polls} == {notes}
