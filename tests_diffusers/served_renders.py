"""What tests of renders share: images of 540p, and a video had from a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frames
from support.images import as_data_uri, landscape

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import Frame
    from support.servers import Server

WIDTH, HEIGHT = 960, 528
SCENES = [landscape(WIDTH, HEIGHT, shift=30.0 * step) for step in range(3)]
HILLS = [as_data_uri(scene) for scene in SCENES]
SHORT: dict[str, Any] = {"duration": 1, "resolution": "540p", "seed": 7}
WORDS: dict[str, Any] = {"prompt": "a lake", "aspect_ratio": "16:9", **SHORT}
ONE_IMAGE: dict[str, Any] = {"images": HILLS[:1], "prompt": "on", **SHORT}
TWO_IMAGES: dict[str, Any] = {"images": HILLS[:2], "prompt": "on", **SHORT}
PINNED = 0.02
"""The most by which a pinned keyframe may differ, of the whole range."""


def render(server: Server, model: str, body: dict[str, Any], path: Path) -> list[Frame]:
    """Have a video made, hold its file against what was ordered, and return its frames."""
    result = server.finished(server.submit(model, body))
    assert result["task"]["status"] == "TASK_STATUS_SUCCEED", result
    server.download(result["videos"][0]["video_url"], path)
    found = probe_video(path)
    seconds = body.get("duration") or sum(each["duration"] for each in body["image_settings"])
    assert (found.width, found.height, found.frames, found.fps) == (WIDTH, HEIGHT, 24 * seconds, 24)
    return list(read_frames(path))
