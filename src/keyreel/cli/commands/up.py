"""`keyreel up`: the server and its worker start."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from keyreel.cli.options import DataOption  # noqa: TC001 - typer reads annotations
from keyreel.cli.system import check_system, check_vacancy

HostOption = Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")]
PortOption = Annotated[
    int | None, typer.Option(help="Port to listen on. 0 picks a free port.", show_default="8787")
]
DevOption = Annotated[
    bool, typer.Option("--dev", help="Development mode: movable clock, markers in prompts.")
]


def start_server(
    host: HostOption = None, port: PortOption = None, data: DataOption = None, dev: DevOption = False
) -> None:
    """Start the server and its worker."""
    check_system(os.name)
    check_vacancy(data)
    from keyreel.cli.serving import ServeOptions, serve
    from keyreel.system.private_folder import private_umask

    with private_umask():  # inherited by all children
        serve(ServeOptions(host, port, data, dev), with_worker=True)
