"""Small files, written in groups: those that wait at the same time are flushed to the disk together.

A flush waits for the disk, but several at once take hardly longer than one, because a file system's journal
joins them; and one flush of a folder serves all new names in it. Knows no keys.
"""

from __future__ import annotations

import asyncio
import os
import queue
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from keyreel.system.atomic_file import flush, make_folder, make_unfinished_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

_MAX_GROUP: Final = 64
"""Requests in one group: those behind it must not wait much longer than for a flush."""
_MAX_GROUPED_BYTES: Final = 1 << 18
"""A request with more bytes is a group of its own, beside the others: it would hold them up."""
_GROUPS_AT_ONCE: Final = 2
"""While one waits for its folder, the next one's files are flushed: measured, a third more files a second."""
_FLUSHES_AT_ONCE: Final = 8
_READABLE_BY_ALL: Final = 0o644


@dataclass(slots=True)
class _NewFile:
    """A file on its way: written under another name, flushed, named."""

    path: Path
    data: bytes
    modified: float
    error: Exception | None = None
    _unfinished: Path | None = None
    _descriptor: int = -1
    _is_named: bool = False

    def write(self) -> None:
        make_folder(self.path.parent)
        self._unfinished = make_unfinished_path(self.path)
        self._descriptor = os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _READABLE_BY_ALL)
        rest = memoryview(self.data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        os.utime(self._descriptor, (self.modified, self.modified))

    def flush(self) -> None:
        os.fsync(self._descriptor)

    def give_name(self) -> None:
        assert self._unfinished, "it was written"
        self._unfinished.replace(self.path)
        self._is_named = True

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def undo(self) -> None:
        """Delete what is there of it: a name that may not be durable would pass for a stored file."""
        with suppress(OSError):
            if self._is_named:
                self.path.unlink()
            elif self._unfinished:
                self._unfinished.unlink()


@dataclass(slots=True)
class _Request:
    """Files that somebody in an event loop waits for: all of them, or none."""

    files: Mapping[Path, bytes]
    modified: float
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[frozenset[Path]]
    new: list[_NewFile] = field(default_factory=list)
    error: Exception | None = None

    def find_new(self) -> None:
        """Find the files that are not there, and let the others count as put just now."""
        try:
            missing = [path for path, data in self.files.items() if not self._renew(path, len(data))]
        except OSError as error:
            self.error = error
        else:
            self.new = [_NewFile(path, self.files[path], self.modified) for path in missing]

    def _renew(self, path: Path, size: int) -> bool:
        try:
            if path.stat().st_size != size:
                return False
            os.utime(path, (self.modified, self.modified))
        except FileNotFoundError:
            return False
        return True

    def finish(self) -> None:
        """Close the new files; delete them all where one has failed."""
        self.error = self.error or next((file.error for file in self.new if file.error), None)
        for file in self.new:
            file.close()
            if self.error is not None:
                file.undo()

    def tell(self) -> None:
        """Tell the outcome to whoever waits. Call it in the event loop."""
        if self.done.done():
            return
        if self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(frozenset(file.path for file in self.new))


class GroupedWrites:
    """Stores files that are named by their content, for event loops, in threads of its own."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[_Request] = queue.SimpleQueue()
        self._writer = ThreadPoolExecutor(_GROUPS_AT_ONCE, "file-writer")
        self._flushers = ThreadPoolExecutor(_FLUSHES_AT_ONCE, "file-flusher")

    async def store(self, files: Mapping[Path, bytes], modified: float) -> frozenset[Path]:
        """Have files on disk, changed at `modified` (seconds since 1970); return which were not there before.

        A file that has the right size is there already. Where one cannot be stored, none is that was new.
        Whoever is cancelled while waiting leaves the files as they are: they may be on disk.

        Raises:
            OSError: they could not be written.
        """
        loop = asyncio.get_running_loop()
        request = _Request(files, modified, loop, loop.create_future())
        if sum(map(len, files.values())) > _MAX_GROUPED_BYTES:
            await asyncio.to_thread(self._store_group, [request])
        else:
            self._waiting.put(request)
            self._writer.submit(self._store_waiting)
        return await request.done

    def _store_waiting(self) -> None:
        """Store the files that wait now; whoever asked for it may find that another call has stored his."""
        if group := list(islice(self._iterate_waiting(), _MAX_GROUP)):
            self._store_group(group)

    def _iterate_waiting(self) -> Iterator[_Request]:
        with suppress(queue.Empty):
            while True:
                yield self._waiting.get_nowait()

    def _store_group(self, group: list[_Request]) -> None:
        try:
            for request in group:
                request.find_new()
            self._write([file for request in group for file in request.new])
        except Exception as error:  # noqa: BLE001 - whoever asked is told, whatever it is
            for request in group:
                request.error = error
        for request in group:
            request.finish()
        for loop in {request.loop for request in group}:
            # A loop that has been closed meanwhile has nobody left who waits.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_tell, [request for request in group if request.loop is loop])

    def _write(self, files: list[_NewFile]) -> None:
        # A name must not be durable before its bytes are.
        _attempt(_NewFile.write, files)
        self._flush(files)
        _attempt(_NewFile.give_name, files)
        _flush_folders(files)

    def _flush(self, files: list[_NewFile]) -> None:
        if len(files) == 1:
            _attempt(_NewFile.flush, files)
        else:
            list(self._flushers.map(lambda file: _attempt(_NewFile.flush, [file]), files))


def _attempt(step: Callable[[_NewFile], None], files: Iterable[_NewFile]) -> None:
    """Take a step with each file that has not failed: what fails does so alone."""
    for file in files:
        if file.error is None:
            try:
                step(file)
            except OSError as error:
                file.error = error


def _flush_folders(files: list[_NewFile]) -> None:
    for folder in {file.path.parent for file in files if file.error is None}:
        try:
            flush(folder)
        except OSError as error:
            for file in files:
                if file.path.parent == folder:
                    file.error = error


def _tell(requests: list[_Request]) -> None:
    for request in requests:
        request.tell()
