"""What a process stores is told to the workers of the others, also after a restart of Postgres."""

from __future__ import annotations

import asyncio
from contextlib import closing
from random import SystemRandom
from typing import TYPE_CHECKING

import pytest

from keyreel.clock import SystemClock
from keyreel.tasks.store import TaskStore
from support.postgres import PostgresCluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def cluster() -> Iterator[PostgresCluster]:
    made = PostgresCluster()
    yield made
    made.remove()


def test_what_a_process_tells_wakes_another_one_before_and_after_a_restart_of_postgres(
    tmp_path: Path, cluster: PostgresCluster
) -> None:
    url = cluster.create()

    def open_store(name: str) -> TaskStore:
        return TaskStore.open(tmp_path / name, SystemClock(), SystemRandom(), database_url=url)

    async def listen(server: TaskStore, worker: TaskStore) -> None:
        woken = asyncio.Event()

        async def wait_until_woken() -> None:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await woken.wait()
            woken.clear()

        async def tell() -> None:
            server.database.notify_workers()
            await wait_until_woken()

        following = asyncio.ensure_future(worker.database.follow_notifications(woken.set))
        try:
            await wait_until_woken()  # it listens
            await tell()
            for _ in range(100):  # many become few, and the last one is not lost
                server.database.notify_workers()
            await wait_until_woken()
            await asyncio.to_thread(cluster.stop)
            server.database.notify_workers()  # nobody hears it, and nothing is raised
            await asyncio.to_thread(cluster.start)
            await wait_until_woken()  # it listens again
            await tell()
        finally:
            following.cancel()
            await asyncio.wait([following])

    with closing(open_store("server")) as server, closing(open_store("worker")) as worker:
        asyncio.run(listen(server, worker))
