"""Which rows a list of tasks shows, in which order."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_

from keyreel.errors import UnknownTask
from keyreel.task import RetentionStage
from keyreel.tasks.database.tables import TASKS
from keyreel.tasks.ids import parse_task_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select

    from keyreel.task import TaskFilter, TaskId


def apply_filter(query: Select[Any], task_filter: TaskFilter) -> Select[Any]:
    """Narrow a query on TASKS to what is wanted, in the wanted order; forgotten records are never shown."""
    query = query.where(TASKS.c.kept != RetentionStage.LEDGER_ONLY)
    for column, values in (
        (TASKS.c.state, task_filter.states),
        (TASKS.c.endpoint, task_filter.endpoints),
        (TASKS.c.resolution, task_filter.resolutions),
    ):
        if values:
            query = query.where(column.in_(sorted(values)))
    if task_filter.templates:
        named = [
            TASKS.c.fields.contains(_format_json_field("template", each), autoescape=True)
            for each in task_filter.templates
        ]
        query = query.where(or_(*named))
    if task_filter.ids:
        query = query.where(TASKS.c.id.in_(_parse_ids(task_filter.ids)))
    if task_filter.created_from:
        query = query.where(TASKS.c.created >= task_filter.created_from)
    if task_filter.created_to:
        query = query.where(TASKS.c.created <= task_filter.created_to)
    if task_filter.after_id:
        last = parse_task_id(task_filter.after_id)
        query = query.where(TASKS.c.id > last if task_filter.oldest_first else TASKS.c.id < last)
    order = TASKS.c.id.asc() if task_filter.oldest_first else TASKS.c.id.desc()
    return query.order_by(order).limit(task_filter.limit).offset(task_filter.offset)


def _format_json_field(name: str, value: str) -> str:
    """Write a field as it stands in a submission's JSON; within text its quotes would be escaped."""
    return f'"{name}":{json.dumps(value, ensure_ascii=False)}'


def _parse_ids(ids: Iterable[TaskId]) -> list[int]:
    """Leave out what is no id: a list shows what there is."""
    numbers: list[int] = []
    for task_id in ids:
        with suppress(UnknownTask):
            numbers.append(parse_task_id(task_id))
    return numbers
