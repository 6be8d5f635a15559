from __future__ import annotations

import asyncio
import base64
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.media.probe import probe_video
from keyreel.order import Size
from keyreel.settings.engines import EngineSettings
from keyreel.task import TaskState
from support.plant import Plant, comes_true
from support.servers import KEY as OTHER_KEY
from support.servers import Server
from support.upstreams import KEY, Fault, Upstream, hosted
from support.videos import scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.task import Task

DIALECTS = ("async_v3", "vtrix", "native", "comfy", "openai_videos")


@cache
def video() -> bytes:
    with TemporaryDirectory() as folder:
        return scene(Path(folder) / "upstream.mp4", 1, size=Size(960, 528)).read_bytes()


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plant]:
    monkeypatch.setenv("UPSTREAM_KEY", KEY)
    opened = Plant.open(tmp_path)
    yield opened
    opened.store.close()


def relay_to(*upstreams: Upstream, **options: Any) -> EngineSettings:
    """Configure relays, in order of preference."""
    tables = {
        f"relay-{number}": {
            "type": "keyreel.engines.relay.engine_type:RelayTable",
            "dialect": upstream.dialect.name,
            "base_url": upstream.url,
            "api_key": "env:UPSTREAM_KEY",
            **options,
        }
        for number, upstream in enumerate(upstreams, 1)
    }
    return EngineSettings(tuple(tables), tables)


def make(plant: Plant, settings: EngineSettings, name: str = "q2-pro-img2video", **fields: Any) -> Task:
    """Have a video of two seconds made, and return its task at its end."""

    async def story() -> Task:
        task = await plant.submit(name, duration=2, **fields)
        async with plant.working(settings):
            return await plant.ended(task)

    return asyncio.run(story())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_hosted_service_makes_what_was_ordered(dialect: str, plant: Plant) -> None:
    with hosted(dialect, video()) as upstream:
        done = make(plant, relay_to(upstream), watermark=True)
    assert (done.state, done.reason) == (TaskState.SUCCEEDED, "")
    assert list(upstream.paid.values()) == [1]
    (made,) = upstream.made.values()
    asked = made.endpoint.model_dump()
    assert asked["prompt"] == "a card"
    assert asked["duration"] == 2
    assert not asked["watermark"]
    assert base64.b64decode(asked["images"][0].partition(",")[2]).startswith(b"\x89PNG")
    assert asked["seed"] == done.submission.seed
    assert asked["payload"].startswith(f"keyreel-{done.id}-")
    out = plant.folder / "out.mp4"
    asyncio.run(plant.storage.download(done.video, out))
    facts = probe_video(out)
    assert (facts.frames, facts.fps, facts.width, facts.height) == (48, 24, 960, 528)


def test_what_was_refused_goes_to_the_next_service(plant: Plant) -> None:
    with hosted("async_v3", video()) as full, hosted("native", video()) as free:
        full.faults = [Fault(429)]
        done = make(plant, relay_to(full, free))
    assert (done.state, done.engine) == (TaskState.SUCCEEDED, "relay-2")
    assert (full.paid.total(), free.paid.total()) == (0, 1)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(made=True), "so it is unknown whether it received the order"),
        (Fault(400, body=b'{"code": 400, "message": "Not this face."}'), "Not this face."),
    ],
)
def test_neither_a_lost_order_nor_a_refused_content_goes_to_the_next_service(
    fault: Fault, reason: str, plant: Plant
) -> None:
    with hosted("async_v3", video()) as first, hosted("native", video()) as second:
        first.faults = [fault]
        done = make(plant, relay_to(first, second))
    assert (done.state, done.engine) == (TaskState.FAILED, "relay-1")
    assert reason in done.reason
    assert (first.paid.total(), second.submits) == (int(fault.made), 0)


def test_a_failure_keeps_the_reason_of_the_service(plant: Plant) -> None:
    with hosted("async_v3") as upstream:
        upstream.state, upstream.reason = TaskState.FAILED, "The image shows no face."
        done = make(plant, relay_to(upstream))
    assert (done.state, done.reason) == (TaskState.FAILED, "The image shows no face.")


@pytest.mark.parametrize("sent", [b"<html>gone</html>", b""])
def test_what_does_not_play_is_no_success(sent: bytes, plant: Plant) -> None:
    with hosted("async_v3", sent) as upstream:
        done = make(plant, relay_to(upstream))
    assert (done.state, done.reason) == (TaskState.FAILED, "The received video cannot be read.")
    assert upstream.paid.total() == 1


def test_a_cancelled_task_is_cancelled_at_the_service(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit(duration=2)
        async with plant.working(relay_to(upstream)):
            await comes_true(lambda: upstream.lists > 0)
            plant.store.cancel(task.submission.tenant, task.id)
            await comes_true(lambda: upstream.cancelled == list(upstream.made))

    with hosted("native") as upstream:
        upstream.state = TaskState.RUNNING
        asyncio.run(story())


def test_a_worker_that_starts_again_goes_on_with_what_it_ordered(plant: Plant) -> None:
    async def story() -> Task:
        task = await plant.submit(duration=2)
        async with plant.working(relay_to(upstream)):
            await plant.until(task, lambda now: now.progress > 0)
        upstream.state = TaskState.SUCCEEDED
        async with plant.working(relay_to(upstream)):
            return await plant.ended(task)

    with hosted("async_v3", video()) as upstream:
        upstream.state = TaskState.RUNNING
        done = asyncio.run(story())
    assert done.state is TaskState.SUCCEEDED
    assert upstream.paid.total() == upstream.submits == 1


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("upstream")
    running = Server.start(data, KEYREEL_ENGINES="keyreel.testing:CardEngine")
    yield running
    assert running.stop() == 0


@pytest.mark.parametrize("dialect", DIALECTS)
def test_one_keyreel_makes_the_videos_of_another(
    dialect: str, other: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPSTREAM_KEY", OTHER_KEY)
    table = {"type": "relay", "dialect": dialect, "base_url": other.url, "api_key": "env:UPSTREAM_KEY"}
    plant = Plant.open(tmp_path)

    async def story() -> Task:
        task = await plant.submit(duration=1)
        async with plant.working(EngineSettings(("other",), {"other": table})):
            return await plant.ended(task)

    done = asyncio.run(story())
    out = tmp_path / "out.mp4"
    asyncio.run(plant.storage.download(done.video, out))
    plant.store.close()
    assert (done.state, done.engine) == (TaskState.SUCCEEDED, "other")
    facts = probe_video(out)
    assert (facts.frames, facts.fps, facts.width, facts.height) == (24, 24, 960, 528)
