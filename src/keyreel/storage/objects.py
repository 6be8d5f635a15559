"""What a storage of files under keys is, whatever keeps them; knows no tasks.

Keys are `assets/<sha256>`, `uploads/<random>.<ending>`, `videos/<task id>/<attempt>.mp4`,
`covers/<task id>/<attempt>.jpg`, `clean/<task id>/<attempt>.mp4` for videos without watermark, and
`previews/<task id>/<attempt>.jpg` while a task runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

FOLDERS: Final = ("assets", "uploads", "videos", "covers", "clean", "previews")
"""What keys begin with."""
INPUT_FOLDERS: Final = ("assets", "uploads")
"""Where files are that may be handed in again: such a file is renewed, or not stored again."""

RENEWED_AFTER: Final = timedelta(minutes=30)
"""In a shared storage an input counts as put just now for so long, far longer than a submit takes; after that
it is stored again. The janitor leaves an input that no row names alone for twice as long."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file's key, its size in bytes, and when it was put or renewed last."""

    key: str
    size: int
    modified: datetime


class ObjectStorage(Protocol):
    """Files under keys. A put file is whole and durable, or the put failed and the key is as it was.

    Every method raises ValueError for an invalid key, and Unavailable while the disk is full or broken, or
    the object store does not answer.
    """

    @property
    def is_shared(self) -> bool:
        """Whether other processes put files here too: what one of them stored, another may rely on."""
        ...

    async def put(self, key: str, data: bytes) -> None:
        """Store these bytes."""
        ...

    async def put_volatile(self, key: str, data: bytes) -> None:
        """Store these bytes whole, but without waiting for a disk: a power cut may lose them."""
        ...

    async def put_all(self, files: Mapping[str, bytes]) -> frozenset[str]:
        """Have files stored that are named by their content; return the keys of those that were not before.

        A file that has the right size is stored already, and counts as put just now. Where one file of a call
        cannot be stored, no new one is; in a shared storage new ones may be, as files that count for nobody.
        """
        ...

    async def create(self, key: str, data: bytes) -> bool:
        """Store these bytes unless the key is taken; return whether they were stored.

        Of several calls for one key at the same time exactly one stores its bytes.
        """
        ...

    async def put_file(self, key: str, path: Path) -> None:
        """Store a copy of this file."""
        ...

    async def renew(self, key: str, size: int) -> bool:
        """Let an input count as put just now; False where none has this size."""
        ...

    async def get_size(self, key: str) -> int | None:
        """Return the file's size in bytes, None where there is no such file."""
        ...

    async def get_modified(self, key: str) -> datetime | None:
        """Return when the file was put or renewed last, None where there is no such file."""
        ...

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` to before `end` (the file's own end where None) in chunks.

        Raises:
            FileNotFoundError: there is no such file.
        """
        ...

    async def download(self, key: str, path: Path) -> None:
        """Copy the file to this path.

        Raises:
            FileNotFoundError: there is no such file.
        """
        ...

    async def delete(self, key: str) -> None:
        """Delete the file; a missing one is no error."""
        ...

    async def delete_if_old(self, key: str, before: datetime) -> None:
        """Delete an input as it was at `before`: what another process has renewed since then stays."""
        ...

    def list_files(self, prefix: str) -> AsyncIterator[StoredFile]:
        """Yield what is stored below a prefix of whole segments ("videos/123"), in no order; nothing else."""
        ...

    def scan(self, prefix: str) -> Iterator[StoredFile]:
        """Yield the same at once, where nothing else runs meanwhile."""
        ...

    def require_room(self) -> None:
        """Return if new files may be taken in; blocks for no longer than a system call.

        Raises:
            Unavailable: the disk has no more free space than its reserve.
        """
        ...

    def probe(self) -> None:
        """Store a small file and read it; blocks, and may be called in a thread.

        Raises:
            Unavailable: nothing can be stored, or read, right now.
        """
        ...
