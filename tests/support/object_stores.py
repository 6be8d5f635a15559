"""Moto's S3 server as a process of its own on loopback, and buckets in it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from threading import Thread
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

_STARTED = "Running on "


@dataclass(frozen=True)
class ObjectStore:
    """A running object store."""

    address: str

    @classmethod
    @contextmanager
    def run(cls) -> Iterator[ObjectStore]:
        """Start one on a free port, and end it with the block."""
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr
            lines = iter(process.stderr)
            started = next(line for line in lines if _STARTED in line)
            # Its log must be read on: the pipe has room for some hundred requests.
            Thread(target=lambda: [None for _ in lines], daemon=True).start()
            try:
                yield cls(started.partition(_STARTED)[2].strip())
            finally:
                process.terminate()

    def make_bucket(self) -> str:
        """Make an empty bucket; return its name."""
        name = f"bucket-{token_hex(6)}"
        httpx.put(f"{self.address}/{name}", trust_env=False, timeout=30).raise_for_status()
        return name

    def delete_bucket(self, name: str) -> None:
        """Delete an empty bucket."""
        httpx.delete(f"{self.address}/{name}", trust_env=False, timeout=30).raise_for_status()


def describe_store(address: str) -> dict[str, str]:
    """Return the variables by which obstore finds a store at an address."""
    return {
        "AWS_ENDPOINT": address,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up-too",
        "AWS_REGION": "us-east-1",
    }
