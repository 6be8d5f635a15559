"""A file that appears under its final name whole or not at all; does not know what is in it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@contextmanager
def replace_atomically(path: Path) -> Generator[Path]:
    """Lend the name of a part file that becomes `path` once the block ends without an error.

    A process killed inside the block leaves the part file, never `path`. What is there under the final name
    stays until it is replaced.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        _fsync(part)
        part.replace(path)
        _fsync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _fsync(path: Path) -> None:
    # The name must not reach the disk before the bytes, nor be lost when the machine stops.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
