"""The filter and the order of task lists, as SQL. It runs no query."""

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
    """Filter, order and page a query on TASKS; tasks whose record has expired are left out."""
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
    """Format a field as in a submission's JSON; inside a string value its quotes would be escaped."""
    return f'"{name}":{json.dumps(value, ensure_ascii=False)}'


def _parse_ids(ids: Iterable[TaskId]) -> list[int]:
    """Parse ids, leaving out malformed ones: a list shows what exists."""
    numbers: list[int] = []
    for task_id in ids:
        with suppress(UnknownTask):
            numbers.append(parse_task_id(task_id))
    return numbers
