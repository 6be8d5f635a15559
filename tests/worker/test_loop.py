from __future__ import annotations

import asyncio
import os
import signal
import threading
from typing import TYPE_CHECKING

from keyreel.task import TaskState
from support.plant import comes_true, is_alive

if TYPE_CHECKING:
    from support.plant import Plant


def test_works_off_what_was_queued_before_it_started_oldest_first(plant: Plant) -> None:
    async def story() -> None:
        tasks = [await plant.submit() for _ in range(3)]
        async with plant.working("CardEngine"):
            done = [await plant.ended(task) for task in tasks]
        assert {task.state for task in done} == {TaskState.SUCCEEDED}
        starts = [task.started for task in done]
        assert starts == sorted(starts, key=str)

    asyncio.run(story())


def test_a_nudge_starts_a_task_at_once(plant: Plant) -> None:
    async def story() -> None:
        async with plant.working("CardEngine", poll_seconds=1000) as worker:
            first = await plant.submit()
            worker.nudge()
            await plant.until(first, lambda now: now.state is not TaskState.QUEUED)

    asyncio.run(story())


def test_finds_new_tasks_without_a_nudge(plant: Plant) -> None:
    async def story() -> None:
        async with plant.working("CardEngine"):
            done = await plant.ended(await plant.submit())
        assert done.state is TaskState.SUCCEEDED

    asyncio.run(story())


def test_stopping_hands_back_what_was_being_claimed(plant: Plant) -> None:
    async def story() -> None:
        loop, writer = asyncio.get_running_loop(), plant.store.writer
        is_held, gate = threading.Event(), threading.Event()

        def hold() -> None:
            is_held.set()
            assert gate.wait(60)

        async with plant.working("CardEngine", poll_seconds=1000) as worker:
            held = asyncio.ensure_future(writer.run(hold))
            await comes_true(is_held.is_set)
            task = await plant.submit()
            worker.nudge()
            for _ in range(50):  # turns of the loop, in which the worker asks for a claim
                await asyncio.sleep(0)
            loop.call_later(0.2, gate.set)  # when the worker has been cancelled
        await held
        await writer.run(lambda: None)  # after all that was asked of it
        assert plant.store.get("ann", task.id).state is TaskState.QUEUED

    asyncio.run(story())


def test_stopping_hands_the_running_task_back_within_seconds(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit()
        loop = asyncio.get_running_loop()
        async with plant.working("HangingEngine"):
            await plant.until(task, lambda now: now.progress > 0)
            began = loop.time()
        assert loop.time() - began < 3
        back = plant.store.get("ann", task.id)
        assert (back.state, back.attempt, back.crashes) == (TaskState.QUEUED, 1, 0)
        async with plant.working("CardEngine"):
            done = await plant.ended(task)
        assert (done.state, done.attempt) == (TaskState.SUCCEEDED, 2)

    asyncio.run(story())


def test_stopping_all_processes_of_a_service_at_once_counts_as_no_crash(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit()
        async with plant.working("HangingEngine"):
            await plant.until(task, lambda now: now.progress > 0)
            (file,) = plant.folder.rglob("pids")
            render = int(file.read_text().split()[0])
            os.kill(render, signal.SIGTERM)
            await comes_true(lambda: not is_alive(render))
        back = plant.store.get("ann", task.id)
        assert (back.state, back.crashes) == (TaskState.QUEUED, 0)

    asyncio.run(story())


def test_renews_the_lease_of_a_long_render(plant: Plant) -> None:
    async def story() -> None:
        task = await plant.submit()
        async with plant.working("HangingEngine", lease_seconds=0.3):
            await plant.until(task, lambda now: now.progress > 0)
            await asyncio.sleep(0.6)  # longer than the lease
            assert plant.store.queue.renew_leases("another worker", 30) == 0

    asyncio.run(story())


def test_deletes_leftover_work_at_start_but_what_a_step_may_name(plant: Plant) -> None:
    async def story() -> None:
        ended, begun, stepped = [await plant.submit() for _ in range(3)]
        plant.store.cancel("ann", ended.id)
        claims = [plant.store.queue.claim("a killed one", 30) for _ in range(2)]
        for claim in claims:
            assert claim is not None
            if claim.task.id == stepped.id:
                plant.store.queue.save_step(claim.token, "shot-0", "shot-0.mp4")
            plant.store.queue.requeue(claim.token)
        for task in (ended, begun, stepped):
            for attempt in range(20, 40):
                (plant.folder / "work" / task.id / str(attempt)).mkdir(parents=True)
        async with plant.working("HangingEngine"):
            await plant.until(begun, lambda now: now.progress > 0)
            assert not plant.work_left(ended.id)
            assert len(list((plant.folder / "work" / begun.id).iterdir())) == 1
            assert len(list((plant.folder / "work" / stepped.id).iterdir())) >= 20

    asyncio.run(story())
