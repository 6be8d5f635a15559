"""The stored files, compared with the data folder's database. A server may be running on both."""

from __future__ import annotations

import asyncio
from contextlib import closing
from itertools import islice
from random import SystemRandom
from typing import TYPE_CHECKING, Final

from keyreel.cli.local.storage import open_storage_beside
from keyreel.cli.local.task_store import locate_database
from keyreel.clock import SystemClock
from keyreel.errors import InvalidSetting
from keyreel.storage.objects import FOLDERS
from keyreel.system.sizes import format_size
from keyreel.tasks.accounts.stored_files import iterate_counted_files
from keyreel.tasks.database.sqlite import DATABASE_FILE
from keyreel.tasks.retention import Retention
from keyreel.tasks.store import TaskStore
from keyreel.tasks.stored_files.orphans import RESULT_FOLDERS, Orphans, find_orphans

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from keyreel.settings import Settings
    from keyreel.storage.objects import ObjectStorage, StoredFile
    from keyreel.tasks.database.connection import Database
    from keyreel.tasks.database.opening import DatabaseLocation

_BATCH: Final = 200
"""Files that are looked up in the database at a time."""


def describe_problems(settings: Settings) -> tuple[str, ...]:
    """Say which files are missing, and which belong to no task; empty where all is well.

    Raises:
        InvalidSetting: the database is another version's, or damaged.
        Unavailable: it cannot be read.
    """
    location, storage = locate_database(settings), open_storage_beside(settings)
    if not location.exists():
        return ()
    with closing(location.open_read_only()) as database:
        keys = {each.key for each in _scan_files(storage)}
        missing = sum(
            key not in keys for _, named in Retention(database).iterate_with_files() for key in named
        )
        unknown, left_over = _count_orphans(keys, database)
    sentences = {
        f"{missing} files of tasks are missing: GET /v1/admin/storage lists them": missing,
        (
            f"{unknown} belong to no task of this database: restore the database that has their tasks, or "
            "delete them with `keyreel doctor --delete-orphans`"
        ): unknown,
        (
            f"{left_over} are leftovers: a running server deletes them, but never many at once. To delete "
            "them now, run `keyreel doctor --delete-orphans`"
        ): left_over,
    }
    return tuple(sentence for sentence, count in sentences.items() if count)


def compare_stored_bytes(settings: Settings) -> tuple[str, str]:
    """Say how much counts for tenants and how much is here, and then what is wrong; empty where nothing is.

    Raises:
        InvalidSetting: the database is another version's, or damaged.
        Unavailable: it cannot be read.
    """
    location = locate_database(settings)
    if not location.exists():
        return "none yet", ""
    with closing(location.open_read_only()) as database:
        counted = dict(iterate_counted_files(database))
    found = {each.key: each.size for each in _scan_files(open_storage_beside(settings))}
    wrong = sum(found.get(key) != size for key, size in counted.items())
    detail = f"{format_size(sum(counted.values()))} count for tenants"
    detail += f", {format_size(sum(found.values()))} are here"
    return detail, f"{wrong} counted files are missing or have another size" if wrong else ""


def create_database(location: DatabaseLocation) -> None:
    """Make the database of a folder that has none; its files stay.

    Raises:
        InvalidSetting: it has one.
    """
    if location.has_tables():
        where = "the database in the setting `database`" if location.is_shared else DATABASE_FILE
        raise InvalidSetting(f"data: {location.folder} has a database: move {where} away first.")
    clock, random = SystemClock(), SystemRandom()
    TaskStore.open(location.folder, clock, random, database_url=location.url).close()


def delete_all_orphans(settings: Settings) -> int:
    """Delete the stored results that no task owns; return how many.

    Raises:
        InvalidSetting: there is no database, or it is another version's.
    """
    storage = open_storage_beside(settings)
    with closing(locate_database(settings).open_read_only()) as database:
        return asyncio.run(_delete_orphans(storage, database)) if storage else 0


def _scan_files(storage: ObjectStorage | None) -> Iterator[StoredFile]:
    if storage:
        for within in FOLDERS:
            yield from storage.scan(within)


def _count_orphans(keys: Collection[str], database: Database) -> tuple[int, int]:
    unknown = left_over = 0
    for orphans in _iterate_orphans(keys, database):
        unknown += len(orphans.unknown)
        left_over += len(orphans.left_over)
    return unknown, left_over


async def _delete_orphans(storage: ObjectStorage, database: Database) -> int:
    deleted = 0
    for orphans in _iterate_orphans([each.key for each in _scan_files(storage)], database):
        for key in orphans.unknown | orphans.left_over:
            await storage.delete(key)
            deleted += 1
    return deleted


def _iterate_orphans(keys: Collection[str], database: Database) -> Iterator[Orphans]:
    results = (key for key in keys if key.partition("/")[0] in RESULT_FOLDERS)
    while batch := list(islice(results, _BATCH)):
        yield find_orphans(database, batch)
