"""The events of a task, over a real connection, while a test does what a worker would."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from keyreel.server import task_watch
from keyreel.server.app import create_app
from keyreel.server.connections.limits import ConnectionLimits
from keyreel.server.requests.authorisation import require_scope
from keyreel.server.routes.own.events import TaskEventRoutes
from keyreel.task import TaskId
from keyreel.tasks.accounts.api_keys import Scope
from keyreel.tasks.outcomes import Success
from support.bounded_servers import RunningServer
from support.requests import AUTH
from support.submits import PARAMS, SUBMITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.cli.local.composition import Platform
    from keyreel.tasks.task_queue import FencingToken

DONE = Success("videos/1.mp4", "covers/1.jpg", "ab" * 32, charged=5, size="640x360")
RESUME = "Last-Event-ID"


@pytest.fixture
def running(platform: Platform) -> Iterator[RunningServer]:
    app = create_app(platform.services)
    with RunningServer.start(app, ConnectionLimits(100), platform.services.watch.close) as server:
        yield server


@pytest.fixture
def url(running: RunningServer) -> str:
    return f"http://127.0.0.1:{running.address[1]}"


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, headers=AUTH, timeout=30) as client:
        yield client


def submit(http: httpx.Client) -> str:
    answer = http.post(SUBMITS["async_v3"][0], json=PARAMS)
    return str(answer.json()["task_id"])


def claim(platform: Platform) -> FencingToken:
    found = platform.services.store.queue.claim("worker", 60.0)
    assert found is not None
    return found.token


class Follower:
    """A client that reads events as they come."""

    def __init__(self, response: httpx.Response) -> None:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        self._lines = response.iter_lines()
        self.ids: list[int] = []

    def read(self) -> tuple[str, dict[str, Any]]:
        """Return the next event's name and data."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if not line and "data" in fields:
                self.ids.append(int(fields["id"]))
                return fields["event"], json.loads(fields["data"])
            name, _, value = line.partition(": ")
            fields[name] = value
        raise AssertionError("the stream has ended")

    def read_line(self, default: str | None = None) -> str:
        """Return the next line that is not empty; the default where the stream has ended."""
        line = next((line for line in self._lines if line), default)
        assert line is not None, "the stream has ended"
        return line

    @property
    def has_ended(self) -> bool:
        return not [line for line in self._lines if line]


@contextmanager
def following(http: httpx.Client, task_id: str, last: int | None = None) -> Iterator[Follower]:
    headers = {} if last is None else {RESUME: str(last)}
    with http.stream("GET", f"/v1/tasks/{task_id}/events", headers=headers) as response:
        yield Follower(response)


def test_a_task_is_told_from_its_place_in_the_queue_to_its_end(
    http: httpx.Client, platform: Platform
) -> None:
    queue = platform.services.store.queue
    submit(http)
    task_id = submit(http)
    with following(http, task_id) as told:
        kind, data = told.read()
        assert (kind, data["state"], data["queue_position"]) == ("state", "queued", 2)
        first = claim(platform)
        assert told.read()[1]["queue_position"] == 1
        token = claim(platform)
        kind, data = told.read()
        assert (kind, data["state"], data["queue_position"]) == ("state", "running", None)
        assert data["engine"] == "keyreel.testing:CardEngine"
        queue.save_progress(token, 0.25, 0)
        kind, data = told.read()
        assert (kind, data["progress"]) == ("progress", 0.25)
        queue.save_progress(token, 0.25, 3)
        assert told.read() == ("preview", {"number": 3})
        queue.settle(token, DONE)
        assert told.read()[1]["state"] == "succeeded"
        kind, data = told.read()
        assert (kind, data["id"], data["size"], data["credits"]) == ("end", task_id, [640, 360], 5)
        assert httpx.get(data["video_url"].partition("?")[0]).status_code == 403
        assert told.has_ended
        assert told.ids == sorted(told.ids)
    queue.requeue(first)


