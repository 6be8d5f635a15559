"""The approval of held tasks. It asks nobody and renders nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from keyreel.task import TaskState
from keyreel.tasks.database.tables import TASKS, task_from_row
from keyreel.tasks.deadlines import make_queue_columns

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


def queue_held(connection: Connection, now: datetime, tenant: str, number: int) -> None:
    """Queue a tenant's task if it is held, as if it were submitted now: off-peak, its 48 hours begin."""
    which = (TASKS.c.id == number) & (TASKS.c.tenant == tenant) & (TASKS.c.state == TaskState.HELD)
    row = connection.execute(select(TASKS).where(which)).mappings().one_or_none()
    if row is not None:
        queued = make_queue_columns(task_from_row(row).submission, now)
        connection.execute(update(TASKS).where(which).values(state=TaskState.QUEUED, **queued))
