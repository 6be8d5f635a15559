"""A server of one's own to try clients on: `keyreel up` on a free loopback port, ended by its process id."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START_SECONDS: Final = 40
STOP_SECONDS: Final = 30
LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    key: str


@contextmanager
def serve(folder: Path) -> Iterator[Server]:
    """Start a server and end it again.

    Raises:
        RuntimeError: it did not get ready.
    """
    # Some clients send keys of this form as X-API-Key, all others as they send any key.
    key = f"comfyui-{secrets.token_hex(16)}"
    folder.mkdir(parents=True)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("KEYREEL_")}
    # Development mode, for its markers: a prompt can ask for a task that fails.
    command = [sys.executable, "-m", "keyreel", "up", "--dev", "--port", "0", "--data", str(folder)]
    with (folder / "up.log").open("wb") as log:
        process = subprocess.Popen(command, env=plain | {"KEYREEL_API_KEY": key}, stdout=log, stderr=log)
    try:
        yield Server(_ready(process, folder), key)
    finally:
        _stop(process)


def _ready(process: subprocess.Popen[bytes], folder: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    address = folder / "server.json"
    while time.monotonic() < deadline and process.poll() is None:
        if address.is_file():
            url = str(json.loads(address.read_text())["url"])
            if httpx.get(f"{url}/health/ready", trust_env=False, timeout=START_SECONDS).is_success:
                return url
        time.sleep(LOOK_SECONDS)
    raise RuntimeError(f"The server did not get ready:\n{(folder / 'up.log').read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)
