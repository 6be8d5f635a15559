"""The operator's routes for the server's clock, which development mode alone allows to move."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from starlette.responses import JSONResponse

from keyreel.errors import InvalidRequest, UnknownEndpoint
from keyreel.server.requests.authorisation import get_operator
from keyreel.server.requests.body import read_object
from keyreel.tasks.audit.log import AuditAction, AuditEntry, append_entry
from keyreel.tasks.clocks.dev_clock import MAX_OFFSET, DevClock
from keyreel.wire.reference.responses.operator_responses import ServerTime

if TYPE_CHECKING:
    from starlette.requests import Request

    from keyreel.server.services import Services
    from keyreel.tasks.audit.log import Actor

MAX_BODY_BYTES: Final = 1024


class ClockRoutes:
    """The routes under /v1/admin/clock."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def show_time(self, request: Request) -> JSONResponse:
        """Answer the time, and how far the clock was moved."""
        del request
        return self._build_response()

    async def advance(self, request: Request) -> JSONResponse:
        """Move the clock forward by `seconds`, and wake whatever waits for a time.

        Raises:
            UnknownEndpoint: the server is not in development mode.
            InvalidRequest: `seconds` is not a number from 0, or leads too far ahead.
        """
        clock = self._services.clock
        if not isinstance(clock, DevClock):
            raise UnknownEndpoint("The clock can be moved only in development mode: `keyreel up --dev`.")
        body = await read_object(request, limit=MAX_BODY_BYTES, seconds=10)
        seconds = body.get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise InvalidRequest("seconds: must be a number, 0 or more.", field="seconds")
        # Compared before anything is computed: a whole number may be too large for a float.
        if seconds > (MAX_OFFSET - clock.offset).total_seconds():
            raise InvalidRequest("seconds: the clock can be at most ten years ahead.", field="seconds")
        advance = partial(self._advance, clock, timedelta(seconds=seconds), get_operator(request))
        await self._services.store.writer.run(advance)
        self._services.wake()
        return self._build_response()

    def _advance(self, clock: DevClock, by: timedelta, operator: Actor) -> None:
        """Move the clock, which is no part of the database, before the entry about it is committed."""
        before = clock.offset.total_seconds()
        with self._services.store.database.write() as connection:
            details = {
                "before": {"ahead_seconds": before},
                "after": {"ahead_seconds": before + by.total_seconds()},
            }
            moved = AuditEntry(AuditAction.CLOCK_MOVED, "clock", details=details)
            append_entry(connection, clock, operator, moved)
            clock.advance(by)

    def _build_response(self) -> JSONResponse:
        clock = self._services.clock
        ahead = clock.offset.total_seconds() if isinstance(clock, DevClock) else 0
        dev = isinstance(clock, DevClock)
        time = ServerTime(now=clock.now().isoformat(), ahead_seconds=ahead, dev=dev)
        return JSONResponse(time.to_json())
