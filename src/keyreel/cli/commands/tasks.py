"""`keyreel tasks`: the newest tasks of all tenants; one task shown, approved or cancelled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Final

import typer

from keyreel.cli.commands.task_videos import TaskArgument, download_video, wait_for_task
from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.operator_client import OperatorOptions, connect_for_reading
from keyreel.cli.options import (
    AdminTokenOption,
    ApiKeyOption,
    BaseUrlOption,
    DataOption,
    JsonOption,
    OperatorUrlOption,
    refuse_leading_options,
)
from keyreel.cli.output import print_rows
from keyreel.errors import InvalidRequest
from keyreel.task import TaskState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.client.sansio.remote_server import RemoteServer
    from keyreel.client.sansio.steps import Flow
    from keyreel.wire.json_types import Json

tasks_app = typer.Typer(
    help="The newest tasks of all tenants. Show, wait for, download, approve, or cancel one task.",
    invoke_without_command=True,
)
tasks_app.command("wait")(wait_for_task)
tasks_app.command("download")(download_video)

_DRAFT_FIELDS: Final = ("id", "state", "reason", "video_url")
_SHOWN_FIELDS: Final = (
    *("id", "state", "progress", "credits", "reason", "approve_before"),
    *("video_url", "cover_url", "draft_of"),
)


@tasks_app.callback()
def list_tasks(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=500, help="Maximum number of entries, newest first.")] = 20,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """List the newest tasks of all tenants; its commands are about one of yours."""
    if context.invoked_subcommand:
        refuse_leading_options(context)
        return
    with connect_for_reading(OperatorOptions(data, base_url, admin_token)) as server:
        tasks = server.request("GET", f"/v1/admin/tasks?limit={limit}")["tasks"]
    for task in tasks:
        task["progress"] = f"{task['progress']:.0%}"
    columns = ("id", "state", "progress", "endpoint", "engine", "created", "tenant", "reason")
    print_rows(tasks, columns, as_json=as_json)


@tasks_app.command("show")
def show_task(  # noqa: PLR0917 - a command's options are its interface
    task: TaskArgument,
    base_url: BaseUrlOption = "",
    api_key: ApiKeyOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a task's state, notes, draft, and links to its files."""
    from keyreel.client.sansio import own_tasks

    found = _ask(lambda remote: own_tasks.show_task(remote, task), base_url, api_key, data)
    _print_task(found, as_json=as_json)


@tasks_app.command("approve")
def approve_task(  # noqa: PLR0917 - a command's options are its interface
    task: TaskArgument,
    base_url: BaseUrlOption = "",
    api_key: ApiKeyOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve an order that is held for its draft. Repeating it changes nothing."""
    from keyreel.client.sansio import own_tasks

    found = _ask(lambda remote: own_tasks.approve_task(remote, task), base_url, api_key, data)
    _print_task(found, as_json=as_json)


@tasks_app.command("cancel")
def cancel_task(  # noqa: PLR0917 - a command's options are its interface
    task: TaskArgument,
    base_url: BaseUrlOption = "",
    api_key: ApiKeyOption = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cancel and refund a task that has not ended, with its draft."""
    from keyreel.client.sansio import own_tasks

    found = _ask(lambda remote: own_tasks.cancel_task(remote, task), base_url, api_key, data)
    if found["state"] != TaskState.CANCELLED:
        raise InvalidRequest(f"Task {found['id']} has {found['state']}: there is nothing to cancel.")
    _print_task(found, as_json=as_json)


def _ask(
    make_flow: Callable[[RemoteServer], Flow[Json]], base_url: str, api_key: str, data: Path | None
) -> Json:
    from keyreel.client import Client

    url, key = DataFolder.from_option(data).choose_server(base_url, api_key)
    with Client(url, key) as client:
        return client.run(make_flow(client.remote))


def _print_task(task: Json, *, as_json: bool) -> None:
    """Print a task: as JSON all of it, for people what is there of it, one field a line."""
    if as_json:
        print(json.dumps(task, indent=2))
        return
    lines = [(name, task[name]) for name in _SHOWN_FIELDS]
    lines += [("note", note) for note in task["notes"]]
    lines += [(f"draft {name}", task["draft"][name]) for name in _DRAFT_FIELDS if task["draft"]]
    for name, value in lines:
        if value not in {None, ""}:
            print(f"{name:<15} {f'{value:.0%}' if name == 'progress' else value}")
