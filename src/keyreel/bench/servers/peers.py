"""The servers that the control plane is measured beside, each started on a free port of this machine.

A bare Starlette route is the floor of any poll. LiteLLM's proxy and BentoML's tasks take submits of the same
kind; they come from virtual environments of their own, because their requirements contradict Keyreel's.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
import subprocess
import sys
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from keyreel.bench.servers.load import UnexpectedStatus, apply_load, build_request
from keyreel.errors import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

PROMPT: Final = "a lighthouse at dusk, slow push in"
"""The prompt of every submit that is measured."""
_START_SECONDS: Final = 120.0
"""How long a server may take until it responds: LiteLLM imports for some twenty."""
_STOP_SECONDS: Final = 10.0
_RETRY_PAUSE: Final = 0.2
"""Seconds between two attempts to reach a server that is starting."""
_BENTO_SERVICE: Final = """\
import bentoml


@bentoml.service
class Videos:
    @bentoml.task
    def generate(self, prompt: str) -> str:
        return prompt
"""


@dataclass(frozen=True, slots=True)
class Target:
    """A running server, and the whole HTTP request that it is measured with."""

    url: str
    request: bytes


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that takes submits: what to install for it, and how to open it, in an environment."""

    name: str
    requirement: str
    open: Callable[[Path, Path], AbstractAsyncContextManager[Target]]


def build_json_request(url: str, body: object, headers: Mapping[str, str] | None = None) -> bytes:
    """Return a whole HTTP request that posts this body as JSON."""
    kinds = {"Content-Type": "application/json", **(headers or {})}
    return build_request("POST", url, kinds, json.dumps(body).encode())


def find_free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def run_process(
    arguments: Sequence[str], scratch: Path, environment: Mapping[str, str] | None = None
) -> Generator[subprocess.Popen[bytes]]:
    """Run a server while the block lasts; what it prints goes into the scratch folder."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KEYREEL_")}
    with (scratch / "server.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - the servers of this package
            arguments, env=inherited | dict(environment or {}), stdout=log, stderr=log, cwd=scratch
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def wait_until_responding(target: Target) -> None:
    """Return once a server answers its request with a success.

    Raises:
        TimeoutError: it did not within two minutes.
    """
    async with asyncio.timeout(_START_SECONDS):
        while True:
            with suppress(OSError, ExceptionGroup, UnexpectedStatus):
                await apply_load(target.url, [target.request], 1)
                return
            await asyncio.sleep(_RETRY_PAUSE)


@asynccontextmanager
async def open_bare_route(scratch: Path, body: bytes) -> AsyncGenerator[Target]:
    """Serve one dict from one Starlette route under the same uvicorn: what no poll can be faster than."""
    port = find_free_port()
    url = f"http://127.0.0.1:{port}/"
    target = Target(url, build_request("GET", url, {}))
    with run_process(
        [sys.executable, "-m", "keyreel.bench.servers.bare_route", str(port), body.decode()], scratch
    ):
        await wait_until_responding(target)
        yield target


@asynccontextmanager
async def _open_litellm(environment: Path, scratch: Path) -> AsyncGenerator[Target]:
    """Serve LiteLLM's proxy in front of a bare route that answers every submit."""
    video = {"id": "video_1", "object": "video", "model": "sora-2", "status": "queued", "progress": 0}
    video |= {"created_at": 1, "size": "1280x720", "seconds": "4"}
    key, port = f"sk-{secrets.token_hex(24)}", find_free_port()
    url = f"http://127.0.0.1:{port}/v1/videos"
    submit = {"model": "sora-2", "prompt": PROMPT}
    target = Target(url, build_json_request(url, submit, {"Authorization": f"Bearer {key}"}))
    async with open_bare_route(scratch, json.dumps(video).encode()) as upstream:
        parameters = {"model": "openai/sora-2", "api_base": f"{upstream.url}v1", "api_key": "none"}
        # JSON is YAML as well.
        models = {"model_list": [{"model_name": "sora-2", "litellm_params": parameters}]}
        (scratch / "litellm.yaml").write_text(json.dumps(models))
        options = ["--config", "litellm.yaml", "--telemetry", "False"]
        command = [
            _find_program(environment, "litellm"),
            *options,
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ]
        with run_process(command, scratch, {"LITELLM_MASTER_KEY": key}):
            await wait_until_responding(target)
            yield target


@asynccontextmanager
async def _open_bentoml(environment: Path, scratch: Path) -> AsyncGenerator[Target]:
    """Serve a BentoML task that does nothing."""
    port = find_free_port()
    url = f"http://127.0.0.1:{port}/generate/submit"
    target = Target(url, build_json_request(url, {"prompt": PROMPT}))
    (scratch / "bench_service.py").write_text(_BENTO_SERVICE)
    command = [_find_program(environment, "bentoml"), "serve", "bench_service:Videos"]
    with run_process(
        [*command, "--host", "127.0.0.1", "-p", str(port)],
        scratch,
        {"BENTOML_HOME": str(scratch / "bentoml"), "BENTOML_DO_NOT_TRACK": "True"},
    ):
        await wait_until_responding(target)
        yield target


PEERS: Final = (
    Peer("LiteLLM proxy", "litellm[proxy]", _open_litellm),
    Peer("BentoML task", "bentoml", _open_bentoml),
)
"""The servers that take submits, in the order in which they are measured."""


def install_peer(peer: Peer, folder: Path) -> Path:
    """Install a peer into an environment of its own below the folder, if it is not there; return that.

    Raises:
        InvalidSetting: it cannot be installed here.
    """
    environment = folder / peer.requirement.partition("[")[0]
    marker = environment / "installed"
    if not marker.exists():
        pip = [_find_program(environment, "python"), "-m", "pip", "install", "--quiet", peer.requirement]
        for command in ([sys.executable, "-m", "venv", str(environment)], pip):
            found = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - commands are written here
            if found.returncode:
                last = (found.stderr.strip() or "no reason was given").splitlines()[-1]
                raise InvalidSetting(f"{peer.requirement} cannot be installed into {environment}: {last}")
        marker.touch()
    return environment


def _find_program(environment: Path, name: str) -> str:
    return str(environment / "bin" / name)
