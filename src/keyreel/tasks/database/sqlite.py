"""The database of one process: an SQLite file. It knows no table."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, cast

import structlog
from sqlalchemy import URL, Connection, StaticPool, create_engine, event
from sqlalchemy.exc import DatabaseError

from keyreel.errors import InvalidSetting, Unavailable
from keyreel.tasks.database.committed_rows import CommittedRows
from keyreel.tasks.database.connection import Database, StatementCounter
from keyreel.tasks.database.schema import SchemaTooNew, require_same_version, upgrade

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

    from sqlalchemy import Engine

    from keyreel.tasks.database.prepared import PreparedQuery

T = TypeVar("T")

DATABASE_FILE: Final = "keyreel.db"
"""Its name in a data folder."""
_OPENING_TIMEOUT_MS: Final = 5000
"""How long opening waits for another process's lock. Later calls, in the event loop, do not wait."""
_HANDOVER_SECONDS: Final = 0.1
"""How long a call waits for the connection while another thread has it: for a page of rows, or one commit."""
_MAX_VERSION: Final = 2**31

_PRIMARY_CODE: Final = 0xFF
"""The bits of an SQLite result code that are left of its extended form."""
_DAMAGE_CODES: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

_log = structlog.stdlib.get_logger(__name__)


class SqliteDatabase(Database):
    """One SQLite file behind a connection that writes and one that reads, each lent to one thread at a time.

    One that writes, because SQLite before 3.51.3 can damage a WAL file that several connections write and
    checkpoint; one that reads, so that nobody who reads waits for a disk. `write` begins a transaction with
    the write lock held, `read` is for a single SELECT, `find` for one that runs many times a second, and
    `snapshot` for several that belong together; these three see what was committed when they began.

    A lock of another process is reported at once: callers in the event loop retry after pauses of their own.
    """

    is_shared: ClassVar[bool] = False

    def __init__(self, file: Path, *, read_only: bool = False) -> None:
        self._file = file
        self._damage = ""
        self._read_only = read_only
        self._reader_lock = threading.Lock()
        self._own_reader: SqliteDatabase | None = None
        self._write_lock, self._read_lock = threading.Lock(), threading.Lock()
        with ExitStack() as undo:
            writing: Engine | None = None
            if not read_only:
                # First, so that it is closed last: a last connection that only reads would leave the WAL, and
                # almost nothing in the file that operators copy.
                writing = self._open_engine(URL.create("sqlite", database=str(file)), _configure_writer, undo)
            reading = self._open_engine(_make_read_only_url(file), _configure_reader, undo)
            try:
                with self._translate_errors():
                    # Whoever only reads must not make a file, and a new file is made before it is read.
                    self._writer = (writing or reading).connect().execution_options(begin="BEGIN IMMEDIATE")
                    self._reader = reading.connect()
                    self._snapshot_connection = reading.connect().execution_options(begin="BEGIN")
                    self._committed_rows = CommittedRows(_get_driver_connection(self._reader))
            except Unavailable as error:
                raise self._explain(error) from error
            self._engines = undo.pop_all()

    def _open_engine(self, url: URL, configure: Callable[..., None], undo: ExitStack) -> Engine:
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", configure)
        event.listen(engine, "begin", _begin_transaction)
        undo.callback(engine.dispose)
        return engine

    @classmethod
    def open_read_only(cls, file: Path) -> SqliteDatabase:
        """Open a database for long queries, which hold up nobody and change nothing.

        It may be open elsewhere: a reader neither writes nor checkpoints.

        Raises:
            InvalidSetting: there is none, or it is another version's.
            Unavailable: it cannot be read.
        """
        if not file.is_file():
            raise InvalidSetting(f"data: there is no database at {file}.")
        database = cls(file, read_only=True)
        try:
            database._check_schema_version()
        except BaseException:
            database.close()
            raise
        return database

    @property
    def reader(self) -> SqliteDatabase:
        """A reader of the same file, opened when it is first used and closed with this database.

        What may read much goes through it, in a thread: no call that the event loop makes waits for it.

        Raises:
            Unavailable: it cannot be read.
        """
        if self._read_only:
            return self
        with self._reader_lock:
            if self._own_reader is None:
                self._own_reader = self.reopen_read_only()
            return self._own_reader

    def reopen_read_only(self) -> SqliteDatabase:
        """Open the same file as a reader."""
        return SqliteDatabase.open_read_only(self._file)

    @contextmanager
    def write(self) -> Generator[Connection]:
        """Lend the connection for one transaction, which is on disk when the block has ended.

        Raises:
            Unavailable: the database is locked, its disk is full or broken; nothing was written.
        """
        with self._acquire(self._write_lock), self._translate_errors(), self._writer.begin():
            yield self._writer

    @contextmanager
    def read(self) -> Generator[Connection]:
        """Lend the connection for one SELECT.

        Raises:
            Unavailable: the database cannot be read.
        """
        with self._acquire(self._read_lock), self._translate_errors(), self._reader.begin():
            yield self._reader

    def find(self, query: PreparedQuery[T], parameters: Mapping[str, Any]) -> T | None:
        """Return what a prepared query finds now; None for no row.

        A query is always given its parameters in the same order.

        Raises:
            Unavailable: the database cannot be read.
        """
        # Without context managers: they take as long as the query.
        if not self._read_lock.acquire(timeout=_HANDOVER_SECONDS):
            raise Unavailable
        try:
            return self._committed_rows.find(query, parameters)
        except sqlite3.DatabaseError as error:
            if not self._is_unavailable(error):
                raise
            raise Unavailable from error
        finally:
            self._read_lock.release()

    async def ask(self, call: Callable[[], T]) -> T:
        """Return what a call returns that reads: a row takes some 27 us, and a thread as much again."""
        return call()

    @contextmanager
    def snapshot(self) -> Generator[Connection]:
        """Lend the connection for SELECTs that all see the database at one moment.

        Raises:
            Unavailable: the database cannot be read.
        """
        with self._acquire(self._read_lock), self._translate_errors(), self._snapshot_connection.begin():
            yield self._snapshot_connection

    @contextmanager
    def count_statements(self) -> Generator[Counter[str]]:
        """Count the statements that run in a block, by what they do and to which table; each row is one."""
        counter = StatementCounter()
        connections = (self._writer, self._reader, self._snapshot_connection)
        drivers = [cast("sqlite3.Connection", each.connection.driver_connection) for each in connections]
        for driver in drivers:
            driver.set_trace_callback(counter.add)
        try:
            yield counter.counts
        finally:
            for driver in drivers:
                driver.set_trace_callback(None)

    def probe(self) -> None:
        """Read a row and write a page, which is on disk then; may be called in a thread.

        Raises:
            Unavailable: the database cannot be read or written, or was found damaged since it was opened.
        """
        if self._damage:
            raise Unavailable(f"The database is damaged ({self._damage}): restore it from a backup.")
        with self.write() as connection:
            connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            # Nothing reads this number: to set it writes the database's first page.
            connection.exec_driver_sql(f"PRAGMA user_version = {(version + 1) % _MAX_VERSION}")

    def migrate(self) -> None:
        """Bring the tables to this version's shape, in one transaction; later calls wait for no lock.

        Raises:
            InvalidSetting: the file is from a newer Keyreel, or no database at all.
        """
        try:
            with self.write() as connection:
                upgrade(connection)
        except SchemaTooNew as error:
            raise InvalidSetting(f"data: {self._file} is from a newer Keyreel: {error}.") from error
        except Unavailable as error:
            raise self._explain(error) from error
        with self.write() as writer, self.read() as reader:
            for connection in (writer, reader):
                connection.exec_driver_sql("PRAGMA busy_timeout = 0")

    def _check_schema_version(self) -> None:
        try:
            with self.read() as connection:
                require_same_version(connection, f"data: {self._file}")
        except (DatabaseError, Unavailable) as error:
            raise InvalidSetting(f"data: {self._file} cannot be read: {error}.") from error

    @contextmanager
    def refuse_damage(self) -> Generator[None]:
        """Run a block of the start, in which damage is not waited for.

        Raises:
            InvalidSetting: the file is no database, or parts of it are missing or overwritten.
        """
        try:
            yield
        except Unavailable as error:
            raise self._explain(error) from error

    def _explain(self, error: Unavailable) -> InvalidSetting | Unavailable:
        """Return what an operator is told of an error at the opening: damage does not pass."""
        if not self._damage:
            return error
        return InvalidSetting(
            f"data: {self._file} is damaged ({self._damage}): restore it from a backup, or start with "
            "another folder."
        )

    def close(self) -> None:
        """Close the connections and the file, which holds everything then: no WAL is left beside it."""
        with self._reader_lock:
            if self._own_reader is not None:
                self._own_reader.close()
        with self._write_lock, self._read_lock:
            for connection in (self._snapshot_connection, self._reader, self._writer):
                connection.close()
            self._engines.close()

    @contextmanager
    def _acquire(self, lock: threading.Lock) -> Generator[None]:
        if not lock.acquire(timeout=_HANDOVER_SECONDS):
            raise Unavailable
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _translate_errors(self) -> Generator[None]:
        try:
            yield
        except (DatabaseError, sqlite3.DatabaseError) as error:
            # What a prepared statement raises is the driver's own error.
            if not self._is_unavailable(error.orig if isinstance(error, DatabaseError) else error):
                raise
            raise Unavailable from error

    def _is_unavailable(self, error: BaseException | None) -> bool:
        """Say whether the driver's error is the database's, not the statement's; note that it is damaged."""
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
        if code in _DAMAGE_CODES:
            self._damage = str(error)
        elif not isinstance(error, sqlite3.OperationalError):
            return False
        _log.warning("database unavailable", cause=str(error))
        return True


