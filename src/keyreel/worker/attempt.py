"""The worker's side of a running job: its progress, its fence and its finished steps, kept in the store."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final, NoReturn

from keyreel.errors import Cancelled, LeaseLost, Unavailable
from keyreel.storage.keys import make_preview_key
from keyreel.tasks.database.retry import NO_TIMEOUT, retry_while_unavailable, write_when_available
from keyreel.worker.loop_guard import LoopGuard

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from random import Random

    from keyreel.storage.objects import ObjectStorage
    from keyreel.tasks.store import TaskStore
    from keyreel.tasks.task_queue import FencingToken

_MAX_RUNNING_PROGRESS: Final = 0.99
"""A whole 1.0 is for a video that can be downloaded."""
_SECOND_RENDER_PREFIX: Final = "second render/"


class RunningAttempt:
    """One attempt at a task while it runs. While the database is unavailable, its render goes on."""

    def __init__(
        self,
        store: TaskStore,
        storage: ObjectStorage,
        token: FencingToken,
        *,
        every_seconds: float,
        random: Random,
    ) -> None:
        self.token: Final = token
        self._queue = store.queue
        self._storage = storage
        self._writer = store.writer
        self._interval_seconds = every_seconds
        self._random = random
        self._fraction = 0.0
        self._previews = 0
        self._preview: bytes | None = None
        """The newest one, until it is stored."""
        self._written = (0.0, 0)
        self._cancel_calls: list[Callable[[], Awaitable[None]]] = []

    def on_cancel(self, call: Callable[[], Awaitable[None]]) -> None:
        """Have this called if the task is cancelled."""
        self._cancel_calls.append(call)

    async def tell_cancelled(self) -> None:
        """Call what waits for the task's being cancelled."""
        for call in self._cancel_calls:
            await call()

    def report_progress(self, fraction: float) -> None:
        """Note progress, 0.0 … 1.0, which only rises; `watch` saves it."""
        self._fraction = max(self._fraction, min(fraction, _MAX_RUNNING_PROGRESS))

    def show_preview(self, jpeg: bytes) -> None:
        """Note the newest preview; `watch` stores it, or a newer one."""
        self._preview = jpeg

    async def watch(self) -> NoReturn:
        """Save progress and previews every `every_seconds`, which checks the fence as well.

        Raises:
            Cancelled: the task was cancelled.
            LeaseLost: another attempt has the task.
        """
        guard = LoopGuard("attempt", (Cancelled, LeaseLost))
        while True:
            await asyncio.sleep(self._interval_seconds)
            await guard.run(self._save_progress)

    async def _save_progress(self) -> None:
        await self._store_preview()
        reached = self._fraction, self._previews
        if reached > self._written:
            await self._writer.run(partial(self._queue.save_progress, self.token, *reached))
            self._written = reached
        else:
            self._queue.check(self.token)

    async def _store_preview(self) -> None:
        """Store the newest preview before it is counted: who is told of one finds it."""
        jpeg, self._preview = self._preview, None
        if jpeg is None:
            return
        try:
            await self._storage.put_volatile(make_preview_key(self.token.task_id, self.token.attempt), jpeg)
        except Unavailable:
            return  # Without it the render is as good: the next one comes in a second.
        self._previews += 1

    def for_engine(self, engine: str) -> EngineAttempt:
        """Return the attempt as an engine's child sees it."""
        return EngineAttempt(self, engine)

    async def load_step(self, step: str) -> str | None:
        """Return what a finished step gave, in this or an earlier attempt."""
        return await retry_while_unavailable(
            lambda: self._queue.load_step(self.token, step), NO_TIMEOUT, self._random
        )

    async def save_step(self, step: str, result: str) -> None:
        """Keep what a finished step gave."""
        await write_when_available(
            self._writer, lambda: self._queue.save_step(self.token, step, result), NO_TIMEOUT, self._random
        )

    async def forget_step(self, step: str) -> None:
        """Take a finished step back."""
        await write_when_available(
            self._writer, lambda: self._queue.forget_step(self.token, step), NO_TIMEOUT, self._random
        )

    async def reserve_cost(self, engine: str, share: float, daily_credits: float | None) -> None:
        """Record what an engine costs for the task; see `keyreel.engine.RemoteJob`."""
        reserve = partial(self._queue.reserve_cost, self.token, engine, share, daily_credits=daily_credits)
        await write_when_available(self._writer, reserve, NO_TIMEOUT, self._random)

    async def cancel_cost(self, engine: str) -> None:
        """Take the cost at an engine back."""
        cancel = partial(self._queue.cancel_cost, self.token, engine)
        await write_when_available(self._writer, cancel, NO_TIMEOUT, self._random)


class EngineAttempt:
    """An attempt as an engine sees it: with the steps of that engine alone, and of one of its renders.

    `steps` are those that it has gone through, with their results.
    """

    def __init__(self, attempt: RunningAttempt, engine: str, *, is_second_render: bool = False) -> None:
        self.engine: Final = engine
        self.on_cancel: Final = attempt.on_cancel
        task_id = attempt.token.task_id
        self.job_id: Final = f"{task_id}-2" if is_second_render else task_id
        """Unique among all renders of this installation; the same in each attempt."""
        self.steps: dict[str, str] = {}
        self._attempt = attempt
        self._step_prefix = _SECOND_RENDER_PREFIX if is_second_render else ""

    def for_second_render(self) -> EngineAttempt:
        """Return the attempt as the engine sees it that renders the order once more."""
        return EngineAttempt(self._attempt, self.engine, is_second_render=True)

    def report_progress(self, fraction: float) -> None:
        """Note progress."""
        self._attempt.report_progress(fraction)

    def show_preview(self, jpeg: bytes) -> None:
        """Note the newest preview."""
        self._attempt.show_preview(jpeg)

    async def load_step(self, step: str) -> str | None:
        """Return what a finished step of this engine gave, in this or an earlier attempt."""
        result = await self._attempt.load_step(self._name_step(step))
        if result is not None:
            self.steps[step] = result
        return result

    async def save_step(self, step: str, result: str) -> None:
        """Keep what a finished step gave."""
        await self._attempt.save_step(self._name_step(step), result)
        self.steps[step] = result

    async def forget_step(self, step: str) -> None:
        """Take a finished step back."""
        self.steps.pop(step, None)
        await self._attempt.forget_step(self._name_step(step))

    def _name_step(self, step: str) -> str:
        return name_step(self.engine, self._step_prefix + step)

    async def reserve_cost(self, share: float, daily_credits: float | None) -> None:
        """Record what this engine costs for the task."""
        await self._attempt.reserve_cost(self.engine, share, daily_credits)

    async def cancel_cost(self) -> None:
        """Take that back."""
        await self._attempt.cancel_cost(self.engine)


def name_step(engine: str, step: str) -> str:
    """Return under which name a step of an engine is kept: no engine goes on from another's."""
    return f"{engine}/{step}"
