from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING

from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frames
from keyreel.task import TaskState
from keyreel.testing import RemoteCardEngine
from support.plant import comes_true

if TYPE_CHECKING:
    from support.plant import Plant


def test_what_another_server_made_becomes_what_was_ordered(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit(duration=2)
        async with plant.working("RemoteCardEngine"):
            done = await plant.ended(task)
        assert (done.state, done.reason, done.engine) == (
            TaskState.SUCCEEDED,
            "",
            "keyreel.testing:RemoteCardEngine",
        )
        out = plant.folder / "out.mp4"
        await plant.storage.download(done.video, out)
        facts = probe_video(out)
        assert (facts.frames, facts.fps, facts.width, facts.height) == (48, 24, 960, 528)
        reds = [int(frame[264, 480, 0]) for frame in read_frames(out)]
        assert reds[0] < 10
        assert reds[-1] > 240
        # The 16 frames a second of the card have become 24 that rise as evenly.
        assert all(0 <= later - earlier <= 16 for earlier, later in pairwise(reds))

    asyncio.run(story())


def test_a_remote_engine_is_told_of_a_cancelled_task(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit(prompt="wait")
        async with plant.working("RemoteCardEngine"):
            await plant.until(task, lambda now: now.progress > 0)
            plant.store.cancel(task.submission.tenant, task.id)
            await comes_true(lambda: task.id in RemoteCardEngine.cancelled)
            await comes_true(lambda: not plant.work_left(task.id))

    asyncio.run(story())


def test_a_remote_engine_is_not_told_when_the_worker_ends(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit(prompt="wait")
        async with plant.working("RemoteCardEngine"):
            await plant.until(task, lambda now: now.progress > 0)
        assert task.id not in RemoteCardEngine.cancelled
        waiting = plant.store.get(task.submission.tenant, task.id)
        assert waiting.state is TaskState.QUEUED

    asyncio.run(story())


def test_what_another_server_made_is_not_asked_for_again_because_of_a_flaw(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit(duration=2, prompt="end early")
        async with plant.working("RemoteCardEngine"):
            done = await plant.ended(task)
        assert done.state is TaskState.SUCCEEDED
        (note,) = done.notes
        assert note.startswith("This video has a flaw: it is black from 1.0")
        assert [each for each in RemoteCardEngine.requested if each.startswith(task.id)] == [task.id]

    asyncio.run(story())
