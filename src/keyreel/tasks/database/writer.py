"""The thread that writes to the database, so that no event loop waits for a disk. It knows no table.

Group commit: changes that wait at the same time share one transaction, and its one flush.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

    from keyreel.tasks.database.connection import Database

T = TypeVar("T")

_MAX_GROUP: Final = 64
"""Changes in one transaction: those behind it must not wait much longer than for a flush."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What was returned or raised."""

    value: Any = None
    error: Exception | None = None


class _Waiter:
    """Somebody in an event loop who waits for an outcome."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[Any] = self._loop.create_future()

    def tell(self, outcome: _Outcome) -> None:
        """Hand the outcome over. Call it from any thread."""
        # A loop that has been closed meanwhile has nobody left who waits.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_settle, self.done, outcome)


@dataclass(frozen=True, slots=True)
class _Change:
    """A change within a transaction that others may share."""

    apply: Callable[[Connection], Any]
    waiter: _Waiter


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that makes its own transactions."""

    call: Callable[[], Any]
    waiter: _Waiter


class DatabaseWriter:
    """Writes for event loops, in a thread of its own, in the order of asking.

    Changes that arrive while a transaction is flushed are the next one. Each has a savepoint: what raises is
    undone alone, and its error goes to whoever asked for it. Nobody is told of a success before all of the
    group is on disk. Whoever is cancelled while waiting leaves the change as it is: it may be on disk.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[_Change | _Call | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="database-writer", daemon=True)
        self._is_started = False
        self._put_back: list[_Call | None] = []

    async def commit(self, apply: Callable[[Connection], T]) -> T:
        """Apply a change within a transaction; return what it returned, once that is on disk.

        Raises:
            Unavailable: the database is locked, its disk is full or broken; nothing was written.
        """
        result: T = await self._ask(_Change(apply, _Waiter()))
        return result

    async def run(self, call: Callable[[], T]) -> T:
        """Return what a call returns that makes its own transactions."""
        result: T = await self._ask(_Call(call, _Waiter()))
        return result

    def close(self) -> None:
        """Do what was asked for, then end the thread."""
        if self._is_started:
            self._waiting.put(None)
            self._thread.join()

    async def _ask(self, request: _Change | _Call) -> Any:
        if not self._is_started:
            self._thread.start()
            self._is_started = True
        self._waiting.put(request)
        return await request.waiter.done

    def _work(self) -> None:
        while (request := self._take()) is not None:
            if isinstance(request, _Call):
                request.waiter.tell(_attempt(request.call))
            else:
                self._commit_group([request, *islice(self._iterate_waiting_changes(), _MAX_GROUP - 1)])

    def _take(self) -> _Change | _Call | None:
        return self._put_back.pop() if self._put_back else self._waiting.get()

    def _iterate_waiting_changes(self) -> Iterator[_Change]:
        """Take the changes that wait up to the first request of another kind, which stays the next one."""
        while not self._waiting.empty():
            request = self._waiting.get()
            if not isinstance(request, _Change):
                self._put_back.append(request)
                return
            yield request

    def _commit_group(self, group: list[_Change]) -> None:
        outcomes: list[_Outcome] = []
        try:
            with self._database.write() as connection:
                outcomes = [_apply_alone(connection, change) for change in group]
        except Exception as error:  # noqa: BLE001 - whoever asked is told, whatever it is
            outcomes = [_Outcome(error=error)] * len(group)
        for change, outcome in zip(group, outcomes, strict=True):
            change.waiter.tell(outcome)


def _apply_alone(connection: Connection, change: _Change) -> _Outcome:
    """Apply a change so that its failure undoes nothing but itself."""
    connection.exec_driver_sql("SAVEPOINT change")
    outcome = _attempt(partial(change.apply, connection))
    if outcome.error is not None:
        connection.exec_driver_sql("ROLLBACK TO change")
    connection.exec_driver_sql("RELEASE change")
    return outcome


def _attempt(call: Callable[[], Any]) -> _Outcome:
    try:
        return _Outcome(call())
    except Exception as error:  # noqa: BLE001 - the others must go on, and whoever asked is told
        return _Outcome(error=error)


def _settle(done: asyncio.Future[Any], outcome: _Outcome) -> None:
    if done.done():
        return
    if outcome.error is not None:
        done.set_exception(outcome.error)
    else:
        done.set_result(outcome.value)
