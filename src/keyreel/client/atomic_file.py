"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator
    from io import BufferedWriter
    from pathlib import Path


@contextmanager
def open_atomically(path: Path) -> Generator[BufferedWriter]:
    """Open a neighbour of `path` for writing; it takes the name once the block ends without an error."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            yield file
        os.replace(part, path)  # noqa: PTH105 - the pair of open and replace reads better
    finally:
        part.unlink(missing_ok=True)
