"""Repeated submits: the second one gets the first one's answer, and makes no task."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, insert, select

from keyreel.errors import IdempotencyConflict
from keyreel.tasks.database.portable_sql import unlocked
from keyreel.tasks.database.prepared import PreparedStatement
from keyreel.tasks.database.tables import IDEMPOTENCY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

_SELECT_RESPONSE: Final = PreparedStatement(
    select(IDEMPOTENCY.c.digest, IDEMPOTENCY.c.body).where(
        IDEMPOTENCY.c.key_id == bindparam("key_id"),
        IDEMPOTENCY.c.key == bindparam("key"),
        IDEMPOTENCY.c.expires > bindparam("now"),
    )
)
_DELETE_EXPIRED: Final = PreparedStatement(
    delete(IDEMPOTENCY).where(unlocked(IDEMPOTENCY, IDEMPOTENCY.c.expires <= bindparam("now")))
)
_INSERT_RESPONSE: Final = PreparedStatement(insert(IDEMPOTENCY))


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

    def get_response_of(self, first: IdempotencyRecord) -> str:
        """Return the answer to the first submit under this record's key.

        Raises:
            IdempotencyConflict: the key stands for another request.
        """
        if first.digest != self.digest:
            raise IdempotencyConflict(field="Idempotency-Key")
        return first.response


@dataclass(frozen=True, slots=True)
class NewResponse:
    """The answer to a submit that made a task, to be stored until its time is up."""

    record: IdempotencyRecord
    key_id: str
    task: int
    now: datetime


def find_response(
    connection: Connection, key_id: str, record: IdempotencyRecord, now: datetime
) -> str | None:
    """Return the body that answered the submit under this key; None if the key is new or has expired.

    Raises:
        IdempotencyConflict: the key stands for another request.
    """
    row = _SELECT_RESPONSE.fetch_one(connection, {"key_id": key_id, "key": record.key, "now": now})
    if row is None:
        return None
    digest, body = row
    return record.get_response_of(replace(record, digest=digest, response=body))


def store_responses(connection: Connection, responses: Sequence[NewResponse]) -> None:
    """Store the answers to submits that made tasks; delete those whose time is up."""
    if not responses:
        return
    _DELETE_EXPIRED.run(connection, {"now": max(new.now for new in responses)})
    _INSERT_RESPONSE.run_many(
        connection,
        [
            {
                "key_id": new.key_id,
                "key": new.record.key,
                "digest": new.record.digest,
                "task": new.task,
                "body": new.record.response,
                "expires": new.now + timedelta(seconds=new.record.ttl_seconds),
            }
            for new in responses
        ],
    )
