"""Where the tables are: in a data folder, or on a server that a URL names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyreel.errors import InvalidSetting
from keyreel.tasks.database.sqlite import DATABASE_FILE, SqliteDatabase, has_tables

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.tasks.database.connection import Database


@dataclass(frozen=True, slots=True)
class DatabaseLocation:
    """The database of a data folder, or the one that a URL names.

    The URL may hold a password: nothing shows it.
    """

    folder: Path
    url: str = field(default="", repr=False)

    @property
    def is_shared(self) -> bool:
        """Whether other machines may work on it as well."""
        return bool(self.url)

    def exists(self) -> bool:
        """Say whether there is a database at all; a server that a URL names is believed to have it."""
        return bool(self.url) or (self.folder / DATABASE_FILE).is_file()

    def has_tables(self) -> bool:
        """Say whether there is a database with anything in it.

        True where that cannot be told of a file: opening it says what is wrong.

        Raises:
            InvalidSetting: no server answers at the URL.
        """
        if not self.url:
            return has_tables(self.folder / DATABASE_FILE)
        _require_driver()
        from keyreel.tasks.database.postgres.database import is_empty

        return not is_empty(self.url)

    def open(self) -> Database:
        """Open the database, in whatever shape its tables are; a file is made where there is none.

        Raises:
            InvalidSetting: what is there is no database, or no server answers at the URL.
            Unavailable: it cannot be opened now.
        """
        if not self.url:
            return SqliteDatabase(self.folder / DATABASE_FILE)
        _require_driver()
        from keyreel.tasks.database.postgres.database import PostgresDatabase

        return PostgresDatabase(self.url)

    def open_read_only(self) -> Database:
        """Open the database beside whoever works on it; nothing in it can be changed.

        Raises:
            InvalidSetting: there is none, or it is another version's.
            Unavailable: it cannot be read.
        """
        if not self.url:
            return SqliteDatabase.open_read_only(self.folder / DATABASE_FILE)
        _require_driver()
        from keyreel.tasks.database.postgres.database import PostgresDatabase

        return PostgresDatabase.open_read_only(self.url)


def _require_driver() -> None:
    try:
        import psycopg
    except ImportError:
        raise InvalidSetting(
            "database: Postgres needs the extra keyreel[postgres], which is not installed."
        ) from None
    del psycopg
