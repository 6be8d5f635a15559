"""Services that call back when a video is done: they are asked little, and never believed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.callback_inbox import UPSTREAM_CALLBACKS_PATH
from keyreel.engines.router import load_router
from keyreel.errors import InvalidSetting
from keyreel.settings.engines import EngineSettings
from keyreel.task import TaskState
from support.commands import CARDS
from support.plant import Plant, comes_true
from support.receivers import Receiver, receiving
from support.servers import KEY, Server
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


def relay(base_url: str, dialect: str, callback_url: str = OWN_URL) -> EngineSettings:
    table = {"type": "relay", "dialect": dialect, "base_url": base_url, "callback_url": callback_url}
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


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["native", "async_v3"])
def test_another_keyreel_calls_back(dialect: str, plant: Plant, tmp_path: Path) -> None:
    with receiving() as receiver:
        ports = {"KEYREEL_EGRESS_ALLOW": "127.0.0.0/8", "KEYREEL_CALLBACK_SCHEDULE": "0"}
        other = Server.start(tmp_path / "other", **CARDS, **ports)

        async def forward(receiver: Receiver) -> None:
            """Do what the route does: the address of a server is known too late to be in its settings."""
            told = 0
            while True:
                for got in receiver.got[told:]:
                    plant.store.upstream_callbacks.record(got.path.removeprefix(UPSTREAM_CALLBACKS_PATH))
                    told += 1
                await asyncio.sleep(0.02)

        async def story() -> Task:
            task = await plant.submit(duration=1)
            async with plant.working(relay(other.url, dialect, receiver.url)), asyncio.TaskGroup() as group:
                forwarding = group.create_task(forward(receiver))
                ended = await plant.ended(task)
                forwarding.cancel()
            return ended

        try:
            done = asyncio.run(story())
        finally:
            other.stop()
        assert (done.state, done.reason) == (TaskState.SUCCEEDED, "")
        assert receiver.got


@pytest.mark.parametrize("dialect", ["comfy", "openai_videos"])
def test_a_format_without_callbacks_is_refused(dialect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTREAM_KEY", KEY)
    with pytest.raises(
        InvalidSetting, match=r"\[engine.relay\] callback_url: got 'https://keyreel.example'; "
    ):
        load_router(relay("https://api.example.com", dialect))
