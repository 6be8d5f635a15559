"""The query of a list of tasks: filters, text, page; and how its page is found."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from keyreel.errors import InvalidRequest
from keyreel.task import TaskFilter, TaskId, TaskState
from keyreel.tasks.presentation import parse_stored_request
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.endpoints.naming import format_model_name, format_operation_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from keyreel.task import Task
    from keyreel.tasks.store import TaskStore
    from keyreel.wire.endpoints.endpoint import Endpoint

MAX_LENGTH: Final = 100
_DEFAULT_LENGTH: Final = 25
_MAX_TEXT_CHARACTERS: Final = 200
_READ_AT_A_TIME: Final = 100
_MAX_READS: Final = 20
"""For one page: the prompts of so many times so many tasks are looked at."""
_NUMBER: Final = re.compile("[0-9]{1,19}", re.ASCII)


def parse_list_query(query: Mapping[str, str]) -> TaskFilter:
    """Read the filters and the page of a list; a parameter that is absent or empty narrows nothing.

    Raises:
        InvalidRequest: one of them breaks its rule.
    """
    cursor = query.get("cursor", "")
    if cursor and not _NUMBER.fullmatch(cursor):
        raise _make_error("cursor", cursor, "must be the next_cursor of a page")
    return TaskFilter(
        states=_parse_states(query.get("state", "")),
        endpoints=_parse_endpoints(query.get("model", ""), query.get("operation", "")),
        created_from=_parse_moment(query, "created_after"),
        created_to=_parse_moment(query, "created_before"),
        text=_parse_text(query.get("q", "")),
        after_id=TaskId(cursor) if cursor else None,
        limit=_parse_limit(query.get("limit", "")),
        held_is_queued=False,
    )


def find_page(store: TaskStore, tenant: str, task_filter: TaskFilter) -> tuple[list[Task], TaskId | None]:
    """Return a page of a tenant's whole tasks, and the cursor of the next page; it takes its time.

    With a text those whose prompts hold it. A page ends early where too many others had to be looked at.
    """
    if not task_filter.text:
        ids = store.list_ids(tenant, replace(task_filter, limit=task_filter.limit + 1))
        page = ids[: task_filter.limit]
        return list(store.iterate(page)), page[-1] if len(ids) > len(page) else None
    found: list[Task] = []
    wanted = replace(task_filter, limit=_READ_AT_A_TIME)
    for _ in range(_MAX_READS):
        ids = store.list_ids(tenant, wanted)
        for task in store.iterate(ids):
            if _has_prompt(task, task_filter.text):
                found.append(task)
            if len(found) == task_filter.limit:
                return found, task.id
        if len(ids) < _READ_AT_A_TIME:
            return found, None
        wanted = replace(wanted, after_id=ids[-1])
    return found, wanted.after_id


def _has_prompt(task: Task, text: str) -> bool:
    """Say whether a prompt holds a text: the whole request holds it, perhaps in another field."""
    shots = parse_stored_request(task).to_order(1).shots
    return any(text.casefold() in shot.prompt.casefold() for shot in shots)


def _parse_states(text: str) -> frozenset[TaskState]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    known = {state.value: state for state in TaskState}
    for word in words:
        if word not in known:
            raise _make_error("state", word, f"must be of {', '.join(known)}")
    return frozenset(known[word] for word in words)


def _parse_endpoints(model: str, operation: str) -> frozenset[str]:
    """Return the names of the endpoints of a model, an operation or both; empty for all."""
    models = _parse_name("model", model, format_model_name)
    operations = _parse_name("operation", operation, format_operation_name)
    if not models and not operations:
        return frozenset()
    found = (models or operations) & (operations or models)
    if not found:
        raise _make_error("operation", operation, f"{model} has no such operation")
    return found


def _parse_name(field: str, value: str, name: Callable[[type[Endpoint]], str]) -> frozenset[str]:
    found = frozenset(each.name() for each in ENDPOINTS if name(each) == value)
    if value and not found:
        raise _make_error(field, value, f"must be one of {_list_names(map(name, ENDPOINTS))}")
    return found


def _list_names(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _parse_moment(query: Mapping[str, str], field: str) -> datetime | None:
    text = query.get(field, "")
    if not text:
        return None
    try:
        # A plus sign in a query is a blank.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise _make_error(field, text, "must be a time such as 2026-01-31T08:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse_text(text: str) -> str:
    if len(text) > _MAX_TEXT_CHARACTERS:
        raise _make_error("q", text, f"must have at most {_MAX_TEXT_CHARACTERS} characters")
    return text.strip()


def _parse_limit(text: str) -> int:
    if not text:
        return _DEFAULT_LENGTH
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MAX_LENGTH:
        raise _make_error("limit", text, f"must be a whole number from 1 to {MAX_LENGTH}")
    return int(text)


def _make_error(field: str, value: str, rule: str) -> InvalidRequest:
    return InvalidRequest(f"{field}: got {value[:64]!r}; {rule}.", field=field)
