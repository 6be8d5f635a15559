"""What a submission is admitted by: its quotas, and once however often it is repeated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from keyreel.tasks.accounts.quotas import OwnerQuotas, enforce_quotas
from keyreel.tasks.deadlines import keep_queued
from keyreel.tasks.idempotency import find_response, store_response

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from keyreel.task import Submission, Task
    from keyreel.tasks.idempotency import IdempotencyRecord


@dataclass(frozen=True, slots=True)
class Admission:
    """What is checked and stored in the transaction that makes a task."""

    owner_quotas: tuple[OwnerQuotas, ...] = ()
    idempotency: IdempotencyRecord | None = None
    keep_queued: bool = False
    """The task is never begun: a test of a client asks for it."""

    def with_response(self, body: str) -> Self:
        """Return a copy that stores this answer for repetitions of the submit, if there can be any."""
        record = self.idempotency
        return self if record is None else replace(self, idempotency=replace(record, response=body))

    def check(
        self, connection: Connection, submission: Submission, now: datetime, *, judged: datetime
    ) -> str | None:
        """Hold a submission against its quotas, unless it was answered before: then return that answer.

        `judged` is the time by which answers expire.

        Raises:
            IdempotencyConflict: its key stands for another request.
            RateLimited: a limit would be passed.
        """
        if self.idempotency is not None:
            body = find_response(connection, submission.key_id, self.idempotency, judged)
            if body is not None:
                return body
        enforce_quotas(connection, self.owner_quotas, submission, now)
        return None

    def finalize(self, connection: Connection, task: Task, judged: datetime) -> None:
        """Store the answer beside the new task; it expires by the time that `judged` is of."""
        if self.keep_queued:
            keep_queued(connection, task)
        if self.idempotency is not None:
            store_response(connection, self.idempotency, task, judged)


NO_CHECKS: Final = Admission()
