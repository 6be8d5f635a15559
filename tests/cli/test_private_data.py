"""What Keyreel keeps is closed to the machine's other users, also in a folder that was made for it."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import stat
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from PIL import Image

from support.commands import CARDS, keyreel
from support.images import landscape
from support.servers import Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOREIGN = {"up.log", "keyreel.toml"}
"""In the data folder, and written by the test."""


def list_open_files(folder: Path) -> Iterator[str]:
    for path in (folder, *folder.rglob("*")):
        if path.name not in FOREIGN and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield str(path)


def test_a_folder_made_beforehand_is_closed_and_what_is_saved_elsewhere_is_not(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "out.mp4"
    before = os.umask(0o022)
    try:
        # As the operator made it, and an older version left it.
        (data / "files").mkdir(parents=True)
        (data / "api.key").write_text(f"kr_{40 * 'a'}\n")
        assert len(list(list_open_files(data))) == 3
        server = Server.start(data, KEYREEL_API_KEY="", **CARDS)
        try:
            Image.fromarray(landscape()).save(tmp_path / "a.png")
            command = (
                "generate",
                "vidu-q2-pro-img2video",
                "--image",
                tmp_path / "a.png",
                "--prompt",
                "still",
            )
            done = keyreel(*command, "--duration", 1, "-o", out, "--data", data)
            assert done.returncode == 0, done.stderr
            created = keyreel("keys", "create", "--new-tenant", "--tenant", "acme", "--data", data)
            assert created.returncode == 0, created.stderr
            assert list(list_open_files(data)) == []
        finally:
            assert server.stop() == 0
    finally:
        os.umask(before)
    assert list(list_open_files(data)) == []
    assert stat.S_IMODE(out.stat().st_mode) == 0o644
    assert keyreel("keys", "show", "--data", data).stdout == f"kr_{40 * 'a'}\n"
    # A log is read by more people than may have the key.
    log = (data / "up.log").read_text()
    assert "Keyreel is ready at" in log
    assert not [each for each in ("#key=", 40 * "a") if each in log]


def test_doctor_names_what_is_open_and_how_to_close_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    done = keyreel("doctor", "--data", tmp_path, "--json")
    (privacy,) = (check for check in json.loads(done.stdout) if check["name"] == "privacy")
    assert done.returncode == 1
    assert not privacy["ok"]
    assert privacy["fix"] == f"chmod -R go= {tmp_path}, or start `keyreel up`, which does the same"


def test_operators_commands_close_the_folder_as_well(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert keyreel("tenants", "create", "acme", "--data", tmp_path).returncode == 0
    assert list(list_open_files(tmp_path)) == []


def test_a_terminal_is_shown_the_key_and_an_address_that_signs_a_browser_in(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "keyreel", "up", "--port", "0", "--data", str(tmp_path)]
    process = subprocess.Popen(command, env=os.environ | CARDS, stdout=theirs, stderr=subprocess.DEVNULL)
    os.close(theirs)
    printed, deadline = b"", time.monotonic() + 60
    while b"Ctrl-C" not in printed and time.monotonic() < deadline:
        if select.select([ours], [], [], 1)[0]:
            printed += os.read(ours, 4096)
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    os.close(ours)
    key = (tmp_path / "api.key").read_bytes().strip()
    address, _, rest = printed.partition(b"/#key=" + key)
    assert address.rpartition(b" ")[2].startswith(b"http://127.0.0.1:")
    assert key in rest
