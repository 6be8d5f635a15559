"""What engines cost the operator beside what tenants are charged, and what may be spent in a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select

from keyreel.errors import EngineUnavailable
from keyreel.tasks.database.tables import ENGINE_COSTS, TASKS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


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
                f"{engine}: of its daily_credits of {daily_credits:g}, {spent:g} are spent, "
                f"and this task costs {cost:g}."
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
