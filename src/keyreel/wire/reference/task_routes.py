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

TASK_ROUTES: Final = (
    _look(
        "list_own_tasks",
        path="/v1/tasks",
        summary="Lists tasks of all formats with their prompts and links, newest first.",
        response=TaskPageView,
        query=(
            QueryParameter("state", f"Only these states, separated by commas: {', '.join(TaskState)}."),
            QueryParameter("model", "Only this model, such as `viduq2-pro`."),
            QueryParameter("operation", "Only this operation, such as `img2video`."),
            QueryParameter("q", "Only tasks whose prompt contains this text."),
            QueryParameter(
                "created_after", "Only tasks since this time, such as 2026-01-31T08:00:00Z.", _TIME
            ),
            QueryParameter("created_before", "Only tasks until this time.", _TIME),
            QueryParameter(
                "limit",
                "Tasks per page. Default: 25.",
                {"type": "integer", "minimum": 1, "maximum": 100},
            ),
            QueryParameter("cursor", "The `next_cursor` of the previous page."),
        ),
    ),
    _look(
        "show_task",
        path="/v1/tasks/{id}",
        summary="Returns a task of any format, with its draft and its request.",
        response=TaskDetails,
        errors=_GONE,
    ),
    _look(
        "stream_events",
        path="/v1/tasks/{id}/events",
        summary=(
            "Streams the events `state`, `progress`, `preview`, and `end` until the task ends. Send "
            "Last-Event-ID to resume."
        ),
        media_types=("text/event-stream",),
        errors=_GONE,
    ),
    _look(
        "show_preview",
        path="/v1/tasks/{id}/preview",
        summary="Returns the newest frame of a running task, scaled down.",
        media_types=("image/jpeg",),
        errors=_GONE,
    ),
    _change(
        "approve_task",
        path="/v1/tasks/{id}/approve",
        summary="Approves an order that is held for its draft. Repeating it changes nothing.",
        errors=(*_GONE, errors.NotHeld),
    ),
    OwnRoute(
        "receive_upstream_callback",
        "POST",
        f"{UPSTREAM_CALLBACKS_PATH}{{token}}",
        "Receives the callback of a hosted service that makes a task's video. The body is ignored.",
        media_types=(),
        status="204",
        errors=(errors.UnknownTask, errors.Unavailable),
    ),
    _change(
        "cancel_task",
        path="/v1/tasks/{id}/cancel",
        summary="Cancels and refunds a task that has not ended. Ended tasks don't change.",
        errors=_GONE,
    ),
    OwnRoute(
        "delete_task",
        "DELETE",
        "/v1/tasks/{id}",
        "Deletes the files and the record of an ended task. Its ledger entries remain.",
        media_types=(),
        access=RequiredAccess.SUBMIT_KEY,
        status="204",
        errors=(*_GONE, errors.NotEnded),
    ),
)
