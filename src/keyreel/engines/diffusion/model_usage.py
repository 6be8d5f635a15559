"""How much a model was used: what `keyreel bench engine` reads after each render."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


@dataclass(slots=True)
class ModelUsage:
    """Steps made and seconds spent in calls of a model since it was loaded; the device's memory at most."""

    steps: int = 0
    seconds: float = 0.0
    peak_device_bytes: int = 0
    """0 where the device is the CPU."""

    @contextmanager
    def timing_call(self) -> Generator[None]:
        """Add the time that the block takes."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - began
