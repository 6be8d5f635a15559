"""Uploads in three steps, as clients of the native format make them, and their URIs in requests."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.tasks.presentation import parse_stored_request
from support.requests import data_uri

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

UPLOADS = "/tools/v2/files/uploads"
PNG = b64decode(data_uri(320, 180).partition(",")[2])
MP4 = b"\0\0\0\x18ftypisom" + bytes(100)
NOBODY = {"Authorization": ""}


def begun(client: TestClient) -> dict[str, str]:
    answer = client.post(UPLOADS, json={"scene": "vidu"})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"id", "put_url", "expires_at"}
    return answer.json()


def uploaded(client: TestClient, content: bytes = PNG) -> str:
    """Go through the three steps; return the URI."""
    one = begun(client)
    put = client.put(one["put_url"], content=content, headers=NOBODY | {"Content-Type": "image/png"})
    assert put.status_code == 200, put.text
    answer = client.put(f"{UPLOADS}/{one['id']}/finish", json={"etag": put.headers["ETag"], "id": one["id"]})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"uri": f"ssupload:?id={one['id']}"}
    return answer.json()["uri"]


def test_an_upload_has_an_id_of_digits_and_a_time(client: TestClient) -> None:
    one = begun(client)
    assert one["id"].isdecimal()
    assert one["expires_at"].endswith("Z")
    assert begun(client)["id"] != one["id"]


# Wherever the format takes an image; the fields beside it.
PLACES: list[tuple[str, dict[str, Any]]] = [
    ("img2video", {"model": "viduq2-pro", "images": ["URI"]}),
    ("start-end2video", {"model": "viduq2-pro", "images": ["URI", " URI "]}),
    ("reference2video", {"model": "viduq2", "prompt": "@a", "subjects": [{"id": "a", "images": ["URI"]}]}),
    ("reference2video", {"model": "viduq1", "prompt": "@1", "images": [{"url": "URI"}]}),
    (
        "multiframe",
        {"model": "viduq2-pro", "start_image": "URI", "image_settings": [{"key_image": "URI"}] * 2},
    ),
    ("img2video", {"model": "viduq2-pro", "images": [data_uri()], "watermark": True, "wm_url": "URI"}),
]


def put_in(body: Any, uri: str) -> Any:
    if isinstance(body, dict):
        return {name: put_in(value, uri) for name, value in body.items()}
    if isinstance(body, list):
        return [put_in(value, uri) for value in body]
    return body.replace("URI", uri) if isinstance(body, str) else body


@pytest.mark.parametrize("prefix", ["/ent/v2", "/proxy/vidu"])
def test_its_uri_stands_for_a_image_wherever_one_is_taken(
    client: TestClient, platform: Platform, tmp_path: Path, prefix: str
) -> None:
    uri = uploaded(client)
    for number, (operation, body) in enumerate(PLACES):
        answer = client.post(f"{prefix}/{operation}", json=put_in(body, uri))
        assert answer.status_code == 200, answer.text
        task = platform.services.store.get("default", answer.json()["task_id"])
        endpoint = parse_stored_request(task)
        folder = tmp_path / str(number)
        folder.mkdir()
        asyncio.run(platform.services.intake.gather(endpoint, endpoint.to_order(1), folder, tenant="ann"))
        assert (folder / "0.png").is_file()


def test_words_are_left_as_they_are(client: TestClient) -> None:
    uri = uploaded(client)
    body = {"model": "viduq2-pro", "images": [uri], "prompt": uri, "payload": uri}
    told = client.post("/ent/v2/img2video", json=body).json()
    assert (told["prompt"], told["payload"]) == (uri, uri)


def test_the_same_request_stays_the_same(client: TestClient) -> None:
    body = {"model": "viduq2-pro", "images": [uploaded(client)], "prompt": "x"}
    answers = [
        client.post("/ent/v2/img2video", json=body, headers={"Idempotency-Key": "a"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].headers["Idempotent-Replayed"] == "true"
    assert answers[0].json()["task_id"] == answers[1].json()["task_id"]


def test_a_video_is_uploaded_likewise(client: TestClient) -> None:
    body = {"model": "viduq2-pro", "video_url": uploaded(client, MP4)}
    assert client.post("/ent/v2/extend", json=body).status_code == 200


def test_nobody_elses_upload_is_there(client: TestClient, platform: Platform) -> None:
    uri = uploaded(client)
    number = uri.partition("=")[2]
    _, other = platform.services.keys.create("other")
    headers = {"Authorization": f"Token {other}"}
    body = {"model": "viduq2-pro", "images": [uri]}
    foreign = client.post("/ent/v2/img2video", json=body, headers=headers)
    unknown = client.post("/ent/v2/img2video", json=body | {"images": ["ssupload:?id=17"]})
    for answer in (foreign, unknown):
        assert (answer.status_code, answer.json()["reason"]) == (400, "FieldInvalid")
        assert answer.json()["metadata"]["field"] == "images[0]"
    finished = client.put(f"{UPLOADS}/{number}/finish", json={"etag": "x"}, headers=headers)
    assert (finished.status_code, finished.json()["reason"]) == (404, "NotFound")


def test_every_format_and_validation_know_them(client: TestClient) -> None:
    body = {"images": [uploaded(client)], "prompt": "x"}
    for spoken in ("", "native", "comfy", "async_v3"):
        answer = client.post("/v1/validate/q2-pro-img2video", params={"dialect": spoken}, json=body)
        assert answer.json()["valid"] is True, answer.text
    assert client.post("/v3/async/vidu-q2-pro-img2video", json=body).status_code == 200


def test_the_tag_is_taken_quoted_and_bare(client: TestClient) -> None:
    one = begun(client)
    tag = client.put(one["put_url"], content=PNG, headers=NOBODY).headers["ETag"]
    assert tag.startswith('"')
    for spelling in (tag, tag.strip('"'), f"W/{tag}", f" {tag} "):
        answer = client.put(f"{UPLOADS}/{one['id']}/finish", json={"etag": spelling})
        assert answer.status_code == 200, answer.text


def test_what_cannot_be_finished_is_refused_by_name(client: TestClient) -> None:
    one = begun(client)
    finish = f"{UPLOADS}/{one['id']}/finish"
    early = client.put(finish, json={"etag": "a"})
    assert (early.status_code, early.json()["reason"]) == (404, "NotFound")
    client.put(one["put_url"], content=PNG, headers=NOBODY)
    for path, body, reason, field in (
        (finish, {"etag": "a"}, "FieldInvalid", "etag"),
        (finish, {}, "FieldLacking", "etag"),
        (finish, {"etag": 5}, "FieldLacking", "etag"),
        (f"{UPLOADS}/abc/finish", {"etag": "a"}, "FieldInvalid", "id"),
    ):
        answer = client.put(path, json=body)
        assert (answer.status_code, answer.json()["reason"]) == (400, reason), answer.text
        assert answer.json()["metadata"]["field"] == field


def test_wrong_keys_and_files_are_refused(client: TestClient) -> None:
    one = begun(client)
    assert client.put(one["put_url"], content=b"MZ a program", headers=NOBODY).status_code == 400
    wrong = {"Authorization": "Token wrong"}
    for answer in (
        client.post(UPLOADS, json={"scene": "vidu"}, headers=wrong),
        client.put(f"{UPLOADS}/{one['id']}/finish", json={"etag": "a"}, headers=wrong),
    ):
        assert (answer.status_code, answer.json()["reason"]) == (401, "Unauthorized")
