"""Group commit: changes that wait for the disk at the same time share one transaction, and its one flush."""

from __future__ import annotations

import asyncio
import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from keyreel.tasks.database.connection import Database

T = TypeVar("T")

_MAX_GROUP: Final = 64
"""Changes in one transaction: those behind it must not wait much longer than for a flush."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A change that is waited for, and where its result goes."""

    apply: Callable[[Connection], Any]
    done: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class GroupCommitter:
    """Commits changes from event loops in a thread of its own, so that no loop ever waits for a disk.

    Changes that arrive while one transaction is flushed are the next one. Each has a savepoint: what raises
    is undone alone, and its error goes to whoever asked for it. Nobody is told of a success before all of the
    group is on disk.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[_Change | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._commit_groups, name="database-writer", daemon=True)
        self._started = False

    async def commit(self, apply: Callable[[Connection], T]) -> T:
        """Apply a change within a transaction, in another thread; return what it returned, once on disk.

        A caller that is cancelled meanwhile leaves the change as it is: it may be on disk already.

        Raises:
            Unavailable: the database is locked, its disk is full or broken; nothing was written.
        """
        if not self._started:
            self._started = True
            self._thread.start()
        loop = asyncio.get_running_loop()
        change = _Change(apply, loop.create_future(), loop)
        self._waiting.put(change)
        result: T = await change.done
        return result

    def close(self) -> None:
        """Commit what waits, then end the thread."""
        if self._started:
            self._waiting.put(None)
            self._thread.join()

    def _commit_groups(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first]
            while len(group) < _MAX_GROUP and not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    self._commit_group(group)
                    return
                group.append(following)
            self._commit_group(group)

    def _commit_group(self, group: list[_Change]) -> None:
        outcomes: list[_Outcome] = []
        try:
            with self._database.write() as connection:
                outcomes = [_apply_alone(connection, change) for change in group]
        except Exception as error:  # noqa: BLE001 - whoever asked is told, whatever it is
            outcomes = [_Outcome(error=error) for _ in group]
        for change, outcome in zip(group, outcomes, strict=True):
            change.loop.call_soon_threadsafe(_deliver, change.done, outcome)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a change returned or raised."""

    value: Any = None
    error: Exception | None = None


def _apply_alone(connection: Connection, change: _Change) -> _Outcome:
    """Apply a change so that its failure undoes nothing but itself."""
    connection.exec_driver_sql("SAVEPOINT change")
    try:
        outcome = _Outcome(change.apply(connection))
    except Exception as error:  # noqa: BLE001 - the others must go on, and whoever asked is told
        connection.exec_driver_sql("ROLLBACK TO change")
        outcome = _Outcome(error=error)
    connection.exec_driver_sql("RELEASE change")
    return outcome


def _deliver(done: asyncio.Future[Any], outcome: _Outcome) -> None:
    if done.done():
        return
    if outcome.error is not None:
        done.set_exception(outcome.error)
    else:
        done.set_result(outcome.value)
