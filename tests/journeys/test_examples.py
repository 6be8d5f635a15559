"""What the documentation tells people to run: the example files, and curl as the hosted pages show it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from keyreel.media.probe import probe_video
from support.images import as_data_uri, character, landscape
from support.servers import KEY, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

pytestmark = pytest.mark.slow
EXAMPLES = Path(__file__).parents[2] / "examples"
HILLS = [as_data_uri(landscape(shift=24.0 * step), "JPEG") for step in range(3)]


def run(command: Sequence[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("script", "frames"),
    [
        ("multiframe", 192),
        ("start_end", 96),
        ("image_to_video", 120),
        ("reference_q1", 120),
        ("reference_q2", 120),
    ],
)
def test_an_example_makes_its_video(cards: Server, tmp_path: Path, script: str, frames: int) -> None:
    command = [sys.executable, str(EXAMPLES / f"{script}.py")]
    run(command, tmp_path, KEYREEL_BASE_URL=cards.url, KEYREEL_API_KEY=KEY)
    (video,) = tmp_path.glob("*.mp4")
    assert probe_video(video).frames == frames


@pytest.mark.parametrize(("script", "frames"), [("own_engine", 96), ("model_engine", 48)])
def test_an_engine_of_the_examples_makes_its_video(tmp_path: Path, script: str, frames: int) -> None:
    run([sys.executable, str(EXAMPLES / f"{script}.py")], tmp_path)
    assert probe_video(tmp_path / f"{script}.mp4").frames == frames


def test_a_client_gets_exactly_its_video_from_a_model_of_another_rate_and_size(
    tmp_path: Path, start: Callable[..., Server]
) -> None:
    server = start(KEYREEL_ENGINES="model_engine:Zoom", PYTHONPATH=str(EXAMPLES))
    body = {"images": [HILLS[0]], "prompt": "nearer", "duration": 1, "resolution": "540p"}
    result = server.finished(server.submit("vidu-q2-pro-img2video", body))
    assert result["task"]["status"] == "TASK_STATUS_SUCCEED", result
    video = probe_video(server.download(result["videos"][0]["video_url"], tmp_path / "video.mp4"))
    # The model made 17 frames, 16 a second, in 848 x 464.
    assert (video.frames, video.width, video.height) == (24, 960, 528)


PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "multiframe": (
        "vidu-q2-pro-multiframe",
        {
            "wm_url": as_data_uri(character(64)),
            "payload": "p",
            "meta_data": "{}",
            "watermark": True,
            "resolution": "540p",
            "start_image": HILLS[0],
            "wm_position": "top_left",
            "image_settings": [
                {"prompt": "on", "duration": 2, "key_image": HILLS[1]},
                {"prompt": "on", "duration": 2, "key_image": HILLS[2]},
            ],
        },
    ),
    "img2video": (
        "vidu-q2-pro-img2video",
        {
            "bgm": True,
            "seed": 123,
            "audio": True,
            "images": HILLS[:1],
            "prompt": "push in",
            "duration": 1,
            "off_peak": True,
            "voice_id": "professional_host",
            "watermark": True,
            "resolution": "540p",
            "movement_amplitude": "high",
        },
    ),
    "reference, q2": (
        "vidu-q2-reference2video",
        {
            "bgm": True,
            "seed": 123,
            "audio": True,
            "prompt": "@1 walks",
            "duration": 1,
            "subjects": [{"id": "1", "images": [as_data_uri(character())], "voice_id": "v"}],
            "watermark": True,
            "resolution": "540p",
            "aspect_ratio": "1:1",
            "movement_amplitude": "auto",
        },
    ),
}


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("name", PAGES)
def test_the_documented_curl_call_works_with_every_field(server: Server, tmp_path: Path, name: str) -> None:
    model, body = PAGES[name]
    (tmp_path / "body.json").write_text(json.dumps(body))
    curl = ["curl", "--silent", "--request"]
    headers = ["--header", f"Authorization: Bearer {KEY}", "--header", "Content-Type: application/json"]
    submit = [*curl, "POST", "--url", f"{server.url}/v3/async/{model}", *headers, "--data", "@body.json"]
    task_id = json.loads(run(submit, tmp_path))["task_id"]
    server.finished(task_id)
    poll = [*curl, "GET", "--url", f"{server.url}/v3/async/task-result?task_id={task_id}", *headers]
    result = json.loads(run(poll, tmp_path))
    assert result["task"]["status"] == "TASK_STATUS_SUCCEED"
    run(["curl", "--silent", "--output", "video.mp4", result["videos"][0]["video_url"]], tmp_path)
    assert probe_video(tmp_path / "video.mp4").codec == "h264"
