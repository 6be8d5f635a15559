"""Storage of files under keys, on a local disk or in any object store; knows no tasks.

Keys are `assets/<sha256>`, `uploads/<random>.<ending>`, `videos/<task id>/<attempt>.mp4`,
`covers/<task id>/<attempt>.jpg`, `clean/<task id>/<attempt>.mp4` for videos without watermark, and
`previews/<task id>/<attempt>.jpg` while a task runs.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Final, Self

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, MemoryStore

from keyreel.clock import SystemClock
from keyreel.errors import Unavailable
from keyreel.storage.disk_room import has_room
from keyreel.storage.grouped_writes import GroupedWrites
from keyreel.storage.keys import check_key
from keyreel.storage.local_listing import iterate_local_files
from keyreel.storage.passing_faults import make_disk_full_error, translate_passing_faults
from keyreel.system import atomic_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator, Mapping
    from pathlib import Path

    from obstore import ObjectMeta
    from obstore.store import ObjectStore

    from keyreel.clock import Clock

FOLDERS: Final = ("assets", "uploads", "videos", "covers", "clean", "previews")
"""What keys begin with."""
_INPUT_FOLDERS: Final = ("assets", "uploads")
"""Where a file that is there already is not stored again."""
_PROBE_KEY: Final = "health/probe"
_CHUNK_BYTES: Final = 1 << 18  # read at a time
_LISTED_AT_A_TIME: Final = 500
"""Files of a local folder that a thread lists in one go."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file's key, its size in bytes, and when it was put or renewed last."""

    key: str
    size: int
    modified: datetime


