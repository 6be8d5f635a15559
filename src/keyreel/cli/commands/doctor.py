"""`keyreel doctor`: what works on this machine, checked by doing it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from keyreel.cli.doctor.engine_checks import (
    check_engines,
    check_lost_orders,
    check_ray,
    check_workers,
)
from keyreel.cli.doctor.findings import make_failed
from keyreel.cli.doctor.installation_checks import (
    check_audit_log,
    check_certificates,
    check_files,
    check_object_store,
    check_secrets,
    check_stored_bytes,
)
from keyreel.cli.doctor.machine_checks import (
    check_data_folder,
    check_egress,
    check_encoder,
    check_hardware,
    check_instruments,
    check_networks,
    check_prices,
    check_privacy,
    check_python,
    check_server,
)
from keyreel.cli.operator_client import OperatorOptions
from keyreel.cli.options import AdminTokenOption, DataOption, JsonOption  # noqa: TC001 - typer reads annotations
from keyreel.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.cli.doctor.findings import DoctorCheck
    from keyreel.settings import Settings

NewDatabaseOption = Annotated[
    bool,
    typer.Option("--new-database", help="First create a new database in a folder that has lost its own."),
]
DeleteOrphansOption = Annotated[
    bool, typer.Option("--delete-orphans", help="First delete stored results that belong to no task.")
]
ServerUrlOption = Annotated[
    str,
    typer.Option(
        "--base-url",
        envvar="KEYREEL_BASE_URL",
        help="Check this running server instead of this machine.",
    ),
]
_PIPE_WIDTH: Final = 1000
"""Columns where the output is no terminal, so that no row is wrapped."""


def check_machine(  # noqa: PLR0913, PLR0917 - a command's options are its interface
    data: DataOption = None,
    base_url: ServerUrlOption = "",
    admin_token: AdminTokenOption = "",
    as_json: JsonOption = False,
    new_database: NewDatabaseOption = False,
    delete_orphans: DeleteOrphansOption = False,
) -> None:
    """Check this machine and the installation, or a running server. Exits with 1 if a check fails."""
    if base_url:
        from keyreel.cli.doctor.remote_checks import check_remote_server

        if new_database or delete_orphans:
            raise InvalidRequest(
                "--new-database and --delete-orphans change a local folder: leave out --base-url."
            )
        checks = check_remote_server(OperatorOptions(data, base_url, admin_token))
    else:
        checks = _check_folder(data, new_database=new_database, delete_orphans=delete_orphans)
    if as_json:
        print(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        _print_checks(checks)
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


def _check_folder(data: Path | None, *, new_database: bool, delete_orphans: bool) -> list[DoctorCheck]:
    from keyreel.cli.local.stored_files import create_database, delete_all_orphans
    from keyreel.cli.local.task_store import locate_database
    from keyreel.engines.router import load_router
    from keyreel.settings import read_settings

    settings = read_settings(data=data)
    load_router(settings.engine_settings)  # a mistake there is one in the settings, and ends the command
    if new_database:
        create_database(locate_database(settings))
    if delete_orphans:
        delete_all_orphans(settings)
    return list_checks(settings, _CHECKS)


def list_checks(
    settings: Settings, functions: tuple[Callable[[Settings], DoctorCheck], ...]
) -> list[DoctorCheck]:
    """Run checks; what one cannot even look at is what is wrong."""
    return [_run_check(check, settings) for check in functions]


def _run_check(check: Callable[[Settings], DoctorCheck], settings: Settings) -> DoctorCheck:
    from keyreel.errors import KeyreelError

    name = check.__name__.removeprefix("check_").replace("_", " ").replace("ray", "Ray")
    try:
        return check(settings)
    except KeyreelError as error:
        return make_failed(name, error.message)
    except OSError as error:
        return make_failed(name, f"{error.filename or settings.data}: {error.strerror}")


def _print_checks(checks: list[DoctorCheck]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    for check in checks:
        table.add_row("[green]✓[/]" if check.ok else "[red]✗[/]", check.name, Text(check.detail))
        if check.fix:
            table.add_row("", "", Text(f"→ {check.fix}", "bold"))
    console = Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    console.print(table)
    console.print(
        "The motion engine moves the pixels you provide and draws places, weather, and light from "
        "text. It does not invent other content or articulated motion."
    )


FOLDER_CHECKS: Final[tuple[Callable[[Settings], DoctorCheck], ...]] = (
    check_data_folder,
    check_privacy,
    check_secrets,
    check_certificates,
    check_prices,
    check_server,
    check_object_store,
    check_files,
    check_stored_bytes,
    check_audit_log,
    check_lost_orders,
    check_workers,
)
"""Those of the data folder."""
_CHECKS: Final[tuple[Callable[[Settings], DoctorCheck], ...]] = (
    check_python,
    check_hardware,
    *FOLDER_CHECKS,
    check_engines,
    check_ray,
    check_networks,
    check_encoder,
    check_instruments,
    check_egress,
)
