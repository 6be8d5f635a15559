"""Storage of files under keys, on a local disk or in any object store; knows no tasks.

Keys are `assets/<sha256>`, `uploads/<random>.<ending>`, `videos/<task id>/<attempt>.mp4`,
`covers/<task id>/<attempt>.jpg`, and `clean/<task id>/<attempt>.mp4` for videos without watermark.
"""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, MemoryStore

from keyreel.clock import SystemClock
from keyreel.errors import Unavailable
from keyreel.storage import disk_full
from keyreel.system import atomic_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator
    from datetime import datetime
    from pathlib import Path

    from obstore import ObjectMeta
    from obstore.store import ObjectStore

    from keyreel.clock import Clock

_KEY: Final = re.compile(r"(?!.{513})[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)
FOLDERS: Final = ("assets", "uploads", "videos", "covers", "clean")
"""What keys begin with."""
_CHUNK_BYTES: Final = 1 << 18  # read at a time


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file's key, its size in bytes, and when it was put or renewed last."""

    key: str
    size: int
    modified: datetime


class ObjectStorage:
    """Files under keys. A put file is whole and durable, or the put failed and the key is as it was.

    Every method raises ValueError for an invalid key, and Unavailable while the disk is full or the
    object store does not answer.
    """

    def __init__(self, store: ObjectStore, folder: Path | None = None, clock: Clock | None = None) -> None:
        self._store = store
        self._folder = folder
        self._clock = clock or SystemClock()

    @classmethod
    def open_local(cls, folder: Path, clock: Clock | None = None) -> Self:
        """Keep the files in this folder, which is created if missing and belongs to this process alone.

        Files' times are the clock's.
        """
        folder.mkdir(parents=True, exist_ok=True)
        atomic_file.delete_unfinished(folder)
        return cls(LocalStore(prefix=folder.resolve()), folder.resolve(), clock)

    @classmethod
    def open_in_memory(cls) -> Self:
        """Keep the files in memory, for tests."""
        return cls(MemoryStore())

    async def put(self, key: str, data: bytes) -> None:
        """Store these bytes."""
        with _translate_errors():
            if self._folder:
                # obstore's local store does not synchronise: a power cut could leave half a file.
                await asyncio.to_thread(atomic_file.write_atomically, self._folder / _check_key(key), data)
                self._touch(key)
            else:
                await self._store.put_async(_check_key(key), data)

    async def create(self, key: str, data: bytes) -> bool:
        """Store these bytes unless the key is taken; return whether they were stored.

        Of several calls for one key at the same time exactly one stores its bytes.
        """
        with _translate_errors():
            if self._folder:
                file = self._folder / _check_key(key)
                created = await asyncio.to_thread(atomic_file.create_atomically, file, data)
                if created:
                    self._touch(key)
                return created
            try:
                await self._store.put_async(_check_key(key), data, mode="create")
            except AlreadyExistsError:
                return False
            return True

    async def put_file(self, key: str, path: Path) -> None:
        """Store a copy of this file."""
        with _translate_errors():
            if self._folder:
                await asyncio.to_thread(atomic_file.copy_atomically, path, self._folder / _check_key(key))
                self._touch(key)
            else:
                await self._store.put_async(_check_key(key), path)

    async def renew(self, key: str, size: int) -> bool:
        """Let a file count as put just now; False where none has this size, or it must be put again."""
        if self._folder is None or await self.get_size(key) != size:
            return False
        try:
            self._touch(key)
        except FileNotFoundError:
            return False
        return True

    async def get_size(self, key: str) -> int | None:
        """Return the file's size in bytes, None where there is no such file."""
        with _translate_errors():
            try:
                return (await self._store.head_async(_check_key(key)))["size"]
            except FileNotFoundError:
                return None

    async def get_modified(self, key: str) -> datetime | None:
        """Return when the file was put or renewed last, None where there is no such file."""
        with _translate_errors():
            try:
                return (await self._store.head_async(_check_key(key)))["last_modified"]
            except FileNotFoundError:
                return None

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` to before `end` (the file's own end where None) in chunks.

        Raises:
            FileNotFoundError: there is no such file.
        """
        with _translate_errors():
            whole = end is None and start == 0
            stop = await self._get_end(key) if end is None else end
            if start >= stop:
                return
            got = await self._store.get_async(
                _check_key(key), options={} if whole else {"range": (start, stop)}
            )
            async for chunk in got.stream(min_chunk_size=_CHUNK_BYTES):
                yield bytes(chunk)

    async def download(self, key: str, path: Path) -> None:
        """Copy the file to this path.

        Raises:
            FileNotFoundError: there is no such file.
        """
        with _translate_errors():
            if self._folder:
                await asyncio.to_thread(atomic_file.copy_atomically, self._folder / _check_key(key), path)
                return
            data = await (await self._store.get_async(_check_key(key))).bytes_async()
            await asyncio.to_thread(path.write_bytes, bytes(data))

    async def delete(self, key: str) -> None:
        """Delete the file; a missing one is no error."""
        with _translate_errors():
            try:
                await self._store.delete_async(_check_key(key))
            except FileNotFoundError:
                return

    async def list_keys(self, prefix: str) -> AsyncIterator[str]:
        """Yield the keys below a prefix of whole segments ("videos/123")."""
        with _translate_errors():
            async for batch in obstore.list(self._store, _check_key(prefix.rstrip("/"))):
                for found in batch:
                    yield found["path"]

    async def list_files(self, prefix: str) -> AsyncIterator[StoredFile]:
        """Yield what is stored below a prefix of whole segments, in no order."""
        with _translate_errors():
            async for batch in obstore.list(self._store, _check_key(prefix.rstrip("/"))):
                for found in batch:
                    yield _to_stored_file(found)

    def scan(self, prefix: str) -> Iterator[StoredFile]:
        """Yield the same at once, for whoever opens a data folder: nothing else runs meanwhile."""
        with _translate_errors():
            for batch in obstore.list(self._store, _check_key(prefix.rstrip("/"))):
                yield from map(_to_stored_file, batch)

    def has_room(self) -> bool:
        """Say whether new files may be taken in: the disk has more free space than its reserve."""
        return self._folder is None or disk_full.has_room(self._folder)

    def require_room(self) -> None:
        """Return if new files may be taken in.

        Raises:
            Unavailable: the disk has no more free space than its reserve.
        """
        if not self.has_room():
            raise disk_full.make_disk_full_error()

    def _touch(self, key: str) -> None:
        if self._folder:
            now = self._clock.now().timestamp()
            os.utime(self._folder / _check_key(key), (now, now))

    async def _get_end(self, key: str) -> int:
        size = await self.get_size(key)
        if size is None:
            raise FileNotFoundError(key)
        return size


def _to_stored_file(found: ObjectMeta) -> StoredFile:
    return StoredFile(found["path"], found["size"], found["last_modified"])


def _check_key(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key[:64]!r} is not a storage key")
    return key


@contextmanager
def _translate_errors() -> Generator[None]:
    try:
        with disk_full.translate_disk_full():
            yield
    except BaseError as error:
        raise Unavailable("The file store does not answer: try again soon.") from error
