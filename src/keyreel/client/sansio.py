"""What a client does, written once: generators that yield steps and receive responses. They do no I/O."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from urllib.parse import quote, urljoin
from uuid import uuid4

from pydantic_core import from_json, to_json

from keyreel.errors import KeyreelError, RateLimited, RemoteError, RenderFailed, Unavailable, UnknownEndpoint
from keyreel.task import TaskState
from keyreel.wire.dialects.dialect import ApiRequest, RouteAction
from keyreel.wire.dialects.notes_header import parse_notes_header

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from keyreel.task import TaskId
    from keyreel.wire.dialects.dialect import Dialect, Report
    from keyreel.wire.endpoints.endpoint import Endpoint
    from keyreel.wire.json_types import Json


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Send an HTTP request."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class DownloadFile:
    """Download a URL to a file, which appears whole or not at all."""

    url: str
    path: Path
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StepResponse:
    """The response to a step: header names in lower case, no body for downloads and pauses."""

    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


class ConnectionDropped(Exception):
    """The connection failed before the response was complete."""

    def __init__(self, message: str, *, may_have_arrived: bool = True) -> None:
        super().__init__(message)
        self.may_have_arrived = may_have_arrived
        """Whether the server may have got the request."""


T = TypeVar("T")
Step: TypeAlias = SendRequest | DownloadFile | Pause
Flow: TypeAlias = Generator[Step, StepResponse, T]
ProgressListener: TypeAlias = Callable[["Report"], object]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait between polls (first, then 1.5 times the one before, up to most), and in all."""

    first_seconds: float = 0.5
    most_seconds: float = 2.0
    total_seconds: float = 6 * 3600.0
    faults: int = 6
    """Polls in a row that may fail before giving up."""


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """A server, the key it takes and the dialect it is spoken to in."""

    base_url: str
    api_key: str = field(repr=False)
    dialect: Dialect
    patience: Patience = Patience()

    def build_request(self, call: ApiRequest) -> SendRequest:
        """Complete a dialect's call with host and key."""
        headers = {"accept": "application/json", **self.build_auth_headers()}
        if call.json is None:
            return SendRequest(call.method, self._join_path(call.path), headers)
        headers["content-type"] = "application/json"
        return SendRequest(call.method, self._join_path(call.path), headers, to_json(call.json))

    def build_auth_headers(self) -> dict[str, str]:
        """Return the header that carries the key."""
        return {"authorization": f"{self.dialect.auth_scheme} {self.api_key}"} if self.api_key else {}

    def build_download(self, url: str, path: Path) -> DownloadFile:
        """Complete a download; a URL without a host is one of the server's own, and gets the key."""
        own = url.startswith("/") and not url.startswith("//")
        return DownloadFile(self.resolve_url(url), path, self.build_auth_headers() if own else {})

    def parse_response(self, parse: Callable[[Json], T], response: StepResponse) -> T:
        """Parse a successful response's body; raise an error response's error."""
        body = self._parse_body(response)
        try:
            return parse(body)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise RemoteError("The server's answer makes no sense in this format.") from error

    def _parse_body(self, response: StepResponse) -> Json:
        try:
            body: object = from_json(response.body)
        except ValueError:
            body = None
        if HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES and isinstance(body, dict):
            return body
        if not isinstance(body, dict):
            raise RemoteError(f"The server answered {response.status} without JSON.", status=response.status)
        error = self.dialect.parse_error_response(response.status, body)
        after = response.headers.get("retry-after", "")
        if isinstance(error, Unavailable | RateLimited) and after.isdecimal():
            error.retry_after_seconds = int(after)
        raise error

    def resolve_url(self, url: str) -> str:
        """Complete a URL that the server gave without its host."""
        return urljoin(self.base_url.rstrip("/") + "/", url)

    def _join_path(self, path: str) -> str:
        return self.base_url.rstrip("/") + path


