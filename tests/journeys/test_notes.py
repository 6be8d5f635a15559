"""What was not shown of a prompt, from the engine to the header, the SDK and the terminal."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from keyreel import Client
from keyreel.wire.dialects.notes_header import parse_notes_header
from support.images import character, landscape
from support.servers import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from support.servers import Server

pytestmark = pytest.mark.slow
ENGINE = "The built-in engine moves given images; it draws no new things."
SMALL = {"duration": 1, "resolution": "540p", "seed": 5}


def test_a_note_goes_to_the_header_and_the_sdk(server: Server) -> None:
    image = Image.fromarray(character())
    with Client(server.url, KEY) as client:
        video = client.generate(
            "vidu-q1-reference2video",
            images=[image],
            prompt="图一 jumps, @9 runs, a dragon dances ballet",
            seed=5,
        )
    expected = ("No subject is called: @9.", f"Not shown: @9 runs, dragon dances ballet. {ENGINE}")
    assert video.notes == expected
    answer = server.call("GET", f"/v3/async/task-result?task_id={video.report.id}")
    assert parse_notes_header(answer.headers["X-Task-Notes"]) == expected


@pytest.mark.parametrize(
    ("prompt", "note"),
    [
        ("a dragon dances ballet in the kitchen", f"! Not shown: dragon dances ballet. {ENGINE}"),
        ("a boat on a lake at dusk, slow push in", ""),
        ("", ""),
    ],
)
def test_the_terminal_shows_the_note_below_the_file(
    server: Server, tmp_path: Path, prompt: str, note: str
) -> None:
    Image.fromarray(landscape()).save(tmp_path / "hills.png")
    model = "vidu-q2-pro-img2video" if prompt else "vidu-q2-pro-start-end2video"
    options = {"image": tmp_path / "hills.png", "prompt": prompt, **SMALL, "output": tmp_path / "out.mp4"}
    options |= {"base-url": server.url, "api-key": KEY}
    words = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    done = subprocess.run(
        [sys.executable, "-m", "keyreel", "generate", model, *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    above, _, below = " ".join(done.stderr.split()).partition("seed 5")
    assert "✓" in above
    assert below.strip() == note
    assert done.stdout.strip() == str(tmp_path / "out.mp4")
