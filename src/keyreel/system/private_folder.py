"""A folder that other users of the machine can neither open nor look into; knows nothing of what is in it."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

PRIVATE_UMASK: Final = 0o077
"""What a process's new files leave to nobody but their owner."""
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@contextmanager
def private_umask() -> Generator[None]:
    """Keep what this process and its children create for their owner alone, until the block ends."""
    before = os.umask(PRIVATE_UMASK)
    try:
        yield
    finally:
        os.umask(before)


def make_private(folder: Path, entries: Iterable[str]) -> None:
    """Make a folder that is there or not this user's alone, and so these entries directly in it.

    An entry that is a folder is closed with all that is in it; a link to a file elsewhere stays as it is.

    Raises:
        OSError: it cannot be made or changed.
        ValueError: it is another user's, or one that many use; the message says what to do.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    check_owner(folder)
    _narrow(folder)
    for name in entries:
        path = folder / name
        if path.is_dir() or (path.is_file() and not path.is_symlink()):
            _narrow(path)


def check_owner(folder: Path) -> None:
    """Make sure that a folder can be this user's alone.

    Raises:
        ValueError: it is another user's, or one that many use; the message says what to do.
    """
    status = folder.stat()
    if status.st_mode & stat.S_ISVTX or folder.resolve() == folder.resolve().parent:
        raise ValueError(f"{folder} is a shared folder: choose a folder that only Keyreel uses")
    if status.st_uid != os.geteuid():
        raise ValueError(
            f"{folder} belongs to user {status.st_uid}, but this is user {os.geteuid()}: run Keyreel as "
            f"its owner, or change the owner with `chown -R {os.geteuid()} {folder}`"
        )


def list_open(folder: Path, entries: Iterable[str]) -> list[Path]:
    """List the folder, and those of these entries in it, that others may use by their mode or owner."""
    paths = (folder, *(folder / name for name in entries))
    return [path for path in paths if path.exists() and _is_open(path.stat())]


def _is_open(status: os.stat_result) -> bool:
    return bool(status.st_mode & _OTHERS) or status.st_uid != os.geteuid()


def _narrow(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS:
        path.chmod(mode & ~_OTHERS)
