"""A machine for server processes whose clock can be set and whose system calls can be made to fail.

Python loads `sitecustomize` from PYTHONPATH when a process starts: there calls of the standard library are
wrapped, nothing of Keyreel is touched. What is wanted at a moment stands in files of the machine's folder.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PROGRAM = """
import asyncio, errno, os, socket, time

FOLDER = {folder!r}

def read(name):
    try:
        with open(os.path.join(FOLDER, name)) as file:
            return file.read()
    except OSError:
        return ""

def set_clock(real_time):
    time.time = lambda: real_time() + float(read("clock") or 0)

def wrap(module, name):
    real = getattr(module, name)
    label = module.__name__ + "." + name
    def call(*arguments, **options):
        wanted = read("fault").split()
        if wanted[:1] == [label]:
            with open(os.path.join(FOLDER, "met"), "a") as file:
                file.write("x")
            number = getattr(errno, wanted[1])
            raise OSError(number, os.strerror(number))
        return real(*arguments, **options)
    setattr(module, name, call)

set_clock(time.time)
for module, name in (
    (os, "fsync"), (os, "mkdir"), (socket, "socketpair"), (asyncio, "create_subprocess_exec"),
):
    wrap(module, name)
"""


@dataclass(frozen=True)
class FaultyMachine:
    """Start servers with `environment`."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> FaultyMachine:
        """Make one that works."""
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(_PROGRAM.format(folder=str(folder)))
        return cls(folder)

    @property
    def environment(self) -> dict[str, str]:
        """What processes on this machine find in their environment."""
        others = os.environ.get("PYTHONPATH", "")
        return {"PYTHONPATH": os.pathsep.join(filter(None, (str(self.folder), others)))}

    def set_clock(self, days: float) -> None:
        """Set the clock, so many days from the right time."""
        self._write("clock", str(days * 86400))

    def break_call(self, call: str, error: str) -> None:
        """Let every call of this function raise this error, by its name in `errno`, until `heal`."""
        self._write("met", "")
        self._write("fault", f"{call} {error}")

    def heal(self) -> None:
        """Let all calls work again."""
        (self.folder / "fault").unlink(missing_ok=True)

    def count_failed_calls(self) -> int:
        """Count the calls that have raised since `break_call`."""
        return len((self.folder / "met").read_text())

    def _write(self, name: str, text: str) -> None:
        part = self.folder / f"{name}.part"
        part.write_text(text)
        part.replace(self.folder / name)
