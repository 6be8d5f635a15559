"""Files that are either whole and on the disk, or not there: no power cut and no full disk halves them."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final

from keyreel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

# obstore leaves names that end in "#" and digits out of its listings: it takes them for uploads under way.
_UNFINISHED_SUFFIX: Final = "#{}"

DISK_FULL_ERRNOS: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""The errors of a disk, or of somebody's share of it, that is full."""


@contextmanager
def open_atomic_write(target: Path, mode: int = 0o644) -> Generator[BinaryIO]:
    """Open a file beside `target` that takes its name, synchronised to the disk, once the block succeeds.

    Raises:
        OSError: the file could not be written; `target` is as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(target.name + _UNFINISHED_SUFFIX.format(secrets.randbits(48)))
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            beside.unlink()
        raise
    _fsync_folder(target.parent)


@contextmanager
def translate_disk_full() -> Generator[None]:
    """Turn the error of a full disk into Unavailable, which passes once there is room again."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL_ERRNOS:
            raise make_disk_full_error() from error
        raise


def make_disk_full_error() -> Unavailable:
    """Return the error of a full disk."""
    return Unavailable("The disk is full: try again later.", retry_after_seconds=30)


def write_atomically(target: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a whole file.

    Raises:
        OSError: the file could not be written; `target` is as it was.
    """
    with open_atomic_write(target, mode) as file:
        file.write(data)


def copy_atomically(source: Path, target: Path) -> None:
    """Copy a whole file.

    Raises:
        OSError: the file could not be written; `target` is as it was.
    """
    with source.open("rb") as opened, open_atomic_write(target) as file:
        shutil.copyfileobj(opened, file, 1 << 20)


def delete_unfinished(folder: Path) -> None:
    """Delete what writes that were cut off left in the folder. Nothing may be writing there meanwhile."""
    for left in folder.rglob("*#*"):
        if left.name.rpartition("#")[2].isdigit():
            left.unlink(missing_ok=True)


def _fsync_folder(folder: Path) -> None:
    # A new name is durable only once its folder is.
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
