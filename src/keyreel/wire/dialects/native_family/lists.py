"""The native format's lists of tasks: their filters, their pages, their entries."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from keyreel.errors import InvalidRequest
from keyreel.task import TaskFilter, TaskId, TaskState
from keyreel.wire.dialects.dialect import QueryParameter
from keyreel.wire.dialects.native_family.error_names import get_failure_code
from keyreel.wire.dialects.native_family.responses import build_creations, describe_task
from keyreel.wire.endpoints import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.wire.dialects.dialect import ListedTask, TaskPage
    from keyreel.wire.json_types import Json

STATE_BY_STATUS: Final = {
    "created": TaskState.QUEUED,
    "queueing": TaskState.QUEUED,
    "processing": TaskState.RUNNING,
    "success": TaskState.SUCCEEDED,
    "failed": TaskState.FAILED,
}
"""The state behind each status of the format."""

_DEFAULT_SPAN: Final = timedelta(days=7)
"""How far back a list without a start goes, as documented."""
_DEFAULT_PAGE_SIZE: Final = 10
_MAX_PAGE_SIZE: Final = 100
"""Tasks on a page, as documented."""
_PAGE_COUNT: Final = 100_000
"""Pages that may be asked for by their number; the database skips the tasks before them one by one."""
_MAX_FILTER_VALUES: Final = 100
_DIGITS: Final = re.compile("[0-9]{1,13}", re.ASCII)
_ID: Final = re.compile("[1-9][0-9]{0,18}", re.ASCII)
_MAX_TASK_ID: Final = 2**63 - 1
"""The largest integer of the database."""
_FIRST_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TEMPLATE_ENDPOINTS: Final = frozenset(
    each.name() for each in catalogue.ENDPOINTS if "template" in each.model_fields
)
_MIN_MILLISECONDS: Final = 10**11
"""Numbers from here on are milliseconds since 1970: as seconds they would lie in the year 5138."""

LIST_QUERY: Final = (
    QueryParameter("created_at.from", "Only tasks from this time on. Default: seven days ago."),
    QueryParameter("created_at.to", "Only tasks until this time."),
    QueryParameter("task_ids", "Only these tasks. Separate several with commas, or repeat the parameter."),
    QueryParameter("templates", "Only tasks with these templates."),
    QueryParameter("model_versions", "Only tasks of these models, such as q2-pro or 2.0."),
    QueryParameter("resolutions", "Only tasks in these size classes."),
    QueryParameter("states", f"Only tasks in these states: {', '.join(STATE_BY_STATUS)}."),
    QueryParameter("pager.page", "The page, counted from 0.", {"type": "integer", "minimum": 0}),
    QueryParameter(
        "pager.pagesz",
        "Tasks per page. Default: 10.",
        {"type": "integer", "minimum": 1, "maximum": _MAX_PAGE_SIZE},
    ),
    QueryParameter("pager.page_token", "The next_page_token of the previous page, instead of a page number."),
)
"""The query parameters of a list; the prefix "paper." is accepted for "pager." as well."""


def parse_list_query(query: Mapping[str, str], now: datetime) -> TaskFilter:
    """Read a list's filters: without a time or ids the tasks of the last seven days, newest first.

    Raises:
        InvalidRequest: a filter makes no sense.
    """
    ids = _parse_values(query, "task_ids")
    start, end = _parse_time(query, "created_at.from"), _parse_time(query, "created_at.to")
    if start is None and not ids:
        # Times are from 1970 on, so that this one is a time too.
        start = (end or now) - _DEFAULT_SPAN
    size = _parse_pager_number(query, "pagesz", range(1, _MAX_PAGE_SIZE + 1), _DEFAULT_PAGE_SIZE)
    token = _get_pager_value(query, "page_token")
    if token and (not _ID.fullmatch(token) or int(token) > _MAX_TASK_ID):
        raise InvalidRequest("pager.page_token: must be a next_page_token.", field="pager.page_token")
    page = 0 if token else _parse_pager_number(query, "page", range(_PAGE_COUNT), 0)
    templates, endpoints = frozenset(_parse_values(query, "templates")), _parse_endpoints(query)
    if templates:
        # The database looks for a template in the whole text of a request: in as few as possible.
        endpoints = (endpoints or _TEMPLATE_ENDPOINTS) & _TEMPLATE_ENDPOINTS or endpoints
    return TaskFilter(
        states=_parse_states(query),
        ids=tuple(map(TaskId, ids)),
        endpoints=endpoints,
        resolutions=frozenset(word.lower() for word in _parse_values(query, "resolutions")),
        templates=templates,
        created_from=start,
        created_to=end,
        after_id=TaskId(token) if token else None,
        offset=page * size,
        limit=size,
    )


def build_list_frame(page: TaskPage) -> Json:
    """Write the token that leads to the next page; it is empty on the last."""
    return {"next_page_token": page.ids[-1] if page.has_more and page.ids else ""}


def build_list_entry(listed_task: ListedTask) -> Json:
    """Describe a task, with its whole payload: by it clients find a submit whose response they lost."""
    task = listed_task.task
    return {
        "id": task.id,
        "key_id": task.submission.key_id,
        **describe_task(task, listed_task.endpoint),
        "err_code": get_failure_code(task),
        "err_msg": task.reason,
        "creations": build_creations(task, listed_task.links),
    }


def _parse_states(query: Mapping[str, str]) -> frozenset[TaskState]:
    words = _parse_values(query, "states")
    for word in words:
        if word not in STATE_BY_STATUS:
            raise InvalidRequest(
                f"states: got {word[:64]!r}; must be one of {', '.join(STATE_BY_STATUS)}.", field="states"
            )
    found = {STATE_BY_STATUS[word] for word in words}
    return frozenset(found | {TaskState.CANCELLED} if TaskState.FAILED in found else found)


def _parse_endpoints(query: Mapping[str, str]) -> frozenset[str]:
    """Read `model_versions`: "q2-pro" or "viduq2-pro"."""
    families = {each.family for each in catalogue.ENDPOINTS}
    versions = [word.removeprefix("vidu") for word in _parse_values(query, "model_versions")]
    for version in versions:
        if version not in families:
            known = ", ".join(sorted(families))
            raise InvalidRequest(
                f"model_versions: got {version[:64]!r}; must be one of {known}.", field="model_versions"
            )
    return frozenset(each.name() for each in catalogue.ENDPOINTS if each.family in versions)


def _parse_values(query: Mapping[str, str], name: str) -> list[str]:
    """Read a list: the name repeated, or its values separated by commas."""
    text = query.get(name) or query.get(f"{name}[]") or ""
    values = [value.strip() for value in text.split(",") if value.strip()]
    if len(values) > _MAX_FILTER_VALUES:
        raise InvalidRequest(f"{name}: must hold at most {_MAX_FILTER_VALUES} values.", field=name)
    return values


def _get_pager_value(query: Mapping[str, str], name: str) -> str:
    """Read a field of the pager, which the documentation also spells "paper"."""
    return query.get(f"pager.{name}") or query.get(f"paper.{name}") or ""


def _parse_pager_number(query: Mapping[str, str], name: str, allowed: range, default: int) -> int:
    text = _get_pager_value(query, name)
    if not text:
        return default
    if not _DIGITS.fullmatch(text) or int(text) not in allowed:
        raise InvalidRequest(
            f"pager.{name}: got {text[:64]!r}; must be a whole number from {allowed[0]} to {allowed[-1]}.",
            field=f"pager.{name}",
        )
    return int(text)


def _parse_time(query: Mapping[str, str], name: str) -> datetime | None:
    """Read a time from 1970 on: ISO 8601, in UTC where it names no zone, or seconds or milliseconds."""
    text = query.get(name) or ""
    if not text:
        return None
    try:
        moment = _parse_moment(text)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment < _FIRST_TIME:
        raise InvalidRequest(
            f"{name}: got {text[:64]!r}; must be a time from 1970 on, such as 2026-01-31T12:00:00Z.",
            field=name,
        )
    return moment


def _parse_moment(text: str) -> datetime:
    if _DIGITS.fullmatch(text):
        number = int(text)
        return datetime.fromtimestamp(number / 1000 if number >= _MIN_MILLISECONDS else number, UTC)
    # An unescaped "+" before the zone arrives as a blank.
    moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
