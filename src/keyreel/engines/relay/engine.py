"""The engine of a hosted service: it orders there, waits, and fetches what was made."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import structlog

from keyreel.client.async_client import AsyncClient
from keyreel.client.sansio import flows
from keyreel.clock import SystemClock
from keyreel.engine import INTENT_STEP, EngineHealth, RemoteVideo
from keyreel.engines.relay.bounded_transport import BoundedTransport
from keyreel.engines.relay.circuit_breaker import CircuitBreaker
from keyreel.engines.relay.download import fetch_video
from keyreel.engines.relay.polling import UpstreamPoller
from keyreel.engines.relay.requests import build_upstream_request, find_endpoint_class, is_sound_requested
from keyreel.engines.relay.submission import Submitter
from keyreel.errors import (
    EngineUnavailable,
    InternalFault,
    InvalidKey,
    KeyreelError,
    MissingKey,
    MissingScope,
    RemoteError,
    RenderFailed,
    Unavailable,
)
from keyreel.task import TaskId, TaskState
from keyreel.wire.dialects.dialect import RouteAction
from keyreel.wire.dialects.registry import find_dialect

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from keyreel.clock import Clock
    from keyreel.engine import RemoteJob
    from keyreel.engines.relay.engine_type import RelayTable
    from keyreel.engines.relay.submission import UpstreamTask
    from keyreel.order import Order
    from keyreel.wire.dialects.dialect import Report

_DEFAULT_SLOTS: Final = 20
_HANDOVER_SECONDS: Final = 10.0
"""How long a submit that is on its way may still take when its task is cancelled or the worker ends."""
_WAITING_SHARE: Final = 0.95
"""Of the progress; the rest is for fetching."""
_OUT_OF_ORDER: Final = frozenset({401, 402, 403})
_SERVER_ERROR: Final = 500
_UNKNOWN_TASK: Final = TaskId("1")
"""Whatever the service says about it, it has looked at the key."""


class RelayEngine:
    """Makes videos by a service that speaks a dialect of the family."""

    def __init__(self, name: str, table: RelayTable, clock: Clock | None = None) -> None:
        self.name = name
        self.slots = table.slots or _DEFAULT_SLOTS
        self._table = table
        self._clock = clock or SystemClock()
        self._dialect = find_dialect(table.dialect)
        self._breaker = CircuitBreaker(name, on_change=self._tell_status)
        self._log = structlog.get_logger().bind(engine=name)
        self._tell: Callable[[EngineHealth], None] | None = None
        self._stack = AsyncExitStack()

    def accepts(self, order: Order) -> bool:
        """Accept what a request in the dialect can say all of."""
        endpoint_class = find_endpoint_class(order)
        return endpoint_class is not None and self._dialect.supports(endpoint_class)

    def on_status(self, tell: Callable[[EngineHealth], None]) -> None:
        """Have it told when the service is left alone for a while, and when it works again."""
        self._tell = tell

    async def __aenter__(self) -> Self:
        import httpx

        self._http = httpx.AsyncClient(timeout=httpx.Timeout(60, connect=10), trust_env=False)
        self._client = self._make_client()
        self._stack.push_async_callback(self._http.aclose)
        self._stack.push_async_callback(self._client.close)
        self._poller = UpstreamPoller(self._client, self._breaker)
        self._submitter = Submitter(
            self.name, self._table, self._client, breaker=self._breaker, clock=self._clock
        )
        group = await self._stack.enter_async_context(asyncio.TaskGroup())
        self._stack.callback(group.create_task(self._poller.run()).cancel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def request_video(self, order: Order, job: RemoteJob) -> RemoteVideo:
        """Order a video once, and wait for it."""
        request = await asyncio.to_thread(build_upstream_request, order, job.folder)
        submitting = asyncio.ensure_future(self._submitter.submit_once(request, job))
        try:
            task = await asyncio.shield(submitting)
        except asyncio.CancelledError:
            await _let_finish(submitting)
            raise
        report = await self._wait_for_end(task, job)
        path = await fetch_video(report, self._client, self._http, job)
        return RemoteVideo(path, has_sound=is_sound_requested(order, request), notes=report.notes)

    async def cancel(self, job: RemoteJob) -> None:
        """Cancel the task at the service, where its dialect can."""
        task_id = self._submitter.take_task_id(job)
        if task_id is None:
            if INTENT_STEP in job.steps:
                self._log.error("cancelled with an order on its way", task=job.task_id)
            return
        if self._dialect.get_path(RouteAction.CANCEL):
            await self._client.run(flows.cancel(self._client.remote, task_id))

    async def check(self) -> EngineHealth:
        """Ask the service about a task, to see whether it answers and takes the key."""
        client = self._make_client()
        try:
            await client.run(flows.poll(client.remote, _UNKNOWN_TASK))
        except (InvalidKey, MissingKey, MissingScope) as error:
            return EngineHealth(ok=False, detail=f"{self._table.base_url} refuses the key: {error.message}")
        except (Unavailable, InternalFault) as error:
            return EngineHealth(ok=False, detail=f"{self._table.base_url}: {error.message}")
        except RemoteError as error:
            if error.status == 0 or error.status in _OUT_OF_ORDER or error.status >= _SERVER_ERROR:
                return EngineHealth(ok=False, detail=error.message)
        except KeyreelError:
            pass  # It knows no such task, as is right.
        finally:
            await client.close()
        return self._describe_breaker()

    def _tell_status(self) -> None:
        if self._tell is not None:
            self._tell(self._describe_breaker())

    def _describe_breaker(self) -> EngineHealth:
        try:
            self._breaker.check()
        except EngineUnavailable as error:
            return EngineHealth(ok=False, detail=error.message)
        return EngineHealth(ok=True)

    def _make_client(self) -> AsyncClient:
        import httpx

        key = self._table.api_key.get_secret_value() if self._table.api_key else ""
        http = httpx.AsyncClient(transport=BoundedTransport(), timeout=httpx.Timeout(60, connect=10))
        return AsyncClient(self._table.base_url, key, self._table.dialect, http_client=http)

    async def _wait_for_end(self, task: UpstreamTask, job: RemoteJob) -> Report:
        async def report_progress(report: Report) -> None:
            await job.progress(report.progress * _WAITING_SHARE)

        loop = asyncio.get_running_loop()
        hint = job.callbacks.watch(task.callback) if task.callback else None
        left = task.at + timedelta(minutes=self._table.deadline_minutes) - self._clock.now()
        try:
            async with asyncio.timeout_at(loop.time() + left.total_seconds()):
                report = await self._poller.wait_for_end(TaskId(task.id), report_progress, hint)
        except TimeoutError:
            raise RenderFailed("The service that makes this video did not finish in time.") from None
        finally:
            job.callbacks.forget(task.callback)
        if report.state is not TaskState.SUCCEEDED:
            raise RenderFailed(report.reason or "The service could not make this video.")
        return report


async def _let_finish(submitting: asyncio.Future[UpstreamTask]) -> None:
    """Let a submit end: its answer says what it has become of, and is kept as a step if it comes in time."""
    await asyncio.wait({submitting}, timeout=_HANDOVER_SECONDS)
    submitting.cancel()
    await asyncio.wait({submitting})
    if not submitting.cancelled():
        submitting.exception()  # It is seen to: the task is over here, or goes on in its next attempt.
