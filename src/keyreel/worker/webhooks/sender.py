"""Sends the webhooks that are due: each attempt is bounded in time, and none holds up another."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

import structlog

from keyreel.errors import UnknownTask
from keyreel.intake.egress import DestinationUnreachable
from keyreel.intake.retry_after import parse_retry_after
from keyreel.tasks.clocks.dev_clock import get_machine_time
from keyreel.tasks.database.retry import NO_TIMEOUT, read_when_available, write_when_available
from keyreel.tasks.tracing.tracer import NoTracer
from keyreel.tasks.webhooks.deliveries import Delivery, DeliveryAttempt, DeliveryLimits, DeliveryStore
from keyreel.tasks.webhooks.events import DeliveryStatus
from keyreel.wire.dialects.registry import DIALECTS, find_dialect
from keyreel.worker.loop_guard import LoopGuard

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from random import Random

    from keyreel.intake.egress import PostResponse
    from keyreel.task import Task
    from keyreel.tasks.store import TaskStore
    from keyreel.tasks.tracing.tracer import Tracer
    from keyreel.wire.dialects.webhooks import WebhookPolicy
    from keyreel.worker.webhooks.requests import WebhookRequestBuilder

_MAX_RETRY_AFTER_SECONDS: Final = 36_000.0
"""Seconds; a longer Retry-After counts as this: the longest pause of any schedule."""
_PAUSE_AFTER_BUG_SECONDS: Final = 60.0
"""What a delivery waits whose attempt could not even be recorded: it would be due again at once."""
_LEASE_MARGIN_SECONDS: Final = 30.0
"""What loading a delivery and recording its attempt may take beside the attempt itself."""
_JITTER: Final = (0.9, 1.1)
"""Factors between which each pause is drawn, so that receivers that were down together are spread."""
_INTERNAL_ERROR_MESSAGE: Final = "Internal error. The operator can find it in the log by the delivery's ID."

_log = structlog.stdlib.get_logger(__name__)


class WebhookClient(Protocol):
    """Sends requests to receivers."""

    async def post(
        self, url: str, *, tenant: str, body: bytes, headers: Mapping[str, str], deadline_seconds: float
    ) -> PostResponse:
        """Send the body for a tenant and return the status; DestinationUnreachable if none came in time."""
        ...


@dataclass(frozen=True, slots=True)
class WebhookSenderSettings:
    """Read once at start; what is empty is as each dialect's WebhookPolicy has it. Times are seconds."""

    schedule: tuple[float, ...] = ()
    timeout_seconds: float | None = None
    poll_seconds: float = 0.25
    tracer: Tracer = field(default_factory=NoTracer)


