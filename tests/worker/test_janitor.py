from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom
from typing import TYPE_CHECKING

import pytest

from keyreel.clock import ClockJumpDetector
from keyreel.durations import RetentionPeriods
from keyreel.storage.keys import make_preview_key
from keyreel.storage.objects import ObjectStorage
from keyreel.storage.pending_files import PendingFiles
from keyreel.task import RetentionStage, Submission, TaskId
from keyreel.tasks.accounts.ledger_audit import audit_ledger
from keyreel.tasks.accounts.stored_files import count_files, sum_stored_bytes
from keyreel.tasks.clocks.jump_safe_clock import JumpSafeClock
from keyreel.tasks.outcomes import Success
from keyreel.tasks.retention import find_missing_files
from keyreel.tasks.store import TaskStore
from keyreel.testing import ManualClock
from keyreel.worker.janitor import Janitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR, DAY = 3600.0, 86400.0
EXPIRIES = 60
IMAGE = f"assets/{'ab' * 32}"


@dataclass
class House:
    """A store and a storage that share a clock driven by hand; the machine's own clock is another one."""

    store: TaskStore
    storage: ObjectStorage
    clock: ManualClock
    machine: ManualClock
    pending_files: PendingFiles

    def janitor(self, keep: RetentionPeriods) -> Janitor:
        watch = ClockJumpDetector(self.machine, lambda: timedelta(0))
        return Janitor(self.store, self.pending_files, keep, JumpSafeClock(self.clock, watch))

    def submit(self, fields: str = "{}") -> TaskId:
        asked = Submission("ann", "key_1", "vtrix", "q2-pro-img2video", fields, seed=7, seconds=5, credits=10)
        return self.store.accept(asked).id

    async def done(self, fields: str = "{}") -> TaskId:
        task_id = self.submit(fields)
        claim = self.store.queue.claim("worker", 30)
        assert claim is not None
        video, cover = f"videos/{task_id}/1.mp4", f"covers/{task_id}/1.jpg"
        for key in (video, cover):
            await self.storage.put(key, b"x")
        self.store.queue.settle(claim.token, Success(video, cover, "ab", charged=10))
        return task_id

    async def stored(self) -> set[str]:
        folders = ("assets", "uploads", "videos", "covers")
        return {found.key for folder in folders async for found in self.storage.list_files(folder)}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock = ManualClock()
    store = TaskStore.open(tmp_path, clock, SystemRandom())
    storage = ObjectStorage.open_local(tmp_path / "files", clock)
    yield House(store, storage, clock, ManualClock(), PendingFiles(storage))
    store.close()


def test_previews_of_ended_tasks_are_left_over_and_those_of_running_ones_are_not(house: House) -> None:
    async def story() -> list[str]:
        ended, running = await house.done(), house.submit()
        assert house.store.queue.claim("worker", 30)
        for task_id in (ended, running):
            await house.storage.put_volatile(make_preview_key(task_id, 1), b"x")
        house.clock.advance(2 * HOUR)
        house.machine.advance(2 * HOUR)
        for _ in range(2):
            await house.janitor(RetentionPeriods(None, None, None)).run_round()
        return [key async for key in house.storage.list_keys("previews")] + [running]

    key, running = asyncio.run(story())
    assert key == make_preview_key(running, 1)


def test_videos_go_when_their_time_is_up(house: House) -> None:
    async def story() -> None:
        janitor = house.janitor(RetentionPeriods(videos=timedelta(days=1)))
        old = await house.done()
        house.clock.advance(DAY - 1)
        young = await house.done()
        await janitor.run_round()
        assert len(await house.stored()) == 4
        house.clock.advance(1)
        await janitor.run_round()
        assert await house.stored() == {f"videos/{young}/1.mp4", f"covers/{young}/1.jpg"}
        assert house.store.get("ann", old).kept is RetentionStage.RECORD_ONLY
        assert [found async for found in find_missing_files(house.store.database, house.storage)] == []

    asyncio.run(story())


def test_a_record_that_goes_takes_its_files_along_and_leaves_its_money(house: House) -> None:
    async def story() -> None:
        janitor = house.janitor(RetentionPeriods(records=timedelta(days=1)))
        task_id = await house.done('{"prompt":"secret"}')
        house.clock.advance(DAY)
        await janitor.run_round()
        assert await house.stored() == set()
        assert house.store.get("ann", task_id).submission.fields == ""
        assert audit_ledger(house.store.database).is_balanced

    asyncio.run(story())


def test_a_shared_image_stays_while_an_unfinished_task_needs_it(house: House) -> None:
    async def story() -> None:
        janitor = house.janitor(RetentionPeriods(inputs=timedelta(days=7)))
        await house.storage.put(IMAGE, b"image")
        fields = f'{{"images":["asset:{"ab" * 32}"]}}'
        await house.done(fields)
        waiting = house.submit(fields)
        house.clock.advance(8 * DAY)
        await janitor.run_round()
        assert IMAGE in await house.stored()
        house.store.cancel("ann", waiting)
        await janitor.run_round()
        assert IMAGE not in await house.stored()

    asyncio.run(story())


