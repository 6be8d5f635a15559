"""Build the wheel, install it into an empty environment as a user would, and make a video with it.

    python tools/try_wheel.py [--python PROGRAM]

Dependencies come at the locked versions, chosen by pip from the wheel's own metadata: what the wheel does not
ask for is missing here. Nothing of the checkout is on the path of the installed program.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

ROOT: Final = Path(__file__).parents[1]
READY_SECONDS: Final = 60
STOP_SECONDS: Final = 40
PROBE: Final = """
import sys
from pathlib import Path
from keyreel.media.probe import probe_video
found = probe_video(Path(sys.argv[1]))
print(f"{found.frames} frames {found.codec}")
"""
WANTED: Final = "24 frames h264"


def main() -> int:
    """Do every step; the first that fails ends the program and says so."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=sys.executable, help="the Python that is installed into")
    python = parser.parse_args().python
    with tempfile.TemporaryDirectory(prefix="keyreel-wheel-") as folder:
        place = Path(folder)
        wheel = _built(place / "dist")
        _check_files(wheel)
        programs = _installed(wheel, place, python)
        _make_video(programs, place)
    return 0


def _built(folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    (wheel,) = folder.glob("*.whl")
    print(f"built      {wheel.name}, {wheel.stat().st_size / 1e6:.1f} MB")
    return wheel


def _check_files(wheel: Path) -> None:
    """Hold the wheel against the package's files under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "src/keyreel"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    wanted = {path.removeprefix("src/") for path in listed.stdout.split("\0") if path}
    with zipfile.ZipFile(wheel) as archive:
        missing = sorted(wanted - set(archive.namelist()))
    if missing:
        sys.exit(f"FAILED: the wheel lacks {', '.join(missing)}")
    print(f"holds      all {len(wanted)} files of the package")


def _installed(wheel: Path, place: Path, python: str) -> Path:
    """Install into a new environment; return its folder of programs."""
    environment = place / "venv"
    subprocess.run([python, "-m", "venv", environment], check=True)
    constraints = place / "constraints.txt"
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [line.removesuffix("\\").strip() for line in lines if not line.startswith(" ")]
    constraints.write_text("\n".join(pins))
    programs = environment / "bin"
    pip = [programs / "python", "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--constraint", constraints, wheel], check=True)
    subprocess.run([*pip, "check"], check=True, stdout=subprocess.DEVNULL)
    version = subprocess.run([programs / "python", "--version"], check=True, capture_output=True, text=True)
    print(f"installed  into an empty environment of {version.stdout.strip()}")
    return programs


def _make_video(programs: Path, place: Path) -> None:
    """Start the installed server and have the installed command make a video with it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KEYREEL_")}
    environment |= {"KEYREEL_DATA": str(place / "data"), "KEYREEL_PORT": "0"}
    environment.pop("PYTHONPATH", None)
    keyreel, video = programs / "keyreel", place / "video.mp4"
    with _server(keyreel, environment, place):
        subprocess.run(
            [
                *(keyreel, "generate", "vidu-q2-pro-img2video"),
                *("--image", ROOT / "examples" / "pictures" / "lighthouse.jpg", "--prompt", "slow push in"),
                *("--duration", "1", "--resolution", "540p", "-o", video),
            ],
            check=True,
            cwd=place,
            env=environment,
        )
    found = subprocess.run(
        [programs / "python", "-c", PROBE, video], check=True, capture_output=True, text=True, cwd=place
    )
    if found.stdout.strip() != WANTED:
        sys.exit(f"FAILED: the video is {found.stdout.strip()}, not {WANTED}")
    print(f"made       {found.stdout.strip()}")


@contextmanager
def _server(keyreel: Path, environment: dict[str, str], place: Path) -> Generator[None]:
    log = place / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen([keyreel, "up"], cwd=place, env=environment, stdout=output, stderr=output)
    try:
        _wait(process, place / "data" / "server.json", log)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(STOP_SECONDS)
    if status != 0:
        sys.exit(f"FAILED: the server ended with {status}:\n{log.read_text()}")


def _wait(process: subprocess.Popen[bytes], address: Path, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not address.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"FAILED: the server did not start:\n{log.read_text()}")
        time.sleep(0.05)
    print(f"started    {json.loads(address.read_text())['url']}")


if __name__ == "__main__":
    sys.exit(main())
