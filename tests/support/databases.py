"""The database that tests of tasks run on: SQLite, or Postgres with `--database postgres`."""

from __future__ import annotations

from random import SystemRandom
from typing import TYPE_CHECKING, Any, Final

from keyreel.tasks.database.opening import DatabaseLocation
from keyreel.tasks.store import TaskStore
from support.data_folders import put_database
from support.postgres import get_cluster

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.clock import Clock
    from keyreel.tasks.database.connection import Database

KINDS: Final = ("sqlite", "postgres")
_chosen = {"kind": KINDS[0]}
_urls: dict[Path, str] = {}
"""The Postgres databases of data folders."""


def choose_kind(kind: str) -> None:
    """Have all that follows run on this kind of database."""
    _chosen["kind"] = kind


def is_sqlite() -> bool:
    """Say whether tests run on SQLite."""
    return _chosen["kind"] == "sqlite"


def locate_database(folder: Path, *, with_tables: bool = False) -> DatabaseLocation:
    """Return the database of a test's data folder, made with its tables if wanted; always the same one."""
    folder.mkdir(parents=True, exist_ok=True)
    if is_sqlite():
        location = DatabaseLocation(folder)
        if with_tables and not location.exists():
            put_database(folder)
        return location
    if folder not in _urls:
        _urls[folder] = get_cluster().create() if with_tables else get_cluster().create_empty()
    return DatabaseLocation(folder, _urls[folder])


def give_back(folder: Path) -> None:
    """Give back the database of a folder that is not used any more, whose connections are closed."""
    url = _urls.pop(folder, "")
    if url:
        get_cluster().take_back(url)


def open_database(folder: Path) -> Database:
    """Open the folder's database, with its tables."""
    return locate_database(folder, with_tables=True).open()


def open_store(folder: Path, clock: Clock, **options: Any) -> TaskStore:
    """Open the folder's tasks as a server does that starts."""
    location = locate_database(folder, with_tables=True)
    return TaskStore.open(folder, clock, SystemRandom(), database_url=location.url, **options)
