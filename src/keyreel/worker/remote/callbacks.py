"""Callbacks of other servers on their way to the engines that wait for them.

Any process that serves HTTP may have received them: they come by the database, within a second.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NoReturn

from keyreel.tasks.database.retry import NO_TIMEOUT, write_when_available
from keyreel.tasks.webhooks.upstream_callbacks import hash_token
from keyreel.worker.loop_guard import LoopGuard

if TYPE_CHECKING:
    from random import Random

    from keyreel.task import TaskId
    from keyreel.tasks.store import TaskStore

_READ_SECONDS: Final = 1.0
_OVERLAP: Final = timedelta(seconds=10)
"""Read again each time: rows may be committed later than they are dated."""
_CLEANUP_READS: Final = 3600
"""After so many looks, rows of ended tasks are deleted."""


class ReceivedCallbacks:
    """Tells those who watch that a callback came for them."""

    def __init__(self, store: TaskStore, random: Random) -> None:
        self._store = store
        self._random = random
        self._events: dict[str, asyncio.Event] = {}
        self._told: dict[str, object] = {}
        self._reads = 0

    async def expect(self, task_id: TaskId, token: str) -> None:
        """Take callbacks with this token for a task."""
        callbacks = self._store.upstream_callbacks
        await write_when_available(
            self._store.writer, lambda: callbacks.expect(task_id, token), NO_TIMEOUT, self._random
        )

    def watch(self, token: str) -> asyncio.Event:
        """Return the event of a token."""
        return self._events.setdefault(hash_token(token), asyncio.Event())

    def forget(self, token: str) -> None:
        """Watch for a token no more."""
        self._events.pop(hash_token(token), None)
        self._told.pop(hash_token(token), None)

    async def run(self) -> NoReturn:
        """Look for callbacks until cancelled, while anybody watches for one."""
        guard = LoopGuard("upstream callbacks")
        while True:
            await guard.run(self._read)
            await asyncio.sleep(_READ_SECONDS)

    async def _read(self) -> None:
        if self._reads % _CLEANUP_READS == 0:
            await self._store.writer.run(self._store.upstream_callbacks.delete_ended)
        self._reads += 1
        if not self._events:
            return
        received = self._store.upstream_callbacks.list_received(self._store.clock.now() - _OVERLAP)
        for token_hash in received.keys() & self._events.keys():
            if self._told.get(token_hash) != received[token_hash]:
                self._told[token_hash] = received[token_hash]
                self._events[token_hash].set()


@dataclass(frozen=True, slots=True)
class TaskCallbacks:
    """The callbacks of one task, as its engine sees them."""

    task_id: TaskId
    received: ReceivedCallbacks

    async def expect(self, token: str) -> None:
        """Take callbacks with this token."""
        await self.received.expect(self.task_id, token)

    def watch(self, token: str) -> asyncio.Event:
        """Return an event that is set whenever one came."""
        return self.received.watch(token)

    def forget(self, token: str) -> None:
        """Watch for it no more."""
        self.received.forget(token)
