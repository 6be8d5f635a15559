"""Storage in a bucket of an object store, or in memory; any number of machines may share it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import obstore
from obstore.exceptions import AlreadyExistsError

from keyreel.errors import Unavailable
from keyreel.storage.bucket.errors import translate_store_errors
from keyreel.storage.bucket.generations import FIRST, StoredObject, is_input, make_path, parse_object
from keyreel.storage.download_headers import CACHE_CONTROL, format_disposition, get_media_type
from keyreel.storage.keys import check_key
from keyreel.storage.objects import RENEWED_AFTER
from keyreel.storage.passing_faults import translate_passing_faults

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from obstore import Attributes, ObjectMeta
    from obstore.store import ObjectStore

    from keyreel.clock import Clock
    from keyreel.storage.objects import StoredFile

PROBE_KEY: Final = "health/probe"
PROBE_BYTES: Final = b"keyreel"
"""Always the same: several machines probe at a time."""
_PIECE_BYTES: Final = 4 << 20
"""Read in one request: a reader holds no more, and a slow client holds no connection to the store."""
_CHUNK_BYTES: Final = 1 << 18
"""Handed on at a time."""
_PART_BYTES: Final = 8 << 20
_PARTS_AT_ONCE: Final = 3
"""Of a large file: it is never in memory as a whole."""
_PUTS_AT_ONCE: Final = 4
_KEPT_GENERATIONS: Final = 2
"""Of an input: the newest, and the one before it, which somebody may be reading."""


class BucketStorage:
    """An `ObjectStorage` over an object store of obstore's."""

    def __init__(self, store: ObjectStore, clock: Clock, *, is_shared: bool = True) -> None:
        self._store = store
        self._clock = clock
        self.is_shared = is_shared

    async def put(self, key: str, data: bytes) -> None:
        """Store these bytes."""
        path = make_path(check_key(key), self._clock.now())
        with translate_store_errors():
            await obstore.put_async(
                self._store,
                path,
                data,
                attributes=_describe(key),
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )

    async def put_volatile(self, key: str, data: bytes) -> None:
        """Store these bytes; a bucket makes no difference."""
        await self.put(key, data)

    async def put_all(self, files: Mapping[str, bytes]) -> frozenset[str]:
        """Have files stored that are named by their content; return the keys of those that were not there."""
        turns = asyncio.Semaphore(_PUTS_AT_ONCE)

        async def put_missing(key: str, data: bytes) -> bool:
            async with turns:
                if await self.renew(key, len(data)):
                    return False
                await self.put(key, data)
                return True

        tasks: dict[str, asyncio.Task[bool]] = {}
        try:
            async with asyncio.TaskGroup() as group:
                for key, data in files.items():
                    tasks[key] = group.create_task(put_missing(key, data))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return frozenset(key for key, task in tasks.items() if task.result())

    async def create(self, key: str, data: bytes) -> bool:
        """Store these bytes unless the key is taken; return whether they were stored."""
        path = f"{check_key(key)}/{FIRST}" if is_input(key) else check_key(key)
        if await self._find(key):  # an input of which a later generation is left
            return False
        with translate_store_errors():
            try:
                await obstore.put_async(self._store, path, data, attributes=_describe(key), mode="create")
            except AlreadyExistsError:
                return False
        return True

    async def put_file(self, key: str, path: Path) -> None:
        """Store a copy of this file."""
        with translate_store_errors():
            await obstore.put_async(
                self._store,
                make_path(check_key(key), self._clock.now()),
                path,
                attributes=_describe(key),
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )

    async def renew(self, key: str, size: int) -> bool:
        """Let an input count as put just now; False where none has this size.

        One that was put within `RENEWED_AFTER` is young enough.
        """
        generations = await self._list_generations(key)
        if not generations or generations[-1].file.size != size:
            return False
        now = self._clock.now()
        if now - generations[-1].file.modified < RENEWED_AFTER:
            return True
        with translate_store_errors():
            try:
                await obstore.copy_async(self._store, generations[-1].path, make_path(key, now))
            except FileNotFoundError:  # deleted for its age meanwhile
                return False
        await self._delete_objects(generations[: 1 - _KEPT_GENERATIONS])
        return True

    async def get_size(self, key: str) -> int | None:
        """Return the file's size in bytes, None where there is no such file."""
        found = await self._find(key)
        return found.file.size if found else None

    async def get_modified(self, key: str) -> datetime | None:
        """Return when the file was put or renewed last, None where there is no such file."""
        found = await self._find(key)
        return found.file.modified if found else None

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` to before `end` (the file's own end where None) in chunks.

        Raises:
            FileNotFoundError: there is no such file.
        """
        found = await self._find(key)
        if found is None:
            raise FileNotFoundError(key)
        stop = found.file.size if end is None else min(end, found.file.size)
        for begin in range(start, stop, _PIECE_BYTES):
            piece = await self._read_piece(found.path, begin, min(begin + _PIECE_BYTES, stop))
            for offset in range(0, len(piece), _CHUNK_BYTES):
                yield piece[offset : offset + _CHUNK_BYTES]

    async def download(self, key: str, path: Path) -> None:
        """Copy the file to this path.

        Raises:
            FileNotFoundError: there is no such file.
        """
        with translate_passing_faults(), path.open("wb") as file:
            async for chunk in self.read(key):
                await asyncio.to_thread(file.write, chunk)

    async def delete(self, key: str) -> None:
        """Delete the file; a missing one is no error."""
        if is_input(check_key(key)):
            await self._delete_objects(await self._list_generations(key))
        else:
            await self._delete_path(key)

    async def delete_if_old(self, key: str, before: datetime) -> None:
        """Delete an input as it was at `before`: what another process has renewed since then stays."""
        generations = await self._list_generations(key)
        await self._delete_objects(each for each in generations if each.file.modified <= before)

    async def list_files(self, prefix: str) -> AsyncIterator[StoredFile]:
        """Yield what is stored below a prefix of whole segments, in no order; nothing else that is there."""
        newest: StoredFile | None = None
        async for found in self._list_objects(prefix):
            if newest and newest.key != found.file.key:
                yield newest
            newest = found.file  # a bucket lists in the order of names: an input's newest generation last
        if newest:
            yield newest

    def scan(self, prefix: str) -> Iterator[StoredFile]:
        """Yield the same at once, where nothing else runs meanwhile."""
        files: dict[str, StoredFile] = {}
        with translate_store_errors():
            for batch in obstore.list(self._store, check_key(prefix.rstrip("/"))):
                files.update({found.file.key: found.file for each in batch if (found := parse_object(each))})
        yield from files.values()

    def require_room(self) -> None:
        """Return: how much an object store takes, it says when it is asked to."""

    def probe(self) -> None:
        """Store a small file and read it; blocks, and may be called in a thread.

        Raises:
            Unavailable: nothing can be stored, or read, right now.
        """
        with translate_store_errors():
            obstore.put(self._store, PROBE_KEY, PROBE_BYTES)
            found = bytes(obstore.get(self._store, PROBE_KEY).bytes())
        if found != PROBE_BYTES:
            raise Unavailable("The file store returned different bytes than it received.")

    async def _find(self, key: str) -> StoredObject | None:
        if is_input(check_key(key)):
            generations = await self._list_generations(key)
            return generations[-1] if generations else None
        found = await self._get_head(key)
        return parse_object(found) if found else None

    async def _get_head(self, key: str) -> ObjectMeta | None:
        with translate_store_errors():
            try:
                return await obstore.head_async(self._store, key)
            except FileNotFoundError:
                # The same answer comes where the whole bucket is gone: then this fails.
                async for _ in obstore.list(self._store, PROBE_KEY):
                    break
                return None

    async def _list_generations(self, key: str) -> list[StoredObject]:
        """Return all generations of an input, the oldest first."""
        found = [each async for each in self._list_objects(key) if each.file.key == key]
        return sorted(found, key=lambda each: each.path)

    async def _list_objects(self, prefix: str) -> AsyncIterator[StoredObject]:
        with translate_store_errors():
            async for batch in obstore.list(self._store, check_key(prefix.rstrip("/"))):
                for each in batch:
                    if found := parse_object(each):
                        yield found

    async def _read_piece(self, path: str, start: int, end: int) -> bytes:
        with translate_store_errors(), suppress(FileNotFoundError):
            return bytes(await obstore.get_range_async(self._store, path, start=start, end=end))
        raise FileNotFoundError(path)

    async def _delete_objects(self, objects: Iterable[StoredObject]) -> None:
        for each in objects:
            await self._delete_path(each.path)

    async def _delete_path(self, path: str) -> None:
        with translate_store_errors(), suppress(FileNotFoundError):
            await obstore.delete_async(self._store, path)


def _describe(key: str) -> Attributes:
    """Return what the object store tells whoever downloads the file from it."""
    return {
        "Content-Type": get_media_type(key),
        "Content-Disposition": format_disposition(key),
        "Cache-Control": CACHE_CONTROL,
    }
