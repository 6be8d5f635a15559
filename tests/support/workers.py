"""A worker in a process of its own, as an operator starts it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from support.commands import inherit_environment
from support.processes import Command
from support.servers import wait_until

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from pathlib import Path


@dataclass(frozen=True)
class WorkerProcess:
    """A running `keyreel work`; `url` is where it tells how it is."""

    process: BaseProcess
    url: str

    @classmethod
    def start(cls, data: Path, **environment: str) -> WorkerProcess:
        """Start one whose health is on a free port, and wait until it is ready."""
        log, settings = data / "work.log", {"PYTHONUNBUFFERED": "1", "KEYREEL_PRELOAD": "0", **environment}
        data.mkdir(parents=True, exist_ok=True)
        command = ("work", "--health-port", "0", "--data", str(data))
        process = Command(command, inherit_environment() | settings, stdout=log, stderr=log).start()

        def address() -> str | None:
            assert process.is_alive(), log.read_text()
            found = re.search(r"Health check: (http\S+)/readyz", log.read_text()) if log.exists() else None
            return found and found[1]

        return cls(process, wait_until(address))

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self.process.pid is not None
        return self.process.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.join(10)
        assert not self.process.is_alive()

    def get(self, path: str) -> httpx.Response:
        """Ask it."""
        return httpx.get(self.url + path, trust_env=False, timeout=30)

    def stop(self) -> int:
        """End it as an operator does; return the exit code."""
        self.process.terminate()
        self.process.join(40)
        assert self.process.exitcode is not None, "it does not stop"
        return self.process.exitcode
