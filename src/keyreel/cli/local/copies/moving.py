"""Moving a stopped installation: its tables, secrets and files are copied, and nothing of it is changed."""

from __future__ import annotations

import asyncio
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from keyreel.cli.local.data_folder import DataFolder
from keyreel.cli.local.installation_secrets import SECRETS, open_sealed_secrets, seal_files
from keyreel.cli.local.storage import open_storage_beside
from keyreel.cli.local.task_store import locate_database
from keyreel.clock import SystemClock
from keyreel.errors import InvalidSetting
from keyreel.storage.bucket.opening import open_bucket
from keyreel.storage.local.storage import LocalStorage
from keyreel.storage.objects import FOLDERS
from keyreel.storage.secret_files import SecretFiles
from keyreel.tasks.database.folder_lock import FolderLock
from keyreel.tasks.database.opening import DatabaseLocation
from keyreel.tasks.installation.copying import CopyFailed, copy_tables
from keyreel.tasks.installation.sealed_secrets import has_sealed_secrets

if TYPE_CHECKING:
    from keyreel.settings import Settings
    from keyreel.storage.objects import ObjectStorage
    from keyreel.tasks.database.connection import Database


@dataclass(frozen=True, slots=True)
class Moved:
    """What was copied: rows by table, and files; files stay where they are if the database alone moves."""

    rows: dict[str, int]
    files: int


def move_installation(settings: Settings, to: str, storage: str = "") -> Moved:
    """Copy the installation of these settings to a Postgres database, or to another data folder.

    Its files go to the bucket that `storage` names, or into the other folder; else they stay where they are.
    Where it fails, the target's tables are empty still, and it can be begun again.

    Raises:
        InvalidSetting: the target is not empty or cannot be used, or there is nothing to copy.
        DataFolderLocked: a process works on the source or on the target.
        CopyFailed: the copy is not what it was copied from.
    """
    source = locate_database(settings)
    if source.is_shared:
        raise InvalidSetting("database: must be in a data folder, which is the source of `--to`.")
    if not source.has_tables():
        raise InvalidSetting(f"data: {settings.data} has no database to copy.")
    target = DatabaseLocation(settings.data, to) if "://" in to else DatabaseLocation(Path(to))
    if target.is_shared and not settings.secret.get_secret_value():
        raise InvalidSetting(
            "KEYREEL_SECRET: must be set to the nodes' value: it encrypts the secrets in the new database."
        )
    lock = FolderLock(settings.data)
    try:
        with closing(source.open_read_only()) as reading:
            return _copy(settings, reading, target, storage)
    finally:
        lock.release()


def _copy(settings: Settings, reading: Database, target: DatabaseLocation, storage: str) -> Moved:
    if target.is_shared:
        bucket = open_bucket(storage, SystemClock()) if storage else None
        with closing(target.open()) as writing:
            writing.migrate()
            # First the files: a task that is there has its own.
            files = _copy_files(settings, bucket) if bucket else 0
            rows = copy_tables(reading, writing)
            _seal_secrets(settings, writing)
        return Moved(rows, files)
    if storage:
        raise InvalidSetting("--storage: needs a Postgres database as the target, not a folder.")
    folder = DataFolder(target.folder)
    if folder.path.resolve() == settings.data.resolve():
        raise InvalidSetting("--to: must be a different folder than the source.")
    folder.create()
    lock = FolderLock(folder.path)
    try:
        with closing(target.open()) as writing:
            writing.migrate()
            files = _copy_files(settings, LocalStorage.open(folder.files, SystemClock()))
            rows = copy_tables(reading, writing)
            if not has_sealed_secrets(writing):
                _copy_secrets(settings.data, folder.path)
    finally:
        lock.release()
    return Moved(rows, files)


def _copy_files(settings: Settings, target: ObjectStorage) -> int:
    source = open_storage_beside(settings)
    return asyncio.run(_copy_all(source, target)) if source else 0


async def _copy_all(source: ObjectStorage, target: ObjectStorage) -> int:
    copied = 0
    with TemporaryDirectory(prefix="keyreel-migrate-") as scratch:
        for folder in FOLDERS:
            async for found in source.list_files(folder):
                if await target.get_size(found.key) != found.size:
                    await source.download(found.key, Path(scratch) / "file")
                    await target.put_file(found.key, Path(scratch) / "file")
                if await target.get_size(found.key) != found.size:
                    raise CopyFailed(f"The file {found.key} has another size in the copy.")
                copied += 1
    return copied


def _seal_secrets(settings: Settings, target: Database) -> None:
    """Seal what the source has in files; what it had sealed came with the tables, and must open here."""
    sealed = open_sealed_secrets(settings, target, SystemClock())
    if not has_sealed_secrets(target):
        seal_files(SecretFiles(settings.data), sealed)


def _copy_secrets(source: Path, target: Path) -> None:
    reading, writing = SecretFiles(source), SecretFiles(target)
    for name in SECRETS:
        found = reading.read(name)
        if found is not None:
            writing.replace(name, None, found)
