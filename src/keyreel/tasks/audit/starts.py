"""Entries about starts of the server: what its settings were, and what changed since the start before."""

from __future__ import annotations

import json
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


def record_start(database: Database, clock: Clock, version: str, settings: Mapping[str, Any]) -> None:
    """Record a start with the settings that differ from their defaults; no value may be a secret."""
    digest = sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    with database.write() as connection:
        known = _load_last_settings(connection)
        changed = {
            name: [known.get(name), settings.get(name)]
            for name in sorted(known.keys() | settings.keys())
            if known.get(name) != settings.get(name)
        }
        details = {"version": version, "digest": digest, "changed": changed, "settings": dict(settings)}
        entry = AuditEntry(AuditAction.SERVER_STARTED, "server", details=details)
        append_entry(connection, clock, KEYREEL, entry)


def _load_last_settings(connection: Connection) -> dict[str, Any]:
    query = select(AUDIT.c.details).where(AUDIT.c.action == AuditAction.SERVER_STARTED.value)
    last = connection.execute(query.order_by(AUDIT.c.id.desc()).limit(1)).scalar()
    settings: dict[str, Any] = {} if last is None else json.loads(last)["settings"]
    return settings
