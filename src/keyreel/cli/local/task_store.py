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
from keyreel.tasks.database.opening import DatabaseLocation
from keyreel.tasks.database.sqlite import DATABASE_FILE
from keyreel.tasks.store import TaskStore
from keyreel.tasks.webhooks.secrets import DEFAULT_TENANT

if TYPE_CHECKING:
    from collections.abc import Generator

    from keyreel.clock import Clock
    from keyreel.settings import Settings
    from keyreel.tasks.accounts.quotas import Quotas


def locate_database(settings: Settings) -> DatabaseLocation:
    """Return where the settings have the database."""
    return DatabaseLocation(settings.data, settings.database.get_secret_value())


@contextmanager
def open_store(
    location: DatabaseLocation, default_limits: Quotas = NO_QUOTAS, clock: Clock | None = None
) -> Generator[tuple[TaskStore, ApiKeyStore]]:
    """Open a database, and the data folder for this process alone.

    `default_limits` are the limits of keys that have none of their own.

    Raises:
        DataFolderLocked: another process has the folder.
        InvalidSetting: its database is missing, damaged, or a newer Keyreel's.
    """
    _require_database(location)
    clock, random = clock or SystemClock(), SystemRandom()
    opened = TaskStore.open(
        location.folder, clock, random, default_quotas=default_limits, database_url=location.url
    )
    with closing(opened) as store:
        with store.database.write() as connection:
            ensure_tenant(connection, DEFAULT_TENANT, clock.now())
        yield store, ApiKeyStore(store.database, store.clock, random)


def _require_database(location: DatabaseLocation) -> None:
    """Return unless a folder has lost its database: files are stored in it, but no tasks.

    Raises:
        InvalidSetting: it has.
    """
    if location.is_shared or location.has_tables():
        return
    if any(each.is_file() for each in DataFolder(location.folder).files.rglob("*")):
        raise InvalidSetting(
            f"data: {location.folder} has stored files, but its database {DATABASE_FILE} is missing or "
            "empty: restore it from a backup, or start over next to these files with `keyreel doctor "
            "--new-database`."
        )


@contextmanager
def open_read_only_store(location: DatabaseLocation) -> Generator[tuple[TaskStore, ApiKeyStore]]:
    """Open a database beside whoever works on it; nothing in it can be changed.

    Raises:
        InvalidSetting: there is none, or it is another version's.
    """
    clock, random = SystemClock(), SystemRandom()
    opened = TaskStore.open_read_only(location.folder, clock, random, database_url=location.url)
    with closing(opened) as store:
        yield store, ApiKeyStore(store.database, store.clock, random)
