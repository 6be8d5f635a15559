"""The thread that writes to the database, so that no event loop waits for a disk. It knows no table.

Group commit: changes that wait at the same time share one transaction, and its one flush. Threads are woken
as rarely as that: each turn of an event loop wakes the writer once, however much it asks for, and each commit
wakes the event loop once.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from keyreel.errors import Unavailable
from keyreel.tasks.database.connection import Contended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection

    from keyreel.tasks.database.connection import Database

    Apply = Callable[[Connection, Sequence[Any]], Sequence[Any]]

T = TypeVar("T")
Item = TypeVar("Item")

_MAX_TRIES: Final = 5
"""Of what met another process's transaction; after that, whoever asked is told."""
_MAX_GROUP: Final = 64
"""Changes in one transaction: those behind it must not wait much longer than for a flush."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What was returned or raised."""

    value: Any = None
    error: Exception | None = None


class _Waiter:
    """Somebody in an event loop who waits for an outcome."""

    __slots__ = ("done", "loop")

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.done: asyncio.Future[Any] = self.loop.create_future()


@dataclass(frozen=True, slots=True)
class _Change:
    """A change within a transaction that others may share, applied together with those of its kind."""

    apply: Apply
    item: Any
    waiter: _Waiter


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that makes its own transactions."""

    call: Callable[[], Any]
    waiter: _Waiter


_Request: TypeAlias = _Change | _Call


class DatabaseWriter:
    """Writes for event loops, in a thread of its own, in the order of asking.

    Changes that arrive while a transaction is flushed are the next one. What is refused or raises is undone
    alone, and its error goes to whoever asked for it. Nobody is told of a success before all of the group is
    on disk. Whoever is cancelled while waiting leaves the change as it is: it may be on disk.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Request] = deque()
        self._wakes: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._waking_loops: set[asyncio.AbstractEventLoop] = set()
        """Those that will wake the thread in their next turn."""
        self._thread = threading.Thread(target=self._work, name="database-writer", daemon=True)
        self._is_started = self._is_closed = False

    async def commit(self, apply: Callable[[Connection], T]) -> T:
        """Apply a change within a transaction; return what it returned, once that is on disk.

        It is applied again where another change of its transaction fails.

        Raises:
            Unavailable: the database is locked, its disk is full or broken; nothing was written.
        """
        return await self.commit_together(_apply_in_order, apply)

    async def commit_together(
        self, apply_all: Callable[[Connection, Sequence[Item]], Sequence[T | Exception]], item: Item
    ) -> T:
        """Do as `commit` with a change that is applied together with others of the same `apply_all`.

        That returns for each item what it leads to, or why it is refused, having written nothing of it. Where
        it raises, everything is undone, and each item is applied alone.
        """
        result: T = await self._ask(_Change(apply_all, item, _Waiter()))
        return result

    async def run(self, call: Callable[[], T]) -> T:
        """Return what a call returns that makes its own transactions."""
        result: T = await self._ask(_Call(call, _Waiter()))
        return result

    def close(self) -> None:
        """Do what was asked for, then end the thread."""
        self._is_closed = True
        if self._is_started:
            self._wakes.put(None)
            self._thread.join()

    async def _ask(self, request: _Request) -> Any:
        if not self._is_started:
            self._thread.start()
            self._is_started = True
        self._waiting.append(request)
        loop = request.waiter.loop
        if loop not in self._waking_loops:
            self._waking_loops.add(loop)
            loop.call_soon(self._wake, loop)
        return await request.waiter.done

    def _wake(self, loop: asyncio.AbstractEventLoop) -> None:
        self._waking_loops.discard(loop)
        self._wakes.put(None)

    def _work(self) -> None:
        while self._wait():
            first = self._waiting[0]
            if isinstance(first, _Call):
                self._waiting.popleft()
                _tell_all([(first.waiter, _attempt(first.call))])
            else:
                self._commit_group(self._take_group())

    def _wait(self) -> bool:
        """Wait until there is a request; say whether there is one."""
        while not (self._waiting or self._is_closed):
            self._wakes.get()
        return bool(self._waiting)

    def _take_group(self) -> list[_Change]:
        """Take the changes at the front, up to the first request of another kind."""
        group = list[_Change]()
        while self._waiting and len(group) < _MAX_GROUP and isinstance(first := self._waiting[0], _Change):
            group.append(first)
            self._waiting.popleft()
        return group

    def _commit_group(self, group: list[_Change]) -> None:
        outcomes = _attempt(partial(self._write, _apply_together, group))
        if outcomes.error is not None and not isinstance(outcomes.error, Unavailable) and len(group) > 1:
            outcomes = _attempt(partial(self._write, _apply_each_alone, group))
        each = [_Outcome(error=outcomes.error)] * len(group) if outcomes.error else outcomes.value
        _tell_all(zip((change.waiter for change in group), each, strict=True))

    def _write(
        self, apply: Callable[[Connection, list[_Change]], list[_Outcome]], group: list[_Change]
    ) -> list[_Outcome]:
        with self._database.write() as connection:
            return apply(connection, group)


def _apply_in_order(connection: Connection, changes: Sequence[Callable[[Connection], T]]) -> list[T]:
    return [change(connection) for change in changes]


def _apply_together(connection: Connection, group: list[_Change]) -> list[_Outcome]:
    """Apply neighbours of one kind by one call; raise what any call raises."""
    outcomes = list[_Outcome]()
    for apply, changes in groupby(group, key=lambda change: change.apply):
        results = apply(connection, [change.item for change in changes])
        outcomes += [
            _Outcome(error=result) if isinstance(result, Exception) else _Outcome(result)
            for result in results
        ]
    return outcomes


def _apply_each_alone(connection: Connection, group: list[_Change]) -> list[_Outcome]:
    """Apply changes so that the failure of one undoes nothing but itself."""
    return [_apply_alone(connection, change) for change in group]


def _apply_alone(connection: Connection, change: _Change) -> _Outcome:
    connection.exec_driver_sql("SAVEPOINT change")
    try:
        (outcome,) = _apply_together(connection, [change])
    except Exception as error:  # noqa: BLE001 - the others must go on, and whoever asked is told
        connection.exec_driver_sql("ROLLBACK TO change")
        outcome = _Outcome(error=error)
    connection.exec_driver_sql("RELEASE change")
    return outcome


def _attempt(call: Callable[[], Any]) -> _Outcome:
    """Return what a call leads to; one that met another process's transaction is tried again at once."""
    for left in reversed(range(_MAX_TRIES)):
        try:
            return _Outcome(call())
        except Contended as error:
            if not left:
                return _Outcome(error=error)
        except Exception as error:  # noqa: BLE001 - the others must go on, and whoever asked is told
            return _Outcome(error=error)
    raise AssertionError("the last try has returned")


def _tell_all(outcomes: Iterable[tuple[_Waiter, _Outcome]]) -> None:
    """Tell everybody who waits what came of it; each event loop is woken once."""
    by_loop: defaultdict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], _Outcome]]]
    by_loop = defaultdict(list)
    for waiter, outcome in outcomes:
        by_loop[waiter.loop].append((waiter.done, outcome))
    for loop, told in by_loop.items():
        # A loop that has been closed meanwhile has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle_all, told)


def _settle_all(told: list[tuple[asyncio.Future[Any], _Outcome]]) -> None:
    for done, outcome in told:
        if done.done():
            continue
        if outcome.error is not None:
            done.set_exception(outcome.error)
        else:
            done.set_result(outcome.value)
