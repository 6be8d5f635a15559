"""How many unfinished tasks a tenant has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from keyreel.task import UNFINISHED_STATES, TaskState
from keyreel.tasks.database.tables import TASKS

if TYPE_CHECKING:
    from keyreel.tasks.database.connection import Database


def count_unfinished(database: Database, tenant: str) -> tuple[int, int]:
    """Return how many tasks of a tenant are running, and how many are queued or held."""
    query = select(TASKS.c.state, func.count().label("number")).where(
        TASKS.c.tenant == tenant, TASKS.c.state.in_(UNFINISHED_STATES)
    )
    with database.read() as connection:
        rows = connection.execute(query.group_by(TASKS.c.state))
        counted: dict[str, int] = {row.state: row.number for row in rows}
    running = counted.pop(TaskState.RUNNING, 0)
    return running, sum(counted.values())
