"""Translates the errors of a full disk into the domain's `Unavailable`; knows no files."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from keyreel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Generator

DISK_FULL_ERRNOS: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""The errors of a disk, or of somebody's share of it, that is full."""

_RETRY_SECONDS: Final = 30


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
