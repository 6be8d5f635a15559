"""Entries about starts of nodes: what its settings were, and what changed since the start before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from keyreel.tasks.audit.log import KEYREEL, AuditAction, AuditEntry, append_entry
from keyreel.tasks.database.tables import AUDIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from keyreel.clock import Clock
    from keyreel.tasks.database.connection import Database


@dataclass(frozen=True, slots=True)
class NodeStart:
    """A start of a node: its version, what it does, its name, and the settings that are no default."""

    version: str
    role: str
    node: str
    settings: Mapping[str, Any]
    """Secrets are not among them."""


def record_start(database: Database, clock: Clock, start: NodeStart, *, name: str = "server") -> None:
    """Record a start, with what changed since the last one of the same name."""
    settings = start.settings
    digest = sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    with database.write() as connection:
        known = _load_last_settings(connection, name)
        changed = {
            key: [known.get(key), settings.get(key)]
            for key in sorted(known.keys() | settings.keys())
            if known.get(key) != settings.get(key)
        }
        details = {
            "version": start.version,
            "node": start.node,
            "role": start.role,
            "digest": digest,
            "changed": changed,
            "settings": dict(settings),
        }
        append_entry(
            connection, clock, KEYREEL, AuditEntry(AuditAction.SERVER_STARTED, name, details=details)
        )


def _load_last_settings(connection: Connection, name: str) -> dict[str, Any]:
    query = select(AUDIT.c.details).where(
        AUDIT.c.action == AuditAction.SERVER_STARTED.value, AUDIT.c.object == name
    )
    last = connection.execute(query.order_by(AUDIT.c.id.desc()).limit(1)).scalar()
    settings: dict[str, Any] = {} if last is None else json.loads(last)["settings"]
    return settings
