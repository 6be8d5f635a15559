"""A full disk: its errors as the domain's `Unavailable`, and the reserve that keeps it from filling up."""

from __future__ import annotations

import errno
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from keyreel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

DISK_FULL_ERRNOS: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""The errors of a disk, or of somebody's share of it, that is full."""

_RETRY_SECONDS: Final = 30
_MAX_RESERVE_BYTES: Final = 512 << 20
"""What renders that run, the database's log and their settling may still need."""
_RESERVE_DIVISOR: Final = 20
"""A small disk's reserve is a twentieth of it."""


def has_room(folder: Path) -> bool:
    """Say whether the folder's disk has more free space than its reserve: 512 MiB, at most a twentieth of it.

    What is new stops at the reserve, so that what was accepted can be finished.
    """
    disk = shutil.disk_usage(folder)
    return disk.free > min(_MAX_RESERVE_BYTES, disk.total // _RESERVE_DIVISOR)


@contextmanager
def translate_disk_full() -> Generator[None]:
    """Turn the error of a full disk into Unavailable, which passes once there is room again.

    Raises:
        Unavailable: the disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL_ERRNOS:
            raise make_disk_full_error() from error
        raise


def make_disk_full_error() -> Unavailable:
    """Return the error of a full disk."""
    return Unavailable("The disk is full: try again later.", retry_after_seconds=_RETRY_SECONDS)
