"""Pools of child processes: each keeps what its role needs loaded, and is killed where its work fails."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Self, overload

import structlog

from keyreel.worker.children.child import Child, WorkNotStarted
from keyreel.worker.children.roles import ENGINE_ROLE, FINISHING_ROLE

if TYPE_CHECKING:
    from types import TracebackType

    from keyreel.engine import Clip
    from keyreel.finishing.acceptance.flaw import Flaw
    from keyreel.finishing.finished_video import FinishedVideo
    from keyreel.settings.engines import EngineSpec
    from keyreel.worker.children.protocol import (
        ConformWork,
        FinishWork,
        InspectWork,
        RecommendWork,
        RenderWork,
        Work,
        WorkResult,
    )
    from keyreel.worker.executors.executor import StepKeeper

_log = structlog.stdlib.get_logger(__name__)


class ChildPool:
    """Works in at most `slots` children of one role. Enter it before use; leaving it ends them."""

    def __init__(
        self,
        role: str,
        engine: EngineSpec | None,
        slots: int,
        timeout_seconds: float,
        *,
        kernel_guards: bool = True,
    ) -> None:
        self._role = role
        self._engine = engine
        self._timeout = timeout_seconds
        self._kernel_guards = kernel_guards
        self._slots = asyncio.Semaphore(slots)
        self._idle: list[Child] = []
        self._dying: list[Child] = []

    @classmethod
    def for_engine(
        cls, engine: EngineSpec, slots: int, timeout_seconds: float, *, kernel_guards: bool = True
    ) -> Self:
        """Make a pool of children that host this engine."""
        return cls(ENGINE_ROLE, engine, slots, timeout_seconds, kernel_guards=kernel_guards)

    @classmethod
    def for_finishing(cls, slots: int, timeout_seconds: float, *, kernel_guards: bool = True) -> Self:
        """Make a pool of children that finish clips."""
        return cls(FINISHING_ROLE, None, slots, timeout_seconds, kernel_guards=kernel_guards)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with asyncio.TaskGroup() as group:
            for child in self._idle:
                group.create_task(child.shut_down())
            for child in self._dying:
                group.create_task(child.kill())
        self._idle.clear()
        self._dying.clear()

    @overload
    async def run(self, work: RenderWork | ConformWork, attempt: StepKeeper) -> Clip: ...
    @overload
    async def run(self, work: InspectWork, attempt: StepKeeper) -> tuple[Flaw, ...]: ...
    @overload
    async def run(self, work: FinishWork, attempt: StepKeeper) -> FinishedVideo: ...
    @overload
    async def run(self, work: RecommendWork, attempt: StepKeeper) -> str: ...
    async def run(self, work: Work, attempt: StepKeeper) -> WorkResult:
        """Do the work in a child. Cancelling this kills the child and whatever it has started.

        Raises:
            RenderFailed: the work failed, with a reason for people.
            EngineUnavailable: it did not begin.
            RenderCrashed: the child died, or gave no sign of life for the timeout.
            Unavailable: the child lacks what passes: room on the disk, memory, descriptors.
            OSError: it cannot be started now.
        """
        async with self._slots:
            while True:
                was_idle = bool(self._idle)
                child = self._idle.pop() if was_idle else await self._spawn_child()
                try:
                    result = await child.call(work, attempt)
                except WorkNotStarted:
                    await self._kill_child(child)
                    if not was_idle:
                        raise
                    # It ended while it was idle, which counts against no task: the next one has the work.
                    _log.info(
                        "child ended while idle", role=self._role, engine=self._engine and self._engine.name
                    )
                except BaseException:
                    # After an error too: the state of the child is unknown.
                    await self._kill_child(child)
                    raise
                else:
                    self._idle.append(child)
                    return result

    async def warm_up(self) -> None:
        """Start a child ahead of its first work, if none is there and it can be started."""
        if not self._idle and not self._slots.locked():
            with suppress(OSError):  # The first work will meet it again, and can be told.
                self._idle.append(await self._spawn_child())

    async def _spawn_child(self) -> Child:
        return await Child.spawn(self._role, self._engine, self._timeout, kernel_guards=self._kernel_guards)

    async def _kill_child(self, child: Child) -> None:
        # If this is cancelled half-way, leaving the pool finishes it.
        self._dying.append(child)
        await child.kill()
        self._dying.remove(child)
