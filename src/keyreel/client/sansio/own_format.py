"""Keyreel's own routes, whatever format a client speaks: how they are reached. Sends nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from keyreel.wire.dialects.registry import DEFAULT_DIALECT

if TYPE_CHECKING:
    from keyreel.client.sansio.remote_server import RemoteServer

TASK_PATH: Final = "/v1/tasks/{id}"


def speak_own_format(remote: RemoteServer) -> RemoteServer:
    """Return the server in the format in which Keyreel's own routes write errors."""
    return replace(remote, dialect=DEFAULT_DIALECT)


def format_task_path(task_id: str) -> str:
    """Return the path of a task of any format."""
    return TASK_PATH.format(id=quote(task_id, safe=""))
