"""Single rows that are read many times a second: by statements compiled once, and kept until the next commit.

SQLAlchemy takes some 50 µs to execute a statement for which SQLite takes 8, and a task that is polled changes
far more rarely than it is read. It knows no table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeAlias, TypeVar, cast

from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Select
    from sqlalchemy.types import TypeEngine

    _Processor: TypeAlias = Callable[[Any], Any]

T = TypeVar("T")

_DIALECT: Final = sqlite.dialect(paramstyle="named")
_MAX_KEPT: Final = 1024
"""Results that are kept at a time."""
_MAX_KEPT_CHARACTERS: Final = 16_384
"""Of the text in a row: so all that is kept has some megabytes."""


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
        compiled = statement.compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self.build = build
        self._constants = dict(compiled.params)
        self._names = tuple(column.name for column in statement.selected_columns)
        self._readers = _find_readers(statement)
        self._writers = {
            name: writer
            for name, parameter in compiled.binds.items()
            if (writer := _get_implementation(parameter.type).bind_processor(_DIALECT)) is not None
        }

    def write_parameters(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return all parameters of the statement, as SQLite stores them."""
        values = self._constants | dict(parameters)
        for name, write in self._writers.items():
            values[name] = write(values[name])
        return values

    def read_row(self, row: Sequence[Any]) -> T:
        """Return what a row stands for."""
        values = dict(zip(self._names, row, strict=True))
        for name, read in self._readers:
            values[name] = read(values[name])
        return self.build(values)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a query found, which may be nothing."""

    value: Any


_NOTHING: Final = _Found(None)


class CommittedRows:
    """What was committed last, as one connection that only reads sees it.

    A result is kept until any other connection, of this process or another, has committed anything: SQLite
    tells that by `PRAGMA data_version`, in less than half the time of reading a task.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.cursor()
        self._version = -1
        self._kept: dict[tuple[Any, ...], _Found] = {}

    def find(self, query: PreparedQuery[T], parameters: Mapping[str, Any]) -> T | None:
        """Return what a query finds; None for no row."""
        # Asked before the row is read: what is committed in between is found twice, and never missed.
        (version,) = self._cursor.execute("PRAGMA data_version").fetchone()
        if version != self._version or len(self._kept) >= _MAX_KEPT:
            self._kept.clear()
            self._version = version
        key = (query, *parameters.values())
        found = self._kept.get(key)
        if found is None:
            row = self._cursor.execute(query.sql, query.write_parameters(parameters)).fetchone()
            found = _NOTHING if row is None else _Found(query.read_row(row))
            if row is None or _count_characters(row) <= _MAX_KEPT_CHARACTERS:
                self._kept[key] = found
        return cast("T | None", found.value)


def _count_characters(row: Sequence[Any]) -> int:
    return sum(len(value) for value in row if isinstance(value, str))


def _get_implementation(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    return type_.dialect_impl(_DIALECT)


def _find_readers(statement: Select[*tuple[Any, ...]]) -> list[tuple[str, _Processor]]:
    """Return how the values of those columns are read that SQLite stores as something else."""
    implementations = ((each.name, _get_implementation(each.type)) for each in statement.selected_columns)
    readers = ((name, type_.result_processor(_DIALECT, None)) for name, type_ in implementations)
    return [(name, reader) for name, reader in readers if reader is not None]
