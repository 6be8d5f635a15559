from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from keyreel.media.probe import probe_video
from keyreel.settings.engines import EngineSettings
from keyreel.task import TaskState
from support.plant import Plant
from support.servers import KEY, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyreel.task import Task


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("upstream")
    running = Server.start(data, KEYREEL_ENGINES="keyreel.testing:CardEngine")
    yield running
    assert running.stop() == 0


@pytest.mark.parametrize("dialect", ["async_v3", "vtrix", "native", "comfy", "openai_videos"])
def test_one_keyreel_makes_the_videos_of_another(
    dialect: str, upstream: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPSTREAM_KEY", KEY)
    table = {"type": "relay", "dialect": dialect, "base_url": upstream.url, "api_key": "env:UPSTREAM_KEY"}
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
