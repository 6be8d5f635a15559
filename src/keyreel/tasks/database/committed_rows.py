"""Single rows that are read many times a second: by prepared statements, and kept until the next commit.

A task that is polled changes far more rarely than it is read. It knows no table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar, cast

from keyreel.tasks.database.prepared import PreparedStatement

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from sqlalchemy import Select

T = TypeVar("T")

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
        self._statement = PreparedStatement(statement)
        self._build = build

    def find(self, cursor: sqlite3.Cursor, parameters: Mapping[str, Any]) -> tuple[T | None, int]:
        """Return what the query finds, None for no row, and how many characters of text that has."""
        row = self._statement.fetch_one_by(cursor, parameters)
        if row is None:
            return None, 0
        built = self._build(dict(zip(self._statement.names, row, strict=True)))
        return built, sum(len(value) for value in row if isinstance(value, str))


@dataclass(frozen=True, slots=True)
class _Found:
    """What a query found, which may be nothing."""

    value: Any


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
            value, characters = query.find(self._cursor, parameters)
            found = _Found(value)
            if characters <= _MAX_KEPT_CHARACTERS:
                self._kept[key] = found
        return cast("T | None", found.value)
