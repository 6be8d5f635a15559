"""The database of several processes: a Postgres server. It knows no table."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn, TypeVar

import psycopg
import structlog
from sqlalchemy import URL, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from keyreel.errors import InvalidSetting, Unavailable
from keyreel.tasks.database.connection import Database, StatementCounter
from keyreel.tasks.database.portable_sql import DatabaseLock, take_locks
from keyreel.tasks.database.postgres.failures import find_damage, translate
from keyreel.tasks.database.postgres.notifications import NOTIFY, TaskNotifier, follow_notifications
from keyreel.tasks.database.schema import SchemaTooNew, require_same_version, upgrade

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Generator, Mapping

    from sqlalchemy import Connection, Engine

    from keyreel.tasks.database.prepared import PreparedQuery

T = TypeVar("T")

_POOL_SIZE: Final = 8
"""Connections of a process: one writes, the others answer polls. Postgres has 100 for all, by default."""
_READER_POOL_SIZE: Final = 2
"""Those of its long queries."""
_POOL_TIMEOUT_SECONDS: Final = 5.0
"""How long a call waits for one of them."""
_CONNECT_TIMEOUT_SECONDS: Final = 5
_IDLE_TIMEOUT_MS: Final = 8000
"""After this, Postgres ends the transaction of a process that was frozen within it, and frees its locks."""
_STATEMENT_TIMEOUT_MS: Final = 15_000
_LOCK_TIMEOUT_MS: Final = 5000
"""How long a statement waits for another transaction: longer than any of ours takes."""
_READER_STATEMENT_TIMEOUT_MS: Final = 600_000
"""That of audits and exports."""
_ENCODING: Final = "UTF8"
_LIVENESS: Final[Mapping[str, Any]] = {
    "connect_timeout": _CONNECT_TIMEOUT_SECONDS,
    "application_name": "keyreel",
    # A server that is gone without a word is noticed after 11 s, not after hours.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}

_log = structlog.stdlib.get_logger(__name__)


class PostgresDatabase(Database):
    """A database on a Postgres server, behind a pool of connections.

    Writing transactions are READ COMMITTED, and lock what they decide by; snapshots are REPEATABLE READ.
    """

    is_shared: ClassVar[bool] = True

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        """Open the pool, and try it.

        Raises:
            InvalidSetting: nothing answers there, or not as the URL says.
        """
        self._url = url
        self._read_only = read_only
        self._damage = ""
        self._reader_lock = threading.Lock()
        self._own_reader: PostgresDatabase | None = None
        self._counter: StatementCounter | None = None
        self._counter_lock = threading.Lock()
        self._threads = ThreadPoolExecutor(_POOL_SIZE, thread_name_prefix="postgres")
        parsed = make_url(url)
        self._notifier = TaskNotifier(self._send_notification, self._threads)
        self._place = _describe(parsed)
        engine = self._engine = _open_engine(parsed, read_only=read_only)
        event.listen(engine, "connect", self._configure)
        self._writing = engine.execution_options(isolation_level="READ COMMITTED")
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._viewing = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        try:
            self._require_usable()
        except BaseException:
            engine.dispose()
            raise

    @classmethod
    def open_read_only(cls, url: str) -> PostgresDatabase:
        """Open a database for long queries, which change nothing.

        Raises:
            InvalidSetting: nothing answers there, or it is another version's.
        """
        database = cls(url, read_only=True)
        try:
            with database.read() as connection:
                require_same_version(connection, f"database: {database._place}")
        except (DBAPIError, Unavailable) as error:
            database.close()
            raise InvalidSetting(f"database: {database._place} cannot be read.") from error
        except BaseException:
            database.close()
            raise
        return database

    @property
    def reader(self) -> PostgresDatabase:
        """As of every database: with connections of its own, so that no poll waits for a long query."""
        if self._read_only:
            return self
        with self._reader_lock:
            if self._own_reader is None:
                self._own_reader = self.reopen_read_only()
            return self._own_reader

    def reopen_read_only(self) -> PostgresDatabase:
        """Open the same database for reading."""
        return PostgresDatabase.open_read_only(self._url)

    @contextmanager
    def write(self) -> Generator[Connection]:
        """Lend a connection for one transaction, as of every database.

        Raises:
            Unavailable: the server does not answer, takes no writes, or another transaction was in the way.
                Nothing was written, unless the connection was lost in the moment of the commit.
        """
        with self._translate_errors(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Lend a connection for one SELECT.

        Raises:
            Unavailable: the server does not answer.
        """
        with self._translate_errors(), self._reading.connect() as connection:
            yield connection

    def find(self, query: PreparedQuery[T], parameters: Mapping[str, Any]) -> T | None:
        """Return what a prepared query finds now; None for no row.

        It is read each time: no other process can tell this one what it has committed as fast.
        """
        with self.read() as connection:
            value, _ = query.find(connection.connection.cursor(), parameters, connection.dialect.name)
            return value

    async def ask(self, call: Callable[[], T]) -> T:
        """Return what a call returns that reads, in one of as many threads as there are connections."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def notify_workers(self) -> None:
        """Wake the workers of other processes, in one of the threads."""
        self._notifier.notify()

    def _send_notification(self) -> None:
        with self.read() as connection:
            connection.exec_driver_sql(NOTIFY)

    async def follow_notifications(self, wake: Callable[[], None]) -> NoReturn:
        """Call `wake` for each notification, as of every database."""
        url = make_url(self._url).set(drivername="postgresql").render_as_string(hide_password=False)
        await follow_notifications(url, _LIVENESS, wake)

    @contextmanager
    def snapshot(self) -> Generator[Connection]:
        """Lend a connection for SELECTs that all see the database at one moment.

        Raises:
            Unavailable: the server does not answer.
        """
        with self._translate_errors(), self._viewing.begin() as connection:
            yield connection

    @contextmanager
    def count_statements(self) -> Generator[Counter[str]]:
        """Count the statements that run in a block, as of every database."""
        counter = self._counter = StatementCounter()
        try:
            yield counter.counts
        finally:
            self._counter = None

    def probe(self) -> None:
        """Read a row and have a transaction on disk; may be called in a thread.

        Raises:
            Unavailable: as of every database.
        """
        if self._damage:
            raise Unavailable(f"The database is damaged ({self._damage}): restore it from a backup.")
        with self.write() as connection:
            connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            # A transaction that has a number leaves a record of its end.
            connection.exec_driver_sql("SELECT pg_current_xact_id()")

    def migrate(self) -> None:
        """Bring the tables to this version's shape; of nodes that start together, one does it.

        Raises:
            InvalidSetting: they are a newer Keyreel's.
        """
        try:
            with self.write() as connection:
                # Tables of a large install are changed for longer than other statements may take or wait.
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
                take_locks(connection, [(DatabaseLock.MIGRATION, "")])
                # Whoever waits for a table holds up all who come after: that is given up, and tried again.
                connection.exec_driver_sql("SET LOCAL lock_timeout TO DEFAULT")
                upgrade(connection)
        except SchemaTooNew as error:
            raise InvalidSetting(f"database: {self._place} is from a newer Keyreel: {error}.") from error
        except DBAPIError as error:
            raise InvalidSetting(f"database: {self._place}: {_get_first_line(error)}.") from error

    @contextmanager
    def refuse_damage(self) -> Generator[None]:
        """Run a block of the start, as of every database.

        Raises:
            InvalidSetting: rows or indexes are damaged.
        """
        try:
            yield
        except Unavailable as error:
            if not self._damage:
                raise
            raise InvalidSetting(f"database: {self._place} is damaged ({self._damage}).") from error

    def close(self) -> None:
        """Close the connections."""
        with self._reader_lock:
            if self._own_reader is not None:
                self._own_reader.close()
        self._threads.shutdown()
        self._engine.dispose()

    def _require_usable(self) -> None:
        try:
            with self._reading.connect() as connection:
                encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        except DBAPIError as error:
            # What the driver says names host and user, and never the password.
            raise InvalidSetting(
                f"database: cannot connect to {self._place}: {_get_first_line(error)}."
            ) from None
        if encoding != _ENCODING:
            raise InvalidSetting(
                f"database: {self._place} has the encoding {encoding}: create it with ENCODING 'UTF8'."
            )

    def _configure(self, driver: psycopg.Connection[Any], _: object) -> None:
        database = self

        class CountedCursor(psycopg.Cursor[Any]):
            """The driver's, whose statements can be counted."""

            def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
                database._count(query)
                return super().execute(query, params, **options)

            def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
                for _ in params_seq:
                    database._count(query)
                super().executemany(query, params_seq, **options)

        driver.cursor_factory = CountedCursor

    def _count(self, statement: Any) -> None:
        if self._counter is not None:
            with self._counter_lock:
                self._counter.add(statement)

    @contextmanager
    def _translate_errors(self) -> Generator[None]:
        try:
            yield
        except (DBAPIError, psycopg.Error, PoolTimeout) as error:
            known = translate(error)
            if known is None:
                raise
            self._damage = find_damage(error) or self._damage
            _log.warning("database unavailable", cause=_get_first_line(error))
            raise known from error


