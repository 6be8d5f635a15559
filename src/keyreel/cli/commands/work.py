"""`keyreel work`: a worker starts that serves nobody."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from keyreel.cli.commands.up import DevOption, HostOption  # noqa: TC001 - typer reads annotations
from keyreel.cli.options import DataOption  # noqa: TC001 - typer reads annotations
from keyreel.cli.system import check_system

HealthPortOption = Annotated[
    int | None,
    typer.Option("--health-port", help="Port for health checks. 0 picks a free port.", show_default="8789"),
]


def start_working(
    host: HostOption = None,
    health_port: HealthPortOption = None,
    data: DataOption = None,
    dev: DevOption = False,
) -> None:
    """Start a worker, which renders tasks, sends callbacks, and deletes expired files."""
    check_system(os.name)
    from keyreel.cli.working import WorkOptions, work
    from keyreel.system.private_folder import private_umask

    with private_umask():  # inherited by all children
        work(WorkOptions(host, health_port, data, dev))