class WebhookSender:
    """Delivers events until it is cancelled. What was in flight then is sent again at the next start."""

    def __init__(
        self,
        store: TaskStore,
        egress: WebhookClient,
        requests: WebhookRequestBuilder,
        *,
        settings: WebhookSenderSettings,
        random: Random,
    ) -> None:
        self._store = store
        limits = DeliveryLimits(lease_seconds=_get_longest_timeout(settings) + _LEASE_MARGIN_SECONDS)
        self._deliveries = DeliveryStore(store.database, store.clock, limits)
        self._egress = egress
        self._requests = requests
        self._settings = settings
        self._random = random
        self._in_flight: dict[str, Delivery] = {}
        self._delivery_ended = asyncio.Event()

    async def run(self) -> NoReturn:
        """Deliver until cancelled."""
        guard = LoopGuard("webhooks")
        async with asyncio.TaskGroup() as group:
            while True:
                self._delivery_ended.clear()
                for delivery in await guard.run(self._list_due) or ():
                    self._in_flight[delivery.id] = delivery
                    group.create_task(self._deliver(delivery))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._settings.poll_seconds):
                        await self._delivery_ended.wait()

    async def _list_due(self) -> tuple[Delivery, ...]:
        take = partial(self._deliveries.list_due, tuple(self._in_flight.values()))
        return await self._store.database.ask(take)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            await self._attempt_and_record(delivery)
        except UnknownTask:
            _log.info("delivery dropped with its task", delivery=delivery.id)
        except Exception:  # noqa: BLE001 - a bug in one delivery must not stop the others
            _log.exception("internal error", delivery=delivery.id)
            await asyncio.sleep(_PAUSE_AFTER_BUG_SECONDS)
        finally:
            del self._in_flight[delivery.id]
            self._delivery_ended.set()

    async def _attempt_and_record(self, delivery: Delivery) -> None:
        load = partial(self._store.get, delivery.tenant, delivery.task)
        task = await read_when_available(self._store.database, load, NO_TIMEOUT, self._random)
        policy = find_dialect(task.submission.dialect).webhook_policy
        with self._settings.tracer.open_task_span(task.id, "callback"):
            attempt, retry_after = await self._send_attempt(delivery, task, policy)
        status, next_at = self._decide_status(delivery, attempt, policy, retry_after)
        await write_when_available(
            self._store.writer,
            lambda: self._deliveries.record_attempt(delivery, attempt, status, next_at),
            NO_TIMEOUT,
            self._random,
        )
        _log.info(
            "webhook attempted",
            task=task.id,
            delivery=delivery.id,
            response=attempt.status,
            status=status.value,
        )

    async def _send_attempt(
        self, delivery: Delivery, task: Task, policy: WebhookPolicy
    ) -> tuple[DeliveryAttempt, float]:
        loop, now = asyncio.get_running_loop(), self._store.clock.now()
        started = loop.time()
        status, retry_after, error = 0, 0.0, ""
        seconds = self._settings.timeout_seconds or policy.timeout_seconds
        try:
            # Receivers accept a signature for some minutes of real time, which the dev clock does not move.
            real_now = get_machine_time(self._store.clock)
            request = self._requests.build_request(delivery, task, real_now)
            response = await self._egress.post(
                request.url,
                tenant=delivery.tenant,
                body=request.body,
                headers=request.headers,
                deadline_seconds=seconds,
            )
            status, retry_after = (
                response.status,
                parse_retry_after(response.retry_after, real_now, max_seconds=_MAX_RETRY_AFTER_SECONDS),
            )
            error = _describe_failure(status)
        except DestinationUnreachable as failure:
            late = loop.time() - started >= seconds
            error = f"No response within {seconds:g} s." if late else str(failure)
        except Exception:  # noqa: BLE001 - a bug in one delivery must not stop the others
            _log.exception("internal error", delivery=delivery.id)
            error = _INTERNAL_ERROR_MESSAGE
        return DeliveryAttempt(now, round((loop.time() - started) * 1000), status, error), retry_after

    def _decide_status(
        self, delivery: Delivery, attempt: DeliveryAttempt, policy: WebhookPolicy, retry_after: float
    ) -> tuple[DeliveryStatus, datetime]:
        now, tried = self._store.clock.now(), delivery.tried + 1
        schedule = self._settings.schedule or policy.schedule
        if not attempt.error:
            return DeliveryStatus.DELIVERED, now
        if attempt.status == HTTPStatus.GONE:
            return DeliveryStatus.DISABLED, now
        if tried >= len(schedule):
            return DeliveryStatus.FAILED, now
        pause = schedule[tried]
        if not self._settings.schedule:
            pause *= self._random.uniform(*_JITTER)
        return DeliveryStatus.PENDING, now + timedelta(seconds=max(pause, retry_after))


def _get_longest_timeout(settings: WebhookSenderSettings) -> float:
    """Return the most seconds that one attempt may take."""
    longest = max(each.webhook_policy.timeout_seconds for each in DIALECTS)
    return longest if settings.timeout_seconds is None else settings.timeout_seconds


def _describe_failure(status: int) -> str:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return ""
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"The receiver returned {status}; redirects are not followed."
    return f"The receiver returned {status}."
