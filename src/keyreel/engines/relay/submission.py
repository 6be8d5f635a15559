"""Submitting an order to a service: once, whatever happens on the way.

Two durable steps frame the request: that it is about to be sent, and the id that came back. Between them
nobody knows whether the service has the order. From there it is found again, by its idempotency key or in the
service's list of tasks, or given up: it is sent again only where that makes no second task.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import structlog
from pydantic import TypeAdapter

from keyreel.callback_inbox import UPSTREAM_CALLBACKS_PATH
from keyreel.client.sansio import flows
from keyreel.client.sansio.steps import ConnectionDropped, Pause
from keyreel.engine import INTENT_STEP, SUBMIT_STEP
from keyreel.engines.relay.callback_fields import add_callback
from keyreel.engines.relay.submit_response import ContentRefused, SubmitLost, SubmitRefused, send_submit
from keyreel.errors import (
    EngineUnavailable,
    IdempotencyConflict,
    KeyreelError,
    RenderFailed,
    Unavailable,
    UnknownEndpoint,
)
from keyreel.task import TaskId

if TYPE_CHECKING:
    from keyreel.client.async_client import AsyncClient
    from keyreel.client.sansio.remote_server import RemoteServer
    from keyreel.client.sansio.steps import Flow
    from keyreel.clock import Clock
    from keyreel.engine import RemoteJob
    from keyreel.engines.relay.circuit_breaker import CircuitBreaker
    from keyreel.engines.relay.engine_type import RelayTable
    from keyreel.wire.endpoints.endpoint import Endpoint

_KEY_LIFETIME: Final = timedelta(hours=23)
"""Keyreel remembers idempotency keys for 24 hours."""
_SEARCH_WINDOW: Final = timedelta(hours=1)
"""For so long after an order was sent, a service that cannot be asked for it is waited for."""
_SEARCHES: Final = 3
_SEARCH_PAUSE_SECONDS: Final = 2.0
"""Between looks at a list: a task may be in it a moment late."""
_SEARCH_PAGES: Final = 20
_GIVEN_UP: Final = (
    "The service that makes this video did not respond, so it is unknown whether it received the "
    "order. The order was not sent again, because it could have been made and paid for twice."
)


@dataclass(frozen=True, slots=True)
class Intent:
    """That an order is about to be sent, and how it can be recognised at the service."""

    token: str
    """Its payload and its idempotency key there."""
    at: datetime
    callback: str = ""
    """The token of the callbacks that it asks for; empty for none."""


@dataclass(frozen=True, slots=True)
class UpstreamTask:
    """A task at the service."""

    id: str
    at: datetime
    """When it was submitted."""
    callback: str = ""
    """As in Intent."""


_INTENTS: Final = TypeAdapter(Intent)
_UPSTREAM_TASKS: Final = TypeAdapter(UpstreamTask)


class Submitter:
    """Submits orders to one service."""

    def __init__(
        self, name: str, table: RelayTable, client: AsyncClient, *, breaker: CircuitBreaker, clock: Clock
    ) -> None:
        self._name = name
        self._table = table
        self._client = client
        self._breaker = breaker
        self._clock = clock
        self._task_ids: dict[str, TaskId] = {}
        self._log = structlog.get_logger().bind(engine=name)

    async def submit_once(self, request: Endpoint, job: RemoteJob) -> UpstreamTask:
        """Return a job's task at the service, which is submitted if no attempt has begun to.

        Raises:
            EngineUnavailable: the service certainly has nothing of it, and cannot take it now.
            RenderFailed: it refuses what was ordered, or it is unknown whether it has it.
            Unavailable: whether it has it cannot be found out now.
        """
        is_new = False

        async def intend() -> str:
            nonlocal is_new
            self._breaker.check()
            await job.reserve_cost(self._table.cost.credits, self._table.daily_credits)
            is_new = True
            callback = await self._expect_callback(job)
            intent = Intent(f"keyreel-{job.task_id}-{uuid4().hex}", self._clock.now(), callback)
            return _INTENTS.dump_json(intent).decode()

        intent = _INTENTS.validate_json(await job.once(INTENT_STEP, intend))
        marked = self._mark(request, intent)

        async def submit() -> str:
            task_id = await (self._send(marked, intent, job) if is_new else self._find(marked, intent, job))
            self._task_ids[job.task_id] = task_id
            return _UPSTREAM_TASKS.dump_json(
                UpstreamTask(task_id, self._clock.now(), intent.callback)
            ).decode()

        try:
            return _UPSTREAM_TASKS.validate_json(await job.once(SUBMIT_STEP, submit))
        finally:
            if SUBMIT_STEP in job.steps:
                self._task_ids.pop(job.task_id, None)

    async def _expect_callback(self, job: RemoteJob) -> str:
        if not self._table.callback_url:
            return ""
        token = token_urlsafe(32)
        await job.callbacks.expect(token)
        return token

    def _mark(self, request: Endpoint, intent: Intent) -> Endpoint:
        """Return the request with what tells its task and its callbacks; the same for the same intent."""
        marked = request.model_copy(update={"payload": intent.token})
        if not (intent.callback and self._table.callback_url):
            return marked
        url = f"{self._table.callback_url}{UPSTREAM_CALLBACKS_PATH}{intent.callback}"
        return add_callback(marked, url, self._table.dialect)

    def take_task_id(self, job: RemoteJob) -> TaskId | None:
        """Return a job's task at the service, also one that came too late to be kept; None without any."""
        kept = job.steps.get(SUBMIT_STEP)
        if kept is None:
            return self._task_ids.pop(job.task_id, None)
        return TaskId(_UPSTREAM_TASKS.validate_json(kept).id)

    async def _send(self, request: Endpoint, intent: Intent, job: RemoteJob) -> TaskId:
        try:
            task_id = await self._client.run(send_submit(self._client.remote, request, intent.token))
        except SubmitLost as error:
            self._breaker.record_fault(str(error))
            return await self._find(request, intent, job)
        except ContentRefused as error:
            self._breaker.record_success()
            await _take_back(job)
            raise RenderFailed(str(error)) from error
        except SubmitRefused as error:
            if error.is_outage:
                self._breaker.record_fault(str(error))
            await _take_back(job)
            raise EngineUnavailable(f"{self._name} accepts no orders right now: {error}") from error
        self._breaker.record_success()
        return task_id

    async def _find(self, request: Endpoint, intent: Intent, job: RemoteJob) -> TaskId:
        """Find out which task the service has made of an order that may have reached it."""
        found = await self._send_again(request, intent, job) or await self._search(intent)
        if found is None:
            self._log.error("order lost on its way", task=job.task_id, payload=intent.token)
            raise RenderFailed(_GIVEN_UP)
        return found

    async def _send_again(self, request: Endpoint, intent: Intent, job: RemoteJob) -> TaskId | None:
        """Send the order again under its old key, to a service that makes no second task of it.

        Returns:
            The task's id; None where the service promises nothing, or has another order under this key.
        """
        if not await self._can_send_again(intent):
            return None
        try:
            return await self._client.run(send_submit(self._client.remote, request, intent.token))
        except ContentRefused as error:
            await _take_back(job)
            raise RenderFailed(str(error)) from error
        except SubmitRefused as error:
            raise self._make_unavailable_error() from error
        except SubmitLost as error:
            # An image that has changed since then makes another order, which the key does not fit.
            if isinstance(error.__cause__, IdempotencyConflict):
                return None
            raise self._make_unavailable_error() from error

    async def _can_send_again(self, intent: Intent) -> bool:
        age = self._clock.now() - intent.at
        if age > _KEY_LIFETIME:
            return False
        try:
            return await self._client.run(flows.is_keyreel(self._client.remote))
        except ConnectionDropped as error:
            if age < _SEARCH_WINDOW:
                raise self._make_unavailable_error() from error
            return False

    async def _search(self, intent: Intent) -> TaskId | None:
        """Look for the order in the service's list; None where it has none, or the order is not in it."""
        try:
            return await self._client.run(_search_list(self._client.remote, intent.token))
        except UnknownEndpoint:
            return None
        except KeyreelError as error:
            if self._clock.now() - intent.at < _SEARCH_WINDOW:
                raise self._make_unavailable_error() from error
            return None

    def _make_unavailable_error(self) -> Unavailable:
        return Unavailable(f"{self._name} does not respond to questions about an order that it may have.")


async def _take_back(job: RemoteJob) -> None:
    await job.cancel_cost()
    await job.forget(INTENT_STEP)


def _search_list(remote: RemoteServer, token: str) -> Flow[TaskId | None]:
    """Look for a task with this payload among the newest ones; None if there is none."""
    for search in range(_SEARCHES):
        if search:
            yield Pause(_SEARCH_PAUSE_SECONDS)
        page_token = ""
        for _ in range(_SEARCH_PAGES):
            reports, page_token = yield from flows.list_tasks(remote, (), page_token)
            for report in reports:
                if report.payload == token:
                    return report.id
            if not page_token:
                break
    return None
