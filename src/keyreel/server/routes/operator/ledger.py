"""The operator's routes for the ledger: verified, exported, and summed by task."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse, StreamingResponse

from keyreel.tasks.accounts.ledger_audit import audit_ledger, iterate_postings, list_usage
from keyreel.tasks.accounts.tenants import TenantStore
from keyreel.wire.reference.operator_responses import LedgerVerdict, UsageEntry, UsageListing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request

    from keyreel.server.services import Services
    from keyreel.tasks.database.connection import Database
    from keyreel.wire.json_types import Json

_LINES_AT_ONCE: Final = 500


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

    async def export(self, request: Request) -> StreamingResponse:
        """Send every posting as JSON Lines."""
        del request
        return StreamingResponse(self._iterate_pages(), media_type="application/x-ndjson")

    async def list_usage(self, request: Request) -> JSONResponse:
        """Answer what each task has cost, of all tenants or of the one in `?tenant=`.

        Raises:
            UnknownAccount: there is no such tenant.
        """
        tenant = request.query_params.get("tenant")
        if tenant is not None:
            self._tenants.get(tenant)
        return JSONResponse(
            await asyncio.to_thread(self._query_ledger, lambda database: describe_usage(database, tenant))
        )

    def _query_ledger(self, query: Callable[[Database], Json]) -> Json:
        with closing(self._services.store.database.reopen_read_only()) as database:
            return query(database)

    def _iterate_pages(self) -> Iterator[str]:
        with closing(self._services.store.database.reopen_read_only()) as database:
            lines = iterate_ledger_lines(database)
            # A line at a time costs more to hand on than to read.
            while page := list(islice(lines, _LINES_AT_ONCE)):
                yield "".join(page)


def describe_audit(database: Database) -> Json:
    """Describe what an audit of the ledger found."""
    found = audit_ledger(database)
    return LedgerVerdict(
        ok=found.is_balanced, tasks=found.tasks, open_holds=found.open_holds, problems=found.problems
    ).to_json()


def iterate_ledger_lines(database: Database) -> Iterator[str]:
    """Yield every posting as a line of JSON."""
    for posting in iterate_postings(database):
        yield json.dumps(posting) + "\n"


def describe_usage(database: Database, tenant: str | None) -> Json:
    """Describe what each task has cost."""
    tasks = tuple(UsageEntry(**asdict(each)) for each in list_usage(database, tenant))
    return UsageListing(tasks=tasks).to_json()
