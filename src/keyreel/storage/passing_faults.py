"""Recognises what the operating system refuses for a while, as the domain's `Unavailable`; knows no files.

A full or sick disk, a shortage of descriptors, memory, threads or processes: no task is to blame for them.
"""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from keyreel.errors import Unavailable
from keyreel.system.disk_errors import BROKEN_DISK_ERRNOS, FULL_DISK_ERRNOS

if TYPE_CHECKING:
    from collections.abc import Generator

PASSING_ERRORS: Final = (OSError, RuntimeError, MemoryError)
"""The classes among which passing faults are; most of their instances are none."""

_FULL: Final = "The disk is full: try again later."
_BROKEN: Final = "The disk cannot be read or written: try again later."
_SHORT: Final = "The server is short of resources: try again later."
_SENTENCES: Final = {
    **dict.fromkeys(FULL_DISK_ERRNOS, _FULL),
    **dict.fromkeys(BROKEN_DISK_ERRNOS, _BROKEN),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN), _SHORT),
}
_THREAD_ERROR: Final = "can't start new thread"
"""All that CPython says where the system grants no further thread."""
_RETRY_SECONDS: Final = 30


def find_passing_fault(error: BaseException) -> Unavailable | None:
    """Return what a client is told of an error that will pass; None where waiting would not help."""
    sentence = _find_sentence(error)
    return Unavailable(sentence, retry_after_seconds=_RETRY_SECONDS) if sentence else None


def make_disk_full_error() -> Unavailable:
    """Return what a client is told while the disk has no room."""
    return Unavailable(_FULL, retry_after_seconds=_RETRY_SECONDS)


@contextmanager
def translate_passing_faults() -> Generator[None]:
    """Turn the errors of passing faults into Unavailable.

    Raises:
        Unavailable: the system refused something for a while.
    """
    try:
        yield
    except PASSING_ERRORS as error:
        fault = find_passing_fault(error)
        if fault is None:
            raise
        raise fault from error


def _find_sentence(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return _SHORT
    if isinstance(error, OSError):
        return _SENTENCES.get(error.errno or 0, "")
    return _SHORT if isinstance(error, RuntimeError) and str(error) == _THREAD_ERROR else ""
