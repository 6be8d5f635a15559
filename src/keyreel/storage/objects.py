"""The store of files under keys, on a local disk or in any object store; it knows nothing of tasks.

Keys are `assets/<sha256>`, `uploads/<random>.<ending>`, `videos/<task id>/<attempt>.mp4`,
`covers/<task id>/<attempt>.jpg`, and `clean/<task id>/<attempt>.mp4` for videos without their visible mark.
"""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore

from keyreel.clock import SystemClock
from keyreel.errors import Unavailable
from keyreel.storage import atomic_write

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator
    from datetime import datetime
    from pathlib import Path

    from obstore.store import ObjectStore

    from keyreel.clock import Clock

_KEY: Final = re.compile(r"(?!.{513})[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)
_CHUNK_BYTES: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is there, and when it was put or renewed last."""

    key: str
    changed: datetime


class Storage:
    """Files under keys. What was put is whole and durable, or the put failed and the key is as it was.

    Every method raises ValueError for a key that is no key, and Unavailable while the disk is full or the
    object store does not answer.
    """

    def __init__(self, store: ObjectStore, folder: Path | None = None, clock: Clock | None = None) -> None:
        self._store = store
        self._folder = folder
        self._clock = clock or SystemClock()

    @classmethod
    def local(cls, folder: Path, clock: Clock | None = None) -> Self:
        """Keep the files in this folder, which is made when it is missing and belongs to this process.

        The clock says when each was put.
        """
        folder.mkdir(parents=True, exist_ok=True)
        atomic_write.discard_unfinished(folder)
        return cls(LocalStore(prefix=folder.resolve()), folder.resolve(), clock)

    @classmethod
    def memory(cls) -> Self:
        """Keep the files in memory, for tests."""
        return cls(MemoryStore())

    async def put(self, key: str, data: bytes) -> None:
        """Store these bytes."""
        with _answering():
            if self._folder:
                # obstore's local store does not synchronise: a power cut could leave half a file.
                await asyncio.to_thread(atomic_write.write, self._folder / _checked(key), data)
                self._stamp(key)
            else:
                await self._store.put_async(_checked(key), data)

    async def put_file(self, key: str, path: Path) -> None:
        """Store a copy of this file."""
        with _answering():
            if self._folder:
                await asyncio.to_thread(atomic_write.copy, path, self._folder / _checked(key))
                self._stamp(key)
            else:
                await self._store.put_async(_checked(key), path)

    async def renew(self, key: str, size: int) -> bool:
        """Let a file count as put just now; False where none of this size is here, or it must be put anew."""
        if self._folder is None or await self.size(key) != size:
            return False
        try:
            self._stamp(key)
        except FileNotFoundError:
            return False
        return True

    async def size(self, key: str) -> int | None:
        """Return the file's size in bytes, None where there is no such file."""
        with _answering():
            try:
                return (await self._store.head_async(_checked(key)))["size"]
            except FileNotFoundError:
                return None

    async def changed(self, key: str) -> datetime | None:
        """Return when the file was put or renewed last, None where there is no such file."""
        with _answering():
            try:
                return (await self._store.head_async(_checked(key)))["last_modified"]
            except FileNotFoundError:
                return None

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` to before `end` (the file's own end where None) in chunks.

        Raises:
            FileNotFoundError: there is no such file.
        """
        with _answering():
            whole = end is None and start == 0
            stop = await self._end(key) if end is None else end
            if start >= stop:
                return
            got = await self._store.get_async(
                _checked(key), options={} if whole else {"range": (start, stop)}
            )
            async for chunk in got.stream(min_chunk_size=_CHUNK_BYTES):
                yield bytes(chunk)

    async def fetch(self, key: str, path: Path) -> None:
        """Copy the file to this path.

        Raises:
            FileNotFoundError: there is no such file.
        """
        with _answering():
            if self._folder:
                await asyncio.to_thread(atomic_write.copy, self._folder / _checked(key), path)
                return
            data = await (await self._store.get_async(_checked(key))).bytes_async()
            await asyncio.to_thread(path.write_bytes, bytes(data))

    async def delete(self, key: str) -> None:
        """Delete the file; a missing one is no error."""
        with _answering():
            try:
                await self._store.delete_async(_checked(key))
            except FileNotFoundError:
                return

    async def list(self, prefix: str) -> AsyncIterator[str]:
        """Yield the keys below a prefix of whole segments ("videos/123")."""
        with _answering():
            async for batch in obstore.list(self._store, _checked(prefix.rstrip("/"))):
                for found in batch:
                    yield found["path"]

    async def files(self, prefix: str) -> AsyncIterator[Stored]:
        """Yield what is stored below a prefix of whole segments, in no order."""
        with _answering():
            async for batch in obstore.list(self._store, _checked(prefix.rstrip("/"))):
                for found in batch:
                    yield Stored(found["path"], found["last_modified"])

    def _stamp(self, key: str) -> None:
        if self._folder:
            now = self._clock.now().timestamp()
            os.utime(self._folder / _checked(key), (now, now))

    async def _end(self, key: str) -> int:
        size = await self.size(key)
        if size is None:
            raise FileNotFoundError(key)
        return size


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key[:64]!r} is not a storage key")
    return key


@contextmanager
def _answering() -> Generator[None]:
    try:
        with atomic_write.room():
            yield
    except BaseError as error:
        raise Unavailable("The file store does not answer: try again soon.") from error
