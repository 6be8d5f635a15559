"""Keys and tasks for the operator: through the running server, or in the data folder when none runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from keyreel.cli.folder import DataFolder
from keyreel.errors import Busy, RemoteError
from keyreel.task import TaskFilter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.tasks.keys import Keys
    from keyreel.tasks.store import TaskStore

Json = dict[str, Any]


def create_key(data: Path | None, tenant: str, *, name: str, as_json: bool) -> None:
    """Make a key and print it."""
    from keyreel.server.admin import check_tenant, key_json

    check_tenant(tenant)

    def here(_: TaskStore, keys: Keys) -> Json:
        info, key = keys.create(tenant, name)
        return {**key_json(info), "key": key}

    created = ask(data, here, "POST", "/v1/admin/keys", body={"tenant": tenant, "name": name})
    if as_json:
        print(json.dumps(created))
    else:
        print(f"{created['key']}\n\nKey {created['id']} of tenant {tenant}. It is shown only now: keep it.")


def list_keys(data: Path | None, *, as_json: bool) -> None:
    """Print every key's record."""
    from keyreel.server.admin import key_json

    def here(_: TaskStore, keys: Keys) -> Json:
        return {"keys": [key_json(info) for info in keys.list()]}

    found = ask(data, here, "GET", "/v1/admin/keys")["keys"]
    print_rows(found, ("id", "tenant", "name", "created", "revoked"), as_json=as_json)


def revoke_key(data: Path | None, key_id: str, *, as_json: bool) -> None:
    """Make a key invalid."""
    from keyreel.server.admin import key_json

    def here(_: TaskStore, keys: Keys) -> Json:
        return key_json(keys.revoke(key_id))

    revoked = ask(data, here, "DELETE", f"/v1/admin/keys/{key_id}")
    print(
        json.dumps(revoked) if as_json else f"Key {revoked['id']} of tenant {revoked['tenant']} is revoked."
    )


def list_tasks(data: Path | None, *, limit: int, as_json: bool) -> None:
    """Print the newest tasks."""
    from keyreel.server.admin import task_json

    def here(store: TaskStore, _: Keys) -> Json:
        return {"tasks": [task_json(task) for task in store.list(wanted=TaskFilter(limit=limit))]}

    found = ask(data, here, "GET", f"/v1/admin/tasks?limit={limit}")["tasks"]
    for task in found:
        task["progress"] = f"{task['progress']:.0%}"
    print_rows(found, ("id", "tenant", "endpoint", "state", "progress", "created", "reason"), as_json=as_json)


def ask(
    data: Path | None,
    here: Callable[[TaskStore, Keys], Json],
    method: str,
    path: str,
    *,
    body: Json | None = None,
) -> Json:
    """Do it in the data folder; if a server has that open, let the server do it."""
    from keyreel.cli.compose import open_store

    folder = DataFolder.at(data)
    folder.create()
    try:
        with open_store(folder.path) as (store, keys):
            return here(store, keys)
    except Busy:
        return _ask_server(folder, method, path, body)


def _ask_server(folder: DataFolder, method: str, path: str, body: Json | None) -> Json:
    import httpx

    headers = {"Authorization": f"Bearer {folder.admin_token()}"}
    try:
        with httpx.Client(base_url=folder.server_url(), headers=headers, trust_env=False) as client:
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
    Console().print(table)


def _cell(value: object) -> str:
    return "" if value is None else str(value)
