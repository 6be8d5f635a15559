"""Tasks for the operator: through the running server, or in the data folder when none runs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from keyreel.cli.local.data_folder import DataFolder
from keyreel.errors import DataFolderLocked, RemoteError
from keyreel.task import TaskFilter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.tasks.accounts.api_keys import ApiKeyStore
    from keyreel.tasks.store import TaskStore
    from keyreel.wire.json_types import Json

_PIPE_WIDTH = 1000


def list_tasks(data: Path | None, *, limit: int, as_json: bool) -> None:
    """Print the newest tasks."""
    from keyreel.server.routes.operator.tasks import describe_task

    def here(store: TaskStore, _: ApiKeyStore) -> Json:
        return {"tasks": [describe_task(task) for task in store.list(task_filter=TaskFilter(limit=limit))]}

    found = run_operation(data, here, "GET", f"/v1/admin/tasks?limit={limit}")["tasks"]
    for task in found:
        task["progress"] = f"{task['progress']:.0%}"
    print_rows(found, ("id", "tenant", "endpoint", "state", "progress", "created", "reason"), as_json=as_json)


def run_operation(
    data: Path | None,
    local_operation: Callable[[TaskStore, ApiKeyStore], Json],
    method: str,
    path: str,
    *,
    body: Json | None = None,
) -> Json:
    """Do it in the data folder; if a server has that open, let the server do it."""
    from keyreel.cli.local.task_store import open_store

    folder = DataFolder.from_option(data)
    folder.create()
    try:
        with open_store(folder.path) as (store, keys):
            return local_operation(store, keys)
    except DataFolderLocked:
        return request_server(folder, method, path, body)


def request_server(folder: DataFolder, method: str, path: str, body: Json | None = None) -> Json:
    """Ask the server that works on the folder, as its operator.

    Raises:
        RemoteError: it refuses, or does not answer.
    """
    import httpx

    headers = {"Authorization": f"Bearer {folder.read_admin_token()}"}
    try:
        with httpx.Client(base_url=folder.read_server_url(), headers=headers, trust_env=False) as client:
            response = client.request(method, path, json=body)
    except httpx.HTTPError as error:
        raise RemoteError(f"The server that holds {folder.path} does not answer: {error}.") from None
    answer: Json = response.json()
    if response.is_error:
        raise RemoteError(answer.get("message", response.reason_phrase), status=response.status_code)
    return answer


def print_rows(rows: list[Json], columns: tuple[str, ...], *, as_json: bool) -> None:
    """Print rows as a table, or as JSON."""
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    # Into a pipe goes all of it; a terminal has its own width.
    Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH).print(table)


def _cell(value: object) -> str:
    return "" if value is None else str(value)