class ObjectStorage:
    """Files under keys. A put file is whole and durable, or the put failed and the key is as it was.

    Every method raises ValueError for an invalid key, and Unavailable while the disk is full or broken, or
    the object store does not answer.
    """

    def __init__(self, store: ObjectStore, folder: Path | None = None, clock: Clock | None = None) -> None:
        self._store = store
        self._folder = folder
        self._clock = clock or SystemClock()
        self._grouped_writes = GroupedWrites()
        self._reported_names: set[str] = set()

    @classmethod
    def open_local(cls, folder: Path, clock: Clock | None = None) -> Self:
        """Keep the files in this folder, which is created if missing and belongs to this process alone.

        Files' times are the clock's.
        """
        for name in _INPUT_FOLDERS:
            atomic_file.make_folder(folder.resolve() / name)
            # A killed process may have left a name that was not durable yet: from now on it counts as stored.
            atomic_file.flush(folder / name)
        atomic_file.delete_unfinished(folder)
        return cls(LocalStore(prefix=folder.resolve()), folder.resolve(), clock)

    @classmethod
    def open_beside(cls, folder: Path) -> Self:
        """Open the files of a folder that another process may work on; nothing in it is changed."""
        return cls(LocalStore(prefix=folder.resolve()), folder.resolve())

    @classmethod
    def open_in_memory(cls) -> Self:
        """Keep the files in memory, for tests."""
        return cls(MemoryStore())

    async def put(self, key: str, data: bytes) -> None:
        """Store these bytes."""
        with _translate_errors():
            if self._folder:
                # obstore's local store does not synchronise: a power cut could leave half a file.
                await asyncio.to_thread(atomic_file.write_atomically, self._folder / check_key(key), data)
                self._touch(key)
            else:
                await self._store.put_async(check_key(key), data)

    async def put_volatile(self, key: str, data: bytes) -> None:
        """Store these bytes whole, but without waiting for the disk: a power cut may lose them."""
        with _translate_errors():
            await self._store.put_async(check_key(key), data)
            with suppress(FileNotFoundError):  # deleted meanwhile
                self._touch(key)

    async def put_all(self, files: Mapping[str, bytes]) -> frozenset[str]:
        """Have files stored that are named by their content; return the keys of those that were not before.

        A file that has the right size is stored already, and counts as put just now. Calls that come together
        share their waiting for the disk. Where one file of a call cannot be stored, no new one is.
        """
        if self._folder is None:
            return frozenset([key for key, data in files.items() if await self._put_missing(key, data)])
        with _translate_errors():
            paths = {self._folder / check_key(key): key for key in files}
            by_path = {path: files[key] for path, key in paths.items()}
            new = await self._grouped_writes.store(by_path, self._clock.now().timestamp())
            return frozenset(paths[path] for path in new)

    async def _put_missing(self, key: str, data: bytes) -> bool:
        size = await self.get_size(key)
        if size != len(data):
            await self.put(key, data)
        return size is None

    async def create(self, key: str, data: bytes) -> bool:
        """Store these bytes unless the key is taken; return whether they were stored.

        Of several calls for one key at the same time exactly one stores its bytes.
        """
        with _translate_errors():
            if self._folder:
                file = self._folder / check_key(key)
                created = await asyncio.to_thread(atomic_file.create_atomically, file, data)
                if created:
                    self._touch(key)
                return created
            try:
                await self._store.put_async(check_key(key), data, mode="create")
            except AlreadyExistsError:
                return False
            return True

    async def put_file(self, key: str, path: Path) -> None:
        """Store a copy of this file."""
        with _translate_errors():
            if self._folder:
                await asyncio.to_thread(atomic_file.copy_atomically, path, self._folder / check_key(key))
                self._touch(key)
            else:
                await self._store.put_async(check_key(key), path)

    async def renew(self, key: str, size: int) -> bool:
        """Let a file count as put just now; False where none has this size, or it must be put again."""
        if self._folder is None or await self.get_size(key) != size:
            return False
        with _translate_errors():
            try:
                self._touch(key)
            except FileNotFoundError:
                return False
        return True

    async def get_size(self, key: str) -> int | None:
        """Return the file's size in bytes, None where there is no such file."""
        with _translate_errors():
            try:
                return (await self._store.head_async(check_key(key)))["size"]
            except FileNotFoundError:
                return None

    async def get_modified(self, key: str) -> datetime | None:
        """Return when the file was put or renewed last, None where there is no such file."""
        with _translate_errors():
            try:
                return (await self._store.head_async(check_key(key)))["last_modified"]
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
                check_key(key), options={} if whole else {"range": (start, stop)}
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
                await asyncio.to_thread(atomic_file.copy_atomically, self._folder / check_key(key), path)
                return
            data = await (await self._store.get_async(check_key(key))).bytes_async()
            await asyncio.to_thread(path.write_bytes, bytes(data))

    async def delete(self, key: str) -> None:
        """Delete the file; a missing one is no error."""
        with _translate_errors():
            try:
                await self._store.delete_async(check_key(key))
            except FileNotFoundError:
                return

    async def list_keys(self, prefix: str) -> AsyncIterator[str]:
        """Yield the keys below a prefix of whole segments ("videos/123")."""
        async for found in self.list_files(prefix):
            yield found.key

    async def list_files(self, prefix: str) -> AsyncIterator[StoredFile]:
        """Yield what is stored below a prefix of whole segments, in no order; nothing else that is there."""
        within = check_key(prefix.rstrip("/"))
        with _translate_errors():
            if self._folder:
                files = self._iterate_local_files(within)
                while listed := await asyncio.to_thread(lambda: tuple(islice(files, _LISTED_AT_A_TIME))):
                    for found in listed:
                        yield found
                return
            async for batch in obstore.list(self._store, within):
                for each in batch:
                    yield _to_stored_file(each)

    def scan(self, prefix: str) -> Iterator[StoredFile]:
        """Yield the same at once, where nothing else runs meanwhile."""
        within = check_key(prefix.rstrip("/"))
        with _translate_errors():
            if self._folder:
                yield from self._iterate_local_files(within)
                return
            for batch in obstore.list(self._store, within):
                yield from map(_to_stored_file, batch)

    def _iterate_local_files(self, within: str) -> Iterator[StoredFile]:
        assert self._folder, "only a folder is listed so"
        for key, found in iterate_local_files(self._folder, within, self._reported_names):
            yield StoredFile(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def require_room(self) -> None:
        """Return if new files may be taken in; blocks for no longer than a system call.

        Raises:
            Unavailable: the disk has no more free space than its reserve.
        """
        with _translate_errors():
            if self._folder and not has_room(self._folder):
                raise make_disk_full_error()

    def probe(self) -> None:
        """Store a small file, read it and delete it; blocks, and may be called in a thread.

        Raises:
            Unavailable: nothing can be stored, or read, right now.
        """
        with _translate_errors():
            data = secrets.token_bytes(16)
            if self._folder:
                atomic_file.write_atomically(self._folder / _PROBE_KEY, data)
            else:
                self._store.put(_PROBE_KEY, data)
            found = bytes(self._store.get(_PROBE_KEY).bytes())
            self._store.delete(_PROBE_KEY)
        if found != data:
            raise Unavailable("The file store returned other bytes than it was given.")

    def _touch(self, key: str) -> None:
        if self._folder:
            now = self._clock.now().timestamp()
            os.utime(self._folder / check_key(key), (now, now))

    async def _get_end(self, key: str) -> int:
        size = await self.get_size(key)
        if size is None:
            raise FileNotFoundError(key)
        return size


def _to_stored_file(found: ObjectMeta) -> StoredFile:
    return StoredFile(found["path"], found["size"], found["last_modified"])


@contextmanager
def _translate_errors() -> Generator[None]:
    try:
        with translate_passing_faults():
            yield
    except BaseError as error:
        raise Unavailable("The file store does not answer: try again soon.") from error
