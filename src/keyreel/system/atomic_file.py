"""Files that appear under their final name whole or not at all; does not know what is in them.

- `write_atomically`, `copy_atomically`: the whole content is there already.
- `create_atomically`: the same, unless the name is taken.
- `open_atomically`: the content comes in pieces.
- `replace_atomically`: a library writes the file itself and wants a path.

A durable file survives a power cut, and so does every folder that was made for it.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

# obstore leaves names that end in "#" and digits out of its listings: it takes them for uploads under way.
_UNFINISHED_SUFFIX: Final = "#{}"
_SUFFIX_BITS: Final = 48  # of chance: two writers never meet under one name
_COPY_BYTES: Final = 1 << 20  # read and written at a time

_READABLE_BY_ALL: Final = 0o644


@contextmanager
def open_atomically(path: Path, mode: int = 0o666, *, durable: bool = True) -> Generator[BinaryIO]:
    """Open a new file beside `path` that takes its name once the block ends without an error.

    Several writers of one path do not disturb each other; the last one to end wins. `mode` holds from the
    first byte on, less the process's umask. A file that is not `durable` may be lost or empty after a power
    cut, and costs no wait for the disk.

    Raises:
        OSError: the file could not be written, or `path` is a device, a pipe or a folder, which no file is to
            replace; `path` is as it was.
    """
    if path.exists() and not path.is_file():
        raise FileExistsError(errno.EEXIST, "Not a regular file", str(path))
    with _write_unfinished(path, mode) as (unfinished, file):
        yield file
        if durable:
            _fsync_file(file)
        file.close()
        unfinished.replace(path)
    if durable:
        flush(path.parent)


@contextmanager
def _write_unfinished(path: Path, mode: int) -> Generator[tuple[Path, BinaryIO]]:
    """Open a new file beside `path`, under a name of its own, which is gone when the block ends."""
    unfinished = make_unfinished_path(path)
    try:
        with open(unfinished, "xb", opener=partial(os.open, mode=mode)) as file:
            yield unfinished, file
    finally:
        unfinished.unlink(missing_ok=True)


def write_atomically(path: Path, data: bytes, mode: int = _READABLE_BY_ALL) -> None:
    """Write a whole file, durably; a missing folder is made.

    Raises:
        OSError: the file could not be written; `path` is as it was.
    """
    make_folder(path.parent)
    with open_atomically(path, mode) as file:
        file.write(data)


def create_atomically(path: Path, data: bytes) -> bool:
    """Write a whole file, durably, unless `path` exists; a missing folder is made. Returns whether it did.

    Of several that create one path at the same time exactly one succeeds.

    Raises:
        OSError: the file could not be written; there is none.
    """
    make_folder(path.parent)
    with _write_unfinished(path, _READABLE_BY_ALL) as (unfinished, file):
        file.write(data)
        _fsync_file(file)
        try:
            path.hardlink_to(unfinished)
        except FileExistsError:
            return False
    flush(path.parent)
    return True


def copy_atomically(source: Path, path: Path) -> None:
    """Copy a whole file, durably; a missing folder is made.

    Raises:
        OSError: the file could not be written; `path` is as it was.
    """
    make_folder(path.parent)
    with source.open("rb") as opened, open_atomically(path, _READABLE_BY_ALL) as file:
        shutil.copyfileobj(opened, file, _COPY_BYTES)


@contextmanager
def replace_atomically(path: Path) -> Generator[Path]:
    """Lend the name of a part file that becomes `path`, durably, once the block ends without an error.

    The part's name follows from `path`: one writer at a time, and what a killed one left is overwritten.

    Raises:
        OSError: the part could not become `path`, or the block wrote none; `path` is as it was.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        flush(part)
        part.replace(path)
        flush(path.parent)
    finally:
        part.unlink(missing_ok=True)


def delete_unfinished(folder: Path) -> None:
    """Delete what writes that were cut off left below a folder. Nothing may be writing there meanwhile."""
    for left in folder.rglob("*#*"):
        if is_unfinished(left.name) and left.is_file():
            left.unlink(missing_ok=True)


def make_unfinished_path(path: Path) -> Path:
    """Return a name beside `path` for a file that is being written, as no other writer has it."""
    return path.with_name(path.name + _UNFINISHED_SUFFIX.format(secrets.randbits(_SUFFIX_BITS)))


def is_unfinished(name: str) -> bool:
    """Say whether a file of this name is being written, or was when its writer was cut off."""
    return "#" in name and name.rpartition("#")[2].isdigit()


def _fsync_file(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def make_folder(folder: Path) -> None:
    """Make a folder that is missing, and those that it lies in, durably.

    Raises:
        OSError: it could not be made.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    flush(folder.parent)


def flush(path: Path) -> None:
    """Put a file's bytes, or a folder's names, on the disk: a new name is durable only once its folder is."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
