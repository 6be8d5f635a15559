"""`keyreel secrets`: what is sealed in the database under KEYREEL_SECRET."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from keyreel.cli.options import DataOption, JsonOption  # noqa: TC001 - typer reads annotations
from keyreel.cli.output import print_rows

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from keyreel.tasks.installation.sealed_secrets import SealedSecrets

secrets_app = typer.Typer(
    help="Secrets that nodes share, encrypted in the database with KEYREEL_SECRET.", no_args_is_help=True
)


@secrets_app.command("list")
def list_secrets(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the encrypted secrets, without showing them, and whether they use the first KEYREEL_SECRET."""
    with _open(data) as sealed:
        entries = sealed.list_entries()
    rows = [
        {"name": each.name, "created": each.created.isoformat(), "newest": each.is_newest} for each in entries
    ]
    print_rows(rows, ("name", "created", "newest"), as_json=as_json)


@secrets_app.command("reseal")
def reseal_secrets(data: DataOption = None) -> None:
    """Encrypt all secrets with the first KEYREEL_SECRET, so that the older ones are no longer needed."""
    with _open(data) as sealed:
        count = sealed.reseal()
    print(
        f"Secrets encrypted again: {count}."
        if count
        else "All secrets were already encrypted with the first secret."
    )


@contextmanager
def _open(data: Path | None) -> Generator[SealedSecrets]:
    from keyreel.cli.local.data_folder import DataFolder
    from keyreel.cli.local.installation_secrets import open_sealed_secrets
    from keyreel.cli.local.task_store import locate_database, open_store
    from keyreel.clock import SystemClock
    from keyreel.settings import read_settings
    from keyreel.system.private_folder import private_umask

    settings = read_settings(data=data)
    with private_umask():
        DataFolder(settings.data).create()
        with open_store(locate_database(settings)) as (store, _):
            yield open_sealed_secrets(settings, store.database, SystemClock())
