"""Uploads as Comfy's clients make them: ask for addresses, put the file, name it in a request."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from typing import TYPE_CHECKING, Any

from keyreel.order import ImageRef
from keyreel.server.routes.uploads import MAX_UPLOAD_BYTES
from keyreel.tasks.presentation import parse_stored_request
from support.requests import data_uri

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

PNG = b64decode(data_uri().partition(",")[2])
MP4 = b"\0\0\0\x18ftypisom" + bytes(100)


def granted(client: TestClient, **asked: Any) -> dict[str, str]:
    answer = client.post(
        "/customers/storage", json={"file_name": "a.png", "content_type": "image/png"} | asked
    )
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"upload_url", "download_url", "expires_at", "existing_file"}
    return answer.json()


def test_an_upload_is_used_in_a_request(client: TestClient, platform: Platform, tmp_path: Path) -> None:
    urls = granted(client)
    body = {"model": "viduq1", "prompt": "", "images": [urls["download_url"]]}
    put = client.put(
        urls["upload_url"], content=PNG, headers={"Authorization": "", "Content-Type": "image/png"}
    )
    assert (put.status_code, put.content) == (200, b"")
    assert client.get(urls["download_url"]).content == PNG
    assert client.get(urls["download_url"]).headers["Content-Type"] == "image/png"
    task_id = client.post("/proxy/vidu/img2video", json=body).json()["task_id"]
    endpoint = parse_stored_request(platform.services.store.get("default", task_id))
    order = asyncio.run(
        platform.services.intake.gather(endpoint, endpoint.to_order(1), tmp_path, tenant="ann")
    )
    assert order.shots[0].first == ImageRef(str(tmp_path / "0.png"))
    assert (tmp_path / "0.png").is_file()


def test_an_upload_is_known_under_whatever_name_the_server_was_reached(
    client: TestClient, platform: Platform, tmp_path: Path
) -> None:
    client.headers["Host"] = "render.lan:9999"
    urls = granted(client)
    assert urls["download_url"].startswith("http://render.lan:9999/files/uploads/")
    client.put(urls["upload_url"].replace("render.lan:9999", "testserver"), content=PNG)
    body = {"model": "viduq1", "images": [urls["download_url"]]}
    task_id = client.post("/proxy/vidu/img2video", json=body).json()["task_id"]
    endpoint = parse_stored_request(platform.services.store.get("default", task_id))
    asyncio.run(platform.services.intake.gather(endpoint, endpoint.to_order(1), tmp_path, tenant="ann"))
    assert (tmp_path / "0.png").is_file()


def test_addresses_are_only_for_those_with_a_key(client: TestClient) -> None:
    answer = client.post("/customers/storage", json={"file_name": "a.png"}, headers={"Authorization": "x"})
    assert (answer.status_code, answer.json()["reason"]) == (401, "Unauthorized")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"file_name": None}, "file_name"),
    ({"file_name": "  "}, "file_name"),
    ({"content_type": {}}, "content_type"),
]


def test_what_is_asked_for_without_a_name_gets_no_address(client: TestClient) -> None:
    for asked, field in REFUSED:
        body = {"file_name": "a.png", "content_type": "image/png"} | asked
        answer = client.post("/customers/storage", json=body)
        assert answer.status_code == 400
        assert answer.json()["metadata"]["field"] == field


KINDS = [
    ("a.PNG", None, ".png"),
    ("a.jpeg", None, ".jpg"),
    ("a", "video/mp4", ".mp4"),
    ("a.mov", None, ".mp4"),
    ("a", None, ".bin"),
    ("blob", "application/octet-stream", ".bin"),
    ("a.png", "application/octet-stream", ".png"),
]


def test_the_kind_is_told_by_label_or_name(client: TestClient) -> None:
    for name, kind, ending in KINDS:
        urls = granted(client, file_name=name, content_type=kind)
        assert urls["download_url"].partition("?")[0].endswith(ending)


JPEG = b64decode(data_uri(kind="JPEG").partition(",")[2])
MOV = b"\0\0\0\x08wide" + bytes(100)
FILES = [
    (PNG, "image/png"),
    (JPEG, "image/jpeg"),
    (b64decode(data_uri(kind="WEBP").partition(",")[2]), "image/webp"),
    (MP4, "video/mp4"),
    (MOV, "video/mp4"),
    (b"\x1a\x45\xdf\xa3" + bytes(100), "video/webm"),
]
LABELS: list[dict[str, Any]] = [
    {},
    {"file_name": "a.mp4", "content_type": "video/mp4"},
    {"file_name": "a.svg", "content_type": "image/svg+xml"},
    {"file_name": "blob", "content_type": ""},
]


def test_bytes_are_believed_and_labels_are_not(client: TestClient) -> None:
    for label in LABELS:
        for data, kind in FILES:
            urls = granted(client, **label)
            assert client.put(urls["upload_url"], content=data).status_code == 200
            got = client.get(urls["download_url"])
            assert (got.content, got.headers["Content-Type"]) == (data, kind)
        urls = granted(client, **label)
        for junk in (b"MZ this is a program", b"<svg/>", b"", PNG[:40]):
            answer = client.put(urls["upload_url"], content=junk)
            assert (answer.status_code, answer.json()["metadata"]["field"]) == (400, "file")
        assert client.get(urls["download_url"]).status_code == 410


def test_a_file_is_put_once_and_may_be_put_again_unchanged(client: TestClient) -> None:
    urls = granted(client)
    assert client.put(urls["upload_url"], content=PNG).status_code == 200
    assert client.put(urls["upload_url"], content=PNG).status_code == 200
    other = b64decode(data_uri(shade=10).partition(",")[2])
    refused = client.put(urls["upload_url"], content=other)
    assert (refused.status_code, refused.json()["reason"]) == (409, "UPLOAD_CONFLICT")
    assert client.get(urls["download_url"]).content == PNG


def test_no_other_address_takes_files(client: TestClient, platform: Platform) -> None:
    urls = granted(client)
    signer = platform.services.signer
    video = "http://testserver" + signer.sign("put/videos/1/1.mp4", 60)
    forged = urls["upload_url"].replace("uploads/", "uploads/f")
    for url in (urls["download_url"], urls["upload_url"].partition("?")[0], video, forged):
        assert client.put(url, content=PNG).status_code == 403, url
    old = "http://testserver" + signer.sign("put/uploads/" + "0" * 32 + ".png", -1)
    assert client.put(old, content=PNG).status_code == 410


def test_too_large_a_file_is_refused_before_it_is_read(client: TestClient) -> None:
    urls = granted(client)
    headers = {"Content-Length": str(MAX_UPLOAD_BYTES + 1)}
    answer = client.put(urls["upload_url"], content=PNG, headers=headers)
    assert answer.status_code == 413
    assert "100 MiB" in answer.json()["message"]
