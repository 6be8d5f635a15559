"""The operator's routes for the audit log: read by pages, and verified."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from keyreel.errors import InvalidRequest
from keyreel.server.requests.list_limit import parse_list_limit
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.tasks.audit.log import AuditAction
from keyreel.tasks.audit.reading import AuditFilter, check_chain, list_entries
from keyreel.wire.reference.responses.operator_responses import AuditLogEntry, AuditLogPage, AuditLogVerdict

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams
    from starlette.requests import Request

    from keyreel.server.services import Services
    from keyreel.tasks.audit.reading import ChainCheck, StoredEntry

_MAX_DIGITS: Final = 18
"""Of an entry's number, so that it fits into 64 bits."""


class AuditRoutes:
    """The routes under /v1/admin/audit."""

    def __init__(self, services: Services) -> None:
        self._database = services.store.database
        self._tenants = TenantStore(services.store.database, services.clock)

    async def list_entries(self, request: Request) -> JSONResponse:
        """List entries, newest first, a page at a time.

        Raises:
            UnknownAccount: there is no such tenant.
            InvalidRequest: a parameter makes no sense.
        """
        wanted = _parse_filter(request.query_params)
        if wanted.tenant:
            await self._database.ask(lambda: self._tenants.get(wanted.tenant))
        found = await self._database.ask(lambda: list_entries(self._database, wanted))
        following = found[-1].id if len(found) == wanted.limit and found[-1].id > 1 else None
        page = AuditLogPage(entries=tuple(map(_to_log_entry, found)), next=following)
        return JSONResponse(page.to_json())

    async def verify(self, request: Request) -> JSONResponse:
        """Answer whether the log is whole; it is read through a connection of its own."""
        del request
        found = await asyncio.to_thread(self._check_chain)
        verdict = AuditLogVerdict(
            ok=found.is_whole, entries=found.entries, head=found.head, problems=found.problems
        )
        return JSONResponse(verdict.to_json())

    def _check_chain(self) -> ChainCheck:
        with closing(self._database.reopen_read_only()) as database:
            return check_chain(database)


def _parse_filter(query: QueryParams) -> AuditFilter:
    action = query.get("action", "")
    if action and action not in set(AuditAction):
        raise InvalidRequest(f"action: must be one of {', '.join(AuditAction)}.", field="action")
    return AuditFilter(
        tenant=query.get("tenant", ""),
        action=action,
        since=_parse_since(query.get("since")),
        before=_parse_before(query.get("before")),
        limit=max(1, parse_list_limit(query)),
    )


def _parse_since(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        # A plus sign is a space in a query that nobody has percent-encoded.
        since = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        since = None
    if since is None or since.tzinfo is None:
        raise InvalidRequest(
            "since: must be a time with a time zone, such as 2026-01-31T08:00:00Z.", field="since"
        )
    return since


def _parse_before(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS):
        raise InvalidRequest("before: must be the number of an entry, such as a page's next.", field="before")
    return int(text)


def _to_log_entry(entry: StoredEntry) -> AuditLogEntry:
    return AuditLogEntry(
        id=entry.id,
        at=entry.at.isoformat(),
        machine_at=entry.machine_at.isoformat(),
        actor=entry.actor,
        address=entry.address,
        action=entry.action,
        tenant=entry.tenant,
        object=entry.object,
        details=entry.details,
        sha256=entry.sha256,
    )
