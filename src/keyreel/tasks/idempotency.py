"""Submits that come twice: the second one gets the first one's answer, and makes no task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, insert, select

from keyreel.errors import IdempotencyConflict
from keyreel.tasks.database.tables import IDEMPOTENCY

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from keyreel.task import Task

# Every submit with a key runs these: building a statement takes longer than running it.
_FIND: Final = select(IDEMPOTENCY.c.digest, IDEMPOTENCY.c.body).where(
    IDEMPOTENCY.c.key_id == bindparam("key_id"), IDEMPOTENCY.c.key == bindparam("key")
)
_FORGET: Final = delete(IDEMPOTENCY).where(IDEMPOTENCY.c.expires <= bindparam("now"))
_REMEMBER: Final = insert(IDEMPOTENCY)


@dataclass(frozen=True, slots=True)
class Once:
    """A wish that a submit makes one task, however often it comes within `seconds`."""

    key: str
    """The client's key, or one made from what is asked; each API key has its own."""
    digest: str
    """Tells this request from others."""
    seconds: float
    answer: Callable[[Task], str]
    """Writes the answer's body, kept beside the task in the same transaction."""


class Replayed(Exception):
    """This submit was answered before, and makes no task."""

    def __init__(self, body: str) -> None:
        super().__init__("answered before")
        self.body = body


def recall(connection: Connection, key_id: str, once: Once, now: datetime) -> str | None:
    """Return what was answered under this key; None if it is new or was forgotten.

    Raises:
        IdempotencyConflict: the key stands for another request.
    """
    connection.execute(_FORGET, {"now": now})
    row = connection.execute(_FIND, {"key_id": key_id, "key": once.key}).one_or_none()
    if row is None:
        return None
    if row.digest != once.digest:
        raise IdempotencyConflict(field="Idempotency-Key")
    body: str = row.body
    return body


def remember(connection: Connection, once: Once, task: Task, now: datetime) -> None:
    """Keep the answer to the submit that made a task."""
    row = {"key_id": task.submission.key_id, "key": once.key, "digest": once.digest, "task": int(task.id)}
    end = now + timedelta(seconds=once.seconds)
    connection.execute(_REMEMBER, {**row, "body": once.answer(task), "expires": end})
