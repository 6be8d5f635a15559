"""What a server has on disk at every moment: its flushes and commits, recorded in their order.

Python loads `sitecustomize` from PYTHONPATH when a process starts: there `os.fsync` and `sqlite3.connect` are
wrapped, nothing of Keyreel is touched. A power cut loses whatever was not flushed: a file has the bytes of
its last flush, a folder the names of its own, the database the rows of its commits.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PROGRAM = """
import itertools, json, os, re, sqlite3.dbapi2, stat, threading
from hashlib import sha256

LOG = os.open({log!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
FAULT = {fault!r}
TASK_ID, IMAGE = re.compile(r"\\b[0-9]{{15,19}}\\b"), re.compile(r"[0-9a-f]{{64}}")
real_fsync, real_connect = os.fsync, sqlite3.dbapi2.connect
late, numbers, one_by_one = [], itertools.count(1), threading.Lock()

def record(*event):
    os.write(LOG, (json.dumps(event) + "\\n").encode())

def flush(descriptor):
    status, path = os.fstat(descriptor), "/proc/self/fd/" + str(descriptor)
    if stat.S_ISDIR(status.st_mode):
        with one_by_one, os.scandir(path) as entries:
            names = {{entry.name: entry.inode() for entry in entries}}
            event = ("folder", status.st_ino, next(numbers), names)
    else:
        with open(path, "rb") as file:
            event = ("file", status.st_ino, sha256(file.read()).hexdigest())
    if FAULT != event[0]:
        real_fsync(descriptor)
        record(*event)

def fsync(descriptor):
    if FAULT == "late":
        late.append(os.dup(descriptor))
    else:
        flush(descriptor)

def connect(*arguments, **options):
    connection, rows = real_connect(*arguments, **options), []
    def trace(statement):
        if statement.startswith("INSERT INTO tasks"):
            rows.append((TASK_ID.findall(statement), IMAGE.findall(statement)))
        elif statement.startswith("ROLLBACK") and " TO " not in statement:
            rows.clear()
        elif statement.startswith("COMMIT") and rows:
            # It is on disk some time after it has begun: at once, for whoever needs it to be late.
            record("commit", list(rows))
            rows.clear()
            while late:
                flush(late.pop())
        elif statement.startswith("PRAGMA synchronous"):
            record("synchronous", statement)
    connection.set_trace_callback(trace)
    return connection

os.fsync, sqlite3.dbapi2.connect, sqlite3.connect = fsync, connect, connect
"""


@dataclass(frozen=True)
class FlushRecorder:
    """Start a server with `environment`, and tell of each response by `acknowledge`."""

    folder: Path
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def make(cls, folder: Path, fault: str = "") -> FlushRecorder:
        """Make one; with a fault no "file" or no "folder" is flushed, or all are "late": after the commit."""
        folder.mkdir()
        program = _PROGRAM.format(log=str(folder / "log"), fault=fault)
        (folder / "sitecustomize.py").write_text(program)
        return cls(folder)

    @property
    def environment(self) -> dict[str, str]:
        """What the server finds in its environment."""
        others = os.environ.get("PYTHONPATH", "")
        return {"PYTHONPATH": os.pathsep.join(filter(None, (str(self.folder), others)))}

    def acknowledge(self, task_id: str) -> None:
        """Record that a client knows of a task: whatever the server did before stands before."""
        with self.lock, (self.folder / "log").open("a") as log:
            log.write(json.dumps(("acknowledged", task_id)) + "\n")

    def replay(self, data: Path) -> Replay:
        """Cut the power of the data folder after each recorded event, and look at what is left."""
        disk, losses = _Disk(data), list[str]()
        events = [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]
        for event in events:
            disk.apply(event)
            losses += disk.find_losses()
        synchronous = [event[1] for event in events if event[0] == "synchronous"]
        return Replay(len(disk.acknowledged), synchronous, losses)


@dataclass(frozen=True)
class Replay:
    """What was found."""

    acknowledged: int
    synchronous: list[str]
    """The statements that set whether the database flushes its commits."""
    losses: list[str]
    """What a power cut at one of the moments would have lost."""


class _Disk:
    """What would be left of a data folder after a power cut."""

    def __init__(self, data: Path) -> None:
        self.acknowledged: set[str] = set()
        self._root = data.stat().st_ino
        self._files: dict[int, str] = {}
        self._folders: dict[int, tuple[int, dict[str, int]]] = {}
        self._rows: list[tuple[list[str], list[str]]] = []

    def apply(self, event: list[Any]) -> None:
        """Go on to the moment after this event."""
        match event:
            case ["file", inode, sha256]:
                self._files[inode] = sha256
            case ["folder", inode, number, names]:
                # Of flushes at the same time, one that began earlier may be recorded later.
                known = self._folders.get(inode, (0, {}))
                self._folders[inode] = max((number, names), known, key=itemgetter(0))
            case ["commit", rows]:
                self._rows += rows
            case ["acknowledged", task_id]:
                self.acknowledged.add(task_id)

    def find_losses(self) -> Iterator[str]:
        """Yield what is not there although somebody was told of it, or a row names it."""
        stored = {number for numbers, _ in self._rows for number in numbers}
        yield from (f"task {task_id} was acknowledged" for task_id in self.acknowledged - stored)
        for numbers, images in self._rows:
            for sha256 in images:
                if self._read("files", "assets", sha256) != sha256:
                    yield f"image {sha256[:8]} of task {numbers[0]}"

    def _read(self, *path: str) -> str | None:
        inode: int | None = self._root
        for name in path:
            _, names = self._folders.get(inode or 0, (0, {}))
            inode = names.get(name)
        return self._files.get(inode or 0)
