"""The reserve of free space that keeps a disk from filling up: new files stop at it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

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
