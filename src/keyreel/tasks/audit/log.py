"""Adding to the audit log, in the transaction of the change that an entry tells of."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update

from keyreel.tasks.clocks.dev_clock import get_machine_time
from keyreel.tasks.database.tables import AUDIT, AUDIT_HEAD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from keyreel.clock import Clock

_HASHED_COLUMNS: Final = (
    *("id", "at", "machine_at", "actor", "address", "action", "tenant", "object", "details", "previous"),
)
_TAKE_NUMBER: Final = update(AUDIT_HEAD).values(last=AUDIT_HEAD.c.last + 1).returning(AUDIT_HEAD.c.last)
_NEWEST: Final = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(1)


class AuditAction(StrEnum):
    """What was done."""

    KEY_CREATED = "key.created"
    KEY_LIMITED = "key.limited"
    KEY_REVOKED = "key.revoked"
    TENANT_CREATED = "tenant.created"
    TENANT_LIMITED = "tenant.limited"
    TENANT_DISABLED = "tenant.disabled"
    TENANT_ENABLED = "tenant.enabled"
    CREDITS_GRANTED = "credits.granted"
    TASKS_CANCELLED = "tasks.cancelled"
    SECRET_SHOWN = "secret.shown"  # noqa: S105 - the name of an action
    CALLBACK_REPLAYED = "callback.replayed"
    CLOCK_MOVED = "clock.moved"
    SERVER_STARTED = "server.started"
    ACCESS_REFUSED = "access.refused"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: an admin token by its fingerprint, a key by its id, a user of this machine, or Keyreel."""

    name: str
    address: str = ""
    """The address that the request came from; empty where none was sent."""


KEYREEL: Final = Actor("keyreel")
"""What no operator asked for."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change; `details` are small, JSON, and hold no secret."""

    action: AuditAction
    object: str
    """What was changed: a key's id, a tenant's name, a delivery's id."""
    tenant: str = ""
    """Whose it is; empty where it is nobody's."""
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


def append_entry(connection: Connection, clock: Clock, by: Actor, entry: AuditEntry) -> None:
    """Add an entry, chained to the one before, in the transaction that `connection` is in."""
    number = connection.execute(_TAKE_NUMBER).scalar_one()
    before = connection.execute(_NEWEST).mappings().one_or_none()
    row = {
        "id": number,
        "at": clock.now(),
        "machine_at": get_machine_time(clock),
        "actor": by.name,
        "address": by.address,
        "action": entry.action.value,
        "tenant": entry.tenant,
        "object": entry.object,
        "details": json.dumps(entry.details, ensure_ascii=False, default=_format_instant),
        "previous": "" if before is None else hash_row(before),
    }
    connection.execute(insert(AUDIT).values(row))


def hash_row(row: Mapping[Any, Any]) -> str:
    """Return the SHA-256 of a row of AUDIT, which the next one holds.

    It is that of the columns in the order of the table, as a JSON list without spaces in UTF-8, times as
    ISO 8601.
    """
    values = [row[name] for name in _HASHED_COLUMNS]
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=_format_instant)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _format_instant(value: datetime) -> str:
    return value.isoformat()
