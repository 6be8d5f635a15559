from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from keyreel.off_peak import OffPeakWindows
from keyreel.task import TaskState

if TYPE_CHECKING:
    from support.plant import Plant


def test_a_flood_delays_anothers_first_task_by_two_renders_at_most(plant: Plant) -> None:
    async def story() -> None:
        flood = [await plant.submit(tenant="flood") for _ in range(8)]
        async with plant.working("CardEngine"):
            await plant.until(flood[0], lambda now: now.state is not TaskState.QUEUED)
            late = await plant.submit(tenant="bob")
            done = await plant.ended(late)
        assert done.state is TaskState.SUCCEEDED
        assert done.started is not None
        begun = [plant.store.get("flood", task.id).started for task in flood]
        between = [moment for moment in begun if moment and late.created < moment < done.started]
        assert len(between) <= 1

    asyncio.run(story())


def test_off_peak_tasks_begin_when_a_window_is_open_and_not_before(plant: Plant) -> None:
    async def story() -> None:
        cheap = await plant.submit(off_peak=True)
        usual = await plant.submit()
        closed = OffPeakWindows.from_text("00:00-00:01, 12:00-12:01")
        if closed.is_open(plant.store.clock.now()):
            closed = OffPeakWindows.from_text("06:00-06:01")
        async with plant.working("CardEngine", off_peak=closed):
            assert (await plant.ended(usual)).state is TaskState.SUCCEEDED
            await asyncio.sleep(0.6)  # more than one look at the queue
            assert plant.store.get("ann", cheap.id).state is TaskState.QUEUED
        async with plant.working("CardEngine", off_peak=OffPeakWindows()):
            assert (await plant.ended(cheap)).state is TaskState.SUCCEEDED

    asyncio.run(story())


def test_who_cancels_renders_in_a_loop_lets_others_go_first(plant: Plant) -> None:
    async def story() -> None:
        async with plant.working("CardEngine"):
            for _ in range(4):
                task = await plant.submit(tenant="flood")
                await plant.until(task, lambda now: now.state is TaskState.RUNNING)
                cancelled = plant.store.cancel("flood", task.id)
            again = await plant.submit(tenant="flood")
            late = await plant.submit(tenant="bob")
            done = await plant.ended(late)
            begun = await plant.until(again, lambda now: now.started is not None)
        assert done.state is TaskState.SUCCEEDED
        assert done.started is not None
        assert begun.started is not None
        assert done.started < begun.started
        assert (done.started - late.created).total_seconds() < 3
        assert cancelled.finished is not None
        assert 4 <= (begun.started - cancelled.finished).total_seconds() < 8

    asyncio.run(story())
