"""What a database is: connections that are lent for one transaction at a time. It knows no table."""

from __future__ import annotations

import asyncio
import re
from abc import ABC, abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, TypeVar

from keyreel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from keyreel.tasks.database.prepared import PreparedQuery

T = TypeVar("T")


class Contended(Unavailable):
    """The transaction met another one, and nothing of it was written: it may be tried again at once."""


_STATEMENT_KIND: Final = re.compile(r"INSERT INTO \w+|UPDATE \w+|DELETE FROM \w+|\w+")


class Database(ABC):
    """The tables, behind connections that are lent to one thread at a time.

    `write` begins a transaction that may change rows, `read` is for a single SELECT, `find` for one that runs
    many times a second, and `snapshot` for several that belong together; these three see what was committed
    when they began. All of them raise Unavailable where the database cannot do it now, and `write` has
    written nothing then.
    """

    is_shared: ClassVar[bool]
    """Whether other processes work on the tables as well. Then a call may take as long as the network does,
    and belongs in a thread; and what a transaction reads and decides by, it must lock (`portable_sql`)."""

    @property
    @abstractmethod
    def reader(self) -> Database:
        """A database of the same tables for long queries, opened when first used and closed with this one.

        What may read much goes through it, in a thread: no call that the event loop makes waits for it.

        Raises:
            Unavailable: it cannot be read.
        """

    @abstractmethod
    def reopen_read_only(self) -> Database:
        """Open the same tables for reading, for somebody who closes them."""

    @abstractmethod
    def write(self) -> AbstractContextManager[Connection]:
        """Lend a connection for one transaction, which is on disk when the block has ended.

        Raises:
            Unavailable: the database is locked, its disk is full or broken; nothing was written.
        """

    @abstractmethod
    def read(self) -> AbstractContextManager[Connection]:
        """Lend a connection for one SELECT.

        Raises:
            Unavailable: the database cannot be read.
        """

    @abstractmethod
    def find(self, query: PreparedQuery[T], parameters: Mapping[str, Any]) -> T | None:
        """Return what a prepared query finds now; None for no row.

        A query is always given its parameters in the same order.

        Raises:
            Unavailable: the database cannot be read.
        """

    @abstractmethod
    async def ask(self, call: Callable[[], T]) -> T:
        """Return what a call returns that reads, without holding up the event loop.

        It runs at once where the answer is in this machine's memory, and else in a thread.
        """

    def notify_workers(self) -> None:  # noqa: B027 - in a database of one process nobody is to be told
        """Tell the workers of other processes that a task is ready; return at once.

        It is a hint: who misses it looks for itself.
        """

    async def follow_notifications(self, wake: Callable[[], None]) -> NoReturn:
        """Call `wake` whenever a process tells of a task, until cancelled."""
        del wake
        while True:
            await asyncio.Event().wait()

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[Connection]:
        """Lend a connection for SELECTs that all see the database at one moment.

        Raises:
            Unavailable: the database cannot be read.
        """

    @abstractmethod
    def count_statements(self) -> AbstractContextManager[Counter[str]]:
        """Count the statements that run in a block, by what they do and to which table; each row is one."""

    @abstractmethod
    def probe(self) -> None:
        """Read a row and write something, which is on disk then; may be called in a thread.

        Raises:
            Unavailable: the database cannot be read or written, or was found damaged since it was opened.
        """

    @abstractmethod
    def migrate(self) -> None:
        """Bring the tables to this version's shape, in one transaction.

        Raises:
            InvalidSetting: they are a newer Keyreel's, or there is no database at all.
        """

    @abstractmethod
    def refuse_damage(self) -> AbstractContextManager[None]:
        """Run a block of the start, in which damage is not waited for.

        Raises:
            InvalidSetting: parts of the database are missing or overwritten.
        """

    @abstractmethod
    def close(self) -> None:
        """Close the connections."""


class StatementCounter:
    """Counts statements by what they do and to which table."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, statement: str) -> None:
        """Count a statement."""
        found = _STATEMENT_KIND.match(statement)
        self.counts[found[0] if found else statement] += 1
