"""`keyreel backup` and `keyreel restore`: a data folder copied beside its server, and the way back."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads annotations
from typing import Annotated

import typer

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.options import DataOption  # noqa: TC001 - typer reads annotations


def back_up_folder(
    to: Annotated[Path, typer.Argument(help="Folder to make; it must not exist yet.")],
    data: DataOption = None,
) -> None:
    """Copy the data folder, also while a server runs: tasks, accounts, files, keys and certificates."""
    from keyreel.cli.local.copies.backups import back_up
    from keyreel.errors import InvalidSetting
    from keyreel.settings import read_settings
    from keyreel.system.sizes import format_size

    settings = read_settings(data=data)
    if settings.database.get_secret_value() or settings.storage:
        raise InvalidSetting(
            "data: this installation keeps its tasks in Postgres or its files in a bucket: back these up by "
            "their own means, pg_dump and the bucket's versions."
        )
    made = back_up(settings.data, to)
    print(f"{to}: {made.files} files, {format_size(made.bytes)}.")
    if made.missing:
        typer.secho(f"{made.missing} files of tasks were missing before: see `keyreel doctor`.", err=True)


def restore_folder(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="A backup.")], data: DataOption = None
) -> None:
    """Make the data folder, which must not exist or be empty, of a backup."""
    from keyreel.cli.local.copies.backups import restore

    folder = DataFolder.from_option(data).path
    made = restore(source, folder)
    print(f"{folder}: as it was at {made.created}. `keyreel up --data {folder}` goes on from there.")
