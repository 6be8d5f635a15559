"""Real servers as processes of their own, started as a user starts them, ended by their process id."""

from __future__ import annotations

import json
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import psutil

from support.commands import inherit_environment
from support.processes import Command, needs_cold_start

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.process import BaseProcess
    from pathlib import Path

T = TypeVar("T")
KEY = "kr_journey"
ENDED = {"TASK_STATUS_SUCCEED", "TASK_STATUS_FAILED"}
PATIENCE_SECONDS = 120
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients of servers without TLS: to read the public authorities takes 15 ms, and a poll 1 ms."""
_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.01, 0.1


def wait_until(what: Callable[[], T | None], seconds: float = PATIENCE_SECONDS) -> T:
    """Return what the call gives once that is true; fail when it never is.

    It is asked again after a twentieth of the time waited so far: what is waited for needs the processor too.
    """
    began = time.monotonic()
    while (waited := time.monotonic() - began) < seconds:
        if found := what():
            return found
        time.sleep(min(max(_SHORTEST_PAUSE_SECONDS, waited / 20), _LONGEST_PAUSE_SECONDS))
    raise AssertionError(f"not within {seconds} s: {what}")


@dataclass(frozen=True)
class Server:
    """A running `keyreel up`, or a `keyreel serve`."""

    process: BaseProcess
    data: Path
    url: str

    @classmethod
    def start(cls, data: Path, *, command: str = "up", open_files: int = 0, **environment: str) -> Server:
        """Start one on a free port, which may open so many files if not 0, and wait until it is ready."""
        address_file = data / "server.json"
        address_file.unlink(missing_ok=True)
        settings = {"KEYREEL_API_KEY": KEY, "PYTHONUNBUFFERED": "1", "KEYREEL_PRELOAD": "0", **environment}
        data.mkdir(parents=True, exist_ok=True)
        log = data / "up.log"
        process = Command(
            (command, "--port", "0", "--data", str(data)),
            inherit_environment() | settings,
            stdout=log,
            stderr=log,
            open_files=open_files,
            cold=needs_cold_start(environment),
        ).start()

        def address() -> str | None:
            assert process.is_alive(), (data / "up.log").read_text()
            return json.loads(address_file.read_text())["url"] if address_file.exists() else None

        server = cls(process, data, wait_until(address))
        server.call("GET", "/health/ready")
        return server

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request with the server's own key."""
        options.setdefault("headers", {"Authorization": f"Bearer {KEY}"})
        options = {"timeout": 30, "trust_env": False, "verify": NO_AUTHORITIES, **options}
        return httpx.request(method, self.url + path, **options)

    def submit(self, model: str, body: dict[str, Any]) -> str:
        """Submit in the first dialect and return the task's id."""
        answer = self.call("POST", f"/v3/async/{model}", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["task_id"])

    def poll(self, task_id: str) -> dict[str, Any]:
        """Poll in the first dialect."""
        answer = self.call("GET", f"/v3/async/task-result?task_id={task_id}")
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json()
        return result

    def finished(self, task_id: str) -> dict[str, Any]:
        """Wait for the task's end and return the last poll."""

        def done() -> dict[str, Any] | None:
            result = self.poll(task_id)
            return result if result["task"]["status"] in ENDED else None

        return wait_until(done)

    def download(self, url: str, path: Path) -> Path:
        """Save a result as any client does."""
        answer = httpx.get(url, trust_env=False, verify=NO_AUTHORITIES)
        assert answer.status_code == 200, answer.text
        path.write_bytes(answer.content)
        return path

    def children(self) -> list[psutil.Process]:
        """Return the processes that this server runs."""
        return psutil.Process(self.pid).children(recursive=True)

    def renderers(self, role: str = "engine") -> list[psutil.Process]:
        """Return the render processes, or those of another role; each has a guardian that looks like it."""
        program = f"keyreel.worker.children.process {role}"
        return [child for child in self.children() if program in _command(child)]

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

    def stop(self) -> int:
        """End it as an operator does; return the exit code."""
        self.process.terminate()
        self.process.join(40)
        assert self.process.exitcode is not None, "it does not stop"
        return self.process.exitcode


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""
