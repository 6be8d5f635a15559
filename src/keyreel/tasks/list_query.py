"""Which rows a list of tasks shows, in which order."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_

from keyreel.errors import UnknownTask
from keyreel.task import Kept
from keyreel.tasks.database.tables import TASKS
from keyreel.tasks.ids import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select

    from keyreel.task import TaskFilter, TaskId


def matching(query: Select[Any], wanted: TaskFilter) -> Select[Any]:
    """Narrow a query on TASKS to what is wanted, in the wanted order; forgotten records are never shown."""
    query = query.where(TASKS.c.kept != Kept.MONEY)
    for column, values in (
        (TASKS.c.state, wanted.states),
        (TASKS.c.endpoint, wanted.endpoints),
        (TASKS.c.resolution, wanted.resolutions),
    ):
        if values:
            query = query.where(column.in_(sorted(values)))
    if wanted.templates:
        named = [
            TASKS.c.fields.contains(_field("template", each), autoescape=True) for each in wanted.templates
        ]
        query = query.where(or_(*named))
    if wanted.ids:
        query = query.where(TASKS.c.id.in_(_numbers(wanted.ids)))
    if wanted.created_from:
        query = query.where(TASKS.c.created >= wanted.created_from)
    if wanted.created_to:
        query = query.where(TASKS.c.created <= wanted.created_to)
    if wanted.after:
        last = number_of(wanted.after)
        query = query.where(TASKS.c.id > last if wanted.oldest_first else TASKS.c.id < last)
    order = TASKS.c.id.asc() if wanted.oldest_first else TASKS.c.id.desc()
    return query.order_by(order).limit(wanted.limit).offset(wanted.skip)


def _field(name: str, value: str) -> str:
    """Write a field as it stands in a submission's JSON; within text its quotes would be escaped."""
    return f'"{name}":{json.dumps(value, ensure_ascii=False)}'


def _numbers(ids: Iterable[TaskId]) -> list[int]:
    """Leave out what is no id: a list shows what there is."""
    numbers: list[int] = []
    for task_id in ids:
        with suppress(UnknownTask):
            numbers.append(number_of(task_id))
    return numbers
