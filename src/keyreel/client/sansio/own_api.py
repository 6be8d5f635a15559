"""Flows over Keyreel's own routes: models, voices, prices, uploads, lists of tasks. They do no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from keyreel.client.sansio import flows, own_tasks
from keyreel.client.sansio.own_format import speak_own_format
from keyreel.client.sansio.steps import ConnectionDropped, SendRequest
from keyreel.errors import RemoteError
from keyreel.task import TaskId, TaskState
from keyreel.wire.dialects.dialect import ApiRequest, Report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.client.sansio.remote_server import RemoteServer
    from keyreel.client.sansio.steps import Flow
    from keyreel.wire.json_types import Json

UPLOADS_PATH: Final = "/v1/uploads"
TASKS_PATH: Final = "/v1/tasks"
VOICES_PATH: Final = "/v1/voices"
MAX_LISTED: Final = 100
"""Tasks on a page."""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A page of a tenant's tasks, newest first, and where the next one begins; empty on the last."""

    reports: tuple[Report, ...]
    next_cursor: str


def get(remote: RemoteServer, path: str, query: Mapping[str, Any] | None = None) -> Flow[Json]:
    """Return the body at a path of Keyreel's own; parameters that are None are left out."""
    given = {name: value for name, value in (query or {}).items() if value is not None}
    return (yield from flows.send_request(speak_own_format(remote), ApiRequest("GET", _join(path, given))))


def list_voices(remote: RemoteServer) -> Flow[list[Json]]:
    """Return the voices that requests may name."""
    own = speak_own_format(remote)
    body: Any = yield from flows.send_request(own, ApiRequest("GET", VOICES_PATH))
    if not isinstance(body, list):
        raise RemoteError(f"The server at {remote.base_url} has no list of voices.")
    return body


def post(remote: RemoteServer, path: str, body: Json) -> Flow[Json]:
    """Send a body to a path of Keyreel's own; return the response's body."""
    return (yield from flows.send_request(speak_own_format(remote), ApiRequest("POST", path, body)))


def upload(remote: RemoteServer, data: bytes, media_type: str) -> Flow[str]:
    """Upload an image; return the text that stands for it in requests, until it expires."""
    own = speak_own_format(remote)
    headers = {"accept": "application/json", "content-type": media_type, **own.build_auth_headers()}
    try:
        response = yield SendRequest("POST", own.resolve_url(UPLOADS_PATH), headers, data)
    except ConnectionDropped as error:
        raise flows.make_unreachable_error(remote, error) from error
    return own.parse_response(lambda body: str(body["uri"]), response)


def show_task(remote: RemoteServer, task_id: str) -> Flow[Report]:
    """Return a task of any format as it is now, with its state in Keyreel's own words."""
    body = yield from own_tasks.show_task(remote, task_id)
    try:
        return _parse_task(body)
    except (KeyError, TypeError, ValueError) as error:
        raise RemoteError(f"The response of the server at {remote.base_url} has no task.") from error


def list_tasks(
    remote: RemoteServer, *, state: str | None, limit: int | None, cursor: str | None
) -> Flow[ReportPage]:
    """Return a page of the tenant's tasks of all formats."""
    body = yield from get(remote, TASKS_PATH, {"state": state, "limit": limit, "cursor": cursor})
    try:
        reports = tuple(_parse_task(each) for each in body["tasks"])
        return ReportPage(reports, body.get("next_cursor") or "")
    except (KeyError, TypeError, ValueError) as error:
        raise RemoteError(f"The server at {remote.base_url} has no list of tasks.") from error


def _parse_task(entry: Json) -> Report:
    return Report(
        TaskId(entry["id"]),
        TaskState(entry["state"]),
        progress=entry["progress"],
        reason=entry["reason"],
        video_url=entry["video_url"] or "",
        cover_url=entry["cover_url"] or "",
        seed=entry.get("seed"),
        notes=tuple(entry["notes"]),
    )


def _join(path: str, query: Mapping[str, Any]) -> str:
    return f"{path}?{urlencode(query, quote_via=quote)}" if query else path
