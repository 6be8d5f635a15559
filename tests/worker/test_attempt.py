from __future__ import annotations

import asyncio
from random import SystemRandom
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import Cancelled, LeaseLost
from keyreel.worker.attempt import RunningAttempt
from keyreel.worker.guards import run_guarded
from support.plant import comes_true

if TYPE_CHECKING:
    from keyreel.task import Task
    from support.plant import Plant


async def begun(plant: Plant) -> tuple[Task, RunningAttempt]:
    await plant.submit()
    claim = plant.store.queue.claim("worker", 30)
    assert claim is not None
    return claim.task, RunningAttempt(
        plant.store, plant.storage, claim.token, every_seconds=0.01, random=SystemRandom()
    )


def test_progress_reaches_the_store_and_never_falls(plant: Plant) -> None:
    async def story() -> None:
        task, attempt = await begun(plant)

        def at(fraction: float) -> bool:
            return plant.store.get("ann", task.id).progress == fraction

        async def reports() -> None:
            for reported, kept in ((0.5, 0.5), (0.25, 0.5), (0.75, 0.75), (1.0, 0.99)):
                attempt.report_progress(reported)
                await comes_true(lambda kept=kept: at(kept))

        await run_guarded(reports(), attempt.watch())

    asyncio.run(story())


def test_watching_ends_when_the_task_is_cancelled(plant: Plant) -> None:
    async def story() -> None:
        task, attempt = await begun(plant)
        plant.store.cancel("ann", task.id)
        await attempt.watch()

    with pytest.raises(Cancelled):
        asyncio.run(story())


def test_watching_ends_when_the_attempt_is_lost(plant: Plant) -> None:
    async def story() -> None:
        _, attempt = await begun(plant)
        plant.store.queue.requeue(attempt.token)
        await attempt.watch()

    with pytest.raises(LeaseLost):
        asyncio.run(story())


def test_keeps_finished_steps(plant: Plant) -> None:
    async def story() -> None:
        _, attempt = await begun(plant)
        assert await attempt.load_step("shot-0") is None
        await attempt.save_step("shot-0", "a.mp4")
        assert await attempt.load_step("shot-0") == "a.mp4"

    asyncio.run(story())
