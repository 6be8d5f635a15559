"""A process that ends with its parent, however that ends."""

from __future__ import annotations

import ctypes
import os
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from signal import Signals

_PR_SET_PDEATHSIG: Final = 1
"""prctl(2)."""
_PARENT_POLL_SECONDS: Final = 0.5
"""Between two looks at the parent, where no kernel watches."""


def end_with_parent(parent: int, signal_number: Signals, *, kernel: bool) -> None:
    """Have this process sent a signal when its parent ends, however that happens.

    Linux's kernel does so at once. Elsewhere a thread polls for the parent: orphans get another one.
    """
    if not kernel:
        threading.Thread(
            target=_watch_parent, args=(parent, signal_number), name="parent-watch", daemon=True
        ).start()
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        os._exit(1)  # It ended before prctl was called.


def _watch_parent(parent: int, signal_number: Signals) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_POLL_SECONDS)
    os.kill(os.getpid(), signal_number)
