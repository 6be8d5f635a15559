"""The operator's routes for the ledger: verified, exported, and summed by task."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from keyreel.server.long_responses import send_lines, send_list
from keyreel.tasks.accounts.ledger_audit import audit_ledger, iterate_postings, list_usage
from keyreel.tasks.accounts.stored_files import sum_stored_bytes
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.wire.reference.responses.operator_responses import LedgerVerdict, UsageEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from keyreel.server.services import Services
    from keyreel.tasks.database.connection import Database
    from keyreel.wire.json_types import Json


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


def describe_stored_bytes(database: Database, tenant: str | None) -> Json:
    """Describe what each tenant has stored, or the one that is named."""
    stored = sum_stored_bytes(database)
    return {"stored_bytes": {name: size for name, size in stored.items() if tenant in {None, name}}}