def _get_driver_connection(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def copy_database(source: Path, target: Path) -> None:
    """Copy a database file as it is at one moment, beside whoever writes it.

    Raises:
        InvalidSetting: it is damaged.
        Unavailable: it cannot be copied now.
    """
    target.unlink(missing_ok=True)
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as reading,
            closing(sqlite3.connect(target)) as writing,
        ):
            reading.backup(writing)
            # One file, with no log beside it: the next start makes that again.
            writing.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise Unavailable(f"The database cannot be copied: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise InvalidSetting(f"data: {source} is damaged ({error}).") from error


def check_database_file(file: Path) -> None:
    """Return if a database that nobody has open is whole.

    Raises:
        InvalidSetting: it is damaged.
    """
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as reading:
            (verdict,) = reading.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        verdict = str(error)
    if verdict != "ok":
        raise InvalidSetting(f"{file} is damaged ({verdict}): take another backup.")


def has_tables(file: Path) -> bool:
    """Say whether a file is a database with anything in it; a copy made without its WAL may be none.

    True where that cannot be told: opening it says what is wrong.
    """
    if not file.is_file() or file.stat().st_size == 0:
        return False
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None
        except sqlite3.DatabaseError:
            return True


def _make_read_only_url(file: Path) -> URL:
    # As a URI, which alone can say "read only"; SQLite then also reads what a killed process left in the WAL.
    return URL.create("sqlite", database=file.absolute().as_uri(), query={"mode": "ro", "uri": "true"})


def _configure_reader(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_OPENING_TIMEOUT_MS}")


def _configure_writer(connection: sqlite3.Connection, _: object) -> None:
    # Transactions begin where `_begin_transaction` begins them, not where the driver guesses.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {_OPENING_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "mmap_size = 0",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_transaction(connection: Connection) -> None:
    statement = connection.get_execution_options().get("begin")
    if statement:
        connection.exec_driver_sql(statement)
