"""Services that call back when a video is done: they are asked little, and never believed."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.callback_inbox import UPSTREAM_CALLBACKS_PATH
from keyreel.engines.router import load_router
from keyreel.errors import InvalidSetting
from keyreel.settings.engines import EngineSettings
from keyreel.task import TaskState
from support.commands import CARDS
from support.faulty_proxy import run_faulty_proxy
from support.plant import Plant, comes_true
from support.servers import KEY, Server, wait_until
from support.upstreams import hosted
from support.videos import scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyreel.task import Task

OWN_URL = "https://keyreel.example"


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plant]:
    monkeypatch.setenv("UPSTREAM_KEY", KEY)
    opened = Plant.open(tmp_path)
    yield opened
    opened.store.close()


def relay(base_url: str, dialect: str) -> EngineSettings:
    table = {"type": "relay", "dialect": dialect, "base_url": base_url, "callback_url": OWN_URL}
    return EngineSettings(("relay",), {"relay": {**table, "api_key": "env:UPSTREAM_KEY"}})


def find_token(endpoint: Any) -> str:
    """Return the token in the address that a service was asked to call."""
    prefix = OWN_URL + UPSTREAM_CALLBACKS_PATH
    assert endpoint.webhook_url.startswith(prefix)
    return str(endpoint.webhook_url.removeprefix(prefix))


@pytest.mark.parametrize("dialect", ["async_v3", "native", "vtrix"])
def test_a_callback_ends_the_wait_and_is_not_believed(dialect: str, plant: Plant, tmp_path: Path) -> None:
    video = scene(tmp_path / "upstream.mp4", 1).read_bytes()
    callbacks = plant.store.upstream_callbacks

    async def story() -> Task:
        task = await plant.submit(duration=2)
        async with plant.working(relay(upstream.url, dialect)):
            await comes_true(lambda: upstream.polls + upstream.lists == 1)
            (made,) = upstream.made.values()
            token = find_token(made.endpoint)
            assert not callbacks.is_expected(token[::-1])
            callbacks.record(token)
            # The service says that it is still at it: whoever called was wrong, or early.
            await comes_true(lambda: upstream.polls + upstream.lists >= 2)
            assert plant.store.get("ann", task.id).state is TaskState.RUNNING
            upstream.state = TaskState.SUCCEEDED
            return await plant.ended(task)

    with hosted(dialect, video) as upstream:
        upstream.state = TaskState.RUNNING
        done = asyncio.run(story())
    assert (done.state, upstream.paid.total()) == (TaskState.SUCCEEDED, 1)
    callbacks.delete_ended()
    (made,) = upstream.made.values()
    assert not callbacks.is_expected(find_token(made.endpoint))


def test_a_callback_that_came_while_no_worker_ran_is_not_needed(plant: Plant, tmp_path: Path) -> None:
    video = scene(tmp_path / "upstream.mp4", 1).read_bytes()

    async def story() -> Task:
        task = await plant.submit(duration=2)
        async with plant.working(relay(upstream.url, "async_v3")):
            await comes_true(lambda: upstream.polls + upstream.lists == 1)
        upstream.state = TaskState.SUCCEEDED
        async with plant.working(relay(upstream.url, "async_v3")):
            return await plant.ended(task)

    with hosted("async_v3", video) as upstream:
        upstream.state = TaskState.RUNNING
        done = asyncio.run(story())
    assert (done.state, upstream.submits) == (TaskState.SUCCEEDED, 1)


def count_received(data: Path) -> int:
    """Count the tasks of a server's folder for which a callback was received."""
    with closing(sqlite3.connect(f"file:{data / 'keyreel.db'}?mode=ro", uri=True)) as database:
        query = "SELECT count(*) FROM upstream_callbacks WHERE received IS NOT NULL"
        return int(database.execute(query).fetchone()[0])


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["native", pytest.param("async_v3", marks=pytest.mark.nightly)])
def test_another_keyreel_calls_back_over_http(dialect: str, tmp_path: Path) -> None:
    """Two servers: the one that has the order is called at its route, and asks for the video then."""
    other = Server.start(
        tmp_path / "other", **CARDS, KEYREEL_EGRESS_ALLOW="127.0.0.0/8", KEYREEL_CALLBACK_SCHEDULE="0"
    )
    with ExitStack() as stack:
        stack.callback(other.stop)
        # The address that is called must stand in the settings before the server has one.
        gate = stack.enter_context(run_faulty_proxy())
        data = tmp_path / "own"
        data.mkdir()
        (data / "keyreel.toml").write_text(
            f'engines = ["relay"]\n[engine.relay]\ntype = "relay"\ndialect = "{dialect}"\n'
            f'base_url = "{other.url}"\napi_key = "env:UPSTREAM_KEY"\ncallback_url = "{gate.address}"\n'
        )
        own = Server.start(data, UPSTREAM_KEY=KEY)
        stack.callback(own.stop)
        gate.target = int(own.url.rpartition(":")[2])
        task_id = own.submit("vidu-q2-text2video", {"prompt": "a card", "duration": 1})
        done = own.finished(task_id)
        assert done["task"]["status"] == "TASK_STATUS_SUCCEED"
        wait_until(lambda: count_received(data))
        assert gate.requests >= 1


@pytest.mark.parametrize("dialect", ["comfy", "openai_videos"])
def test_a_format_without_callbacks_is_refused(dialect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTREAM_KEY", KEY)
    with pytest.raises(
        InvalidSetting, match=r"\[engine.relay\] callback_url: got 'https://keyreel.example'; "
    ):
        load_router(relay("https://api.example.com", dialect))
