"""Statements compiled once, for the busiest calls. It knows no table and opens no database.

SQLAlchemy takes ten times as long around a small statement as the database takes to run it. A prepared
statement is still one of SQLAlchemy Core, with its types; it is run by the driver's own cursor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import Select
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Delete, Insert, Update
    from sqlalchemy.sql.compiler import SQLCompiler
    from sqlalchemy.types import TypeEngine

    Processor = Callable[[Any], Any]

_DIALECT: Final = sqlite.dialect(paramstyle="qmark")


class PreparedStatement:
    """A statement of SQLAlchemy Core with named parameters, ready to run.

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
        """Compile a statement; `columns` are what an insert gives, and the others take their defaults."""
        compiled: SQLCompiler = statement.compile(dialect=_DIALECT, column_keys=columns)
        self._sql = str(compiled)
        binds = [compiled.binds[name] for name in compiled.positiontup or ()]
        writers = [_find_bind_processor(bind.type) or _keep for bind in binds]
        self._constants = [
            None if bind.required else write(bind.value) for bind, write in zip(binds, writers, strict=True)
        ]
        self._parameters = tuple(
            (index, bind.key, None if write is _keep else write)
            for index, (bind, write) in enumerate(zip(binds, writers, strict=True))
            if bind.required
        )
        selected = tuple(statement.selected_columns) if isinstance(statement, Select) else ()
        self.names = tuple(column.name for column in selected)
        """The names of a query's columns, in their order."""
        self._results = tuple(
            (index, process)
            for index, column in enumerate(selected)
            if (process := _find_result_processor(column.type)) is not None
        )

    def fetch_one(self, connection: Connection, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Run a query; return its first row, None if there is none."""
        return self.fetch_one_by(_make_cursor(connection), parameters)

    def fetch_one_by(self, cursor: sqlite3.Cursor, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Do so by a cursor of the driver's."""
        row = self._execute(cursor, parameters).fetchone()
        return None if row is None else self._read_row(row)

    def fetch_all(self, connection: Connection, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run a query; return its rows."""
        cursor = self._execute(_make_cursor(connection), parameters)
        return [self._read_row(row) for row in cursor.fetchall()]

    def run(self, connection: Connection, parameters: Mapping[str, Any]) -> None:
        """Run a statement that changes rows."""
        self._execute(_make_cursor(connection), parameters)

    def run_many(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement that changes rows once for each of these parameters."""
        _make_cursor(connection).executemany(self._sql, [self._write_row(row) for row in rows])

    def _execute(self, cursor: sqlite3.Cursor, parameters: Mapping[str, Any]) -> sqlite3.Cursor:
        return cursor.execute(self._sql, self._write_row(parameters))

    def _write_row(self, parameters: Mapping[str, Any]) -> list[Any]:
        values = self._constants.copy()
        for index, name, write in self._parameters:
            value = parameters[name]
            values[index] = value if write is None else write(value)
        return values

    def _read_row(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        if not self._results:
            return row
        values = list(row)
        for index, process in self._results:
            values[index] = process(values[index])
        return tuple(values)


def _keep(value: Any) -> Any:
    return value


def _make_cursor(connection: Connection) -> sqlite3.Cursor:
    return cast("sqlite3.Cursor", connection.connection.cursor())


def _find_bind_processor(kind: TypeEngine[Any]) -> Processor | None:
    return kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)


def _find_result_processor(kind: TypeEngine[Any]) -> Processor | None:
    return kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
