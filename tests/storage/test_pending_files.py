"""Files of requests that are accepted stay, those of refused ones go: also where both share one."""

from __future__ import annotations

import asyncio
from itertools import product

import pytest

from keyreel.errors import UploadConflict
from keyreel.storage.memory import open_memory_storage
from keyreel.storage.objects import RENEWED_AFTER
from keyreel.storage.pending_files import PendingFiles
from keyreel.testing import ManualClock

KEY = "assets/" + "ab" * 32
DATA = b"an image"


class Refused(Exception):
    """The request comes to nothing."""


async def request(pending: PendingFiles, *, accepted: bool, pauses: int = 0) -> None:
    try:
        async with pending.store({KEY: DATA}) as hold:
            for _ in range(pauses):
                await asyncio.sleep(0)
            decide(accepted=accepted)
            hold.keep()
    except Refused:
        return


def decide(*, accepted: bool) -> None:
    if not accepted:
        raise Refused


@pytest.mark.parametrize("accepted", [True, False])
def test_a_file_stays_if_its_request_does(*, accepted: bool) -> None:
    async def run() -> None:
        storage = open_memory_storage()
        await request(PendingFiles(storage), accepted=accepted)
        assert await storage.get_size(KEY) == (len(DATA) if accepted else None)

    asyncio.run(run())


def test_a_refused_request_leaves_the_file_of_an_earlier_one() -> None:
    async def run() -> None:
        storage = open_memory_storage()
        pending = PendingFiles(storage)
        await request(pending, accepted=True)
        await request(pending, accepted=False)
        assert await storage.get_size(KEY) == len(DATA)

    asyncio.run(run())


def test_a_file_stays_whoever_of_parallel_requests_was_first() -> None:
    async def run(fates: tuple[bool, ...], pauses: tuple[int, ...]) -> None:
        storage = open_memory_storage()
        pending = PendingFiles(storage)
        async with asyncio.TaskGroup() as group:
            for accepted, pause in zip(fates, pauses, strict=True):
                group.create_task(request(pending, accepted=accepted, pauses=pause))
        assert (await storage.get_size(KEY) is not None) == any(fates)

    for fates in product([False, True], repeat=3):
        for pauses in product([0, 5, 20], repeat=3):
            asyncio.run(run(fates, pauses))


def test_a_key_that_takes_one_file_takes_no_other() -> None:
    async def run() -> None:
        storage = open_memory_storage()
        pending = PendingFiles(storage)
        for _ in range(2):
            async with pending.create("uploads/a.png", DATA) as hold:
                hold.keep()
        with pytest.raises(UploadConflict):
            async with pending.create("uploads/a.png", b"another"):
                raise AssertionError("another file was taken")
        assert await storage.get_size("uploads/a.png") == len(DATA)

    asyncio.run(run())


def test_in_a_shared_storage_a_refused_request_leaves_its_file_to_others() -> None:
    async def run() -> None:
        storage = open_memory_storage(is_shared=True)
        here, elsewhere = PendingFiles(storage), PendingFiles(storage)
        async with here.store({KEY: DATA}):
            # Another machine takes in the same image: it is there, so that nothing is put.
            await request(elsewhere, accepted=True)
        assert await storage.get_size(KEY) == len(DATA)

    asyncio.run(run())


def test_what_another_machine_stores_while_a_file_is_deleted_stays() -> None:
    async def run() -> None:
        clock = ManualClock()
        storage = open_memory_storage(clock, is_shared=True)
        here, elsewhere = PendingFiles(storage), PendingFiles(storage)
        await request(here, accepted=True)
        judged = clock.now()
        clock.advance(86400)

        async def hand_in_again(_key: str) -> None:
            await request(elsewhere, accepted=True)

        assert await here.expire(KEY, judged, hand_in_again)
        assert await storage.get_size(KEY) == len(DATA)
        assert await storage.get_modified(KEY) == clock.now()

    asyncio.run(run())


def test_a_file_that_others_may_have_been_promised_is_younger_than_any_that_is_deleted() -> None:
    async def run() -> None:
        clock = ManualClock()
        storage = open_memory_storage(clock, is_shared=True)
        pending = PendingFiles(storage)
        for minutes in range(0, 600, 7):
            await request(pending, accepted=True)
            modified = await storage.get_modified(KEY)
            assert modified is not None
            assert clock.now() - modified < RENEWED_AFTER
            assert not await pending.expire(KEY, clock.now() - 2 * RENEWED_AFTER, never), minutes
            clock.advance(7 * 60)

    asyncio.run(run())


async def never(key: str) -> None:
    raise AssertionError(key)
