"""The stored files of a data folder, compared with its database. A server may be running on both."""

from __future__ import annotations

import asyncio
from contextlib import closing
from random import SystemRandom
from typing import TYPE_CHECKING, Final

from keyreel.cli.local.data_folder import DataFolder
from keyreel.clock import SystemClock
from keyreel.errors import InvalidSetting
from keyreel.storage.objects import FOLDERS, ObjectStorage
from keyreel.system.sizes import format_size
from keyreel.tasks.accounts.stored_files import iterate_counted_files
from keyreel.tasks.database.sqlite import DATABASE_FILE
from keyreel.tasks.retention import Retention
from keyreel.tasks.store import TaskStore
from keyreel.tasks.stored_files.orphans import RESULT_FOLDERS, Orphans, find_orphans

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from keyreel.storage.objects import StoredFile
    from keyreel.tasks.database.connection import Database
    from keyreel.tasks.database.opening import DatabaseLocation

_BATCH: Final = 200
"""Files that are looked up in the database at a time."""


def describe_problems(location: DatabaseLocation) -> tuple[str, ...]:
    """Say which files are missing, and which belong to no task; empty where all is well.

    Raises:
        InvalidSetting: the database is another version's, or damaged.
        Unavailable: it cannot be read.
    """
    if not location.exists():
        return ()
    with closing(location.open_read_only()) as database:
        missing = _count_missing(location.folder, database)
        unknown, left_over = asyncio.run(_count_orphans(location.folder, database))
    sentences = {
        f"{missing} files of tasks are missing: GET /v1/admin/storage lists them": missing,
        f"{unknown} belong to no task of this database: put back the one that has their tasks, or delete "
        "them with `keyreel doctor --delete-orphans`": unknown,
        f"{left_over} are left over: a running server deletes them, but never many at once; "
        "`keyreel doctor --delete-orphans` deletes them now": left_over,
    }
    return tuple(sentence for sentence, count in sentences.items() if count)


def compare_stored_bytes(location: DatabaseLocation) -> tuple[str, str]:
    """Say how much counts for tenants and how much is here, and then what is wrong; empty where nothing is.

    Raises:
        InvalidSetting: the database is another version's, or damaged.
        Unavailable: it cannot be read.
    """
    if not location.exists():
        return "none yet", ""
    with closing(location.open_read_only()) as database:
        counted = dict(iterate_counted_files(database))
    files = DataFolder(location.folder).files
    found = {each.key: each.size for each in _scan_files(files)} if files.is_dir() else {}
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
        where = "the one that the setting `database` names" if location.is_shared else DATABASE_FILE
        raise InvalidSetting(f"data: {location.folder} has a database: move {where} away first.")
    clock, random = SystemClock(), SystemRandom()
    TaskStore.open(location.folder, clock, random, database_url=location.url).close()


def delete_all_orphans(location: DatabaseLocation) -> int:
    """Delete the stored results that no task owns; return how many.

    Raises:
        InvalidSetting: there is no database, or it is another version's.
    """
    with closing(location.open_read_only()) as database:
        return asyncio.run(_delete_orphans(location.folder, database))


def _scan_files(files: Path) -> Iterator[StoredFile]:
    storage = ObjectStorage.open_beside(files)
    for within in FOLDERS:
        yield from storage.scan(within)


def _count_missing(folder: Path, database: Database) -> int:
    files = DataFolder(folder).files
    return sum(
        not (files / key).is_file() for _, keys in Retention(database).iterate_with_files() for key in keys
    )


async def _count_orphans(folder: Path, database: Database) -> tuple[int, int]:
    unknown = left_over = 0
    async for orphans in _iterate_orphans(folder, database):
        unknown += len(orphans.unknown)
        left_over += len(orphans.left_over)
    return unknown, left_over


async def _delete_orphans(folder: Path, database: Database) -> int:
    storage, deleted = ObjectStorage.open_beside(DataFolder(folder).files), 0
    async for orphans in _iterate_orphans(folder, database):
        for key in orphans.unknown | orphans.left_over:
            await storage.delete(key)
            deleted += 1
    return deleted


async def _iterate_orphans(folder: Path, database: Database) -> AsyncIterator[Orphans]:
    files = DataFolder(folder).files
    if not files.is_dir():
        return
    storage, batch = ObjectStorage.open_beside(files), list[str]()
    for within in RESULT_FOLDERS:
        async for key in storage.list_keys(within):
            batch.append(key)
            if len(batch) == _BATCH:
                yield find_orphans(database, batch)
                batch.clear()
    yield find_orphans(database, batch)
