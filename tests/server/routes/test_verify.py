"""Files are examined over HTTP, for their sender's tasks alone; what is too large or no video is refused."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from keyreel.provenance.c2pa_manifest import sign_video
from keyreel.provenance.fingerprint import compute_fingerprint
from keyreel.storage.secret_files import SecretFiles
from keyreel.tasks.outcomes import Success
from support.requests import data_uri
from support.videos import CLAIM, encode_again, labelled_scene

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import Platform

OURS = '{"Label":"1","ContentProducer":"studio-1","ProduceID":"42"}'


@pytest.fixture
def video(tmp_path: Path, platform: Platform) -> Path:
    """Return a video as this install signs them."""
    from keyreel.cli.local.node.installation import open_signing_credentials

    services = platform.services
    out = tmp_path / "video.mp4"
    plain = labelled_scene(tmp_path / "plain.mp4", 3, OURS)
    secrets = SecretFiles(services.settings.data)
    credentials = open_signing_credentials(services.settings, secrets, services.clock)
    sign_video(plain, out, CLAIM, credentials)
    return out


@pytest.fixture
def task_id(client: TestClient, platform: Platform, video: Path) -> str:
    """Make a task of the default tenant's whose video this is."""
    body = {"images": [data_uri()], "prompt": "x", "duration": 1}
    made = str(client.post("/v3/async/vidu-q2-pro-img2video", json=body).json()["task_id"])
    store = platform.services.store
    claim = store.queue.claim("worker", 30.0)
    assert claim is not None
    sha256 = hashlib.sha256(video.read_bytes()).hexdigest()
    store.queue.settle(
        claim.token, Success("videos/1/1.mp4", "covers/1/1.jpg", sha256, compute_fingerprint(video))
    )
    return made


def test_the_very_file_is_untouched_and_its_task_is_named(
    client: TestClient, video: Path, task_id: str
) -> None:
    answer = client.post("/v1/verify", content=video.read_bytes())
    assert answer.status_code == 200
    told = answer.json()
    assert told["verdict"] == "untouched"
    assert told["sha256"] == hashlib.sha256(video.read_bytes()).hexdigest()
    assert told["tasks"] == [{"task_id": task_id, "likeness": 1.0, "same_file": True}]
    assert told["credentials"]["state"] == "trusted"
    assert told["credentials"]["producer"] == "studio-1"
    assert told["label"]["aigc"]["ContentProducer"] == "studio-1"


def test_another_encoding_is_altered_and_its_task_is_found(
    client: TestClient, tmp_path: Path, video: Path, task_id: str
) -> None:
    again = encode_again(video, tmp_path / "again.mp4", scale=0.5, crf=33)
    told = client.post("/v1/verify", content=again.read_bytes()).json()
    assert (told["verdict"], told["credentials"]["state"]) == ("altered", "none")
    (task,) = told["tasks"]
    assert (task["task_id"], task["same_file"]) == (task_id, False)
    assert task["likeness"] > 0.8


@pytest.mark.usefixtures("task_id")
def test_another_tenants_tasks_are_not_told(client: TestClient, platform: Platform, video: Path) -> None:
    _, key = platform.services.keys.create("bob", "")
    headers = {"Authorization": f"Bearer {key}"}
    told = client.post("/v1/verify", content=video.read_bytes(), headers=headers).json()
    assert told["tasks"] == []
    assert told["verdict"] == "untouched"


def test_a_key_is_needed(client: TestClient) -> None:
    del client.headers["Authorization"]
    assert client.post("/v1/verify", content=b"x").status_code in {400, 401}
    assert client.post("/v1/verify", content=b"x", headers={"X-API-Key": "wrong"}).status_code in {401, 403}


@pytest.mark.parametrize("data", [b"", b"hello", bytes(50_000), b"#EXTM3U\n/etc/passwd\n"])
def test_what_is_no_video_is_a_400_in_plain_words(client: TestClient, data: bytes) -> None:
    answer = client.post("/v1/verify", content=data)
    assert answer.status_code == 400
    assert answer.json()["message"] == "The file is not a readable video."


def test_a_file_larger_than_allowed_is_refused_while_it_arrives(tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    from keyreel.cli.local.composition import open_platform
    from keyreel.server.app import create_app
    from keyreel.settings import read_settings
    from support.requests import AUTH, KEY

    small = read_settings(
        data=tmp_path, api_key=KEY, engines=("keyreel.testing:CardEngine",), body_limit=1000
    )
    with (
        open_platform(small, ()) as platform,
        TestClient(create_app(platform.services), headers=AUTH) as client,
    ):
        announced = client.post("/v1/verify", content=bytes(1001))
        streamed = client.post("/v1/verify", content=(bytes(100) for _ in range(11)))
    assert (announced.status_code, streamed.status_code) == (413, 413)


def test_the_operator_finds_the_tasks_of_every_tenant(
    client: TestClient, platform: Platform, video: Path, task_id: str
) -> None:
    admin = {"Authorization": f"Bearer {platform.services.admin_token}"}
    asked = {"sha256": "00" * 32, "fingerprint": compute_fingerprint(video)}
    found = client.post("/v1/admin/matches", json=asked, headers=admin).json()["matches"]
    assert [(match["task_id"], match["same_file"]) for match in found] == [(task_id, False)]
    assert client.post("/v1/admin/matches", json={"fingerprint": "1/x"}, headers=admin).json() == {
        "matches": []
    }
    assert client.post("/v1/admin/matches", json=asked).status_code in {401, 403}
