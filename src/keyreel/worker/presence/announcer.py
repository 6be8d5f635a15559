"""Announces a worker in the database, with its slots and its own view of its engines' health."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from keyreel.engine import HealthReporter
from keyreel.engines.health import check_engine
from keyreel.errors import KeyreelError
from keyreel.tasks.installation.workers import ANNOUNCEMENT_SECONDS, WorkerEngine, WorkerRegistry
from keyreel.worker.loop_guard import LoopGuard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from keyreel.engines.engine_status import StatusReader
    from keyreel.engines.loading import ConfiguredEngine
    from keyreel.tasks.installation.workers import AnnouncedWorker
    from keyreel.tasks.store import TaskStore


class WorkerAnnouncer:
    """Announces one worker until it ends. Its engines are asked how they are every `health_seconds`.

    Not sooner, because the question may cost an engine a request elsewhere: a breaker that opened, or a
    service that is away, is known to other nodes that much later.
    """

    def __init__(
        self,
        store: TaskStore,
        worker: AnnouncedWorker,
        engines: Iterable[ConfiguredEngine],
        *,
        read_statuses: StatusReader,
        health_seconds: float,
    ) -> None:
        self._writer = store.writer
        self._registry = WorkerRegistry(store.database)
        self._worker = worker
        self._reporters = {
            each.name: each.engine for each in engines if isinstance(each.engine, HealthReporter)
        }
        self._read_statuses = read_statuses
        self._health_seconds = health_seconds

    async def run(self) -> NoReturn:
        """Announce the worker at once and then every ANNOUNCEMENT_SECONDS, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._check_engines())
            guard = LoopGuard("announcements")
            while True:
                await guard.run(self._announce)
                await asyncio.sleep(min(ANNOUNCEMENT_SECONDS, self._health_seconds))

    async def withdraw(self) -> None:
        """Say that the worker has ended; where that cannot be said, its last announcement lapses."""
        with suppress(KeyreelError):
            await self._writer.run(partial(self._registry.withdraw, self._worker.id))

    async def _announce(self) -> None:
        met = {name: status.problem for name, status in self._read_statuses().items()}
        engines = {
            name: replace(engine, problem=met.get(name, engine.problem))
            for name, engine in self._worker.engines.items()
        }
        await self._writer.run(partial(self._registry.announce, replace(self._worker, engines=engines)))

    async def _check_engines(self) -> NoReturn:
        while True:
            await asyncio.sleep(self._health_seconds)
            found = {
                name: await asyncio.to_thread(check_engine, engine)
                for name, engine in self._reporters.items()
            }
            engines: Mapping[str, WorkerEngine] = {
                **self._worker.engines,
                **{
                    name: replace(self._worker.engines[name], problem="" if health.ok else health.detail)
                    for name, health in found.items()
                },
            }
            self._worker = replace(self._worker, engines=engines)
