"""`keyreel migrate`: a stopped installation is copied into another database."""

from __future__ import annotations

from typing import Annotated

import typer

from keyreel.cli.options import DataOption  # noqa: TC001 - typer reads annotations


def migrate_installation(
    to: Annotated[str, typer.Option(help="postgresql://user:password@host/name, or another data folder.")],
    storage: Annotated[str, typer.Option(help="Bucket for the files, such as s3://videos/keyreel.")] = "",
    data: DataOption = None,
) -> None:
    """Copy a stopped installation to Postgres or another folder, and compare them."""
    from keyreel.cli.local.copies.moving import move_installation
    from keyreel.settings import read_settings
    from keyreel.system.private_folder import private_umask

    settings = read_settings(data=data)
    with private_umask():
        moved = move_installation(settings, to, storage)
    for table, rows in moved.rows.items():
        print(f"{table:<18} {rows:>9} rows")
    if "://" in to and not storage:
        print(f"All rows match, and the ledger adds up. The files stay in {settings.data / 'files'}.")
    else:
        print(f"{moved.files} files. All rows match, and the ledger adds up.")
