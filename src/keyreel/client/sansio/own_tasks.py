"""Keyreel's own routes about one task of any format, as flows. Only Keyreel has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyreel.client.sansio import flows
from keyreel.client.sansio.own_format import format_task_path, speak_own_format
from keyreel.wire.dialects.dialect import ApiRequest

if TYPE_CHECKING:
    from keyreel.client.sansio.remote_server import RemoteServer
    from keyreel.client.sansio.steps import Flow
    from keyreel.wire.json_types import Json


def show_task(remote: RemoteServer, task_id: str) -> Flow[Json]:
    """Ask how a task is, in the words of `GET /v1/tasks/{id}`."""
    return flows.send_request(speak_own_format(remote), ApiRequest("GET", format_task_path(task_id)))


def approve_task(remote: RemoteServer, task_id: str) -> Flow[Json]:
    """Have the video made of a held order; return how the order is."""
    return _post(remote, task_id, "approve")


def cancel_task(remote: RemoteServer, task_id: str) -> Flow[Json]:
    """Cancel a task that has not ended; return how it is."""
    return _post(remote, task_id, "cancel")


def _post(remote: RemoteServer, task_id: str, action: str) -> Flow[Json]:
    call = ApiRequest("POST", f"{format_task_path(task_id)}/{action}")
    return flows.send_request(speak_own_format(remote), call)
