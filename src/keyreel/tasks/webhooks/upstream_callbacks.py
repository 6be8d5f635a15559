"""Callbacks that other servers were asked to send: which are expected, and when one came last."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, or_, select, update

from keyreel.task import UNFINISHED_STATES
from keyreel.tasks.database.portable_sql import insert_if_absent
from keyreel.tasks.database.tables import TASKS, UPSTREAM_CALLBACKS

if TYPE_CHECKING:
    from datetime import datetime

    from keyreel.clock import Clock
    from keyreel.task import TaskId
    from keyreel.tasks.database.connection import Database

_SHORTEST_PAUSE: Final = timedelta(seconds=0.5)
"""Callbacks of one task that come sooner after another tell nothing new, and write nothing."""
_MAX_TOKEN_CHARACTERS: Final = 128


class UpstreamCallbacks:
    """The expected callbacks of one database, by the SHA-256 of their tokens.

    Any call raises Unavailable while the database is locked or its disk is full.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def expect(self, task_id: TaskId, token: str) -> None:
        """Take callbacks with this token from now on."""
        row = {"token_sha256": hash_token(token), "task": int(task_id)}
        with self._database.write() as connection:
            connection.execute(insert_if_absent(UPSTREAM_CALLBACKS).values(row))

    def is_expected(self, token: str) -> bool:
        """Say whether callbacks with this token are taken."""
        if len(token) > _MAX_TOKEN_CHARACTERS:
            return False
        mine = UPSTREAM_CALLBACKS.c.token_sha256 == hash_token(token)
        with self._database.read() as connection:
            return connection.execute(select(UPSTREAM_CALLBACKS.c.task).where(mine)).first() is not None

    def record(self, token: str) -> None:
        """Note that an expected callback came."""
        columns, now = UPSTREAM_CALLBACKS.c, self._clock.now()
        mine = columns.token_sha256 == hash_token(token)
        is_due = or_(columns.received.is_(None), columns.received < now - _SHORTEST_PAUSE)
        with self._database.write() as connection:
            connection.execute(update(UPSTREAM_CALLBACKS).where(mine, is_due).values(received=now))

    def list_received(self, since: datetime) -> dict[str, datetime]:
        """Return when a callback came last, by the SHA-256 of its token, of those that came since a time."""
        columns = UPSTREAM_CALLBACKS.c
        query = select(columns.token_sha256, columns.received).where(columns.received >= since)
        with self._database.read() as connection:
            return {row.token_sha256: row.received for row in connection.execute(query)}

    def delete_ended(self) -> None:
        """Expect none any more for tasks that have ended."""
        ended = select(TASKS.c.id).where(TASKS.c.state.not_in(UNFINISHED_STATES))
        with self._database.write() as connection:
            connection.execute(delete(UPSTREAM_CALLBACKS).where(UPSTREAM_CALLBACKS.c.task.in_(ended)))


def hash_token(token: str) -> str:
    """Return under what a token is kept: who reads the database cannot send callbacks."""
    return sha256(token.encode(errors="replace")).hexdigest()
