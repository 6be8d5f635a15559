"""Keyreel's own routes about one task, whatever its dialect: entries of the table of own routes."""

from __future__ import annotations

from functools import partial
from typing import Final

from keyreel import errors
from keyreel.callback_inbox import UPSTREAM_CALLBACKS_PATH
from keyreel.wire.reference.own_responses import TaskView
from keyreel.wire.reference.own_route import OwnRoute, RequiredAccess

_change = partial(OwnRoute, method="POST", response=TaskView, access=RequiredAccess.SUBMIT_KEY)
_GONE: Final = (errors.UnknownTask, errors.LinkExpired)

TASK_ROUTES: Final = (
    OwnRoute(
        "show_task",
        "GET",
        "/v1/tasks/{id}",
        "Says how a task of any format is, with its draft.",
        TaskView,
        access=RequiredAccess.KEY,
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
)
