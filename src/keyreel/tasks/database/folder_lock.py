"""The lock on a data folder: one process at a time works on it."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from keyreel.errors import DataFolderLocked

if TYPE_CHECKING:
    from pathlib import Path

_NAME: Final = "keyreel.lock"
_TRIES: Final = 5
_PAUSE_SECONDS: Final = 0.02


class FolderLock:
    """Holds a folder until `release` or this process's end, however that comes.

    Raises:
        DataFolderLocked: another process holds it.
    """

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._lock()
        except BlockingIOError as error:
            holder = os.pread(self._file, 20, 0).decode("ascii", "replace").strip()
            os.close(self._file)
            raise DataFolderLocked(
                f"Another Keyreel process ({holder or 'unknown'}) uses {folder}: stop it first, or "
                "choose another folder with --data. To share an installation between processes, use "
                "Postgres."
            ) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def _lock(self) -> None:
        """Lock the file; who only asks whether it is locked (`is_held`) is waited for."""
        for _ in range(_TRIES - 1):
            with suppress(BlockingIOError):
                return fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            time.sleep(_PAUSE_SECONDS)
        return fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        """Unlock the folder."""
        os.close(self._file)


def is_held(folder: Path) -> bool:
    """Say whether a process holds the folder; this changes nothing."""
    try:
        file = os.open(folder / _NAME, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
