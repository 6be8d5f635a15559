"""While a worker runs, other nodes know its slots and how its engines are; another node may cancel."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING

from sqlalchemy import update

from keyreel.settings.engines import EngineSettings
from keyreel.task import TaskState
from keyreel.tasks.database.sqlite import DATABASE_FILE, SqliteDatabase
from keyreel.tasks.database.tables import TASKS
from keyreel.tasks.installation.workers import WorkerEngine, WorkerRegistry
from keyreel.testing import CardEngine
from support.ailing_engine import PROBLEM
from support.plant import comes_true

if TYPE_CHECKING:
    from support.plant import Plant


def test_a_worker_is_known_while_it_runs(plant: Plant) -> None:
    registry = WorkerRegistry(plant.store.database)

    async def story() -> None:
        async with plant.working("CardEngine", node="first", version="0.1.0"):
            await comes_true(lambda: bool(registry.list_live()))
            (worker,) = registry.list_live()
            assert (worker.node, worker.version) == ("first", "0.1.0")
            assert worker.engines == {"keyreel.testing:CardEngine": WorkerEngine(CardEngine().slots)}
        assert registry.list_live() == ()

    asyncio.run(story())


def test_other_nodes_are_told_what_an_engine_here_says_of_itself(plant: Plant) -> None:
    registry, name = WorkerRegistry(plant.store.database), "support.ailing_engine:AilingEngine"

    def list_problems() -> list[str]:
        return [each.engines[name].problem for each in registry.list_live()]

    async def story() -> None:
        async with plant.working(EngineSettings((name,)), health_seconds=0.05):
            await comes_true(lambda: list_problems() == [PROBLEM])

    asyncio.run(story())


def test_a_task_that_another_node_cancels_leaves_its_slot_to_the_next(plant: Plant) -> None:
    async def story() -> None:
        async with plant.working("HangingEngine"):
            task, following = await plant.submit(), await plant.submit()
            await plant.until(task, lambda now: now.state is TaskState.RUNNING)
            with closing(SqliteDatabase(plant.folder / DATABASE_FILE)) as other, other.write() as connection:
                mine = update(TASKS).where(TASKS.c.id == int(task.id))
                connection.execute(mine.values(state=TaskState.CANCELLED))
            await plant.until(following, lambda now: now.state is TaskState.RUNNING)

    asyncio.run(story())
