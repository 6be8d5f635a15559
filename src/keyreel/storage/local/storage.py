"""Storage in a folder of this machine, which belongs to one process alone."""

from __future__ import annotations

import asyncio
import os
import secrets
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Final, Self

from obstore.exceptions import BaseError
from obstore.store import LocalStore

from keyreel.clock import SystemClock
from keyreel.errors import Unavailable
from keyreel.storage.keys import check_key
from keyreel.storage.local.disk_room import has_room
from keyreel.storage.local.grouped_writes import GroupedWrites
from keyreel.storage.local.listing import iterate_local_files
from keyreel.storage.objects import INPUT_FOLDERS, StoredFile
from keyreel.storage.passing_faults import make_disk_full_error, translate_passing_faults
from keyreel.system import atomic_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator, Mapping
    from pathlib import Path

    from obstore import ObjectMeta

    from keyreel.clock import Clock

_PROBE_KEY: Final = "health/probe"
_CHUNK_BYTES: Final = 1 << 18  # read at a time
_LISTED_AT_A_TIME: Final = 500
"""Files that a thread lists in one go."""


class LocalStorage:
    """An `ObjectStorage` in a folder. Files' times are the clock's."""

    is_shared = False

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._folder = folder.resolve()
        self._store = LocalStore(prefix=self._folder)
        self._clock = clock or SystemClock()
        self._grouped_writes = GroupedWrites()
        self._reported_names: set[str] = set()

    @classmethod
    def open(cls, folder: Path, clock: Clock | None = None) -> Self:
        """Keep the files in this folder, which is created if missing and belongs to this process alone."""
        for name in INPUT_FOLDERS:
            atomic_file.make_folder(folder.resolve() / name)
            # A killed process may have left a name that was not durable yet: from now on it counts as stored.
            atomic_file.flush(folder / name)
        atomic_file.delete_unfinished(folder)
        return cls(folder, clock)

    @classmethod
    def open_beside(cls, folder: Path) -> Self:
        """Open the files of a folder that another process may work on; nothing in it is changed."""
        return cls(folder)

    async def put(self, key: str, data: bytes) -> None:
        """Store these bytes."""
        with _translate_errors():
            # obstore's local store does not synchronise: a power cut could leave half a file.
            await asyncio.to_thread(atomic_file.write_atomically, self._folder / check_key(key), data)
            self._touch(key)

    async def put_volatile(self, key: str, data: bytes) -> None:
        """Store these bytes whole, but without waiting for the disk."""
        with _translate_errors():
            await self._store.put_async(check_key(key), data)
            with suppress(FileNotFoundError):  # deleted meanwhile
                self._touch(key)

    async def put_all(self, files: Mapping[str, bytes]) -> frozenset[str]:
        """Have files stored that are named by their content; return the keys of those that were not before.

        Calls that come together share their waiting for the disk.
        """
        with _translate_errors():
            paths = {self._folder / check_key(key): key for key in files}
            by_path = {path: files[key] for path, key in paths.items()}
            new = await self._grouped_writes.store(by_path, self._clock.now().timestamp())
            return frozenset(paths[path] for path in new)

    async def create(self, key: str, data: bytes) -> bool:
        """Store these bytes unless the key is taken; return whether they were stored."""
        with _translate_errors():
            file = self._folder / check_key(key)
            created = await asyncio.to_thread(atomic_file.create_atomically, file, data)
            if created:
                self._touch(key)
            return created

    async def put_file(self, key: str, path: Path) -> None:
        """Store a copy of this file."""
        with _translate_errors():
            await asyncio.to_thread(atomic_file.copy_atomically, path, self._folder / check_key(key))
            self._touch(key)

    async def renew(self, key: str, size: int) -> bool:
        """Let an input count as put just now; False where none has this size."""
        if await self.get_size(key) != size:
            return False
        with _translate_errors():
            try:
                self._touch(key)
            except FileNotFoundError:
                return False
        return True

    async def get_size(self, key: str) -> int | None:
        """Return the file's size in bytes, None where there is no such file."""
        found = await self._find(key)
        return found and found["size"]

    async def get_modified(self, key: str) -> datetime | None:
        """Return when the file was put or renewed last, None where there is no such file."""
        found = await self._find(key)
        return found and found["last_modified"]

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
            await asyncio.to_thread(atomic_file.copy_atomically, self._folder / check_key(key), path)

    async def delete(self, key: str) -> None:
        """Delete the file; a missing one is no error."""
        with _translate_errors(), suppress(FileNotFoundError):
            await self._store.delete_async(check_key(key))

    async def delete_if_old(self, key: str, before: datetime) -> None:
        """Delete an input; no other process renews it."""
        del before
        await self.delete(key)

    async def list_files(self, prefix: str) -> AsyncIterator[StoredFile]:
        """Yield what is stored below a prefix of whole segments, in no order; nothing else that is there."""
        within = check_key(prefix.rstrip("/"))
        with _translate_errors():
            files = self._iterate_files(within)
            while listed := await asyncio.to_thread(lambda: tuple(islice(files, _LISTED_AT_A_TIME))):
                for found in listed:
                    yield found

    def scan(self, prefix: str) -> Iterator[StoredFile]:
        """Yield the same at once, where nothing else runs meanwhile."""
        with _translate_errors():
            yield from self._iterate_files(check_key(prefix.rstrip("/")))

    def require_room(self) -> None:
        """Return if new files may be taken in; blocks for no longer than a system call.

        Raises:
            Unavailable: the disk has no more free space than its reserve.
        """
        with _translate_errors():
            if not has_room(self._folder):
                raise make_disk_full_error()

    def probe(self) -> None:
        """Store a small file, read it and delete it; blocks, and may be called in a thread.

        Raises:
            Unavailable: nothing can be stored, or read, right now.
        """
        with _translate_errors():
            data = secrets.token_bytes(16)
            atomic_file.write_atomically(self._folder / _PROBE_KEY, data)
            found = bytes(self._store.get(_PROBE_KEY).bytes())
            self._store.delete(_PROBE_KEY)
        if found != data:
            raise Unavailable("The file store returned different bytes than it received.")

    async def _find(self, key: str) -> ObjectMeta | None:
        with _translate_errors():
            try:
                return await self._store.head_async(check_key(key))
            except FileNotFoundError:
                return None

    def _iterate_files(self, within: str) -> Iterator[StoredFile]:
        for key, found in iterate_local_files(self._folder, within, self._reported_names):
            yield StoredFile(key, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def _touch(self, key: str) -> None:
        now = self._clock.now().timestamp()
        os.utime(self._folder / check_key(key), (now, now))

    async def _get_end(self, key: str) -> int:
        size = await self.get_size(key)
        if size is None:
            raise FileNotFoundError(key)
        return size


@contextmanager
def _translate_errors() -> Generator[None]:
    try:
        with translate_passing_faults():
            yield
    except BaseError as error:
        raise Unavailable("The file store does not respond: try again soon.") from error
