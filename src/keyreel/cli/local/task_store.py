"""A data folder's database, opened by this process: all that commands about tasks and keys need."""

from __future__ import annotations

from contextlib import closing, contextmanager
from random import SystemRandom
from typing import TYPE_CHECKING

from keyreel.cli.local.data_folder import DataFolder
from keyreel.clock import SystemClock
from keyreel.errors import InvalidSetting
from keyreel.tasks.accounts.api_keys import ApiKeyStore
from keyreel.tasks.accounts.quotas import NO_QUOTAS
from keyreel.tasks.accounts.tenants import ensure_tenant
from keyreel.tasks.database.connection import DATABASE_FILE, has_tables
from keyreel.tasks.store import TaskStore
from keyreel.tasks.webhooks.secrets import DEFAULT_TENANT

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from keyreel.clock import Clock
    from keyreel.tasks.accounts.quotas import Quotas


@contextmanager
def open_store(
    folder: Path, default_limits: Quotas = NO_QUOTAS, clock: Clock | None = None
) -> Generator[tuple[TaskStore, ApiKeyStore]]:
    """Open a data folder's database for this process alone.

    `default_limits` are the limits of keys that have none of their own.

    Raises:
        DataFolderLocked: another process has it.
        InvalidSetting: its database is missing, damaged, or a newer Keyreel's.
    """
    _require_database(folder)
    clock, random = clock or SystemClock(), SystemRandom()
    with closing(TaskStore.open(folder, clock, random, default_quotas=default_limits)) as store:
        with store.database.write() as connection:
            ensure_tenant(connection, DEFAULT_TENANT, clock.now())
        yield store, ApiKeyStore(store.database, clock, random)


def _require_database(folder: Path) -> None:
    """Return unless the folder has lost its database: files are stored in it, but no tasks.

    Raises:
        InvalidSetting: it has.
    """
    files = DataFolder(folder).files
    if not has_tables(folder / DATABASE_FILE) and any(each.is_file() for each in files.rglob("*")):
        raise InvalidSetting(
            f"data: {folder} has stored files, but its database {DATABASE_FILE} is missing or empty: put it "
            "back from a backup, or begin anew beside these files with `keyreel doctor --new-database`."
        )


@contextmanager
def open_read_only_store(folder: Path) -> Generator[tuple[TaskStore, ApiKeyStore]]:
    """Open a data folder's database beside whoever works on it; nothing in it can be changed.

    Raises:
        InvalidSetting: there is none, or it is another version's.
    """
    clock, random = SystemClock(), SystemRandom()
    with closing(TaskStore.open_read_only(folder, clock, random)) as store:
        yield store, ApiKeyStore(store.database, clock, random)
