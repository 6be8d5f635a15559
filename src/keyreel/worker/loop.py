"""The worker: claims tasks while it has free slots, until it is cancelled. It knows nothing of HTTP."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING, Final, NoReturn
from uuid import uuid4

import structlog

from keyreel.engine import Preloader
from keyreel.engines.engine_status import EngineStatuses, StatusSource
from keyreel.engines.router import load_router
from keyreel.errors import KeyreelError
from keyreel.settings.engines import BUILT_IN_ENGINE, EngineSpec
from keyreel.tasks.database.retry import (
    NO_TIMEOUT,
    read_when_available,
    retry_async_while_unavailable,
)
from keyreel.tasks.installation.workers import AnnouncedWorker, WorkerEngine
from keyreel.worker.children.pool import ChildPool
from keyreel.worker.engine_binding import EngineBinder
from keyreel.worker.executors.choice import check_executors
from keyreel.worker.executors.opening import ExecutorOpener
from keyreel.worker.janitor import Janitor, clean_work_folder
from keyreel.worker.loop_guard import LoopGuard
from keyreel.worker.presence.announcer import WorkerAnnouncer
from keyreel.worker.queue_maintenance import QueueMaintenance
from keyreel.worker.remote.callbacks import ReceivedCallbacks
from keyreel.worker.remote.engines import RemoteEngines
from keyreel.worker.settings import WorkerSettings
from keyreel.worker.slots import RenderSlots
from keyreel.worker.task_pipeline import TaskPipeline, WorkerPools

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from random import Random

    from keyreel.storage.pending_files import PendingFiles
    from keyreel.tasks.store import TaskStore
    from keyreel.tasks.task_queue import Claim
    from keyreel.worker.slots import RenderSlot, SlotOffer
    from keyreel.worker.task_pipeline import InputGatherer

__all__ = ["Worker", "WorkerSettings"]

_BUILT_IN: Final = EngineSpec(BUILT_IN_ENGINE)

_MIN_FINISHING_CHILDREN: Final = 2
"""Also where no engine renders here: hundreds of remote videos may be on their way, and come one by one."""

_log = structlog.stdlib.get_logger(__name__)


class Worker:
    """Runs as many tasks at a time as its engines have slots.

    Raises:
        InvalidSetting: a configured engine does not exist, or what runs it may not be used.
    """

    def __init__(
        self,
        store: TaskStore,
        pending_files: PendingFiles,
        intake: InputGatherer,
        *,
        settings: WorkerSettings,
        random: Random,
    ) -> None:
        self._store = store
        self._settings = settings
        self._random = random
        self._intake = intake
        self._router = load_router(settings.engines)
        check_executors(self._router.engines, settings.engines)
        self.engine_statuses: Final = EngineStatuses(store.clock)
        self._binder = EngineBinder(
            store, self._router, random, statuses=self.engine_statuses, wait=settings.engine_wait
        )
        self._pipeline = TaskPipeline(store, pending_files.storage, intake, settings=settings, random=random)
        # Nodes may have been given the same name.
        self._owner = f"{settings.node}/{uuid4().hex}"
        time = store.trusted_clock
        self._lease_renewer = QueueMaintenance(
            store, self._owner, settings.lease_seconds, time=time, nudge=self.nudge
        )
        self._janitor = Janitor(store, pending_files, settings.retention_periods, time)
        self._callbacks = ReceivedCallbacks(store, random)
        self._nudged = asyncio.Event()
        self._claim_guard = LoopGuard("claims")
        self._announcer = WorkerAnnouncer(
            store,
            self._describe(),
            self._router.engines,
            read_statuses=self.engine_statuses.read,
            health_seconds=settings.health_seconds,
        )
        # The built-in engine makes drafts: one at a time, unless it is configured and has more slots.
        self._slots = RenderSlots({BUILT_IN_ENGINE: 1, **self._router.slots_by_engine}, self.nudge)

    def _describe(self) -> AnnouncedWorker:
        """Return what other nodes are told of this worker."""
        engines = {name: WorkerEngine(count) for name, count in self._router.slots_by_engine.items()}
        settings, now = self._settings, self._store.clock.now()
        return AnnouncedWorker(self._owner, settings.node, settings.version, now, engines)

    def nudge(self) -> None:
        """Look at the queue now. Call it from the event loop's thread."""
        self._nudged.set()

    def wake(self) -> None:
        """Look at all deadlines now, after the clock was moved. Call it from the event loop's thread."""
        self._nudged.set()
        self._lease_renewer.wake()
        self._janitor.wake()

    async def run(self) -> NoReturn:
        """Work until cancelled; then kill the renders and requeue their tasks within a few seconds."""
        clean = partial(clean_work_folder, self._settings.folder, self._store)
        await read_when_available(self._store.database, clean, NO_TIMEOUT, self._random)
        # A row that nobody can read must not keep the worker from the others.
        await LoopGuard("routing").run(
            lambda: retry_async_while_unavailable(self._binder.bind_unbound_tasks, NO_TIMEOUT, self._random)
        )
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._announcer.withdraw)
            pools = await self._open_pools(stack)
            group = await stack.enter_async_context(asyncio.TaskGroup())
            group.create_task(self._lease_renewer.run())
            group.create_task(self._janitor.run())
            group.create_task(self._callbacks.run())
            group.create_task(self._announcer.run())
            group.create_task(self._store.database.follow_notifications(self.nudge))
            while True:
                claim, slot = await self._wait_for_claim()
                group.create_task(self._run_claim(claim, pools, slot))

    async def _open_pools(self, stack: AsyncExitStack) -> WorkerPools:
        timeout, kernel = self._settings.render_timeout_seconds, self._settings.kernel_guards
        for each in self._router.engines:
            if isinstance(each.engine, StatusSource):
                each.engine.on_status(partial(self.engine_statuses.record_health, each.name))
        remote = await RemoteEngines.open(self._router.engines, self._intake, self._callbacks, stack)
        local = [each for each in self._router.engines if each.name not in remote]
        opener = ExecutorOpener(self._settings, stack)
        executors = {each.name: await opener.open(each) for each in local}
        # A pool starts its children when work comes: one without any costs nothing.
        built_in_pool = await stack.enter_async_context(
            ChildPool.for_engine(_BUILT_IN, 1, timeout, kernel_guards=kernel)
        )
        count = max(sum(each.slots for each in local), _MIN_FINISHING_CHILDREN)
        finishing_pool = await stack.enter_async_context(
            ChildPool.for_finishing(count, timeout, kernel_guards=kernel)
        )
        for each in self._router.engines:
            if self._settings.preload and isinstance(each.engine, Preloader):
                self._intake.warm_up()
                await executors[each.name].warm_up()
                await finishing_pool.warm_up()
        executors.setdefault(BUILT_IN_ENGINE, built_in_pool)
        return WorkerPools(self._binder, executors, remote, built_in_pool, finishing_pool)

    async def _wait_for_claim(self) -> tuple[Claim, RenderSlot]:
        while True:
            offer = await self._slots.offer()
            self._nudged.clear()
            claim = await self._claim_guard.run(partial(self._try_claim, offer))
            if claim is not None:
                return claim, offer.accept(claim.task.engine, claim.task.submission.tenant)
            offer.decline()  # a task that has gathered its inputs may be waiting for a slot
            try:
                async with asyncio.timeout(self._settings.poll_seconds):
                    await self._nudged.wait()
            except TimeoutError:
                continue

    async def _try_claim(self, offer: SlotOffer) -> Claim | None:
        off_peak = self._settings.off_peak.is_open(self._store.clock.now())
        claim = partial(
            self._store.queue.claim,
            self._owner,
            self._settings.lease_seconds,
            engines=None if offer.whole else offer.engines,
            off_peak=off_peak,
            passed_over=self._slots.list_full_tenants(),
        )
        asked = asyncio.ensure_future(self._store.writer.run(claim))
        try:
            return await asyncio.shield(asked)
        except asyncio.CancelledError:
            await self._hand_back(asked)
            raise

    async def _hand_back(self, asked: Awaitable[Claim | None]) -> None:
        """Requeue what is claimed for a worker that ends: the writer claims it all the same."""
        with suppress(KeyreelError):
            claim = await asked
            if claim is not None:
                await self._store.writer.run(lambda: self._store.queue.requeue(claim.token))

    async def _run_claim(self, claim: Claim, pools: WorkerPools, slot: RenderSlot) -> None:
        try:
            with self._settings.tracer.open_task_span(claim.task.id, "attempt"):
                await self._pipeline.run_claim(claim, pools, slot)
        except Exception:  # noqa: BLE001 - what gets here is a bug; the other tasks must go on
            _log.exception("internal error", task=claim.task.id)
            await self._pipeline.put_back(claim.token, "internal error")
        finally:
            slot.free()
