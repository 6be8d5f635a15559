"""Try the field's own clients on a server: each goes through a whole cycle; what failed is printed last.

Clients that cannot be installed here are skipped. The versions are those of tools/clients/pins;
`--newest` tries the newest instead.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from clients.installing import NotInstalled, install
from clients.known import CLIENTS, Client
from clients.serving import serve
from clients.trying import Step, go_round

if TYPE_CHECKING:
    from clients.serving import Server

AT_ONCE: Final = 4
WIDE, HIGH = 960, 528
TOLD_CHARACTERS: Final = 300


def main() -> int:
    """Install, start a server, try, print."""
    asked = _asked()
    wanted = [client for client in CLIENTS if asked.only in {None, client.name}]
    begun = time.monotonic()
    # Told to end, it leaves by the door, past everything that it has to end itself.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="keyreel-clients-", ignore_cleanup_errors=True) as temporary:
        cache = (asked.folder or Path(temporary) / "installed").absolute()
        steps = _tried(wanted, cache, Path(temporary), newest=asked.newest)
    return _printed(steps, time.monotonic() - begun)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--folder", type=Path, help="where clients are installed and kept; else for this run only"
    )
    parser.add_argument("--only", choices=[client.name for client in CLIENTS], help="one client")
    parser.add_argument(
        "--newest", action="store_true", help="the newest versions in place of the pinned ones"
    )
    return parser.parse_args()


def _tried(wanted: list[Client], cache: Path, folder: Path, *, newest: bool) -> list[Step]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        commands = list(pool.map(lambda client: _installed(client, cache, newest=newest), wanted))
        there = [(client, command) for client, command in zip(wanted, commands, strict=True) if command]
        if not there:
            return []
        _image().save(folder / "image.png")
        with serve(folder / "data") as server:
            rounds = pool.map(lambda each: _round(*each, folder, server), there)
            return [step for steps in rounds for step in steps]


def _installed(client: Client, cache: Path, *, newest: bool) -> list[str] | None:
    try:
        return install(client, cache / client.name, newest=newest)
    except NotInstalled as reason:
        print(f"skipped {client.name}: {reason}", flush=True)
        return None


def _round(client: Client, command: list[str], folder: Path, server: Server) -> list[Step]:
    return go_round(client.name, command, folder / client.name, server)


def _image() -> Image.Image:
    """Paint a sky over a meadow, with a round sun."""
    y, x = np.mgrid[0:HIGH, 0:WIDE]
    light = (y / HIGH)[..., None]
    sky = np.array([70, 120, 200]) * (1 - light) + np.array([190, 210, 240]) * light
    meadow = np.array([60, 130, 60]) + 20 * np.sin(x / 23 + y / 7)[..., None]
    pixels = np.where((y > HIGH * 0.65)[..., None], meadow, sky)
    pixels[np.hypot(x - WIDE * 0.7, y - HIGH * 0.3) < HIGH * 0.1] = (250, 220, 120)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _printed(steps: list[Step], seconds: float) -> int:
    """Print the table, then what failed, and return the exit code."""
    row = "{:<14} {:<18} {:<12} {}".format
    for step in steps:
        print(row(step.client, step.version, step.name, "ok" if step.ok else "FAILED"))
    bad = [step for step in steps if not step.ok]
    print(f"in {seconds:.0f} s\nclients: {len(steps) - len(bad)} passed, {len(bad)} failed")
    for step in bad:
        print(f"FAILED: {step.client} {step.version}, {step.name}: {step.told[:TOLD_CHARACTERS]}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
