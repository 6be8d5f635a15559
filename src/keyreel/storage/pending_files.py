"""Files that are stored before the row that names them: one that comes to nothing is deleted again.

Several requests may bring the same file at the same time. It goes only when the last of them has let go of
it, none of them kept it, and it was not there before. In a storage that other processes share nobody knows
who else relies on a file: there it stays, and the janitor deletes it once it has long had no row. Knows no
rows: whoever writes them says what is kept.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from keyreel.errors import UploadConflict

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
    from datetime import datetime

    from keyreel.storage.objects import ObjectStorage


@dataclass(slots=True)
class _PendingFile:
    """A file that requests hold at this moment."""

    holders: int = 0
    created: bool = False
    """It was not stored before the first of them came."""
    kept: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class PendingFiles:
    """The pending files of this process in a storage."""

    def __init__(self, storage: ObjectStorage) -> None:
        self.storage = storage
        self._pending: dict[str, _PendingFile] = {}

    @asynccontextmanager
    async def store(self, files: Mapping[str, bytes]) -> AsyncGenerator[Hold]:
        """Have files on disk that are named by their content, from the beginning of the block on.

        They stay if the block, or another one with the same file, calls `Hold.keep`.

        Raises:
            Unavailable: they cannot be stored now.
        """
        async with self._hold(tuple(files)) as hold:
            async with AsyncExitStack() as locks:
                for key in sorted(files):  # in one order, so that no two requests wait for each other
                    await locks.enter_async_context(self._pending[key].lock)
                for key in await self.storage.put_all(files):
                    self._pending[key].created = True
            yield hold

    @asynccontextmanager
    async def create(self, key: str, data: bytes) -> AsyncGenerator[Hold]:
        """Have a file on disk under a key that takes one file, likewise.

        Raises:
            UploadConflict: another file was put there.
            Unavailable: it cannot be stored now.
        """
        async with self._hold((key,)) as hold:
            async with self._pending[key].lock:
                if await self.storage.create(key, data):
                    self._pending[key].created = True
                elif await compute_sha256(self.storage, key) != await asyncio.to_thread(_hash, data):
                    raise UploadConflict
                else:
                    await self.storage.renew(key, len(data))
            yield hold

    async def renew(self, key: str) -> int | None:
        """Let a file count as put just now; return its size in bytes, None where there is no such file."""
        async with self._hold((key,)), self._pending[key].lock:
            size = await self.storage.get_size(key)
            if size is not None:
                await self.storage.renew(key, size)
            return size

    async def expire(self, key: str, before: datetime, forget: Callable[[str], Awaitable[None]]) -> bool:
        """Delete a file that was put or renewed last by `before`, unless a request holds it; say whether.

        What `forget` does comes first. A request that names the file meanwhile waits, and stores it again;
        what another process stores meanwhile stays.
        """
        if key in self._pending:
            return False
        async with self._hold((key,)), self._pending[key].lock:
            modified = await self.storage.get_modified(key)
            if modified is None or modified > before:
                return False
            await forget(key)
            await self.storage.delete_if_old(key, before)
        return True

    @asynccontextmanager
    async def _hold(self, keys: tuple[str, ...]) -> AsyncGenerator[Hold]:
        held = [self._pending.setdefault(key, _PendingFile()) for key in keys]
        for each in held:
            each.holders += 1
        try:
            yield Hold(held)
        finally:
            for key in keys:
                await self._release(key)

    async def _release(self, key: str) -> None:
        pending = self._pending[key]
        try:
            async with pending.lock:
                pending.holders -= 1
                if not pending.holders and pending.created and not pending.kept:
                    pending.created = False
                    if not self.storage.is_shared:
                        await self.storage.delete(key)
        finally:
            # Whoever came while it was deleted holds the same entry, and stores the file again.
            if not pending.holders:
                self._pending.pop(key, None)


class Hold:
    """The right to say that files are named by a row."""

    def __init__(self, files: list[_PendingFile]) -> None:
        self._files = files

    def keep(self) -> None:
        """Let the files stay when the block ends."""
        for each in self._files:
            each.kept = True


async def compute_sha256(storage: ObjectStorage, key: str) -> str:
    """Return the SHA-256 of a stored file, in hexadecimal."""
    digest = sha256()
    async for chunk in storage.read(key):
        digest.update(chunk)
    return digest.hexdigest()


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()
