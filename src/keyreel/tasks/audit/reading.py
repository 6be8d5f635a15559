"""Reading the audit log, newest first, and checking its chain. It changes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from keyreel.tasks.audit.log import hash_row
from keyreel.tasks.database.tables import AUDIT, AUDIT_HEAD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import RowMapping

    from keyreel.tasks.database.connection import Database

_MAX_PROBLEMS: Final = 100
"""How many problems a check lists at most."""
_PAGE: Final = 1000
"""Rows of one query."""
_LAST_ID: Final = select(AUDIT_HEAD.c.last)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries to list; what is empty or None chooses nothing out."""

    tenant: str = ""
    action: str = ""
    since: datetime | None = None
    """By the server's clock, this moment included."""
    before: int | None = None
    """Only entries older than the one with this number."""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as it is stored: `id` counts from 1; `machine_at` is the machine's own time."""

    id: int
    at: datetime
    machine_at: datetime
    actor: str
    address: str
    action: str
    tenant: str
    object: str
    details: dict[str, Any]
    sha256: str
    """The hash of the row, which the next entry holds."""


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What a check of the chain found; `head` is the hash of the newest entry, empty where there is none."""

    entries: int
    head: str
    problems: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every entry follows the one before."""
        return not self.problems


def list_entries(database: Database, wanted: AuditFilter) -> tuple[StoredEntry, ...]:
    """List entries, newest first."""
    query = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(wanted.limit)
    if wanted.tenant:
        query = query.where(AUDIT.c.tenant == wanted.tenant)
    if wanted.action:
        query = query.where(AUDIT.c.action == wanted.action)
    if wanted.since is not None:
        query = query.where(AUDIT.c.at >= wanted.since)
    if wanted.before is not None:
        query = query.where(AUDIT.c.id < wanted.before)
    with database.read() as connection:
        return tuple(_entry_from_row(row) for row in connection.execute(query).mappings())


def check_chain(database: Database) -> ChainCheck:
    """Check that no entry was changed and none is missing, from the first one on.

    Whoever may write the file can also make a whole new chain, or cut its end: then only a `head` that was
    noted elsewhere tells.
    """
    with database.read() as connection:
        last = int(connection.execute(_LAST_ID).scalar() or 0)
    entries, head, expected_id = 0, "", 1
    problems: list[str] = []
    for row in _iterate_rows(database):
        if row["id"] != expected_id:
            problems.append(f"entries {expected_id} to {row['id'] - 1} are missing")
        elif row["previous"] != head:
            problems.append(f"entry {row['id']}: the previous entry was changed")
        entries, head, expected_id = entries + 1, hash_row(row), row["id"] + 1
    if last >= expected_id:
        problems.append(f"entries {expected_id} to {last} are missing at the end")
    return ChainCheck(entries, head, tuple(problems[:_MAX_PROBLEMS]))


def _iterate_rows(database: Database) -> Iterator[RowMapping]:
    """Yield the rows that there are now, oldest first, page by page, so that no other call waits for all."""
    with database.read() as connection:
        newest = connection.execute(select(func.max(AUDIT.c.id))).scalar() or 0
    query, last = select(AUDIT).where(AUDIT.c.id <= newest).order_by(AUDIT.c.id).limit(_PAGE), 0
    while last < newest:
        with database.read() as connection:
            rows = connection.execute(query.where(AUDIT.c.id > last)).mappings().all()
        yield from rows
        last = rows[-1]["id"]


def _entry_from_row(row: RowMapping) -> StoredEntry:
    names = ("id", "at", "machine_at", "actor", "address", "action", "tenant", "object")
    details: dict[str, Any] = json.loads(row["details"])
    return StoredEntry(**{name: row[name] for name in names}, details=details, sha256=hash_row(row))
