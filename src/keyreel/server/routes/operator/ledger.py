"""The operator's routes for the ledger: verified, exported, and summed by task and by day."""

from __future__ import annotations

import asyncio
import re
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from keyreel.errors import InvalidRequest
from keyreel.server.long_responses import send_lines, send_list
from keyreel.tasks.accounts.ledger_audit import audit_ledger, iterate_postings, list_daily_usage, list_usage
from keyreel.tasks.accounts.stored_files import sum_stored_bytes
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.wire.reference.responses.operator_responses import (
    DailyUsageEntry,
    DailyUsageListing,
    LedgerVerdict,
    UsageEntry,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.services import Services
    from keyreel.tasks.database.connection import Database
    from keyreel.wire.json_types import Json


MAX_DAYS: Final = 366
_DEFAULT_DAYS: Final = 30
_DAYS: Final = re.compile("[0-9]{1,4}", re.ASCII)


class LedgerRoutes:
    """The routes /v1/admin/ledger and /v1/admin/usage.

    They read through a connection of their own, so that no submit waits for them.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tenants = TenantStore(services.store.database, services.clock)

    async def verify(self, request: Request) -> JSONResponse:
        """Answer whether the ledger adds up."""
        del request
        return JSONResponse(await asyncio.to_thread(self._query_ledger, describe_audit))

    async def export(self, request: Request) -> Response:
        """Send every posting as JSON Lines."""
        del request
        return await send_lines(self._iterate_postings())

    async def list_usage(self, request: Request) -> Response:
        """Answer what each task has cost and what is stored, of all tenants or of the one in `?tenant=`.

        Raises:
            UnknownAccount: there is no such tenant.
        """
        tenant = request.query_params.get("tenant")
        if tenant is not None:
            await self._services.store.database.ask(partial(self._tenants.get, tenant))
        describe = partial(describe_stored_bytes, tenant=tenant)
        stored = await asyncio.to_thread(self._query_ledger, describe)
        return await send_list(stored, "tasks", self._iterate_usage(tenant))

    async def list_daily_usage(self, request: Request) -> JSONResponse:
        """Answer what was charged on each of the last `?days=`, of all tenants or of the one in `?tenant=`.

        Raises:
            InvalidRequest: `days` is not a whole number from 1 to MAX_DAYS.
            UnknownAccount: there is no such tenant.
        """
        tenant, days = request.query_params.get("tenant"), _parse_days(request.query_params)
        if tenant is not None:
            self._tenants.get(tenant)
        today = self._services.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        since = today - timedelta(days=days - 1)
        describe = partial(describe_daily_usage, since=since, tenant=tenant)
        return JSONResponse(await asyncio.to_thread(self._query_ledger, describe))

    def _query_ledger(self, query: Callable[[Database], Json]) -> Json:
        with closing(self._services.store.database.reopen_read_only()) as database:
            return query(database)

    def _iterate_postings(self) -> Iterator[Json]:
        with closing(self._services.store.database.reopen_read_only()) as database:
            yield from iterate_postings(database)

    def _iterate_usage(self, tenant: str | None) -> Iterator[Json]:
        with closing(self._services.store.database.reopen_read_only()) as database:
            for each in list_usage(database, tenant):
                yield UsageEntry(**asdict(each)).to_json()


def describe_audit(database: Database) -> Json:
    """Describe what an audit of the ledger found."""
    found = audit_ledger(database)
    return LedgerVerdict(
        ok=found.is_balanced, tasks=found.tasks, open_holds=found.open_holds, problems=found.problems
    ).to_json()


def describe_daily_usage(database: Database, since: datetime, tenant: str | None) -> Json:
    """Describe what was charged on each day from `since` on."""
    entries = tuple(
        DailyUsageEntry(day=each.day.isoformat(), tenant=each.tenant, tasks=each.tasks, credits=each.credits)
        for each in list_daily_usage(database, since, tenant)
    )
    return DailyUsageListing(days=entries).to_json()


def _parse_days(query: Mapping[str, str]) -> int:
    text = query.get("days") or str(_DEFAULT_DAYS)
    if not _DAYS.fullmatch(text) or not 1 <= int(text) <= MAX_DAYS:
        message = f"days: got {text[:64]!r}; must be a whole number from 1 to {MAX_DAYS}."
        raise InvalidRequest(message, field="days")
    return int(text)


def describe_stored_bytes(database: Database, tenant: str | None) -> Json:
    """Describe what each tenant has stored, or the one that is named."""
    stored = sum_stored_bytes(database)
    return {"stored_bytes": {name: size for name, size in stored.items() if tenant in {None, name}}}
