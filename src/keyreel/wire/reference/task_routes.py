"""Keyreel's own routes about tasks, whatever their dialect: entries of the table of own routes."""

from __future__ import annotations

from functools import partial
from typing import Final

from keyreel import errors
from keyreel.callback_inbox import UPSTREAM_CALLBACKS_PATH
from keyreel.task import TaskState
from keyreel.wire.dialects.dialect import QueryParameter
from keyreel.wire.reference.own_route import OwnRoute, RequiredAccess
from keyreel.wire.reference.responses.task_responses import TaskDetails, TaskPageView, TaskView

_look = partial(OwnRoute, method="GET", access=RequiredAccess.KEY)
_change = partial(OwnRoute, method="POST", response=TaskView, access=RequiredAccess.SUBMIT_KEY)
_GONE: Final = (errors.UnknownTask, errors.LinkExpired)
_TIME: Final = {"type": "string", "format": "date-time"}
TASK_FILTERS: Final = (
    QueryParameter("state", f"Of these states, separated by commas: {', '.join(TaskState)}."),
    QueryParameter("model", "One model's only, such as `viduq2-pro`."),
    QueryParameter("operation", "One operation's only, such as `img2video`."),
    QueryParameter("created_after", "Since this time, as 2026-01-31T08:00:00Z.", _TIME),
    QueryParameter("created_before", "Until this time.", _TIME),
)
CURSOR: Final = QueryParameter("cursor", "A page's `next_cursor`: the tasks behind it.")

TASK_ROUTES: Final = (
    _look(
        "list_own_tasks",
        path="/v1/tasks",
        summary="Lists tasks of any format with their prompts and links, newest first.",
        response=TaskPageView,
        query=(
            *TASK_FILTERS,
            QueryParameter("q", "Those whose prompt holds this text."),
            QueryParameter(
                "limit",
                "How many; 25 where it is absent.",
                {"type": "integer", "minimum": 1, "maximum": 100},
            ),
            CURSOR,
        ),
    ),
    _look(
        "show_task",
        path="/v1/tasks/{id}",
        summary="Says how a task of any format is, with its draft and its request.",
        response=TaskDetails,
        errors=_GONE,
    ),
    _look(
        "stream_events",
        path="/v1/tasks/{id}/events",
        summary=(
            "Sends the events `state`, `progress`, `preview` and `end` until a task has ended; the header "
            "Last-Event-ID resumes."
        ),
        media_types=("text/event-stream",),
        errors=_GONE,
    ),
    _look(
        "show_preview",
        path="/v1/tasks/{id}/preview",
        summary="Answers with the newest frame of a running task, small.",
        media_types=("image/jpeg",),
        errors=_GONE,
    ),
    _change(
        "approve_task",
        path="/v1/tasks/{id}/approve",
        summary="Has the video made of an order that is held with its draft; once more changes nothing.",
        errors=(*_GONE, errors.NotHeld),
    ),
    OwnRoute(
        "receive_upstream_callback",
        "POST",
        f"{UPSTREAM_CALLBACKS_PATH}{{token}}",
        "Takes the callback of a hosted service that makes a task's video. Its body is not looked at.",
        media_types=(),
        status="204",
        errors=(errors.UnknownTask, errors.Unavailable),
    ),
    _change(
        "cancel_task",
        path="/v1/tasks/{id}/cancel",
        summary="Cancels a task that has not ended, and gives its price back; an ended one stays as it is.",
        errors=_GONE,
    ),
    OwnRoute(
        "delete_task",
        "DELETE",
        "/v1/tasks/{id}",
        "Deletes the files and the record of a task that has ended; what it cost stays in the ledger.",
        media_types=(),
        access=RequiredAccess.SUBMIT_KEY,
        status="204",
        errors=(*_GONE, errors.NotEnded),
    ),
)
