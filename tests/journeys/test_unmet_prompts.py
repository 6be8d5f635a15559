"""What the built-in engine cannot show is told to its user: in the terminal, over HTTP, by the SDK."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from keyreel.client import Client
from keyreel.wire.notes import read_notes
from support.pictures import landscape
from support.servers import KEY, Server

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
NOTE = "Not shown: dragon dances ballet. The built-in engine moves given images; it draws no new things."


def generated(server: Server, picture: Path, prompt: str) -> str:
    """Return what the command prints for a second of video, without the terminal's line breaks."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("KEYREEL_")}
    command = [sys.executable, "-m", "keyreel", "generate", "vidu-q2-pro-img2video", "--image", str(picture)]
    command += ["--prompt", prompt, "--duration", "1", "--resolution", "540p"]
    command += ["--base-url", server.url, "--api-key", KEY, "-o", str(picture.parent / "out.mp4")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return " ".join(done.stderr.split())


def test_what_was_not_shown_is_said_wherever_the_video_is_told_of(server: Server, tmp_path: Path) -> None:
    picture = tmp_path / "hills.png"
    Image.fromarray(landscape()).save(picture)
    printed = generated(server, picture, "a dragon dances ballet in the kitchen, slow push in")
    assert f"! {NOTE}" in printed
    found = re.search(r"task (\d+)", printed)
    assert found is not None
    for poll in ("/v3/async/task-result?task_id={}", "/ent/v2/tasks/{}/creations"):
        answer = server.call("GET", poll.format(found[1]))
        assert read_notes(answer.headers["X-Task-Notes"]) == (NOTE,)
    with Client(server.url, KEY) as client:
        assert client.poll(found[1]).notes == (NOTE,)
    assert "!" not in generated(server, picture, "slow push in, light rain")
