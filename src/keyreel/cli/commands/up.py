"""`keyreel up`: the server and its worker start."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from keyreel.cli.options import DataOption  # noqa: TC001 - typer reads annotations
from keyreel.cli.system import check_system


def start_server(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 for any free one.", show_default="8787")] = None,
    data: DataOption = None,
    dev: Annotated[bool, typer.Option("--dev", help="Development mode: a clock to move, markers.")] = False,
) -> None:
    """Start the server and its worker."""
    check_system(os.name)
    from keyreel.cli.serving import serve
    from keyreel.system.private_folder import private_umask

    with private_umask():  # inherited by all children
        serve(host=host, port=port, data=data, dev=dev)
