from __future__ import annotations

import gc
import subprocess
import sys
import weakref

import pytest

from keyreel.system.process_memory import exempt_loaded_objects

KEPT_AND_RETURNED = """
import psutil
from keyreel.system.process_memory import return_free_memory

large, small = [], []
for _ in range(2000):
    large.append(bytearray(100_000))
    small.append(bytearray(2000))  # lies between, so that the heap cannot shrink by itself
large.clear()
kept = psutil.Process().memory_info().rss
return_free_memory()
print(kept - psutil.Process().memory_info().rss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the C library has nothing to give memory back by")
def test_what_was_freed_is_given_back() -> None:
    program = subprocess.run(
        [sys.executable, "-c", KEPT_AND_RETURNED], capture_output=True, text=True, check=True
    )
    assert int(program.stdout) > 100_000_000


class Node:
    """Refers to itself, so that nothing but a collection can free it."""

    def __init__(self) -> None:
        self.itself = self


def test_spares_what_is_loaded_and_collects_what_comes_later() -> None:
    loaded = Node()
    try:
        exempt_loaded_objects()
        assert not any(each is loaded for each in gc.get_objects())
        later = weakref.ref(Node())
        gc.collect()
        assert later() is None
    finally:
        gc.unfreeze()
