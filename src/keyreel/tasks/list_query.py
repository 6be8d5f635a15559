"""Task lists as SQL: filter, order, columns; whole tasks are read in pieces of bounded size."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, literal, or_, select

from keyreel.errors import UnknownTask
from keyreel.task import RetentionStage, TaskState
from keyreel.tasks.database.tables import LARGE_TASK_COLUMNS, TASKS, task_from_row
from keyreel.tasks.ids import parse_task_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Select

    from keyreel.task import Task, TaskFilter, TaskId

SMALL_TASK_COLUMNS: Final[tuple[ColumnElement[Any], ...]] = tuple(
    literal("").label(column.name) if column.name in LARGE_TASK_COLUMNS else column for column in TASKS.c
)
"""The columns of a task, the large ones empty."""
_PIECE_CHARACTERS: Final = 1 << 20
"""Of large columns that are read at a time; the last task may pass it. Other lists wait some 2 ms for it."""
_SELECT_WHOLE_TASKS: Final = select(TASKS).where(
    TASKS.c.id.in_(bindparam("ids", expanding=True)), TASKS.c.kept != RetentionStage.LEDGER_ONLY
)


def build_list_query(
    columns: Sequence[ColumnElement[Any]], tenant: str | None, task_filter: TaskFilter
) -> Select[Any]:
    """Build the query for a page of a tenant's tasks, or of every tenant's."""
    query = _apply_filter(select(*columns), task_filter)
    return query if tenant is None else query.where(TASKS.c.tenant == tenant)


def read_first_tasks(connection: Connection, ids: Sequence[int]) -> tuple[list[Task], list[int]]:
    """Read whole tasks until their large columns have _PIECE_CHARACTERS; return them and the ids left.

    The ids rise or fall. Tasks whose record has expired are left out.
    """
    order = TASKS.c.id.asc() if ids[0] < ids[-1] else TASKS.c.id.desc()
    tasks: list[Task] = []
    characters = 0
    rows = connection.execute(_SELECT_WHOLE_TASKS.order_by(order), {"ids": [*ids]}).mappings()
    for row in rows:
        tasks.append(task_from_row(row))
        characters += sum(len(row[name]) for name in LARGE_TASK_COLUMNS)
        if characters >= _PIECE_CHARACTERS:
            rows.close()
            return tasks, [*ids[ids.index(row["id"]) + 1 :]]
    return tasks, []


def _apply_filter(query: Select[Any], task_filter: TaskFilter) -> Select[Any]:
    """Filter, order and page a query on TASKS; tasks whose record has expired are left out."""
    query = query.where(TASKS.c.kept != RetentionStage.LEDGER_ONLY)
    for column, values in (
        (TASKS.c.state, _add_held(task_filter.states) if task_filter.held_is_queued else task_filter.states),
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
    if task_filter.text:
        query = query.where(_hold_text(task_filter.text))
    if task_filter.ids:
        query = query.where(TASKS.c.id.in_(_parse_ids(task_filter.ids)))
    query = query.where(*_list_time_conditions(task_filter))
    if task_filter.after_id:
        last = parse_task_id(task_filter.after_id)
        query = query.where(TASKS.c.id > last if task_filter.oldest_first else TASKS.c.id < last)
    order = TASKS.c.id.asc() if task_filter.oldest_first else TASKS.c.id.desc()
    return query.order_by(order).limit(task_filter.limit).offset(task_filter.offset)


def _list_time_conditions(task_filter: TaskFilter) -> Iterator[ColumnElement[bool]]:
    if task_filter.created_from:
        yield TASKS.c.created >= task_filter.created_from
    if task_filter.created_to:
        yield TASKS.c.created <= task_filter.created_to


def _hold_text(text: str) -> ColumnElement[bool]:
    """Whether a submission's JSON holds a text, as it stands inside one of its values."""
    inside = json.dumps(text, ensure_ascii=False)[1:-1]
    return TASKS.c.fields.icontains(inside, autoescape=True)


def _add_held(states: frozenset[TaskState]) -> frozenset[TaskState]:
    """Add the held tasks to the queued ones: clients see both as queued."""
    return states | {TaskState.HELD} if TaskState.QUEUED in states else states


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
