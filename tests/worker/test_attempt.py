from __future__ import annotations

import asyncio
from random import SystemRandom
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import Cancelled, LeaseLost
from keyreel.storage.keys import make_preview_key
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


def test_the_newest_preview_is_stored_before_it_is_counted(plant: Plant) -> None:
    async def story() -> list[tuple[int, bytes]]:
        task, attempt = await begun(plant)
        seen: list[tuple[int, bytes]] = []

        async def previews() -> None:
            for number, jpeg in enumerate((b"first", b"second"), start=1):
                attempt.show_preview(b"never seen")
                attempt.show_preview(jpeg)
                await comes_true(lambda number=number: plant.store.get("ann", task.id).previews == number)
                chunks = [each async for each in plant.storage.read(make_preview_key(task.id, 1))]
                seen.append((number, b"".join(chunks)))

        await run_guarded(previews(), attempt.watch())
        return seen

    assert asyncio.run(story()) == [(1, b"first"), (2, b"second")]


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