def submit(remote: RemoteServer, endpoint: Endpoint) -> Flow[TaskId]:
    """Submit a request, under an idempotency key.

    A response that is lost may belong to an accepted task. So the request is sent again, with the same key,
    only to a server that identifies itself as Keyreel: it then makes no second task.

    Raises:
        UnknownEndpoint: the format cannot express it.
    """
    if not remote.dialect.supports(type(endpoint)):
        message = f"The format {remote.dialect.name} has no words for {endpoint.name()}."
        raise UnknownEndpoint(message, field="model")
    step = remote.build_request(remote.dialect.build_submit_request(endpoint))
    step = replace(step, headers={**step.headers, "idempotency-key": uuid4().hex})
    for left in reversed(range(remote.patience.faults)):
        try:
            response = yield step
            return remote.parse_response(remote.dialect.parse_submit_response, response)
        except ConnectionDropped as error:
            lost: KeyreelError = _make_unreachable_error(remote, error)
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
        raise ConnectionDropped(f"it answered {response.status}")
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
        raise _make_unreachable_error(remote, error) from error
    report = remote.parse_response(remote.dialect.parse_result_response, response)
    # Some hosts leave the id out.
    report = replace(report, id=report.id or task_id)
    return replace(report, notes=parse_notes_header(response.headers.get("x-task-notes", "")))


def cancel(remote: RemoteServer, task_id: TaskId) -> Flow[None]:
    """Cancel a task.

    Raises:
        UnknownEndpoint: the format cannot.
        Refusal: the server does not, because the task has ended.
    """
    dialect = remote.dialect
    route = next((each for each in dialect.routes if each.action is RouteAction.CANCEL), None)
    if route is None:
        raise UnknownEndpoint(f"The format {dialect.name} cannot cancel tasks.", field="dialect")
    try:
        response = yield remote.build_request(
            ApiRequest(route.method, route.path.format(id=quote(task_id, safe="")))
        )
    except ConnectionDropped as error:
        raise _make_unreachable_error(remote, error) from error
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
        raise RemoteError("The server's answer makes no sense in this format.")
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
        raise _make_unreachable_error(remote, error) from error
    return remote.parse_response(lambda body: body, response)


def wait(remote: RemoteServer, task_id: TaskId, watch: ProgressListener | None = None) -> Flow[Report]:
    """Poll until the video is there; polls that fail for passing reasons are tried again.

    Raises:
        RenderFailed: the task ended without a video.
        RemoteError: the server stayed silent, or the patience ended.
    """
    return check_succeeded((yield from wait_for_end(remote, task_id, watch)))


def wait_for_end(
    remote: RemoteServer, task_id: TaskId, watch: ProgressListener | None = None
) -> Flow[Report]:
    """Poll until the task has ended, well or badly.

    Raises:
        RemoteError: the server stayed silent, or the patience ended.
    """
    patience, faults, waited = remote.patience, 0, 0.0
    pause = patience.first_seconds
    while waited < patience.total_seconds:
        try:
            report = yield from poll(remote, task_id)
        except KeyreelError as error:
            faults += 1
            if faults >= patience.faults or not _is_transient(error):
                raise
        else:
            faults = 0
            if watch is not None:
                watch(report)
            if report.state.is_final:
                return report
        yield Pause(pause)
        waited += pause
        pause = min(pause * 1.5, patience.most_seconds)
    raise RemoteError(f"Task {task_id} is still unfinished after {waited:.0f} seconds of waiting.")


def generate(remote: RemoteServer, endpoint: Endpoint, watch: ProgressListener | None = None) -> Flow[Report]:
    """Submit a request and wait for its video."""
    task_id = yield from submit(remote, endpoint)
    return (yield from wait(remote, task_id, watch))


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
                raise _make_unreachable_error(remote, error) from error
            continue
        if response.status == HTTPStatus.OK:
            return path
        if last or response.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.GONE}:
            raise RemoteError(f"The video's address answered {response.status}.", status=response.status)
        fresh = yield from poll(remote, report.id)
        url = fresh.cover_url if url == report.cover_url else fresh.video_url
    raise AssertionError("the second round returns or raises")


def check_succeeded(report: Report) -> Report:
    """Return the last report of a task that has a video.

    Raises:
        RenderFailed: the task ended without one.
        RemoteError: the server names none.
    """
    if report.state is not TaskState.SUCCEEDED:
        raise RenderFailed(report.reason or None)
    if not report.video_url:
        raise RemoteError("The task succeeded, but the server names no video.")
    return report


def _is_transient(error: KeyreelError) -> bool:
    """Return whether the same poll may succeed a moment later."""
    if isinstance(error, Unavailable | RateLimited):
        return True
    status = error.status if isinstance(error, RemoteError) else 1
    return status in {0, HTTPStatus.TOO_MANY_REQUESTS} or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _make_unreachable_error(remote: RemoteServer, error: ConnectionDropped) -> RemoteError:
    return RemoteError(f"The server at {remote.base_url} did not answer: {error}.")
