"""Statements compiled once, for the busiest calls. It knows no table and opens no database.

SQLAlchemy takes ten times as long around a small statement as the database takes to run it. A prepared
statement is still one of SQLAlchemy Core, with its types; it is run by the driver's own cursor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from sqlalchemy import Select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Delete, Dialect, Insert, Update
    from sqlalchemy.types import TypeEngine

    Processor = Callable[[Any], Any]

T = TypeVar("T")

SQLITE: Final = "sqlite"
_DIALECTS: Final[Mapping[str, Dialect]] = {
    SQLITE: sqlite.dialect(paramstyle="qmark"),
    "postgresql": psycopg.dialect(paramstyle="format"),  # type: ignore[no-untyped-call] # SQLAlchemy's own
}
_DOUBLE_OID: Final = 701
"""What a driver says of a column of doubles: how its type reads them depends on it in Postgres alone."""


class Cursor(Protocol):
    """What is used of a driver's cursor."""

    def execute(self, sql: Any, parameters: Any, /) -> Any:
        """Run a statement; return the cursor."""
        ...

    def executemany(self, sql: Any, rows: Any, /) -> Any:
        """Run a statement for each row of parameters."""
        ...


class PreparedStatement:
    """A statement of SQLAlchemy Core with named parameters, compiled once for each kind of database.

    Parameters are named as its `bindparam`s, or as the columns that it inserts; lists in them (`IN`) are not
    supported. The connection must be in a transaction: one that the database lends is. Errors of the driver
    are raised as they are; the database translates them at the end of the transaction.
    """

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]] | Insert | Update | Delete,
        *,
        columns: Sequence[str] | None = None,
    ) -> None:
        """Keep a statement; `columns` are what an insert gives, and the others take their defaults."""
        self._statement = statement
        self._columns = columns
        self._compiled: dict[str, _CompiledStatement] = {}
        selected = statement.selected_columns if isinstance(statement, Select) else ()
        self.names = tuple(column.name for column in selected)
        """The names of a query's columns, in their order."""

    def fetch_one(self, connection: Connection, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Run a query; return its first row, None if there is none."""
        return self.fetch_one_by(_make_cursor(connection), parameters, connection.dialect.name)

    def fetch_one_by(
        self, cursor: Cursor, parameters: Mapping[str, Any], dialect: str
    ) -> tuple[Any, ...] | None:
        """Do so by a cursor of the driver's."""
        compiled = self._compile(dialect)
        row = cursor.execute(compiled.sql, compiled.write_row(parameters)).fetchone()
        return None if row is None else compiled.read_row(row)

    def fetch_all(self, connection: Connection, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run a query; return its rows."""
        compiled = self._compile(connection.dialect.name)
        found = _make_cursor(connection).execute(compiled.sql, compiled.write_row(parameters))
        return [compiled.read_row(row) for row in found.fetchall()]

    def run(self, connection: Connection, parameters: Mapping[str, Any]) -> None:
        """Run a statement that changes rows."""
        compiled = self._compile(connection.dialect.name)
        _make_cursor(connection).execute(compiled.sql, compiled.write_row(parameters))

    def run_many(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement that changes rows once for each of these parameters."""
        compiled = self._compile(connection.dialect.name)
        _make_cursor(connection).executemany(compiled.sql, [compiled.write_row(row) for row in rows])

    def _compile(self, dialect: str) -> _CompiledStatement:
        found = self._compiled.get(dialect)
        if found is None:
            found = _CompiledStatement(self._statement, self._columns, _DIALECTS[dialect])
            self._compiled[dialect] = found
        return found


class _CompiledStatement:
    """A statement in the words of one kind of database."""

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]] | Insert | Update | Delete,
        columns: Sequence[str] | None,
        dialect: Dialect,
    ) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns)
        self.sql = str(compiled)
        binds = [compiled.binds[name] for name in compiled.positiontup or ()]
        writers = [_find_bind_processor(bind.type, dialect) or _keep for bind in binds]
        self._constants = [
            None if bind.required else write(bind.value) for bind, write in zip(binds, writers, strict=True)
        ]
        self._parameters = tuple(
            (index, bind.key, None if write is _keep else write)
            for index, (bind, write) in enumerate(zip(binds, writers, strict=True))
            if bind.required
        )
        selected = tuple(statement.selected_columns) if isinstance(statement, Select) else ()
        self._results = tuple(
            (index, process)
            for index, column in enumerate(selected)
            if (process := _find_result_processor(column.type, dialect)) is not None
        )

    def write_row(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the values of the statement's parameters as the driver takes them."""
        values = self._constants.copy()
        for index, name, write in self._parameters:
            value = parameters[name]
            values[index] = value if write is None else write(value)
        return values

    def read_row(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return a row of the driver's as the columns' types read it."""
        if not self._results:
            return row
        values = list(row)
        for index, process in self._results:
            values[index] = process(values[index])
        return tuple(values)


class RowValues(Protocol):
    """A row's values by the names of their columns, from SQLAlchemy or from here."""

    def __getitem__(self, name: str, /) -> Any:
        """Return a column's value, as its type reads it."""
        ...


class PreparedQuery(Generic[T]):
    """A SELECT of one row at most, and what that is read as: an immutable value, which callers share.

    `build` gets the row's values by the names of their columns, as the columns' types read them.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]], build: Callable[[RowValues], T]) -> None:
        self._statement = PreparedStatement(statement)
        self._build = build

    def find(self, cursor: Cursor, parameters: Mapping[str, Any], dialect: str) -> tuple[T | None, int]:
        """Return what the query finds, None for no row, and how many characters of text that has."""
        row = self._statement.fetch_one_by(cursor, parameters, dialect)
        if row is None:
            return None, 0
        built = self._build(dict(zip(self._statement.names, row, strict=True)))
        return built, sum(len(value) for value in row if isinstance(value, str))


def _keep(value: Any) -> Any:
    return value


def _make_cursor(connection: Connection) -> Cursor:
    cursor: Cursor = connection.connection.cursor()
    return cursor


def _find_bind_processor(kind: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _find_result_processor(kind: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    return kind.dialect_impl(dialect).result_processor(dialect, _DOUBLE_OID)
