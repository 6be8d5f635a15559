"""`keyreel serve`: a server starts whose workers are other nodes."""

from __future__ import annotations

import os

from keyreel.cli.commands.up import DevOption, HostOption, PortOption  # noqa: TC001 - typer reads annotations
from keyreel.cli.options import DataOption  # noqa: TC001 - typer reads annotations
from keyreel.cli.system import check_system, check_vacancy


def start_serving(
    host: HostOption = None, port: PortOption = None, data: DataOption = None, dev: DevOption = False
) -> None:
    """Start a server without a worker. Other nodes render its tasks with `keyreel work`."""
    check_system(os.name)
    check_vacancy(data)
    from keyreel.cli.serving import ServeOptions, serve
    from keyreel.system.private_folder import private_umask

    with private_umask():
        serve(ServeOptions(host, port, data, dev), with_worker=False)
