"""Repeated submits: the second one gets the first one's answer, and makes no task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, insert, select

from keyreel.errors import IdempotencyConflict
from keyreel.tasks.database.tables import IDEMPOTENCY

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from keyreel.task import Task

# Every submit with a key runs these: building a statement takes longer than running it.
_SELECT_RESPONSE: Final = select(IDEMPOTENCY.c.digest, IDEMPOTENCY.c.body).where(
    IDEMPOTENCY.c.key_id == bindparam("key_id"),
    IDEMPOTENCY.c.key == bindparam("key"),
    IDEMPOTENCY.c.expires > bindparam("now"),
)
_DELETE_EXPIRED: Final = delete(IDEMPOTENCY).where(IDEMPOTENCY.c.expires <= bindparam("now"))
_INSERT_RESPONSE: Final = insert(IDEMPOTENCY)


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """How repetitions of one submit are recognised within `ttl_seconds`, and what answers them."""

    key: str
    """The client's key, or one made from the request; each API key has its own."""
    digest: str
    """Tells this request from others under the same key."""
    ttl_seconds: float
    response: str = ""
    """The answer's body, stored beside the task in the same transaction."""


def find_response(
    connection: Connection, key_id: str, record: IdempotencyRecord, now: datetime
) -> str | None:
    """Return the body that answered the submit under this key; None if the key is new or has expired.

    Raises:
        IdempotencyConflict: the key stands for another request.
    """
    parameters = {"key_id": key_id, "key": record.key, "now": now}
    row = connection.execute(_SELECT_RESPONSE, parameters).one_or_none()
    if row is None:
        return None
    if row.digest != record.digest:
        raise IdempotencyConflict(field="Idempotency-Key")
    body: str = row.body
    return body


def store_response(connection: Connection, record: IdempotencyRecord, task: Task, now: datetime) -> None:
    """Store the answer to the submit that made a task; delete those whose time is up."""
    connection.execute(_DELETE_EXPIRED, {"now": now})
    row = {"key_id": task.submission.key_id, "key": record.key, "digest": record.digest, "task": int(task.id)}
    end = now + timedelta(seconds=record.ttl_seconds)
    connection.execute(_INSERT_RESPONSE, {**row, "body": record.response, "expires": end})
