"""Installs one client into a folder of its own with pip or npm; knows nothing of servers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from clients.known import Client, Registry

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE: Final = Path(__file__).parent
INSTALL_SECONDS: Final = 150
ASK_SECONDS: Final = 20
NEWEST_MINOR: Final = 20
ASK: Final = "import ensurepip, sys, venv; print(*sys.version_info[:2])"
MARK: Final = "installed.txt"


class NotInstalled(Exception):
    """A client cannot be had here, and why: no reason to call the server wrong."""


def install(client: Client, folder: Path, *, newest: bool) -> list[str]:
    """Return the command that runs the client's driver. A folder that holds the same already is kept.

    Raises:
        NotInstalled: no interpreter, or the registry said no or nothing.
    """
    if client.registry is Registry.NPM:
        return [_npm(client, folder, newest=newest), _linked_driver(client, folder)]
    if client.registry is Registry.NONE:
        return [sys.executable, str(HERE / client.driver)]
    return [_pip(client, folder, newest=newest), str(HERE / client.driver)]


def _pip(client: Client, folder: Path, *, newest: bool) -> str:
    pins = HERE / "pins" / f"{client.name}.txt"
    # Pins are a whole closure: nothing is left for a resolver to choose.
    wanted = list(client.newest) if newest else ["--no-deps", "--requirement", str(pins)]
    python = folder / "venv" / "bin" / "python"
    state = " ".join(client.newest) if newest else pins.read_text()
    if not _installed(folder, state, newest=newest):
        shutil.rmtree(folder, ignore_errors=True)
        _run([_python(client.least), "-m", "venv", str(folder / "venv")])
        quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
        _run([str(python), "-m", "pip", "install", *quiet, *wanted])
        (folder / MARK).write_text(state)
    return str(python)


def _npm(client: Client, folder: Path, *, newest: bool) -> str:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NotInstalled("there is no node or no npm on this machine")
    major = int(_run([node, "--version"]).lstrip("v").partition(".")[0])
    if major < client.least[0]:
        raise NotInstalled(f"needs Node {client.least[0]} or newer; this is {major}")
    wanted = list(client.newest) if newest else [client.pinned]
    if not _installed(folder, " ".join(wanted), newest=newest):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]
        _run([npm, "install", "--prefix", str(folder), *quiet, *wanted])
        (folder / MARK).write_text(" ".join(wanted))
    return node


def _linked_driver(client: Client, folder: Path) -> str:
    """Copy the driver beside node_modules: Node looks for packages from where a module lies."""
    return str(shutil.copy(HERE / client.driver, folder / client.driver))


def _installed(folder: Path, state: str, *, newest: bool) -> bool:
    mark = folder / MARK
    return not newest and mark.is_file() and mark.read_text() == state


def _python(least: tuple[int, int]) -> str:
    """Return an interpreter that is new enough and can make environments."""
    for candidate in _pythons():
        try:
            major, minor = map(int, _run([candidate, "-c", ASK], ASK_SECONDS).split())
        except (NotInstalled, ValueError):
            continue
        if (major, minor) >= least:
            return candidate
    raise NotInstalled(f"needs Python {least[0]}.{least[1]} or newer; there is none on this machine")


def _pythons() -> Iterator[str]:
    yield sys.executable
    names = [f"python3.{minor}" for minor in range(sys.version_info.minor + 1, NEWEST_MINOR)]
    yield from filter(None, map(shutil.which, names))
    # pyenv's own commands answer only for the versions that a folder asks for.
    if shutil.which("pyenv"):
        versions = Path(_run(["pyenv", "root"], ASK_SECONDS).strip()) / "versions"
        for name in names:
            yield from map(str, sorted(versions.glob(f"*/bin/{name}")))


def _run(command: list[str], seconds: float = INSTALL_SECONDS) -> str:
    """Return what a command printed; a command that fails or hangs means that the client cannot be had."""
    environment = {**os.environ, "PIP_DEFAULT_TIMEOUT": "20"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds, check=True, env=environment
        )
    except subprocess.TimeoutExpired as slow:
        raise NotInstalled(f"{_shown(command)} did not end within {seconds:g} s") from slow
    except subprocess.CalledProcessError as failed:
        lines = (failed.stderr or failed.stdout or f"exit {failed.returncode}").strip().splitlines()
        raise NotInstalled(f"{_shown(command)}: {lines[-1] if lines else 'no word why'}") from failed
    except OSError as missing:
        raise NotInstalled(f"{_shown(command)}: {missing.strerror}") from missing
    return done.stdout


def _shown(command: list[str]) -> str:
    return " ".join([Path(command[0]).name, *command[1:4]])
