"""What is refused, with which status, in whose words: never a 5xx, never without the field's name."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from support.requests import AUTH, data_uri

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

IMG2VIDEO = "/v3/async/vidu-q2-pro-img2video"
VTRIX = "/model/v1/generation"

BAD_FIELDS: dict[str, tuple[dict[str, object], str]] = {
    "no images": ({"images": []}, "images"),
    "an image that is none": ({"images": ["data:image/png;base64,aGVsbG8="]}, "images[0]"),
    "broken base64": ({"images": ["data:image/png;base64,@@@"]}, "images[0]"),
    "a file URL": ({"images": ["file:///etc/passwd"]}, "images[0]"),
    "an asset reference": ({"images": ["asset:" + "0" * 64]}, "images[0]"),
    "a panorama of 5:1": ({"images": [data_uri(500, 100)]}, "images[0]"),
    "eleven seconds": ({"duration": 11}, "duration"),
    "a duration in words": ({"duration": "five"}, "duration"),
    "half a second": ({"duration": 2.5}, "duration"),
    "4K": ({"resolution": "4K"}, "resolution"),
    "a number for a prompt": ({"prompt": 5}, "prompt"),
    "a list for a flag": ({"watermark": []}, "watermark"),
    "an unknown movement": ({"movement_amplitude": "wild"}, "movement_amplitude"),
}


@pytest.mark.parametrize("name", BAD_FIELDS)
def test_a_broken_rule_is_a_400_that_names_the_field(
    client: TestClient, platform: Platform, name: str
) -> None:
    fields, field = BAD_FIELDS[name]
    params = {"images": [data_uri()], "prompt": "push in", **fields}
    first = client.post(IMG2VIDEO, json=params)
    second = client.post(VTRIX, json={"model": "viduq2_pro_img2video", "input": [{"params": params}]})
    for answer in (first, second):
        assert answer.status_code == 400, answer.text
        assert field in answer.json()["message"]
        assert len(answer.content) <= 4096
        assert data_uri()[30:60] not in answer.text
    assert first.json()["code"] == 400
    assert isinstance(second.json()["code"], str)
    assert platform.services.store.count_queued() == 0


BAD_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"hello",
    "half of it": b'{"images": [',
    "a list": b"[]",
    "null": b"null",
    "a number": b"5",
    "NaN": b'{"seed": NaN}',
    "infinity by exponent": b'{"seed": 1e400}',
    "a lone surrogate": b'{"prompt": "\\ud800"}',
    "bad UTF-8": b'{"prompt": "\xff\xfe"}',
    "deep nesting": b'{"extra": ' + b"[" * 100 + b"]" * 100 + b"}",
    "very deep nesting": b"[" * 100_000,
    "a huge integer": b'{"seed": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("name", BAD_BODIES)
@pytest.mark.parametrize("path", [IMG2VIDEO, VTRIX])
def test_a_body_that_is_no_request_is_a_400(client: TestClient, path: str, name: str) -> None:
    answer = client.post(path, content=BAD_BODIES[name], headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("headers", "async_status", "vtrix_status"),
    [({}, 400, 401), ({"Authorization": "Bearer wrong"}, 403, 401), ({"Authorization": "Bearer "}, 400, 401)],
)
def test_a_missing_and_a_wrong_key_are_told_apart(
    client: TestClient, headers: dict[str, str], async_status: int, vtrix_status: int
) -> None:
    del client.headers["Authorization"]
    assert client.post(IMG2VIDEO, json={}, headers=headers).status_code == async_status
    assert client.post(VTRIX, json={}, headers=headers).status_code == vtrix_status
    assert client.get("/v3/async/task-result?task_id=1", headers=headers).status_code == async_status
    assert client.get(f"{VTRIX}/task/1", headers=headers).status_code == vtrix_status


@pytest.mark.parametrize("value", ["Bearer {}", "bearer {}", "Token {}", "TOKEN   {}", "{}"])
def test_a_key_is_taken_in_every_spelling(client: TestClient, value: str) -> None:
    headers = {"Authorization": value.format(AUTH["Authorization"].split()[1])}
    assert client.get("/v3/async/task-result?task_id=1", headers=headers).status_code == 404


def test_the_node_editors_key_header_is_taken(client: TestClient) -> None:
    key = client.headers.pop("Authorization").split()[1]
    answer = client.get("/v3/async/task-result?task_id=1", headers={"X-API-Key": key})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path", ["/v3/async/vidu-q9-dream2video", "/v3/async/..%2fetc", "/nothing", "/v1/none"]
)
def test_an_unknown_path_is_a_404_in_words(client: TestClient, path: str) -> None:
    answer = client.post(path, json={})
    assert answer.status_code == 404
    assert answer.json()["reason"] == "API_NOT_FOUND"


def test_an_unknown_vtrix_model_is_refused_by_name(client: TestClient) -> None:
    answer = client.post(VTRIX, json={"model": "viduq9_dream", "input": [{"params": {}}]})
    assert 400 <= answer.status_code < 500
    assert "viduq9_dream" in answer.json()["message"]


def test_the_wrong_method_is_a_405_that_says_which_is_right(client: TestClient) -> None:
    answer = client.put(IMG2VIDEO, json={})
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert answer.json()["message"]


@pytest.mark.parametrize("task_id", ["0", "-1", "abc", "9" * 40, "1' OR '1'='1", "\uff11\uff12", "%00"])
def test_a_strange_task_id_is_unknown(client: TestClient, task_id: str) -> None:
    assert client.get("/v3/async/task-result", params={"task_id": task_id}).status_code in {400, 404}
    assert client.get(f"{VTRIX}/task/{task_id.replace('/', '')}").status_code in {400, 404}


def test_a_poll_without_an_id_is_a_400(client: TestClient) -> None:
    answer = client.get("/v3/async/task-result")
    assert answer.status_code == 400
    assert "task_id" in answer.json()["message"]


def test_an_announced_body_over_the_limit_is_a_413_before_it_is_read(client: TestClient) -> None:
    answer = client.post(VTRIX, content=b"{}", headers={"Content-Length": str(21 * 1024 * 1024)})
    assert answer.status_code == 413


def test_an_unannounced_body_over_the_limit_is_a_413(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(21):
            yield b" " * 1024 * 1024

    answer = client.post(VTRIX, content=endless())
    assert answer.status_code == 413
    assert "20 MiB" in answer.json()["message"]


def test_a_image_of_one_side_too_few_is_refused_where_the_page_says_so(client: TestClient) -> None:
    body = {"images": [data_uri(127, 200)], "prompt": "x"}
    answer = client.post("/v3/async/vidu-q1-reference2video", json=body)
    assert answer.status_code == 400
    assert "128" in answer.json()["message"]


def test_start_and_end_of_unlike_sizes_are_refused(client: TestClient) -> None:
    body = {"images": [data_uri(200, 100), data_uri(100, 100)], "prompt": "x"}
    answer = client.post("/v3/async/vidu-q2-pro-startend2video", json=body)
    assert answer.status_code == 400
    assert "0.8" in answer.json()["message"]


def test_messages_stay_small_whatever_was_sent(client: TestClient) -> None:
    body = {"images": [data_uri()], "prompt": "x", "resolution": "r" * 100_000, "seed": "s" * 100_000}
    answer = client.post(IMG2VIDEO, content=json.dumps(body))
    assert answer.status_code == 400
    assert len(answer.content) <= 4096


SKILL = "/api/v1/skill/models"
# Whose words an address is refused in, whether there is anything at it or not.
SPOKEN: list[tuple[str, str, int, str]] = [
    ("GET", "/v3/async", 404, "async_v3"),
    ("GET", "/v3/nothing/here", 404, "async_v3"),
    ("DELETE", "/v3/async/task-result", 405, "async_v3"),
    ("GET", "/model/v1/nothing", 404, "vtrix"),
    ("PUT", "/model/v1/generation", 405, "vtrix"),
    ("GET", f"{SKILL}/viduq9_dream/spec", 404, "vtrix.discovery"),
    ("GET", f"{SKILL}/viduq2_pro_img2video", 404, "vtrix.discovery"),
    ("GET", "/api/v1/skill/nothing", 404, "vtrix.discovery"),
    ("POST", SKILL, 405, "vtrix.discovery"),
    ("DELETE", f"{SKILL}/viduq2_pro_img2video/spec", 405, "vtrix.discovery"),
    ("GET", "/ent/v1/anything", 404, "native"),
    ("DELETE", "/ent/v2/tasks", 405, "native"),
    ("GET", "/tools/v2/nothing", 404, "native"),
    ("DELETE", "/proxy/vidu/tasks", 405, "comfy"),
    ("GET", "/customers/nothing", 404, "comfy"),
    ("GET", "/customers/storage", 405, "comfy"),
    ("PATCH", "/v1/videos", 405, "openai_videos"),
    ("POST", "/v1/videos/1/remix", 404, "openai_videos"),
    ("GET", "/v1/models/gpt-4", 404, "openai_videos"),
    ("GET", "/v1/none", 404, "async_v3"),
    ("GET", "/elsewhere", 404, "async_v3"),
]
KEYS: dict[str, set[str]] = {
    "async_v3": {"code", "reason", "message", "metadata"},
    "vtrix": {"code", "message"},
    "vtrix.discovery": {"status", "data"},
    "native": {"code", "reason", "message", "metadata"},
    "comfy": {"code", "reason", "message", "metadata"},
    "openai_videos": {"error"},
}


def test_every_address_is_refused_in_its_own_formats_words(client: TestClient) -> None:
    for method, path, status, words in SPOKEN:
        answer = client.request(method, path)
        body = answer.json()
        assert (answer.status_code, set(body)) == (status, KEYS[words]), path
        if words == "vtrix.discovery":
            assert body["status"]["code"] == status
            assert body["status"]["message"]
            assert body["data"] is None
        if words in {"native", "comfy"}:
            assert re.fullmatch("[0-9a-f]{32}", body["metadata"]["trace_id"])


ALLOWED: list[tuple[str, str, str]] = [
    ("PATCH", "/v1/videos", "GET, HEAD, POST"),
    ("PUT", "/v1/videos/1", "DELETE, GET, HEAD"),
    ("GET", "/v1/quote", "POST"),
    ("PATCH", "/files/videos/1.mp4", "GET, HEAD, PUT"),
    ("DELETE", "/ent/v2/tasks", "GET, HEAD, POST"),
]


def test_a_wrong_method_is_told_every_right_one(client: TestClient) -> None:
    for method, path, allowed in ALLOWED:
        answer = client.request(method, path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


def test_pages_that_make_no_sense_are_the_usual_ones(client: TestClient) -> None:
    for query in ({"page": "0"}, {"page": "-1", "page_size": "many"}, {"page": "9" * 30, "page_size": "0"}):
        body = client.get(SKILL, params=query).json()
        assert body["status"] == {"code": 200, "message": ""}
        assert (body["data"]["page"], body["data"]["page_size"]) == (1, 20)
