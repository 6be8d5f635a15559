from __future__ import annotations

import subprocess
import sys

import pytest

KEPT_AND_RETURNED = """
import psutil
from keyreel.system.free_memory import return_free_memory

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
