"""`keyreel clock`: the time of a server in development mode."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from keyreel.cli.operator_client import OperatorOptions, connect_to_server
from keyreel.cli.options import (  # noqa: TC001 - typer reads annotations
    AdminTokenOption,
    DataOption,
    JsonOption,
    RunningServerUrlOption,
)

if TYPE_CHECKING:
    from keyreel.wire.json_types import Json

clock_app = typer.Typer(
    help="The clock of a server in development mode: show it, move it forward.", no_args_is_help=True
)


@clock_app.command("now")
def print_time(
    data: DataOption = None,
    base_url: RunningServerUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show the server's time and how far it has been moved."""
    with connect_to_server(OperatorOptions(data, base_url, admin_token)) as server:
        _print_time(server.request("GET", "/v1/admin/clock"), as_json=as_json)


@clock_app.command("advance")
def advance_clock(  # noqa: PLR0917 - a command's options are its interface
    by: Annotated[str, typer.Argument(help="How far: 90s, 10m, 48h, 30d, or combined, such as 1d12h.")],
    data: DataOption = None,
    base_url: RunningServerUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
) -> None:
    """Move the server's clock forward permanently. Needs `keyreel up --dev`."""
    from keyreel.durations import parse_seconds

    body = {"seconds": parse_seconds(by)}
    with connect_to_server(OperatorOptions(data, base_url, admin_token)) as server:
        _print_time(server.request("POST", "/v1/admin/clock/advance", body), as_json=as_json)


def _print_time(clock: Json, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(clock))
        return
    ahead = timedelta(seconds=round(clock["ahead_seconds"]))
    if not clock["dev"]:
        mode = "the machine's clock; `keyreel up --dev` starts a server whose clock can be moved"
    else:
        mode = (
            f"moved {ahead} ahead of the machine's clock" if ahead else "the machine's clock, not moved yet"
        )
    print(f"{clock['now'][:19].replace('T', ' ')}Z   {mode}")
