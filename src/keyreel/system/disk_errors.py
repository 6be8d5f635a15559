"""The error numbers of a disk that is full or sick: no file that was read or written is to blame."""

from __future__ import annotations

import errno
from typing import Final

FULL_DISK_ERRNOS: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""The disk, or somebody's share of it, is full."""
BROKEN_DISK_ERRNOS: Final = frozenset({errno.EIO, errno.EROFS})
"""The disk cannot be read, or takes no writes."""
DISK_ERRNOS: Final = FULL_DISK_ERRNOS | BROKEN_DISK_ERRNOS
