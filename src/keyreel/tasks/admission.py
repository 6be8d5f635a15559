"""On which terms a submission is taken: within limits, and once however often it comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel.tasks.accounts.quotas import OwnerQuotas, enforce_quotas
from keyreel.tasks.deadlines import keep_queued
from keyreel.tasks.idempotency import Replayed, find_response, store_response

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from keyreel.task import Submission, Task
    from keyreel.tasks.idempotency import IdempotencyRecord


@dataclass(frozen=True, slots=True)
class Admission:
    """What is checked and kept in the transaction that makes a task."""

    owner_quotas: tuple[OwnerQuotas, ...] = ()
    idempotency: IdempotencyRecord | None = None
    keep_queued: bool = False
    """The task is never begun: a test of a client asks for it."""

    def check(self, connection: Connection, submission: Submission, now: datetime) -> None:
        """Refuse what passes a limit, unless it was answered before.

        Raises:
            Replayed: it was.
            IdempotencyConflict: its key stands for another request.
            RateLimited: a limit would be passed.
        """
        if self.idempotency is not None:
            body = find_response(connection, submission.key_id, self.idempotency, now)
            if body is not None:
                raise Replayed(body)
        enforce_quotas(connection, self.owner_quotas, submission, now)

    def finalize(self, connection: Connection, task: Task, now: datetime) -> None:
        """Keep the answer beside the new task."""
        if self.keep_queued:
            keep_queued(connection, task)
        if self.idempotency is not None:
            store_response(connection, self.idempotency, task, now)


NO_CHECKS: Final = Admission()
