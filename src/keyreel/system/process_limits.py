"""Limits of this process: lifted for a server, lowered for good where a file of unknown origin is read.

It starts no process, and imports next to nothing.
"""

from __future__ import annotations

import resource
import sys
from typing import Final

ENVIRONMENT: Final = {
    "LC_ALL": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    # Threads reserve address space by the hundred megabytes, and do not survive a fork.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""All environment variables of such a process: none of the server's, which hold secrets."""
_MANY_FILES: Final = 1 << 16
"""Open files, where the hard limit names no number."""


def limit_process(*, cpu_seconds: int, memory_bytes: int, file_bytes: int, open_files: int) -> None:
    """Limit this process for good: what it reads cannot lift the limits, and they leave no core file.

    `memory_bytes` limits the address space, `file_bytes` each file that is written. After `cpu_seconds` the
    kernel kills the process; past the other limits Python raises MemoryError or OSError.
    """
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        # macOS refuses to bound the address space: there time and size are bounded alone.
        if kind != resource.RLIMIT_AS or sys.platform == "linux":
            resource.setrlimit(kind, (most, most))


def raise_open_files_limit() -> int:
    """Let this process and its children open as many files as its hard limit allows; return that many.

    Soft limits are often 1,024, for the sake of programs that use select(2); none here does.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MANY_FILES if hard == resource.RLIM_INFINITY else hard
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (ValueError, OSError):  # macOS allows fewer than its hard limit says.
        return soft
    return wanted
