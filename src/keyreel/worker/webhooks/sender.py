"""The messenger: delivers what is due to callbacks, each attempt bounded, none in another's way."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

import structlog

from keyreel.errors import PictureUnreachable, UnknownTask
from keyreel.intake.retry_after import seconds_in
from keyreel.tasks.clocks.dev_clock import machine_time
from keyreel.tasks.database.retry import ENDLESS, patiently
from keyreel.tasks.webhooks.deliveries import Attempt, Deliveries, Delivery
from keyreel.tasks.webhooks.events import Status
from keyreel.wire.dialects.registry import find_dialect

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from random import Random

    from keyreel.intake.egress import Answer
    from keyreel.task import Task
    from keyreel.tasks.store import TaskStore
    from keyreel.wire.dialects.webhooks import Reporting
    from keyreel.worker.webhooks.requests import Notices

_LONGEST_WAIT: Final = 36_000.0
"""Seconds of a Retry-After that are believed: the schedule's own longest pause."""
_JITTER: Final = (0.9, 1.1)
_INTERNAL: Final = "Internal error: the operator's log tells more under the delivery's id."

_log = structlog.stdlib.get_logger(__name__)


class Posting(Protocol):
    """The door to receivers."""

    async def post(
        self, url: str, *, body: bytes, headers: Mapping[str, str], deadline_seconds: float
    ) -> Answer:
        """Send the body and return the answer's head; PictureUnreachable where none came in time."""
        ...


@dataclass(frozen=True, slots=True)
class MessengerSettings:
    """Read once at start; what is empty is as each dialect has it."""

    schedule: tuple[float, ...] = ()
    timeout_seconds: float | None = None
    poll_seconds: float = 0.25


class Messenger:
    """Delivers events until it is told to stop. What was under way then is sent again at the next start."""

    def __init__(
        self,
        store: TaskStore,
        egress: Posting,
        notices: Notices,
        *,
        settings: MessengerSettings,
        random: Random,
    ) -> None:
        self._store = store
        self._deliveries = Deliveries(store.database, store.clock)
        self._egress = egress
        self._notices = notices
        self._settings = settings
        self._random = random
        self._busy: dict[str, Delivery] = {}
        self._ended = asyncio.Event()

    async def run(self) -> NoReturn:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._ended.clear()
                due = await patiently(self._due, ENDLESS, self._random)
                for delivery in due:
                    self._busy[delivery.id] = delivery
                    group.create_task(self._deliver(delivery))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._settings.poll_seconds):
                        await self._ended.wait()

    def _due(self) -> tuple[Delivery, ...]:
        return self._deliveries.due(tuple(self._busy.values()))

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            await self._tried(delivery)
        except UnknownTask:
            _log.info("delivery dropped with its task", delivery=delivery.id)
        finally:
            del self._busy[delivery.id]
            self._ended.set()

    async def _tried(self, delivery: Delivery) -> None:
        task = await patiently(lambda: self._store.get(delivery.tenant, delivery.task), ENDLESS, self._random)
        reporting = find_dialect(task.submission.dialect).reporting
        attempt, retry_after = await self._attempt(delivery, task, reporting)
        status, next_at = self._verdict(delivery, attempt, reporting, retry_after)
        await patiently(
            lambda: self._deliveries.record(delivery, attempt, status, next_at), ENDLESS, self._random
        )
        _log.info(
            "callback tried", task=task.id, delivery=delivery.id, answer=attempt.status, status=status.value
        )

    async def _attempt(self, delivery: Delivery, task: Task, reporting: Reporting) -> tuple[Attempt, float]:
        loop, now = asyncio.get_running_loop(), self._store.clock.now()
        started = loop.time()
        status, retry_after, error = 0, 0.0, ""
        seconds = self._settings.timeout_seconds or reporting.timeout_seconds
        try:
            # Receivers believe a signature for some minutes of their own time, which nobody has moved.
            others_now = machine_time(self._store.clock)
            notice = self._notices.write(delivery, task, others_now)
            answer = await self._egress.post(
                notice.url, body=notice.body, headers=notice.headers, deadline_seconds=seconds
            )
            status, retry_after = (
                answer.status,
                seconds_in(answer.retry_after, others_now, most=_LONGEST_WAIT),
            )
            error = _complaint(status)
        except PictureUnreachable as unreachable:
            late = loop.time() - started >= seconds
            error = f"No answer within {seconds:g} s." if late else unreachable.message
        except Exception:  # noqa: BLE001 - a mistake of ours in one delivery must not stop all others
            _log.exception("internal error", delivery=delivery.id)
            error = _INTERNAL
        return Attempt(now, round((loop.time() - started) * 1000), status, error), retry_after

    def _verdict(
        self, delivery: Delivery, attempt: Attempt, reporting: Reporting, retry_after: float
    ) -> tuple[Status, datetime]:
        now, tried = self._store.clock.now(), delivery.tried + 1
        schedule = self._settings.schedule or reporting.schedule
        if not attempt.error:
            return Status.DELIVERED, now
        if attempt.status == HTTPStatus.GONE:
            return Status.DISABLED, now
        if tried >= len(schedule):
            return Status.FAILED, now
        pause = schedule[tried]
        if not self._settings.schedule:
            # Receivers that were down together are not to be knocked at together.
            pause *= self._random.uniform(*_JITTER)
        return Status.PENDING, now + timedelta(seconds=max(pause, retry_after))


def _complaint(status: int) -> str:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return ""
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"The receiver answered {status}; redirects are not followed."
    return f"The receiver answered {status}."
