"""A server in development mode: its clock is moved, markers in prompts are heeded."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from keyreel.cli.local.composition import Platform, open_platform
from keyreel.server.app import create_app
from keyreel.settings import read_settings
from keyreel.task import TaskState
from keyreel.tasks.database.tables import CALLBACKS
from keyreel.tasks.deadlines import Deadlines
from keyreel.tasks.outcomes import Success
from keyreel.tasks.retention import Retention
from keyreel.wire.dialects.notes_header import parse_notes_header
from support.data_folders import prepare_data_folder
from support.requests import AUTH, KEY, data_uri

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUBMIT = "/v3/async/vidu-q2-pro-img2video"
DAY = 86400


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[Platform]:
    settings = read_settings(
        data=tmp_path, api_key=KEY, engines=("keyreel.testing:CardEngine",), dev=True, worker=False
    )
    prepare_data_folder(tmp_path)
    with open_platform(settings, ("http://testserver",)) as opened:
        yield opened


@pytest.fixture
def user(dev: Platform) -> Iterator[TestClient]:
    with TestClient(create_app(dev.services), headers=AUTH) as opened:
        yield opened


def submit(client: TestClient, prompt: str = "on", **fields: Any) -> Any:
    return client.post(SUBMIT, json={"images": [data_uri()], "prompt": prompt, **fields})


def operator(platform: Platform) -> dict[str, str]:
    return {"Authorization": f"Bearer {platform.services.admin_token}"}


def advance(client: TestClient, platform: Platform, seconds: float) -> Any:
    return client.post("/v1/admin/clock/advance", json={"seconds": seconds}, headers=operator(platform))


def finished(client: TestClient, platform: Platform) -> str:
    services = platform.services
    task_id: str = submit(client).json()["task_id"]
    claim = services.store.queue.claim("worker", 30)
    assert claim is not None
    video, cover = f"videos/{task_id}/1.mp4", f"covers/{task_id}/1.jpg"
    folder = services.settings.data / "files"
    for key in (video, cover):
        (folder / key).parent.mkdir(parents=True)
        (folder / key).write_bytes(b"a video")
    services.store.queue.settle(claim.token, Success(video, cover, "ab", charged=1))
    return task_id


def poll(client: TestClient, task_id: str) -> Any:
    return client.get("/v3/async/task-result", params={"task_id": task_id})


def test_the_operator_moves_the_clock(user: TestClient, dev: Platform) -> None:
    before = dev.services.clock.now()
    answer = advance(user, dev, 48 * 3600)
    assert answer.json()["ahead_seconds"] == 48 * 3600
    assert dev.services.clock.now() - before >= timedelta(hours=48)
    told = user.get("/v1/admin/clock", headers=operator(dev)).json()
    assert (told["dev"], told["ahead_seconds"]) == (True, 48 * 3600)


@pytest.mark.parametrize("seconds", [-1, "x", None, True, 1e12])
def test_the_clock_takes_sensible_steps_alone(user: TestClient, dev: Platform, seconds: Any) -> None:
    assert advance(user, dev, seconds).status_code == 400


def test_nobody_else_moves_it(user: TestClient) -> None:
    assert user.post("/v1/admin/clock/advance", json={"seconds": 1}).status_code in {401, 403}


def test_the_clock_stands_fast_without_development_mode(client: TestClient, platform: Platform) -> None:
    assert advance(client, platform, 1).status_code == 404
    told = client.get("/v1/admin/clock", headers=operator(platform)).json()
    assert (told["dev"], told["ahead_seconds"]) == (False, 0)


def test_a_link_runs_out_and_a_poll_gives_a_fresh_one(user: TestClient, dev: Platform) -> None:
    task_id = finished(user, dev)
    link = poll(user, task_id).json()["videos"][0]["video_url"]
    assert user.get(link).content == b"a video"
    advance(user, dev, DAY)
    assert user.get(link).status_code == 410
    fresh = poll(user, task_id).json()["videos"][0]["video_url"]
    assert user.get(fresh).status_code == 200


@pytest.mark.parametrize(
    ("path", "done"),
    [
        ("/v3/async/task-result?task_id={}", {"videos": []}),
        ("/model/v1/generation/task/{}", {"status": "completed", "output": []}),
        ("/ent/v2/tasks/{}/creations", {"state": "success", "creations": []}),
        ("/v1/videos/{}", {"status": "completed"}),
    ],
)
def test_a_video_that_is_no_longer_kept_has_no_links(
    user: TestClient, dev: Platform, path: str, done: dict[str, Any]
) -> None:
    task_id = finished(user, dev)
    Retention(dev.services.store.database).expire_files(dev.services.clock.now())
    answer = user.get(path.format(task_id))
    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in done} == done
    assert "/files/" not in answer.text
    assert parse_notes_header(answer.headers["X-Task-Notes"]) == ("The video is no longer kept.",)


def test_the_content_of_a_video_that_is_no_longer_kept_is_gone(user: TestClient, dev: Platform) -> None:
    task_id = finished(user, dev)
    link = poll(user, task_id).json()["videos"][0]["video_url"]
    Retention(dev.services.store.database).expire_files(dev.services.clock.now())
    for file in (dev.services.settings.data / "files" / "videos").rglob("*.mp4"):
        file.unlink()
    assert user.get(link).status_code == 410
    assert user.get(f"/v1/videos/{task_id}/content").status_code == 410


def test_a_forgotten_task_answers_410_and_is_in_no_list(user: TestClient, dev: Platform) -> None:
    task_id, retention = finished(user, dev), Retention(dev.services.store.database)
    retention.expire_files(dev.services.clock.now())
    retention.expire_records(dev.services.clock.now())
    assert poll(user, task_id).status_code == 410
    assert user.get(f"/v1/videos/{task_id}").status_code == 410
    assert user.get("/v1/videos").json()["data"] == []


def test_the_operator_sees_which_files_are_missing(user: TestClient, dev: Platform) -> None:
    task_id = finished(user, dev)
    (file,) = (dev.services.settings.data / "files" / "covers").rglob("*.jpg")
    file.unlink()
    found = user.get("/v1/admin/storage", headers=operator(dev)).json()
    assert found == {"missing": [{"task_id": task_id, "key": f"covers/{task_id}/1.jpg"}]}


@pytest.mark.parametrize(
    ("name", "status"), [("InvalidImage", 400), ("InsufficientCredits", 400), ("Unavailable", 503)]
)
def test_a_marker_has_a_submit_refused(user: TestClient, dev: Platform, name: str, status: int) -> None:
    answer = submit(user, f"a cat [keyreel:fail={name}]")
    assert answer.status_code == status
    assert dev.services.store.list() == ()


def test_a_marker_keeps_a_task_in_the_queue(user: TestClient, dev: Platform) -> None:
    task_id = submit(user, "[keyreel:stay-queued]").json()["task_id"]
    assert dev.services.store.queue.claim("worker", 30) is None
    assert poll(user, task_id).json()["task"]["eta"] == 0
    task = dev.services.store.cancel("default", task_id)
    assert task.state is TaskState.CANCELLED


def test_markers_are_words_without_development_mode(client: TestClient, platform: Platform) -> None:
    assert submit(client, "[keyreel:fail=InvalidImage] [keyreel:stay-queued]").status_code == 200
    assert platform.services.store.queue.claim("worker", 30) is not None


def test_a_queued_task_says_when_it_will_be_done(user: TestClient) -> None:
    first = submit(user).json()["task_id"]
    eta = poll(user, first).json()["task"]["eta"]
    assert eta > 0
    submit(user)
    last = submit(user).json()["task_id"]
    assert poll(user, last).json()["task"]["eta"] > eta


@pytest.mark.parametrize(
    ("path", "where", "word"),
    [
        ("/v3/async/task-result?task_id={}", ("task", "status"), "TASK_STATUS_FAILED"),
        ("/model/v1/generation/task/{}", ("status",), "failed"),
        ("/ent/v2/tasks/{}/creations", ("err_code",), "SystemThrottling"),
        ("/v1/videos/{}", ("status",), "failed"),
    ],
)
def test_every_format_says_why_an_off_peak_task_ended(
    user: TestClient, dev: Platform, path: str, *, where: tuple[str, ...], word: str
) -> None:
    task_id = submit(user, off_peak=True).json()["task_id"]
    advance(user, dev, 2 * DAY)
    assert Deadlines(dev.services.store.database).cancel_expired(dev.services.clock.now()) == 1
    answer = user.get(path.format(task_id))
    found = answer.json()
    for name in where:
        found = found[name]
    assert found == word
    assert "48 hours" in answer.text


@pytest.mark.parametrize(("marker", "callbacks"), [("", 1), ("[keyreel:lose-callback]", 0)])
def test_a_marker_loses_the_callback(user: TestClient, dev: Platform, marker: str, callbacks: int) -> None:
    body = {"model": "viduq2-pro", "images": [data_uri()], "prompt": f"on {marker}"}
    answer = user.post("/ent/v2/img2video", json={**body, "callback_url": "https://example.com/hook"})
    assert answer.status_code == 200
    with dev.services.store.database.read() as connection:
        assert len(connection.execute(select(CALLBACKS)).all()) == callbacks
