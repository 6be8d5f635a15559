"""Keyreel's own routes about one task of any format, as flows. Only Keyreel has them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from keyreel.client.sansio import flows
from keyreel.wire.dialects.dialect import ApiRequest
from keyreel.wire.dialects.registry import DEFAULT_DIALECT

if TYPE_CHECKING:
    from keyreel.client.sansio.remote_server import RemoteServer
    from keyreel.client.sansio.steps import Flow
    from keyreel.wire.json_types import Json

TASK_PATH: Final = "/v1/tasks/{id}"


def show_task(remote: RemoteServer, task_id: str) -> Flow[Json]:
    """Ask how a task is, in the words of `GET /v1/tasks/{id}`."""
    return flows.send_request(speak_own_format(remote), ApiRequest("GET", _format_path(task_id)))


def approve_task(remote: RemoteServer, task_id: str) -> Flow[Json]:
    """Have the video made of a held order; return how the order is."""
    return _post(remote, task_id, "approve")


def cancel_task(remote: RemoteServer, task_id: str) -> Flow[Json]:
    """Cancel a task that has not ended; return how it is."""
    return _post(remote, task_id, "cancel")


def speak_own_format(remote: RemoteServer) -> RemoteServer:
    """Return the server in the format in which Keyreel's own routes write errors."""
    return replace(remote, dialect=DEFAULT_DIALECT)


def _post(remote: RemoteServer, task_id: str, action: str) -> Flow[Json]:
    call = ApiRequest("POST", f"{_format_path(task_id)}/{action}")
    return flows.send_request(speak_own_format(remote), call)


def _format_path(task_id: str) -> str:
    return TASK_PATH.format(id=quote(task_id, safe=""))
