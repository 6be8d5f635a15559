"""Files of requests that are accepted stay, those of refused ones go: also where both share one."""

from __future__ import annotations

import asyncio
from itertools import product

import pytest

from keyreel.errors import UploadConflict
from keyreel.storage.objects import ObjectStorage
from keyreel.storage.pending_files import PendingFiles

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
        storage = ObjectStorage.open_in_memory()
        await request(PendingFiles(storage), accepted=accepted)
        assert await storage.get_size(KEY) == (len(DATA) if accepted else None)

    asyncio.run(run())


def test_a_refused_request_leaves_the_file_of_an_earlier_one() -> None:
    async def run() -> None:
        storage = ObjectStorage.open_in_memory()
        pending = PendingFiles(storage)
        await request(pending, accepted=True)
        await request(pending, accepted=False)
        assert await storage.get_size(KEY) == len(DATA)

    asyncio.run(run())


def test_a_file_stays_whoever_of_parallel_requests_was_first() -> None:
    async def run(fates: tuple[bool, ...], pauses: tuple[int, ...]) -> None:
        storage = ObjectStorage.open_in_memory()
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
        storage = ObjectStorage.open_in_memory()
        pending = PendingFiles(storage)
        for _ in range(2):
            async with pending.create("uploads/a.png", DATA) as hold:
                hold.keep()
        with pytest.raises(UploadConflict):
            async with pending.create("uploads/a.png", b"another"):
                raise AssertionError("another file was taken")
        assert await storage.get_size("uploads/a.png") == len(DATA)

    asyncio.run(run())
