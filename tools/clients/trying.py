"""Takes one client round: runs its driver, reads the steps that it tells, looks at the videos it saved."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psutil

from keyreel.media.probe import probe_video

if TYPE_CHECKING:
    from clients.serving import Server

DRIVE_SECONDS: Final = 150
# A client that wants to tell somebody else something finds nobody there.
NOWHERE: Final = "http://127.0.0.1:9"
SLACK_SECONDS: Final = 0.1
KEPT: Final = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a client did, or could not do."""

    client: str
    version: str
    name: str
    ok: bool
    told: str


def go_round(
    client: str, command: list[str], folder: Path, server: Server, *, seconds: float = DRIVE_SECONDS
) -> list[Step]:
    """Run a client's driver to its end, however it ends, and return its steps."""
    folder.mkdir(parents=True, exist_ok=True)
    told, log = folder / "told.jsonl", folder / "log.txt"
    # Files and no pipes: a child that outlives the driver could hold a pipe open.
    with told.open("wb") as out, log.open("wb") as err:
        environment = _environment(folder, server)
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        try:
            end = f"exit {process.wait(seconds)}"
        except subprocess.TimeoutExpired:
            _end(process)
            end = f"not within {seconds:g} s"
    version, steps = _steps(client, told.read_text(errors="replace"))
    if end != "exit 0" or not steps:
        last = (log.read_text(errors="replace").strip().splitlines() or ["no word why"])[-1]
        steps.append(Step(client, version, "end", ok=False, told=f"{end}: {last}"))
    return steps


def _environment(folder: Path, server: Server) -> dict[str, str]:
    """Give a driver the server, a home of its own, and nobody else to talk to."""
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)
    local = "127.0.0.1,localhost"
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        **proxies,
        "NO_PROXY": local,
        "no_proxy": local,
        "DO_NOT_TRACK": "1",
        "HOME": str(folder),
        "PYTHONUNBUFFERED": "1",
        "TRY_URL": server.url,
        "TRY_KEY": server.key,
        "TRY_FOLDER": str(folder),
        "TRY_IMAGE": str(folder.parent / "image.png"),
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a driver that hangs and whatever it started, in sessions of their own too."""
    driver = psutil.Process(process.pid)
    for each in [*driver.children(recursive=True), driver]:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    process.wait()


def _steps(client: str, out: str) -> tuple[str, list[Step]]:
    version, steps = "?", []
    for line in out.splitlines():
        try:
            told: Any = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and "version" in told:
            version = str(told["version"])
        elif isinstance(told, dict) and "step" in told:
            steps.append(_looked_at(client, version, told))
    return version, steps


def _looked_at(client: str, version: str, told: dict[str, Any]) -> Step:
    """Believe a driver's refusals, but look at each video that it says it has."""
    ok, why = bool(told["ok"]), " ".join(str(told["told"]).split())
    if ok and told.get("video"):
        why = _seen(Path(told["video"]), str(told["size"]), float(told["seconds"]))
        ok = not why
    return Step(client, version, str(told["step"]), ok, why)


def _seen(video: Path, size: str, seconds: float) -> str:
    """Say what is wrong with a video; nothing, when nothing is."""
    if not video.is_file():
        return f"there is no file {video.name}"
    try:
        found = probe_video(video)
    except ValueError as error:
        return str(error)
    if f"{found.width}x{found.height}" != size:
        return f"{video.name} is {found.width}x{found.height}, not {size}"
    if found.codec != "h264" or abs(found.seconds - seconds) > SLACK_SECONDS:
        return f"{video.name} is {found.seconds:.2f} s of {found.codec}"
    return ""
