"""`keyreel usage`: what each task has cost, and what is stored."""

from __future__ import annotations

import json
from typing import Annotated
from urllib.parse import quote

import typer

from keyreel.cli.operator_client import OperatorOptions, connect_for_reading
from keyreel.cli.options import (  # noqa: TC001 - typer reads annotations
    AdminTokenOption,
    DataOption,
    JsonOption,
    OperatorUrlOption,
)
from keyreel.cli.output import print_rows


def print_usage(  # noqa: PLR0917 - a command's options are its interface
    tenant: Annotated[str | None, typer.Option(help="Only this tenant.")] = None,
    data: DataOption = None,
    base_url: OperatorUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show what each task has cost and how many bytes each tenant stores."""
    from keyreel.pricing import to_usd
    from keyreel.system.sizes import format_size

    path = "/v1/admin/usage" + ("" if tenant is None else f"?tenant={quote(tenant, safe='')}")
    with connect_for_reading(OperatorOptions(data, base_url, admin_token)) as server:
        usage = server.request("GET", path)
    if as_json:
        print(json.dumps(usage))
        return
    print_rows(
        usage["tasks"], ("task_id", "status", "credits", "charges", "engine_credits", "tenant"), as_json=False
    )
    total = sum(task["credits"] for task in usage["tasks"])
    count = len(usage["tasks"])
    print(f"\n{count} {'task' if count == 1 else 'tasks'}, {total} credits (${to_usd(total)}).")
    spent = sum(task["engine_credits"] for task in usage["tasks"])
    if spent:
        print(f"Hosted services cost {spent:g} credits; the margin is {total - spent:g}.")
    for name, size in usage["stored_bytes"].items():
        print(f"{name or 'No tenant'} stores {format_size(size)}.")
