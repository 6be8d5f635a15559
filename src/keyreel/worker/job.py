"""The worker's side of a job: progress, fence and finished steps, kept in the store."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NoReturn

from keyreel.errors import Unavailable
from keyreel.tasks.database.retry import ENDLESS, patiently

if TYPE_CHECKING:
    from random import Random

    from keyreel.tasks.scheduling import Token
    from keyreel.tasks.store import TaskStore

_MOST: Final = 0.99
"""A whole 1.0 is for a video that can be had."""


class TaskJob:
    """One attempt at a task. Whatever the database does meanwhile, a running render is kept."""

    def __init__(self, store: TaskStore, token: Token, every_seconds: float, random: Random) -> None:
        self.token: Final = token
        self._store = store
        self._every = every_seconds
        self._random = random
        self._fraction = 0.0

    def reached(self, fraction: float) -> None:
        """Take note of progress, which only rises; `watch` writes it down."""
        self._fraction = max(self._fraction, min(fraction, _MOST))

    async def watch(self) -> NoReturn:
        """Write progress down now and then, which is a look at the fence as well.

        Raises:
            Cancelled: the task was cancelled.
            AttemptLost: somebody else has the task.
        """
        written = 0.0
        while True:
            await asyncio.sleep(self._every)
            try:
                if self._fraction > written:
                    written = self._fraction
                    self._store.progress(self.token, written)
                else:
                    self._store.check(self.token)
            except Unavailable:
                written = 0.0  # Not written: again next time.

    async def recall(self, step: str) -> str | None:
        """Return what a finished step gave, in this or an earlier attempt."""
        return await patiently(lambda: self._store.recall(self.token, step), ENDLESS, self._random)

    async def remember(self, step: str, result: str) -> None:
        """Keep what a finished step gave."""
        await patiently(lambda: self._store.remember(self.token, step, result), ENDLESS, self._random)