def test_an_image_that_is_handed_in_again_begins_anew(house: House) -> None:
    async def story() -> None:
        janitor = house.janitor(RetentionPeriods(inputs=timedelta(days=7)))
        await house.storage.put(IMAGE, b"image")
        with house.store.database.write() as connection:
            count_files(connection, "ann", {IMAGE: 5})
        house.clock.advance(6 * DAY)
        assert await house.storage.renew(IMAGE, 5)
        assert not await house.storage.renew(IMAGE, 6)
        assert not await house.storage.renew(f"assets/{'cd' * 32}", 5)
        assert await house.storage.get_modified(IMAGE) == house.clock.now()
        assert await house.storage.get_modified("assets/none") is None
        house.clock.advance(6 * DAY)
        await janitor.run_round()
        assert await house.stored() == {IMAGE}
        assert sum_stored_bytes(house.store.database) == {"ann": 5}
        house.clock.advance(1 * DAY)
        await janitor.run_round()
        assert await house.stored() == set()
        assert sum_stored_bytes(house.store.database) == {}

    asyncio.run(story())


def test_an_image_that_is_handed_in_again_while_it_expires_is_kept_and_counts(house: House) -> None:
    async def hand_in(turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        async with house.pending_files.store({IMAGE: b"image"}) as hold:
            await house.store.writer.commit(lambda connection: count_files(connection, "ann", {IMAGE: 5}))
            hold.keep()

    async def story() -> None:
        janitor = house.janitor(RetentionPeriods(inputs=timedelta(days=7)))
        await hand_in(0)
        for moment in range(EXPIRIES):
            house.clock.advance(8 * DAY)
            async with asyncio.TaskGroup() as group:
                group.create_task(janitor.run_round())
                group.create_task(hand_in(moment * 3))
            assert await house.stored() == {IMAGE}, moment
            assert sum_stored_bytes(house.store.database) == {"ann": 5}, moment

    asyncio.run(story())


def test_what_attempts_left_over_goes_after_an_hour_and_what_is_unknown_stays(house: House) -> None:
    async def story() -> None:
        janitor = house.janitor(RetentionPeriods())
        won = await house.done()
        lost, alien = f"videos/{won}/2.mp4", "videos/17/1.mp4"
        for key in (lost, alien):
            await house.storage.put(key, b"x")
        house.clock.advance(HOUR - 1)
        await janitor.run_round()
        assert {lost, alien} <= await house.stored()
        house.clock.advance(1)
        await janitor.run_round()
        assert await house.stored() == {f"videos/{won}/1.mp4", f"covers/{won}/1.jpg", alien}

    asyncio.run(story())


def test_a_round_looks_at_some_files_and_the_next_one_goes_on(house: House) -> None:
    async def story() -> None:
        janitor = house.janitor(RetentionPeriods())
        won = await house.done()
        counted = {f"assets/{number:064x}": 1 for number in range(540)}
        for key in counted:
            await house.storage.put(key, b"x")
        with house.store.database.write() as connection:
            count_files(connection, "ann", counted)
        left_over = {f"covers/{won}/{attempt}.jpg" for attempt in range(2, 52)}
        for key in left_over:
            await house.storage.put(key, b"x")
        house.clock.advance(HOUR)
        await janitor.run_round()
        assert len(await house.stored()) == 592
        await janitor.run_round()
        assert len(await house.stored()) == 542
        assert not left_over & await house.stored()

    asyncio.run(story())


def test_too_much_to_be_left_over_is_kept(house: House) -> None:
    async def story() -> None:
        janitor = house.janitor(RetentionPeriods())
        won = await house.done()
        for attempt in range(2, 23):
            await house.storage.put(f"videos/{won}/{attempt}.mp4", b"x")
        house.clock.advance(HOUR)
        await janitor.run_round()
        assert len(await house.stored()) == 23
        await house.storage.delete(f"videos/{won}/22.mp4")
        await janitor.run_round()
        assert len(await house.stored()) == 2

    asyncio.run(story())


def test_a_clock_set_forward_by_mistake_deletes_nothing(house: House) -> None:
    async def story() -> None:
        day = timedelta(days=1)
        janitor = house.janitor(RetentionPeriods(day, day, day))
        await house.done()
        await house.storage.put(IMAGE, b"image")
        for clock in (house.clock, house.machine):
            clock.advance(3650 * DAY)
        await janitor.run_round()
        assert len(await house.stored()) == 3
        assert house.store.list("ann")[0].kept is RetentionStage.ALL

    asyncio.run(story())


def test_rows_without_files_are_found(house: House) -> None:
    async def story() -> None:
        task_id = await house.done()
        await house.done()
        await house.storage.delete(f"covers/{task_id}/1.jpg")
        found = [each async for each in find_missing_files(house.store.database, house.storage)]
        assert found == [(task_id, f"covers/{task_id}/1.jpg")]

    asyncio.run(story())
