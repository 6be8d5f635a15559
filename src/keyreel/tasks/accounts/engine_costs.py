"""What engines cost the operator beside what tenants are charged: recorded, bounded, and perhaps lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, delete, func, insert, literal, select

from keyreel.engine import INTENT_STEP, SUBMIT_STEP
from keyreel.errors import EngineUnavailable
from keyreel.task import TaskState
from keyreel.tasks.database.tables import ENGINE_COSTS, STEPS, TASKS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from keyreel.tasks.database.connection import Database


@dataclass(frozen=True, slots=True)
class LostOrder:
    """A task that ended while nobody knew whether an engine's server had its order, to be paid for there."""

    task_id: str
    engine: str
    intent: str
    """What the engine noted before it sent the order, by which the server may know it."""


class EngineCosts:
    """The costs, in the transaction that `connection` is in."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def reserve(self, task: int, engine: str, share: float, daily_credits: float | None) -> None:
        """Record that a task costs `share` credits for each credit of its price, unless that is too much.

        Raises:
            EngineUnavailable: the engine's tasks of this day (UTC) would cost more than `daily_credits`.
        """
        self.cancel(task, engine)
        price = select(TASKS.c.credits).where(TASKS.c.id == task)
        cost = share * self._connection.execute(price).scalar_one()
        spent = self._sum_of_day(engine)
        if daily_credits is not None and spent + cost > daily_credits:
            raise EngineUnavailable(
                f"{engine}: {spent:g} of its daily_credits of {daily_credits:g} are spent, and this "
                f"task costs {cost:g}."
            )
        row = {"task": task, "engine": engine, "credits": cost, "at": self._now}
        self._connection.execute(insert(ENGINE_COSTS).values(row))

    def cancel(self, task: int, engine: str) -> None:
        """Take a task's cost back."""
        mine = (ENGINE_COSTS.c.task == task, ENGINE_COSTS.c.engine == engine)
        self._connection.execute(delete(ENGINE_COSTS).where(*mine))

    def _sum_of_day(self, engine: str) -> float:
        midnight = self._now.replace(hour=0, minute=0, second=0, microsecond=0)
        query = select(func.coalesce(func.sum(ENGINE_COSTS.c.credits), 0.0)).where(
            ENGINE_COSTS.c.engine == engine, ENGINE_COSTS.c.at >= midnight
        )
        return float(self._connection.execute(query).scalar_one())


def list_lost_orders(database: Database, since: datetime) -> tuple[LostOrder, ...]:
    """List what may have been paid for although its task failed, of the tasks that ended since a time."""
    of_intent = STEPS.c.name.endswith(f"/{INTENT_STEP}", autoescape=True)
    # Asked for first: of a shorter name, databases would be asked for fewer than no characters.
    length = func.length(STEPS.c.name) - len(f"/{INTENT_STEP}")
    engine = case((of_intent, func.substr(STEPS.c.name, 1, length)))
    later = STEPS.alias("later")
    submitted = select(later.c.task).where(
        later.c.task == STEPS.c.task, later.c.name == engine + literal(f"/{SUBMIT_STEP}")
    )
    query = (
        select(TASKS.c.id, engine.label("engine"), STEPS.c.result)
        .join_from(STEPS, TASKS, TASKS.c.id == STEPS.c.task)
        .where(of_intent, ~submitted.exists())
        .where(TASKS.c.state.in_((TaskState.FAILED, TaskState.CANCELLED)), TASKS.c.finished >= since)
        .order_by(TASKS.c.id)
    )
    with database.snapshot() as connection:
        rows = connection.execute(query).all()
    return tuple(LostOrder(str(row.id), row.engine, row.result) for row in rows)