def is_empty(url: str) -> bool:
    """Say whether a database has no table of ours yet.

    Raises:
        InvalidSetting: nothing answers there.
    """
    database = PostgresDatabase(url)
    try:
        with database.read() as connection:
            return connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar() is None
    finally:
        database.close()


def _open_engine(url: URL, *, read_only: bool) -> Engine:
    options = {
        "idle_in_transaction_session_timeout": _IDLE_TIMEOUT_MS,
        "statement_timeout": _READER_STATEMENT_TIMEOUT_MS if read_only else _STATEMENT_TIMEOUT_MS,
        "lock_timeout": _LOCK_TIMEOUT_MS,
        "default_transaction_read_only": "on" if read_only else "off",
    }
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=_READER_POOL_SIZE if read_only else _POOL_SIZE,
        max_overflow=0,
        pool_timeout=_POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        connect_args={
            **_LIVENESS,
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    )


def _describe(url: URL) -> str:
    """Return where a database is, for people: without user, password and options."""
    host = url.host or url.query.get("host") or "the local socket"
    port = f":{url.port}" if url.port else ""
    return f"{host}{port}/{url.database or ''}"


def _get_first_line(error: BaseException) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    text = ""
    with suppress(IndexError):
        text = str(cause).strip().splitlines()[0]
    return text.rstrip(".") or type(cause).__name__
