"""Which engine makes a task: bound when it is submitted, and again where that one is gone or unavailable."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from keyreel.engines.routing import RoutedTask
from keyreel.errors import EngineUnavailable, KeyreelError, RenderFailed, Unavailable
from keyreel.task import TaskId
from keyreel.tasks.database.retry import NO_TIMEOUT, read_when_available, write_when_available
from keyreel.tasks.presentation import parse_stored_request
from keyreel.tasks.task_queue import FencingToken
from keyreel.worker.attempt import name_step
from keyreel.worker.executors.executor import EngineNotStarted, ExecutorUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import timedelta
    from random import Random

    from keyreel.engines.engine_status import EngineStatuses
    from keyreel.engines.engine_table import EngineExpense
    from keyreel.engines.router import EngineRouter
    from keyreel.order import Order
    from keyreel.task import Task
    from keyreel.tasks.store import TaskStore
    from keyreel.worker.slots import RenderSlot

_WAITING_STEP: Final = "waits for engines since"
"""The durable step that is finished when a task's engines were unavailable for the first time."""
_WAITING_NOTE: Final = "No engine can make this video right now. Keyreel will try again."
_WAITED_LONG: Final = "No engine could make this video within the maximum waiting time."
_PAGE: Final = 100
"""Tasks that are routed between two turns of the event loop."""

T = TypeVar("T")

_log = structlog.stdlib.get_logger(__name__)


class EngineBusy(KeyreelError):
    """The engine that is to make the task now has no free slot."""


class EngineBinder:
    """Binds tasks to engines by a router."""

    def __init__(
        self,
        store: TaskStore,
        router: EngineRouter,
        random: Random,
        *,
        statuses: EngineStatuses,
        wait: timedelta | None = None,
    ) -> None:
        self._store = store
        self._queue = store.queue
        self._router = router
        self._random = random
        self._statuses = statuses
        self._wait = wait

    async def bind_unbound_tasks(self) -> None:
        """Route queued tasks again whose engine is not configured any more, or that have none yet.

        What no engine makes now stays without one: such a task fails when its turn comes.
        """
        after, found = TaskId("0"), 0
        names = tuple(self._router.slots_by_engine)
        while tasks := await self._store.database.ask(
            lambda: self._queue.list_unbound(names, after, _PAGE)  # noqa: B023 - it is awaited here
        ):
            bound = {task.id: self._choose_engine(task) for task in tasks}
            await self._store.writer.run(lambda: self._queue.rebind(bound))  # noqa: B023 - it is awaited here
            after, found = tasks[-1].id, found + len(tasks)
        if found:
            _log.info("waiting tasks were given other engines", tasks=found)

    def _choose_engine(self, task: Task) -> str:
        try:
            choice = self._router.route_request(parse_stored_request(task), task.submission.tenant)
        except Exception:  # noqa: BLE001 - whatever is wrong with one task is told when it runs
            return ""
        return choice.list_engines(task.id)[0]

    async def list_engines(self, task: Task, order: Order) -> tuple[str, ...]:
        """List the engines that may make a task: its own first, then the others of its route.

        A task that has a finished step of its own engine has no other one while that is configured.

        Raises:
            UnsupportedOrder: none accepts the order.
        """
        own = task.engine if self._router.accepts(task.engine, order) else ""
        if own and task.attempt > 1 and await self._has_begun(task, own):
            return (own,)
        names = self._router.route(order, RoutedTask.from_submission(task.submission)).list_engines(task.id)
        return tuple(dict.fromkeys((own, *names))) if own else names

    def get_expense(self, engine: str) -> EngineExpense:
        """Return what renders by an engine cost."""
        return self._router.get_expense(engine)

    def choose_recommender(self, order: Order, engines: tuple[str, ...]) -> str | None:
        """Return which of a task's engines makes a prompt from its images; None for the built-in one."""
        return self._router.choose_recommender(order, engines)

    async def run_first_available(
        self,
        task: Task,
        engines: tuple[str, ...],
        slot: RenderSlot,
        work: Callable[[str], Awaitable[T]],
    ) -> T:
        """Do work with the first of these engines that can begin with it.

        Raises:
            EngineBusy: it is another engine's turn, which has no free slot; the task is bound to that.
            Unavailable: all are unavailable; the task is bound to the first one again. Or the executor of
                one that has a finished step is.
            RenderFailed: none can be started, one gave up after a finished step, or all were unavailable for
                as long as a task waits for engines.
        """
        bound, faults = task.engine, list[EngineUnavailable]()
        for engine in engines:
            if engine != bound:
                await self._bind(task, engine)
                bound = engine
            if not await slot.change_engine(engine):
                raise EngineBusy
            outcome = await self._try_engine(task, engine, work)
            if not isinstance(outcome, EngineUnavailable):
                return outcome
            faults.append(outcome)
        if all(isinstance(fault, EngineNotStarted) for fault in faults):
            raise RenderFailed(faults[-1].message) from faults[-1]
        note = await self._await_engines(task)
        await self._bind(task, engines[0], note)
        raise Unavailable(faults[-1].message) from faults[-1]

    async def _try_engine(
        self, task: Task, engine: str, work: Callable[[str], Awaitable[T]]
    ) -> T | EngineUnavailable:
        """Do work with an engine, and note how that is; return why it could not be begun."""
        try:
            result = await work(engine)
        except EngineUnavailable as error:
            _log.warning("engine unavailable", task=task.id, engine=engine, reason=error.message)
            self._statuses.record_problem(engine, error.message)
            if await self._has_begun(task, engine):
                if isinstance(error, ExecutorUnavailable):  # its finished steps wait here
                    raise Unavailable(error.message) from error
                raise RenderFailed(error.message) from error
            return error
        except RenderFailed:
            self._statuses.record_success(engine)  # It is the order that it cannot make.
            raise
        self._statuses.record_success(engine)
        return result

    async def _await_engines(self, task: Task) -> str:
        """Return what a client is told while a task waits for its engines.

        Raises:
            RenderFailed: it has waited long enough.
        """
        if self._wait is None:
            return _WAITING_NOTE
        token, now = FencingToken(task.id, task.attempt), self._store.clock.now()
        kept = await self._write(lambda: self._queue.keep_first(token, _WAITING_STEP, now.isoformat()))
        until = datetime.fromisoformat(kept) + self._wait
        if now >= until:
            raise RenderFailed(_WAITED_LONG)
        return (
            f"{_WAITING_NOTE} If no engine can by {until:%Y-%m-%d %H:%M} UTC, the task fails and costs "
            "nothing."
        )

    async def _bind(self, task: Task, engine: str, note: str = "") -> None:
        token, notes = FencingToken(task.id, task.attempt), (note,) if note else ()
        await self._write(lambda: self._queue.bind(token, engine, notes))

    async def _write(self, change: Callable[[], T]) -> T:
        return await write_when_available(self._store.writer, change, NO_TIMEOUT, self._random)

    async def _has_begun(self, task: Task, engine: str) -> bool:
        prefix = name_step(engine, "")
        return await read_when_available(
            self._store.database, lambda: self._queue.has_steps(task.id, prefix), NO_TIMEOUT, self._random
        )
