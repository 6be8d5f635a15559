"""An input that is handed in again is stored anew, and its older ones go; other objects are passed over."""

from __future__ import annotations

import asyncio

import obstore
from obstore.store import MemoryStore

from keyreel.storage.bucket.storage import BucketStorage
from keyreel.storage.objects import RENEWED_AFTER
from keyreel.testing import ManualClock

KEY = "assets/" + "ab" * 32


def list_paths(store: MemoryStore) -> list[str]:
    return [each["path"] for batch in obstore.list(store) for each in batch]


def test_a_renewed_input_leaves_at_most_one_older_one_behind() -> None:
    async def run() -> None:
        store, clock = MemoryStore(), ManualClock()
        storage = BucketStorage(store, clock)
        await storage.put(KEY, b"image")
        clock.advance(RENEWED_AFTER.total_seconds() - 1)
        assert await storage.renew(KEY, 5)
        assert len(list_paths(store)) == 1
        for _ in range(5):
            clock.advance(RENEWED_AFTER.total_seconds() + 1)
            assert await storage.renew(KEY, 5)
            assert len(list_paths(store)) == 2
        assert [found.modified async for found in storage.list_files("assets")] == [clock.now()]
        await storage.delete(KEY)
        assert list_paths(store) == []

    asyncio.run(run())


def test_whoever_judged_an_older_one_deletes_that_one() -> None:
    async def run() -> None:
        store, clock = MemoryStore(), ManualClock()
        storage = BucketStorage(store, clock)
        await storage.put(KEY, b"image")
        judged = clock.now()
        clock.advance(86400)
        await storage.put_all({KEY: b"image"})
        await storage.delete_if_old(KEY, judged)
        assert await storage.get_modified(KEY) == clock.now()
        assert len(list_paths(store)) == 1

    asyncio.run(run())


def test_passes_over_what_is_no_file_of_ours() -> None:
    async def run() -> None:
        store = MemoryStore()
        storage = BucketStorage(store, ManualClock())
        for path in (
            "assets/readme",
            f"{KEY}/old",
            f"{KEY}/0000000000x1",
            "videos/a#1",
            "assets/000000000001",
        ):
            obstore.put(store, path, b"x")
        for folder in ("assets", "videos"):
            assert [found async for found in storage.list_files(folder)] == []
        assert await storage.get_size(KEY) is None

    asyncio.run(run())
