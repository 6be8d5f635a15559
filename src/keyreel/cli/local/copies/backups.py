"""Backups of a data folder, taken while a server works on it, and the way back."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import keyreel
from keyreel.cli.local.data_folder import FILES, FOLDERS, DataFolder
from keyreel.clock import SystemClock
from keyreel.errors import InvalidSetting, Unavailable
from keyreel.tasks.accounts.stored_files import iterate_counted_files
from keyreel.tasks.database.sqlite import (
    DATABASE_FILE,
    SqliteDatabase,
    check_database_file,
    copy_database,
    has_tables,
)
from keyreel.tasks.retention import Retention

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST_FILE: Final = "backup.json"
"""What a whole backup has beside the folder's own files; it is written last."""
_LEFT_OUT: Final = ("server.json", "keyreel.lock", "work")
"""What belongs to a process that runs, not to the installation."""
_OPERATORS_FILES: Final = ("keyreel.toml", "prices.toml")
_MAX_ROUNDS: Final = 5
"""How often the database is copied anew, where files of it were deleted while they were copied."""
_OWNER_ONLY: Final = 0o700


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds."""

    version: str
    created: str
    """ISO 8601."""
    files: int
    bytes: int
    missing: int
    """Files that tasks name and that the data folder itself did not have any more."""


def back_up(folder: Path, target: Path) -> Backup:
    """Copy a data folder to one that does not exist yet, and appears whole or not at all.

    Stored files never change: they are hard links where the target is on the same file system, else copies.

    Raises:
        InvalidSetting: there is no database, or the target is there already.
        Unavailable: the database cannot be read, or files vanish faster than they are copied.
    """
    if not has_tables(folder / DATABASE_FILE):
        raise InvalidSetting(f"data: there is no database in {folder}.")
    partial = _begin_folder(target)
    try:
        made = _fill(folder, partial)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    _finish_folder(partial, target)
    return made


def _fill(folder: Path, partial: Path) -> Backup:
    files = partial / "files"
    # First the files that there are: those of the rows that come meanwhile are then few.
    _copy_stored_files(folder / "files", files)
    missing = _copy_consistently(folder, partial)
    _copy_small_files(folder, partial)
    sizes = [each.stat().st_size for each in _walk(files)]
    created = SystemClock().now().isoformat()
    made = Backup(keyreel.__version__, created, len(sizes), sum(sizes), len(missing))
    (partial / MANIFEST_FILE).write_text(json.dumps(asdict(made), indent=1) + "\n")
    return made


def restore(source: Path, folder: Path) -> Backup:
    """Make a data folder of a backup, by copies; it must not exist yet, or be empty.

    Raises:
        InvalidSetting: that is no whole backup, its database is damaged, or the folder is in use.
    """
    manifest = _read_manifest(source)
    check_database_file(source / DATABASE_FILE)
    partial = _begin_folder(folder)
    try:
        shutil.copytree(source, partial, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MANIFEST_FILE))
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    _finish_folder(partial, folder)
    DataFolder(folder).create()
    return manifest


def _begin_folder(target: Path) -> Path:
    """Return a new folder beside the target, which takes its name in the end.

    Raises:
        InvalidSetting: there is something at the target.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InvalidSetting(f"{target} already exists: choose a folder that does not exist or is empty.")
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(_OWNER_ONLY, parents=True)
    return partial


def _finish_folder(partial: Path, target: Path) -> None:
    os.sync()  # Thousands of files: one call for the file system takes less than one for each.
    partial.replace(target)


def _copy_consistently(folder: Path, partial: Path) -> set[str]:
    """Copy the database, then the files that came before it was; return the keys of files that are missing.

    A file is on disk before its row, so that a row of the copy lacks its file only where that was deleted
    meanwhile. The database is then copied once more: it has no row of it any more.

    Raises:
        Unavailable: files vanish all the time.
    """
    lacking: set[str] | None = None
    for _ in range(_MAX_ROUNDS):
        copy_database(folder / DATABASE_FILE, partial / DATABASE_FILE)
        _copy_stored_files(folder / "files", partial / "files")
        found = _find_missing(partial)
        if not found or found == lacking:
            return found
        lacking = found
    raise Unavailable(
        f"Files are being deleted faster than they can be copied: {len(lacking or ())} were missed."
    )


def _find_missing(copy: Path) -> set[str]:
    """Return the keys of the files that rows name and the copy has not."""
    with closing(SqliteDatabase.open_read_only(copy / DATABASE_FILE)) as database:
        named = {key for _, keys in Retention(database).iterate_with_files() for key in keys}
        named |= {key for key, _ in iterate_counted_files(database)}
    return {key for key in named if not (copy / "files" / key).is_file()}


def _copy_stored_files(source: Path, target: Path) -> None:
    for file in _walk(source):
        copy = target / file.relative_to(source)
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # Deleted meanwhile: whether a row needs it is looked at later.
                _link_or_copy(file, copy)
    target.mkdir(exist_ok=True)


def _link_or_copy(file: Path, copy: Path) -> None:
    try:
        os.link(file, copy)
    except FileNotFoundError:
        raise
    except OSError:  # Another file system, or one without links.
        shutil.copy2(file, copy)


def _copy_small_files(folder: Path, partial: Path) -> None:
    """Copy keys, tokens, certificates, instruments and the operator's own files."""
    names = (name for name in (*FILES, *_OPERATORS_FILES) if not name.startswith(DATABASE_FILE))
    for name in names:
        if name not in _LEFT_OUT and (folder / name).is_file():
            (partial / name).parent.mkdir(exist_ok=True)
            shutil.copy2(folder / name, partial / name)
    for name in FOLDERS:
        if name not in {*_LEFT_OUT, "files"} and (folder / name).is_dir():
            shutil.copytree(folder / name, partial / name, dirs_exist_ok=True)


def _walk(folder: Path) -> Iterator[Path]:
    for within, _, names in os.walk(folder):
        yield from (Path(within) / name for name in names)


def _read_manifest(source: Path) -> Backup:
    try:
        told: dict[str, Any] = json.loads((source / MANIFEST_FILE).read_text())
        return Backup(**told)
    except (OSError, ValueError, TypeError):
        raise InvalidSetting(f"{source} is not a complete backup made by `keyreel backup`.") from None
