"""On which terms a submission is taken: within limits, and once however often it comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel.tasks.accounts.quotas import Bound, enforce
from keyreel.tasks.deadlines import never_begin
from keyreel.tasks.idempotency import Replayed, recall, remember

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from keyreel.task import Submission, Task
    from keyreel.tasks.idempotency import Once


@dataclass(frozen=True, slots=True)
class Terms:
    """What is checked and kept in the transaction that makes a task."""

    held: tuple[Bound, ...] = ()
    once: Once | None = None
    staying: bool = False
    """The task is never begun: a test of a client asks for it."""

    def check(self, connection: Connection, submission: Submission, now: datetime) -> None:
        """Refuse what passes a limit, unless it was answered before.

        Raises:
            Replayed: it was.
            IdempotencyConflict: its key stands for another request.
            RateLimited: a limit would be passed.
        """
        if self.once is not None:
            body = recall(connection, submission.key_id, self.once, now)
            if body is not None:
                raise Replayed(body)
        enforce(connection, self.held, submission, now)

    def keep(self, connection: Connection, task: Task, now: datetime) -> None:
        """Keep the answer beside the new task."""
        if self.staying:
            never_begin(connection, task)
        if self.once is not None:
            remember(connection, self.once, task, now)


FREELY: Final = Terms()
