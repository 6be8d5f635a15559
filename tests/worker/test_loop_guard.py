from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from keyreel.errors import LeaseLost, Unavailable
from keyreel.task import TaskState
from keyreel.worker.loop_guard import LoopGuard
from support.plant import Plant

if TYPE_CHECKING:
    from pathlib import Path


def test_a_round_that_raises_is_followed_by_a_pause_and_the_next_round() -> None:
    rounds: list[float] = []

    async def work() -> str:
        rounds.append(time.monotonic())
        if len(rounds) <= 3:
            raise (Unavailable, OSError, ZeroDivisionError)[len(rounds) - 1]
        return "done"

    async def story() -> None:
        guard = LoopGuard("test")
        assert [await guard.run(work) for _ in range(4)] == [None, None, None, "done"]

    asyncio.run(story())
    pauses = [after - before for before, after in pairwise(rounds)]
    assert pauses == sorted(pauses)
    assert pauses[0] >= 0.25


def test_what_is_to_end_a_loop_ends_it() -> None:
    async def work() -> None:
        raise LeaseLost

    with pytest.raises(LeaseLost):
        asyncio.run(LoopGuard("test", (LeaseLost,)).run(work))


def test_a_row_that_nobody_can_read_does_not_end_the_worker(tmp_path: Path) -> None:
    async def story() -> None:
        plant = Plant.open(tmp_path)
        task = await plant.submit()
        _set_notes(plant, "no list")
        async with plant.working("CardEngine"):
            await asyncio.sleep(1)  # Some claims that fail: nothing tells of them.
            _set_notes(plant, "[]")
            assert (await plant.ended(task)).state is TaskState.SUCCEEDED
        plant.store.close()

    asyncio.run(story())


def _set_notes(plant: Plant, notes: str) -> None:
    with plant.store.database.write() as connection:
        connection.exec_driver_sql("UPDATE tasks SET notes = ?", (notes,))
