"""The clock that all processes on one database share: the database's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from keyreel.clock import read_uptime
from keyreel.tasks.database.portable_sql import epoch

if TYPE_CHECKING:
    from keyreel.tasks.database.connection import Database


class DatabaseClock:
    """The database's time, as it was when it was asked last plus what has passed since.

    Machines whose clocks differ by minutes, or are set while they work, so agree on what is due.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.synchronise()

    def now(self) -> datetime:
        """Return the database's time, aware, in UTC."""
        return self._base + read_uptime()

    def synchronise(self) -> None:
        """Ask the database for its time.

        Raises:
            Unavailable: it does not answer; the clock goes on as before.
        """
        before = read_uptime()
        with self._database.read() as connection:
            seconds: float = connection.execute(select(epoch())).scalar_one()
        # It was read in the middle of the question, as far as anybody can tell.
        asked = before + (read_uptime() - before) / 2
        self._base = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds) - asked
