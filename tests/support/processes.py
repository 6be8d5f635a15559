"""The command `keyreel` in processes of their own, forked from one that has imported it.

To import it takes 0.7 s of CPU, and a whole run of tests starts it hundreds of times. That it also works from
a cold start is shown by the tests that run `python -m keyreel` themselves, and by every `cold` command.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import resource
import runpy
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.process import BaseProcess
    from pathlib import Path

_FORK_SERVER = multiprocessing.get_context("forkserver")
_FORK_SERVER.set_forkserver_preload(
    [
        "alembic.command",
        "keyreel.cli.app",
        "keyreel.cli.local.composition",
        "keyreel.server.app",
        "keyreel.worker.loop",
        "pytest",  # The forked processes import the script that runs the tests.
        "uvicorn",
    ]
)


def needs_cold_start(environment: Mapping[str, str]) -> bool:
    """Say whether variables are among these that only a process which begins anew heeds."""
    return not {"PYTHONPATH", "LD_PRELOAD"}.isdisjoint(environment)


@dataclass(frozen=True)
class Command:
    """Arguments of `keyreel`, added to the environment's variables, and the files of what it prints."""

    arguments: tuple[str, ...]
    environment: dict[str, str]
    stdout: Path
    stderr: Path
    open_files: int = 0
    """How many files it may open, if not 0."""
    cold: bool = False
    """Whether Python begins anew, as some of its environment needs."""

    def start(self) -> BaseProcess:
        """Start it; the process is ended with the tests' own at the latest."""
        os.umask(umask := os.umask(0))
        process = _FORK_SERVER.Process(target=self._run, args=(umask,), daemon=True)
        process.start()
        return process

    def _run(self, umask: int) -> None:
        os.umask(umask)
        os.environ.clear()
        os.environ.update(self.environment)
        for number, path in ((1, self.stdout), (2, self.stderr)):
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            os.dup2(opened, number)
            os.close(opened)
        if self.open_files:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.open_files, self.open_files))
        if self.cold:
            command = [sys.executable, "-m", "keyreel", *self.arguments]
            os.execve(sys.executable, command, self.environment)  # noqa: S606 - Python itself, anew
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(os.fdopen(number, "wb", 0, closefd=False), write_through=True)
            for number in (1, 2)
        )
        sys.argv[1:] = self.arguments
        runpy.run_module("keyreel", run_name="__main__", alter_sys=True)
