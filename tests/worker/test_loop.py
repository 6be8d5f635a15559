from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import TYPE_CHECKING

from keyreel.media.probe import probe
from keyreel.task import State

if TYPE_CHECKING:
    from conftest import Plant


def test_makes_the_video_that_was_ordered(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit()
        async with plant.working("CardEngine"):
            done = await plant.ended(task)
        assert (done.state, done.reason, done.progress) == (State.SUCCEEDED, "", 1.0)
        out = plant.folder / "out.mp4"
        await plant.storage.fetch(done.video, out)
        facts = probe(out)
        assert (facts.frames, facts.width, facts.height) == (24, 960, 528)
        assert sha256(out.read_bytes()).hexdigest() == done.video_sha256
        assert await plant.storage.size(done.cover)

    asyncio.run(story())
