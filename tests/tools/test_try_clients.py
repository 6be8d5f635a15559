from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import psutil
import pytest

from support.servers import wait_until

ROOT = Path(__file__).parents[2]
FINE = "import json; print(json.dumps({'step': 'refused', 'ok': True, 'told': 'no'}))"
HANGS = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
pathlib.Path("child").write_text(str(child.pid))
time.sleep(60)
"""


def shows(video: str) -> str:
    step = {"step": "image", "ok": True, "told": "", "video": video, "size": "960x528", "seconds": 1}
    return f"print({json.dumps(step)!r})"


def test_skips_clients_that_cannot_be_installed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools/try_clients.py", "--only", "openai-node", "--folder", tmp_path],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("skipped openai-node: there is no node or no npm on this machine")
    assert "clients: 0 passed, 0 failed" in done.stdout


@pytest.mark.parametrize(
    ("driver", "expected"),
    [
        (FINE, ("refused", True, "no")),
        ("print('no step at all')", ("end", False, "exit 0: no word why")),
        (f"{FINE}; raise OSError('gone')", ("end", False, "exit 1: OSError: gone")),
        (HANGS, ("end", False, "not within 1 s")),
        (shows("/nowhere/a.mp4"), ("image", False, "there is no file a.mp4")),
        (shows(__file__), ("image", False, "test_try_clients.py is not a readable video")),
    ],
    ids=["fine", "silent", "crashes", "hangs", "saves nothing", "saves no video"],
)
def test_believes_only_what_it_sees(
    driver: str, expected: tuple[str, bool, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")
    from clients.serving import Server
    from clients.trying import go_round

    server = Server("http://127.0.0.1:9", "key")
    last = go_round("a client", [sys.executable, "-c", driver], tmp_path, server, seconds=1)[-1]
    name, ok, told = expected
    assert (last.name, last.ok) == (name, ok)
    assert last.told.startswith(told)
    # What a driver that hangs has started is gone as well.
    for child in tmp_path.glob("child"):
        wait_until(partial(ended, int(child.read_text())), 10)


def ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
