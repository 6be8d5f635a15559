"""Whole servers whose files are in a bucket: what clients see of it, also while the bucket is away."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from support.commands import CARDS, keyreel
from support.faulty_proxy import Fault
from support.object_stores import describe_store
from support.requests import data_uri
from support.servers import Server, wait_until
from support.submits import PARAMS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.faulty_proxy import FaultyProxy
    from support.object_stores import ObjectStore

MODEL = "vidu-q2-pro-img2video"


def describe(object_store: ObjectStore, proxy: FaultyProxy) -> dict[str, str]:
    return {
        **CARDS,
        **describe_store(proxy.address),
        "KEYREEL_STORAGE": f"s3://{object_store.make_bucket()}/keyreel",
    }


@pytest.fixture
def environment(object_store: ObjectStore, faulty_store: FaultyProxy) -> dict[str, str]:
    return describe(object_store, faulty_store)


@pytest.fixture
def server(tmp_path: Path, environment: dict[str, str]) -> Iterator[Server]:
    started = Server.start(tmp_path, **environment)
    yield started
    started.stop()


def get(url: str, **options: Any) -> httpx.Response:
    return httpx.get(url, trust_env=False, timeout=60, **options)


def test_a_video_is_made_from_and_kept_in_a_bucket(server: Server) -> None:
    task = server.submit(MODEL, PARAMS)
    url = server.finished(task)["videos"][0]["video_url"]
    assert url.startswith(server.url)
    whole = get(url)
    assert whole.headers["Content-Type"] == "video/mp4"
    assert get(url, headers={"Range": "bytes=4-7"}).content == whole.content[4:8] == b"ftyp"
    assert not [path for path in (server.data / "files").rglob("*") if path.is_file()]


def test_while_the_bucket_is_away_renders_wait_polls_answer_and_submits_with_pictures_get_503(
    server: Server, faulty_store: FaultyProxy
) -> None:
    body = {**PARAMS, "images": [data_uri(shade=77)]}
    waiting = server.submit(MODEL, PARAMS)
    faulty_store.strike(Fault(cut=True))
    refused = server.call("POST", f"/v3/async/{MODEL}", json=body, timeout=60)
    assert (refused.status_code, bool(refused.headers["Retry-After"])) == (503, True)
    assert server.poll(waiting)["task"]["status"] != "TASK_STATUS_FAILED"
    checks = wait_until(lambda: find_failed_checks(server))
    assert checks == {"storage": "The file store does not respond: try again soon."}
    faulty_store.heal()
    done = server.finished(waiting)
    assert done["task"]["status"] == "TASK_STATUS_SUCCEED"
    assert get(done["videos"][0]["video_url"]).status_code == 200
    assert server.call("POST", f"/v3/async/{MODEL}", json=body, timeout=60).status_code == 200
    wait_until(lambda: not find_failed_checks(server))


def find_failed_checks(server: Server) -> dict[str, str]:
    checks = server.call("GET", "/health/ready").json()["checks"]
    return {name: found["detail"] for name, found in checks.items() if not found["ok"]}


def test_presigned_links_lead_to_the_store_everywhere_and_come_back_as_inputs(
    tmp_path: Path, environment: dict[str, str], faulty_store: FaultyProxy
) -> None:
    server = Server.start(tmp_path, KEYREEL_LINKS="presigned", **environment)
    try:
        task = server.submit(MODEL, {**PARAMS, "duration": 4})
        url = server.finished(task)["videos"][0]["video_url"]
        assert url.startswith(faulty_store.address)
        video = get(url)
        assert (video.status_code, video.headers["Content-Type"]) == (200, "video/mp4")
        shown = server.call("GET", f"/ent/v2/tasks/{task}/creations").json()["creations"][0]
        listed = server.call("GET", "/ent/v2/tasks").text
        own = server.call("GET", f"/v1/tasks/{task}").json()
        for link in (shown["url"], shown["cover_url"], own["video_url"], own["cover_url"]):
            assert link.startswith(faulty_store.address)
        assert server.url + "/files/" not in listed
        page = server.call("GET", "/", headers={"Accept": "text/html"})
        assert f"media-src 'self' blob: {faulty_store.address};" in page.headers["Content-Security-Policy"]
        content = server.call("GET", f"/v1/videos/{task}/content")
        assert hashlib.sha256(content.content).digest() == hashlib.sha256(video.content).digest()

        extended = {"video_url": url, "duration": 2, "resolution": "540p", "model": "viduq2-pro"}
        answer = server.call("POST", "/ent/v2/extend", json=extended)
        assert answer.status_code == 200, answer.text
        assert wait_for_state(server, answer.json()["task_id"]) == "success"
        # The store decides whether a signature is good; moto takes all: the proxy refuses in its place.
        faulty_store.strike(Fault(http_status=403))
        forged = server.call("POST", "/ent/v2/extend", json={**extended, "video_url": url[:-4] + "beef"})
        assert wait_for_state(server, forged.json()["task_id"]) == "failed"
        faulty_store.heal()
    finally:
        server.stop()


def wait_for_state(server: Server, task: str) -> str:
    def ended() -> str | None:
        state = str(server.call("GET", f"/ent/v2/tasks/{task}/creations").json()["state"])
        return state if state in {"success", "failed"} else None

    return wait_until(ended)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"KEYREEL_STORAGE": "ftp://bucket"}, "must be a URL such as s3://bucket/folder"),
        ({"KEYREEL_STORAGE": "s3://no-such-bucket/folder"}, "does not exist in the file store"),
        ({"KEYREEL_STORAGE": "", "KEYREEL_LINKS": "presigned"}, "needs an object store"),
        ({"KEYREEL_LINKS": "presigned", "KEYREEL_LINKS_FOLLOW_KEYS": "1"}, "KEYREEL_LINKS_FOLLOW_KEYS"),
        ({"KEYREEL_LINKS": "presigned", "KEYREEL_LINK_SECONDS": "604801"}, "at most 604800"),
        ({"AWS_ALLOW_HTTP": ""}, "AWS_ALLOW_HTTP=true"),
    ],
)
def test_settings_that_cannot_work_end_the_start(
    tmp_path: Path, environment: dict[str, str], change: dict[str, str], said: str
) -> None:
    ran = keyreel("up", "--port", "0", "--data", tmp_path, **(environment | change))
    assert ran.returncode == 2
    assert said in ran.stderr


def test_doctor_tells_whether_the_bucket_can_be_used(
    tmp_path: Path, environment: dict[str, str], faulty_store: FaultyProxy
) -> None:
    well = keyreel("doctor", "--data", tmp_path, **environment)
    assert f"{environment['KEYREEL_STORAGE']} stores and returns files" in well.stdout
    faulty_store.strike(Fault(http_status=403))
    unwell = keyreel("doctor", "--data", tmp_path, **environment)
    assert unwell.returncode == 1
    assert "denies access" in unwell.stdout


def test_uploads_go_through_the_server_and_into_the_bucket(server: Server) -> None:
    links = server.call("POST", "/customers/storage", json={"file_name": "a.mp4"}).json()
    task = server.submit(MODEL, PARAMS)
    video = get(server.finished(task)["videos"][0]["video_url"]).content
    for _ in range(2):  # the same file may be put again
        put = httpx.put(links["upload_url"], content=video, trust_env=False, timeout=60)
        assert put.status_code == 200, put.text
    assert httpx.put(links["upload_url"], content=video + b"x", trust_env=False).status_code == 409
    assert get(links["download_url"]).content == video
