"""What model servers do wrong, and what becomes of the tasks that they work on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.testing.video_server import CannedAnswer, FakeVideoServer
from support.images import as_data_uri, landscape
from support.servers import Server, wait_until
from support.video_sites import DEAD_MODEL, ENVIRONMENT, MODELS, VideoSite, write_settings

if TYPE_CHECKING:
    from pathlib import Path

WORDS = {"prompt": "a street", "duration": 1, "resolution": "540p"}
IMAGE = as_data_uri(landscape())
SUCCEEDED, FAILED = "TASK_STATUS_SUCCEED", "TASK_STATUS_FAILED"
NEVER = 10**9
"""Polls that a video needs which is never completed."""


def begin(site: VideoSite, flavour: str, after: int = 0) -> str:
    """Submit a task, and wait until its server was asked for more than so many videos and polled for one."""
    task_id = site.server.submit(MODELS[flavour]["text"], WORDS)
    wait_until(lambda: len(site.fakes[flavour].asked) > after and site.fakes[flavour].asked[-1].polls > 0)
    return task_id


def find_engine(site: VideoSite, task_id: str) -> str:
    """Return which engine made a task."""
    token = (site.server.data / "admin.token").read_text().strip()
    answer = site.server.call("GET", "/v1/admin/tasks", headers={"Authorization": f"Bearer {token}"})
    return next(task["engine"] for task in answer.json()["tasks"] if task["id"] == task_id)


def test_a_video_that_a_restarted_server_lost_is_asked_for_again(site: VideoSite) -> None:
    fake = site.fakes["fastvideo"]
    fake.polls_needed = NEVER
    task_id = begin(site, "fastvideo")
    fake.lose_videos()
    wait_until(lambda: len(fake.asked) == 2)
    fake.polls_needed = 1
    assert site.server.finished(task_id)["task"]["status"] == SUCCEEDED
    assert len(fake.asked) == 2


def test_a_server_that_loses_every_video_is_asked_three_times(site: VideoSite) -> None:
    fake = site.fakes["vllm-omni"]
    lost = CannedAnswer(404, b'{"detail": "Video not found"}')
    fake.canned["GET"].extend([lost] * 3)
    result = site.make("vllm-omni", "text", WORDS)
    assert result["task"]["reason"] == "The video server lost the video 3 times."
    assert len(fake.asked) == 3


@pytest.mark.parametrize("flavour", ["vllm-omni", "fastvideo"])
def test_a_servers_reason_reaches_the_client_without_its_internals(site: VideoSite, flavour: str) -> None:
    fake = site.fakes[flavour]
    fake.failure = f"CUDA out of memory on {fake.url}/gpu/0 for /opt/models/wan/x.bin. Tried 20 GiB."
    result = site.make(flavour, "text", WORDS)
    assert result["task"]["status"] == FAILED
    assert result["task"]["reason"] == "The video server failed: CUDA out of memory on … for …."


def test_a_refused_request_fails_its_task_at_once(site: VideoSite) -> None:
    fake = site.fakes["fastvideo"]
    fake.canned["POST"].append(CannedAnswer(400, b'{"error": {"message": "prompt violates the policy"}}'))
    result = site.make("fastvideo", "text", WORDS)
    assert result["task"]["reason"] == "The video server refused the request: prompt violates the policy."
    assert not fake.asked


SUBMIT_FAULTS = (
    CannedAnswer(503, headers={"Retry-After": "1"}),
    CannedAnswer(500, b"Internal Server Error"),
    CannedAnswer(body=b'{"id": "x", "status": "queued"}', cut=True),
)
POLL_FAULTS = (
    CannedAnswer(body=b"{"),
    CannedAnswer(body=b"[" * 100_000),
    CannedAnswer(body=json.dumps({"id": "x", "status": "queued", "more": "x" * 2_000_000}).encode()),
    CannedAnswer(502, b"<html>"),
    CannedAnswer(429, headers={"Retry-After": "1"}),
    CannedAnswer(body=b'{"id": "x", "status": "dreaming", "progress": 1e999}'),
)


@pytest.mark.parametrize(("method", "faults"), [("POST", SUBMIT_FAULTS), ("GET", POLL_FAULTS)])
def test_a_server_that_stumbles_is_asked_again(
    site: VideoSite, method: str, faults: tuple[CannedAnswer, ...]
) -> None:
    fake = site.fakes["fastvideo"]
    fake.canned[method].extend(faults)
    assert site.make("fastvideo", "text", WORDS)["task"]["status"] == SUCCEEDED
    assert not fake.canned[method]
    assert len(fake.asked) == 1


def test_a_result_that_is_no_video_fails_its_task(site: VideoSite) -> None:
    site.fakes["fastvideo"].content = b"<html>no video</html>"
    result = site.make("fastvideo", "text", WORDS)
    assert result["task"]["reason"] == "The received video cannot be read."


def test_a_task_whose_server_is_not_there_goes_to_the_next_engine(site: VideoSite) -> None:
    task_id = site.server.submit(DEAD_MODEL, WORDS | {"duration": 4, "resolution": "360p"})
    assert site.server.finished(task_id)["task"]["status"] == SUCCEEDED
    assert find_engine(site, task_id) == "spare"


@pytest.mark.parametrize(("flavour", "told"), [("vllm-omni", True), ("sglang", False)])
def test_a_server_that_stops_deleted_videos_hears_of_cancelled_tasks(
    site: VideoSite, flavour: str, *, told: bool
) -> None:
    fake = site.fakes[flavour]
    fake.polls_needed = NEVER
    # A refusal changes nothing: it has finished the video meanwhile.
    fake.canned["DELETE"].append(CannedAnswer(409))
    model = MODELS[flavour]["image" if flavour == "sglang" else "text"]
    body = WORDS | ({"images": [IMAGE]} if flavour == "sglang" else {})
    task_id = site.server.submit(model, body)
    wait_until(lambda: fake.asked and fake.asked[-1].polls > 2)
    assert site.server.call("DELETE", f"/v1/videos/{task_id}").json()["deleted"]
    if told:
        wait_until(lambda: not fake.canned["DELETE"])
    else:
        done = site.make("fastvideo", "text", WORDS)
        assert done["task"]["status"] == SUCCEEDED
        assert fake.canned["DELETE"]
    assert site.server.poll(task_id)["task"]["status"] == FAILED


def test_progress_is_estimated_where_a_server_tells_none(site: VideoSite) -> None:
    fake = site.fakes["fastvideo"]
    fake.polls_needed = NEVER
    task_id = begin(site, "fastvideo")
    first = wait_until(lambda: site.server.poll(task_id)["task"]["progress_percent"])
    wait_until(lambda: site.server.poll(task_id)["task"]["progress_percent"] > first)
    fake.polls_needed = 1
    assert site.server.finished(task_id)["task"]["progress_percent"] == 100


def start(data: Path, model: str = "wan", **urls: str) -> Server:
    write_settings(data, urls, model)
    return Server.start(data, **ENVIRONMENT)


def test_a_restarted_keyreel_goes_on_waiting_for_the_same_video(tmp_path: Path) -> None:
    with FakeVideoServer("fastvideo") as fake:
        fake.polls_needed = NEVER
        first = start(tmp_path / "data", fastvideo=fake.url)
        task_id = first.submit(MODELS["fastvideo"]["text"], WORDS)
        wait_until(lambda: fake.asked and fake.asked[0].polls)
        first.kill()
        fake.polls_needed = 1
        second = start(tmp_path / "data", fastvideo=fake.url)
        try:
            assert second.finished(task_id)["task"]["status"] == SUCCEEDED
        finally:
            second.stop()
        assert len(fake.asked) == 1


def test_one_keyreel_makes_the_videos_of_another(tmp_path: Path) -> None:
    behind = Server.start(
        tmp_path / "behind",
        KEYREEL_ENGINES="keyreel.testing:CardEngine",
        KEYREEL_API_KEY="sk-upstream-secret",
    )
    front = start(tmp_path / "front", "sora", plain=behind.url)
    try:
        done = front.finished(front.submit(MODELS["plain"]["image"], WORDS | {"images": [IMAGE]}))
        assert done["task"]["status"] == SUCCEEDED, done
        token = (behind.data / "admin.token").read_text().strip()
        made: Any = behind.call("GET", "/v1/admin/tasks", headers={"Authorization": f"Bearer {token}"}).json()
        assert len(made["tasks"]) == 1
    finally:
        front.stop()
        behind.stop()
