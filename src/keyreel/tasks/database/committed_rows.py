"""Single rows of an SQLite file that are read many times a second, and kept until the next commit.

A task that is polled changes far more rarely than it is read. It knows no table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from keyreel.tasks.database.prepared import SQLITE

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from keyreel.tasks.database.prepared import PreparedQuery

T = TypeVar("T")

_MAX_KEPT: Final = 1024
"""Results that are kept at a time."""
_MAX_KEPT_CHARACTERS: Final = 16_384
"""Of the text in a row: so all that is kept has some megabytes."""


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
            value, characters = query.find(self._cursor, parameters, SQLITE)
            found = _Found(value)
            if characters <= _MAX_KEPT_CHARACTERS:
                self._kept[key] = found
        return cast("T | None", found.value)
