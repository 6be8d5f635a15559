"""What a submission is admitted by: its quotas, and once however often it is repeated."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Self

from keyreel.tasks.accounts.quotas import OwnerQuotas, enforce_quotas
from keyreel.tasks.accounts.stored_files import count_files, require_storage
from keyreel.tasks.deadlines import keep_queued
from keyreel.tasks.idempotency import find_response, store_response

if TYPE_CHECKING:
    from collections.abc import Mapping
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
    files: Mapping[str, int] = field(default_factory=dict)
    """The images that the task brings: their storage keys and sizes in bytes."""
    storage_quota: int = 0
    """Bytes that a tenant may store which has no quota of its own; 0 for any number."""

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
            QuotaExceeded: the day's credits are spent, or as much is stored as may be.
        """
        if self.idempotency is not None:
            body = find_response(connection, submission.key_id, self.idempotency, judged)
            if body is not None:
                return body
        enforce_quotas(connection, self.owner_quotas, submission, now)
        require_storage(connection, submission.tenant, self.files, usual_quota=self.storage_quota)
        return None

    def finalize(self, connection: Connection, task: Task, judged: datetime) -> None:
        """Store the answer beside the new task, and count its files; it expires by `judged`'s clock."""
        count_files(connection, task.submission.tenant, self.files)
        if self.keep_queued:
            keep_queued(connection, task)
        if self.idempotency is not None:
            store_response(connection, self.idempotency, task, judged)


NO_CHECKS: Final = Admission()
