"""`keyreel backup` and `keyreel restore`: a data folder copied beside its server, and the way back."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads annotations
from typing import Annotated

import typer

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.options import DataOption  # noqa: TC001 - typer reads annotations


def back_up_folder(
    to: Annotated[Path, typer.Argument(help="Folder to create. It must not exist yet.")],
    data: DataOption = None,
) -> None:
    """Back up the data folder, even while the server runs: tasks, accounts, files, keys, certificates."""
    from keyreel.cli.local.copies.backups import back_up
    from keyreel.errors import InvalidSetting
    from keyreel.settings import read_settings
    from keyreel.system.sizes import format_size

    settings = read_settings(data=data)
    if settings.database.get_secret_value() or settings.storage:
        raise InvalidSetting(
            "data: this installation keeps its tasks in Postgres or its files in a bucket. Back them "
            "up with their own tools: pg_dump, and versioning of the bucket."
        )
    made = back_up(settings.data, to)
    print(f"{to}: {made.files} files, {format_size(made.bytes)}.")
    if made.missing:
        typer.secho(f"{made.missing} files of tasks were already missing: see `keyreel doctor`.", err=True)


def restore_folder(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="A backup.")], data: DataOption = None
) -> None:
    """Restore a backup to a data folder, which must be empty or not exist."""
    from keyreel.cli.local.copies.backups import restore

    folder = DataFolder.from_option(data).path
    made = restore(source, folder)
    print(f"{folder}: restored to {made.created}. Start it with `keyreel up --data {folder}`.")
