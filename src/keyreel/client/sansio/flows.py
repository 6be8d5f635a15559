"""What a client does, written once: generators that yield steps and receive responses. They do no I/O."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote
from uuid import uuid4

from pydantic_core import from_json

from keyreel.client.sansio.absence import phrase_absence
from keyreel.client.sansio.own_format import format_task_path, speak_own_format
from keyreel.client.sansio.steps import ConnectionDropped, Pause, SendRequest
from keyreel.errors import (
    Cancelled,
    KeyreelError,
    RateLimited,
    RemoteError,
    RenderFailed,
    TaskTimedOut,
    Unavailable,
    UnknownEndpoint,
)
from keyreel.task import TaskState
from keyreel.wire.dialects.dialect import ApiRequest, RouteAction
from keyreel.wire.dialects.notes_header import parse_notes_header

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from keyreel.client.sansio.remote_server import RemoteServer
    from keyreel.client.sansio.steps import Flow, ProgressListener
    from keyreel.task import TaskId
    from keyreel.wire.dialects.dialect import Report
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json

Error = TypeVar("Error", bound=KeyreelError)


def submit(remote: RemoteServer, endpoint: Endpoint) -> Flow[TaskId]:
    """Submit a request, under an idempotency key.

    A response that is lost may belong to an accepted task. So the request is sent again, with the same key,
    only to a server that identifies itself as Keyreel: it then makes no second task.

    Raises:
        UnknownEndpoint: the format cannot express it.
    """
    if not remote.dialect.supports(type(endpoint)):
        message = f"The format {remote.dialect.name} does not support {endpoint.name()}."
        raise UnknownEndpoint(message, field="model")
    step = remote.build_request(remote.dialect.build_submit_request(endpoint))
    step = replace(step, headers={**step.headers, "idempotency-key": uuid4().hex})
    for left in reversed(range(remote.patience.faults)):
        try:
            response = yield step
            return remote.parse_response(remote.dialect.parse_submit_response, response)
        except ConnectionDropped as error:
            lost: KeyreelError = make_unreachable_error(remote, error)
            if not error.may_have_arrived:
                raise lost from error
        except Unavailable as error:
            lost = error
        if not left or not (yield from _supports_idempotency(remote)):
            raise lost
    raise AssertionError("the last round returns or raises")


def _supports_idempotency(remote: RemoteServer) -> Flow[bool]:
    """Wait until the server responds again; return whether it supports idempotency keys."""
    pause = remote.patience.first_seconds
    for _ in range(remote.patience.faults):
        yield Pause(pause)
        pause = min(pause * 1.5, remote.patience.most_seconds)
        with suppress(ConnectionDropped):
            return (yield from is_keyreel(remote))
    return False


def is_keyreel(remote: RemoteServer) -> Flow[bool]:
    """Ask a server whether it is Keyreel, which makes no second task of a submit under the same key.

    Raises:
        ConnectionDropped: it cannot say so now.
    """
    response = yield SendRequest("GET", remote.resolve_url(""), {"accept": "application/json"})
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ConnectionDropped(f"it returned {response.status}")
    try:
        body: object = from_json(response.body)
    except ValueError:
        return False
    return isinstance(body, dict) and body.get("name") == "keyreel"


def poll(remote: RemoteServer, task_id: TaskId) -> Flow[Report]:
    """Poll a task once."""
    try:
        response = yield remote.build_request(remote.dialect.build_result_request(task_id))
    except ConnectionDropped as error:
        raise make_unreachable_error(remote, error) from error
    report = remote.parse_response(remote.dialect.parse_result_response, response)
    # Some hosts leave the id out.
    report = replace(report, id=report.id or task_id)
    return replace(report, notes=parse_notes_header(response.headers.get("x-task-notes", "")))


def cancel(remote: RemoteServer, task_id: TaskId) -> Flow[None]:
    """Cancel a task: by the format's own route, or by Keyreel's where the format has none.

    Raises:
        UnknownEndpoint: the format cannot, and the server is not Keyreel.
        Refusal: the server does not, because the task has ended.
    """
    dialect = remote.dialect
    route = next((each for each in dialect.routes if each.action is RouteAction.CANCEL), None)
    try:
        if route is not None:
            call = ApiRequest(route.method, route.path.format(id=quote(task_id, safe="")))
        elif (yield from is_keyreel(remote)):
            remote = speak_own_format(remote)
            call = ApiRequest("POST", f"{format_task_path(task_id)}/cancel")
        else:
            raise UnknownEndpoint(f"The format {dialect.name} cannot cancel tasks.", field="dialect")
        response = yield remote.build_request(call)
    except ConnectionDropped as error:
        raise make_unreachable_error(remote, error) from error
    remote.parse_response(lambda _: None, response)


def list_tasks(
    remote: RemoteServer, ids: Sequence[TaskId] = (), page_token: str = ""
) -> Flow[tuple[tuple[Report, ...], str]]:
    """List tasks: those with these ids, at most `max_listed_ids` of the dialect, or all, newest first.

    Returns:
        A page of them, and the token of the next one; empty on the last. Entries that make no sense are left
        out.

    Raises:
        UnknownEndpoint: the format has no lists.
    """
    dialect = remote.dialect
    body = yield from send_request(remote, dialect.build_list_request(ids, page_token))
    entries = body.get(dialect.list_key)
    if not isinstance(entries, list):
        raise RemoteError("The server's response is malformed.")
    found: list[Report] = []
    for entry in entries:
        with suppress(RemoteError, AttributeError, KeyError, TypeError, ValueError, OverflowError):
            found.append(dialect.parse_result_response(entry))
    return tuple(found), dialect.parse_page_token(body)


def send_request(remote: RemoteServer, call: ApiRequest) -> Flow[Json]:
    """Send any other request and return the response's body.

    Raises:
        Refusal: the server answers with an error response.
    """
    try:
        response = yield remote.build_request(call)
    except ConnectionDropped as error:
        raise make_unreachable_error(remote, error) from error
    return remote.parse_response(lambda body: body, response)


def wait(remote: RemoteServer, task_id: TaskId, watch: ProgressListener | None = None) -> Flow[Report]:
    """Poll until the video is there; polls that fail for passing reasons are tried again.

    Raises:
        RenderFailed: the task ended without a video.
        Cancelled: it was cancelled.
        TaskTimedOut: the patience ended.
        RemoteError: the server stayed silent.
    """
    report = yield from wait_for_end(remote, task_id, watch)
    if report.state is TaskState.FAILED and (yield from _was_cancelled(remote, task_id)):
        report = replace(report, state=TaskState.CANCELLED)
    return check_succeeded(report)


def _was_cancelled(remote: RemoteServer, task_id: TaskId) -> Flow[bool]:
    """Ask Keyreel whether a task was cancelled: most formats have no word but failed for that."""
    with suppress(KeyreelError, ConnectionDropped):
        if (yield from is_keyreel(remote)):
            call = ApiRequest("GET", format_task_path(task_id))
            task = yield from send_request(speak_own_format(remote), call)
            return task.get("state") == TaskState.CANCELLED
    return False


def wait_for_end(
    remote: RemoteServer, task_id: TaskId, watch: ProgressListener | None = None
) -> Flow[Report]:
    """Poll until the task has ended, well or badly.

    Raises:
        TaskTimedOut: the patience ended.
        RemoteError: the server stayed silent.
    """
    patience, waited, report = remote.patience, 0.0, None
    pause = patience.first_seconds
    while True:
        report = yield from poll_until_answered(remote, task_id)
        if watch is not None:
            watch(report)
        if report.state.is_final:
            return report
        left = patience.total_seconds - waited
        if left <= 0:
            error = TaskTimedOut(f"Task {task_id} has not ended after {waited:.0f} seconds.")
            raise name_task(error, report)
        yield Pause(min(pause, left))
        waited += min(pause, left)
        pause = min(pause * 1.5, patience.most_seconds)


def poll_until_answered(remote: RemoteServer, task_id: TaskId) -> Flow[Report]:
    """Poll a task once, again after a pause where that fails for a passing reason.

    Raises:
        KeyreelError: it failed for another, or `faults` times in a row.
    """
    pause = remote.patience.first_seconds
    for left in reversed(range(remote.patience.faults)):
        try:
            return (yield from poll(remote, task_id))
        except KeyreelError as error:
            if not left or not _is_transient(error):
                error.task_id = error.task_id or task_id
                raise
        yield Pause(pause)
        pause = min(pause * 1.5, remote.patience.most_seconds)
    raise AssertionError("the last round returns or raises")


def save(remote: RemoteServer, report: Report, path: Path, url: str = "") -> Flow[Path]:
    """Download a finished task's video (or what is at `url`).

    After a dropped connection it is tried once more; an expired URL is replaced by polling once.
    """
    url = url or report.video_url
    for last in (False, True):
        try:
            response = yield remote.build_download(url, path)
        except ConnectionDropped as error:
            if last:
                raise make_unreachable_error(remote, error) from error
            continue
        if response.status == HTTPStatus.OK:
            return path
        if last or response.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.GONE}:
            raise RemoteError(f"The video's URL returned {response.status}.", status=response.status)
        fresh = yield from poll(remote, report.id)
        url = fresh.cover_url if url == report.cover_url else fresh.video_url
    raise AssertionError("the second round returns or raises")


def check_succeeded(report: Report) -> Report:
    """Return the last report of a task that has a video.

    Raises:
        RenderFailed: the task ended without one.
        Cancelled: it was cancelled.
        RemoteError: the server names none.
    """
    if report.state is TaskState.CANCELLED:
        raise name_task(Cancelled(report.reason or None), report)
    if report.state is not TaskState.SUCCEEDED:
        raise name_task(RenderFailed(report.reason or None), report)
    if not report.video_url:
        raise name_task(RemoteError("The task succeeded, but the response has no video."), report)
    return report


def name_task(error: Error, report: Report) -> Error:
    """Return the error with the task that it concerns, and what was said of that last."""
    error.task_id, error.report = report.id, report
    return error


def _is_transient(error: KeyreelError) -> bool:
    """Return whether the same poll may succeed a moment later."""
    if isinstance(error, Unavailable | RateLimited):
        return True
    if not isinstance(error, RemoteError):
        return False
    # A success that cannot be understood may be a proxy's page.
    is_refused = HTTPStatus.MULTIPLE_CHOICES <= error.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return not is_refused or error.status == HTTPStatus.TOO_MANY_REQUESTS


def make_unreachable_error(remote: RemoteServer, error: ConnectionDropped) -> RemoteError:
    """Return what a program is told of a request that got no response."""
    if error.is_absent:
        return RemoteError(phrase_absence(remote.base_url, str(error)))
    return RemoteError(f"The server at {remote.base_url} did not respond: {error}.")
