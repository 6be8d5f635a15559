"""SQL that databases spell differently, as statements and functions of SQLAlchemy. It opens no database."""

from __future__ import annotations

from enum import IntEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, ColumnElement, Double, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from keyreel.tasks.database.prepared import SQLITE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Column, Connection, Insert, Table
    from sqlalchemy.sql.compiler import SQLCompiler

    from keyreel.tasks.database.connection import Database


class epoch(FunctionElement[float]):  # noqa: N801 - reads as the SQL function it stands for
    """The database's own clock: seconds since 1970, with a fraction."""

    type = Double()
    inherit_cache = True


@compiles(epoch, "sqlite")
def _epoch_sqlite(element: epoch, compiler: SQLCompiler, **_: Any) -> str:
    del element, compiler
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(epoch, "postgresql")
def _epoch_postgres(element: epoch, compiler: SQLCompiler, **_: Any) -> str:
    del element, compiler
    # Not `now()`: that is when the transaction began, which may have waited for others since.
    return "extract(epoch FROM clock_timestamp())::double precision"


def insert_if_absent(table: Table) -> Insert:
    """Insert a row unless one with its primary key exists; then the result's `rowcount` is 0."""
    return insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def insert_or_add(table: Table, key: Column[Any], amount: Column[Any]) -> Insert:
    """Insert a row, or add its amount to that of the row which has its key; other columns stay then."""
    statement = insert(table)
    return statement.on_conflict_do_update(
        index_elements=[key], set_={amount.name: amount + statement.excluded[amount.name]}
    )


class unlocked(ColumnElement[bool]):  # noqa: N801 - reads as part of a statement
    """The condition of a DELETE that leaves alone what another process's transaction has locked."""

    type = Boolean()
    inherit_cache = False

    def __init__(self, table: Table, condition: ColumnElement[bool]) -> None:
        self.condition = condition
        key = tuple(table.primary_key.columns)
        free = select(*key).where(condition).with_for_update(skip_locked=True).correlate(None)
        self.rows = tuple_(*key).in_(free)


@compiles(unlocked, "sqlite")
def _unlocked_sqlite(element: unlocked, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.condition, **options)


@compiles(unlocked, "postgresql")
def _unlocked_postgres(element: unlocked, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.rows, **options)


class DatabaseLock(IntEnum):
    """What transactions of several processes take in turn, each until its end.

    A transaction takes its locks in the order of this list, and after rows of tasks that it changes.
    """

    MIGRATION = 1
    CLAIM = 2
    """Choosing the next task, and counting what runs."""
    TENANT = 3
    """What a tenant may still use: credits, quotas, storage; and its idempotency keys."""
    ENGINE = 4
    """What an engine has cost today."""
    DELIVERIES = 5
    """Choosing the next deliveries, and counting what is in flight."""


def lock_tenants(connection: Connection, tenants: Iterable[str]) -> None:
    """Take the locks on what these tenants may still use, until the transaction ends."""
    take_locks(connection, [(DatabaseLock.TENANT, tenant) for tenant in tenants])


def take_node_number(database: Database) -> int | None:
    """Return a number that no other process on the database has; None where there is no other one.

    They are counted up to 1,023 and begin again: by then, whoever had a number has ended.
    """
    if not database.is_shared:
        return None
    with database.write() as connection:
        return int(connection.exec_driver_sql("SELECT nextval('node_numbers')").scalar_one())


def take_locks(connection: Connection, locks: Iterable[tuple[DatabaseLock, str]]) -> None:
    """Take locks, each on what its kind and name say, until the transaction ends.

    In a database of one process nothing is to be done: its writing transactions come one after another.
    """
    if connection.dialect.name == SQLITE:
        return
    # Always in the same order, so that no two transactions wait for each other.
    keys = sorted({_hash_lock(kind, name) for kind, name in locks})
    for key in keys:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (key,))


def _hash_lock(kind: DatabaseLock, name: str) -> int:
    digest = blake2b(name.encode("utf-8", "surrogateescape"), digest_size=7).digest()
    # The kind first: the order of the keys is that of the kinds.
    return kind << 56 | int.from_bytes(digest, "big")


def continue_numbering(connection: Connection, table: Table) -> None:
    """After rows were inserted with their numbers: have the next one numbered after the last of them."""
    column = table.autoincrement_column
    if connection.dialect.name == SQLITE or column is None or column.autoincrement is not True:
        return
    # Where there is no row, the next one has the number 1.
    last = func.coalesce(func.max(column), 0)
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    connection.execute(select(func.setval(sequence, last + 1, False)))  # noqa: FBT003 - not used yet, says SQL
