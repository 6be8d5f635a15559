"""Renews the leases of running tasks, requeues tasks whose lease lapsed, and expires off-peak tasks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NoReturn

import structlog

from keyreel.tasks.deadlines import Deadlines
from keyreel.worker.loop_guard import LoopGuard

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.tasks.clocks.jump_safe_clock import JumpSafeClock
    from keyreel.tasks.store import TaskStore

_log = structlog.stdlib.get_logger(__name__)


class QueueMaintenance:
    """Renews the leases of one owner. `nudge` is called when a task was requeued."""

    def __init__(
        self,
        store: TaskStore,
        owner: str,
        lease_seconds: float,
        *,
        time: JumpSafeClock,
        nudge: Callable[[], None],
    ) -> None:
        self._store = store
        self._owner = owner
        self._lease_seconds = lease_seconds
        self._time = time
        self._nudge = nudge
        self._deadlines = Deadlines(store.database)
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Begin a round now. Call it from the event loop's thread."""
        self._woken.set()

    async def run(self) -> NoReturn:
        """Do a round three times a lease, until cancelled."""
        guard = LoopGuard("queue maintenance")
        while True:
            try:
                async with asyncio.timeout(self._lease_seconds / 3):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()
            await guard.run(self.run_round)

    async def run_round(self) -> None:
        """Renew leases and cancel expired tasks once; a jump of the clock moves the deadlines first."""
        await self._store.synchronise_clock()
        writer, jump = self._store.writer, self._time.get_pending_jump()
        # The deadlines of a shared database follow its own clock.
        if jump and not self._store.database.is_shared:
            await writer.run(lambda: self._deadlines.shift(jump))
            self._time.acknowledge_jump(jump)
            _log.warning("the machine's clock was set", seconds=jump.total_seconds())
        lapsed = await writer.run(self._renew_leases)
        if lapsed:
            _log.warning("tasks queued again after their lease lapsed", tasks=lapsed)
            self._nudge()
        while expired := await writer.run(self._cancel_expired):
            _log.info("off-peak tasks expired", tasks=expired)
            await asyncio.sleep(0)

    def _renew_leases(self) -> int:
        return self._store.queue.renew_leases(self._owner, self._lease_seconds)

    def _cancel_expired(self) -> int:
        return self._deadlines.cancel_expired(self._time.get_deadline_time())
