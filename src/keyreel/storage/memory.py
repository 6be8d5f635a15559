"""Storage in memory, for tests and for commands that need no files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from obstore.store import MemoryStore

from keyreel.clock import SystemClock
from keyreel.storage.bucket.storage import BucketStorage

if TYPE_CHECKING:
    from keyreel.clock import Clock


def open_memory_storage(clock: Clock | None = None, *, is_shared: bool = False) -> BucketStorage:
    """Return an empty storage; what several of one process do to it is as if it was `is_shared`."""
    return BucketStorage(MemoryStore(), clock or SystemClock(), is_shared=is_shared)
