"""`keyreel tasks`: the newest tasks of all tenants."""

from __future__ import annotations

from typing import Annotated

import typer

from keyreel.cli.operator_client import OperatorOptions, connect
from keyreel.cli.options import (  # noqa: TC001 - typer reads annotations
    AdminTokenOption,
    DataOption,
    JsonOption,
    OperatorUrlOption,
)
from keyreel.cli.output import print_rows


def list_tasks(  # noqa: PLR0917 - a command's options are its interface
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, newest first.")] = 20,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """List the newest tasks of all tenants."""
    with connect(OperatorOptions(data, base_url, admin_token)) as server:
        tasks = server.request("GET", f"/v1/admin/tasks?limit={limit}")["tasks"]
    for task in tasks:
        task["progress"] = f"{task['progress']:.0%}"
    columns = ("id", "tenant", "endpoint", "engine", "state", "progress", "created", "reason")
    print_rows(tasks, columns, as_json=as_json)
