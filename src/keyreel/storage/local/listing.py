"""Lists the stored files of a local folder, and passes over whatever else lies there; opens no file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import structlog

from keyreel.storage.keys import is_key
from keyreel.system.atomic_file import is_unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOGGED_CHARS: Final = 200
_MAX_REPORTED: Final = 1000
"""Names that are remembered as reported; nobody reads about more of them."""

_log = structlog.stdlib.get_logger(__name__)


def iterate_local_files(
    folder: Path, prefix: str, reported: set[str]
) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the key and the system's record of each stored file below a prefix, in no order.

    Links, names that are no keys, and folders that cannot be read are passed over. They are logged, and added
    to `reported`, unless they are in it: an operator is told of each once.
    """
    skipped: list[str] = []
    pending = [prefix]
    while pending:
        within = pending.pop()
        for entry in _scan_folder(folder / within, within, skipped):
            key = f"{within}/{entry.name}"
            record = _get_record(entry)
            if not is_key(key):
                skipped.append(key)
            elif record is not None:
                yield key, record
            elif entry.is_dir(follow_symlinks=False):
                pending.append(key)
            else:
                skipped.append(key)
    news = [name for name in skipped if name not in reported]
    if news and len(reported) < _MAX_REPORTED:
        reported.update(news)
        first = ascii(news[0])[:_LOGGED_CHARS]
        _log.warning("what is no stored file is left alone", found=len(news), first=first)


def _scan_folder(folder: Path, name: str, skipped: list[str]) -> list[os.DirEntry[str]]:
    try:
        return [entry for entry in os.scandir(folder) if not is_unfinished(entry.name)]
    except FileNotFoundError:
        return []
    except OSError:
        skipped.append(name)
        return []


def _get_record(entry: os.DirEntry[str]) -> os.stat_result | None:
    """Return the record of a regular file; None for anything else, and for a file that has gone."""
    try:
        return entry.stat(follow_symlinks=False) if entry.is_file(follow_symlinks=False) else None
    except OSError:
        return None