def test_an_ended_task_s_stream_ends_at_once(http: httpx.Client, platform: Platform) -> None:
    task_id = submit(http)
    platform.services.store.queue.settle(claim(platform), DONE)
    with following(http, task_id) as told:
        assert [told.read()[0], told.read()[0]] == ["state", "end"]
        assert told.has_ended
    with following(http, task_id, last=told.ids[-1]) as again:
        assert again.read()[0] == "end"
        assert again.has_ended


def test_who_comes_back_is_told_only_what_has_changed(http: httpx.Client, platform: Platform) -> None:
    queue = platform.services.store.queue
    task_id, token = submit(http), claim(platform)
    queue.save_progress(token, 0.5, 2)
    with following(http, task_id) as told:
        assert [told.read()[0] for _ in range(3)] == ["state", "progress", "preview"]
    queue.save_progress(token, 0.5, 3)
    # From the state alone: progress and preview follow; from the progress: the preview.
    for last, kinds in ((told.ids[0], ["progress", "preview"]), (told.ids[1], ["preview"])):
        with following(http, task_id, last) as again:
            assert [again.read()[0] for _ in kinds] == kinds
    queue.requeue(token)
    with following(http, task_id, told.ids[2]) as again:
        assert again.read()[1]["state"] == "queued"
        assert again.ids[0] > told.ids[2]
    second = claim(platform)
    with following(http, task_id, again.ids[0]) as later:
        assert later.read()[1]["state"] == "running"
        assert later.ids[0] > again.ids[0]
    queue.requeue(second)


def test_what_is_no_event_s_id_is_taken_for_none(http: httpx.Client) -> None:
    task_id = submit(http)
    for odd in ("abc", "-1", "9" * 30, ""):
        with http.stream("GET", f"/v1/tasks/{task_id}/events", headers={RESUME: odd}) as response:
            assert Follower(response).read()[1]["state"] == "queued"


def test_a_silent_stream_beats_and_ends_with_its_key(http: httpx.Client, platform: Platform) -> None:
    task_id = submit(http)
    record, key = platform.services.keys.create("default")
    routes = TaskEventRoutes(platform.services, beat_seconds=0.05)
    endpoint = require_scope(routes.stream, platform.services.authenticator, Scope.READ)
    app = Starlette(
        routes=[Route("/v1/tasks/{id}/events", endpoint)], lifespan=platform.services.watch.lifespan
    )
    with (
        RunningServer.start(app, ConnectionLimits(10)) as running,
        httpx.Client(base_url=f"http://127.0.0.1:{running.address[1]}", timeout=30) as quick,
    ):
        quick.headers["Authorization"] = f"Bearer {key}"
        with following(quick, task_id) as told:
            assert told.read()[0] == "state"
            assert [told.read_line(), told.read_line()] == [": beat", ": beat"]
            platform.services.keys.revoke(record.id)
            while told.read_line(default="") == ": beat":
                pass


def test_no_tenant_follows_more_tasks_than_it_may(http: httpx.Client, url: str) -> None:
    task_id = submit(http)
    limits = httpx.Limits(max_connections=None)
    with ExitStack() as stack:
        many = stack.enter_context(httpx.Client(base_url=url, headers=AUTH, timeout=30, limits=limits))
        for _ in range(task_watch.MAX_WATCHERS_OF_TENANT):
            stack.enter_context(following(many, task_id))
        refused = http.get(f"/v1/tasks/{task_id}/events")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
        assert "poll" in refused.json()["message"]
        assert http.get(f"/v1/tasks/{task_id}").status_code == 200


def test_streams_end_whole_when_the_server_ends(http: httpx.Client, running: RunningServer) -> None:
    task_id = submit(http)
    with following(http, task_id) as told:
        assert told.read()[0] == "state"
        running.server.should_exit = True
        # One that is cut off raises.
        assert told.has_ended


def test_a_stream_ends_when_its_task_is_deleted(http: httpx.Client, platform: Platform) -> None:
    task_id = submit(http)
    with following(http, task_id) as told:
        assert told.read()[0] == "state"
        platform.services.store.cancel("default", TaskId(task_id))
        assert http.delete(f"/v1/tasks/{task_id}").status_code in {204, 409}
        list(iter(lambda: told.read_line(default=""), ""))
    assert http.get(f"/v1/tasks/{task_id}/events").status_code == 410
