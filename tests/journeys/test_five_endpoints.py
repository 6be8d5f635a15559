"""Each documented endpoint, from the request to the pixels of the video; in another dialect, to its file."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frames
from support.images import as_data_uri, character, landscape
from support.servers import Server, wait_until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
HILLS = [as_data_uri(landscape(shift=24.0 * step)) for step in range(4)]
CREATURE = as_data_uri(character())
SMALL = {"resolution": "540p", "seed": 7}

JOURNEYS: dict[str, tuple[str, str, dict[str, Any], int, tuple[int, int]]] = {
    "multiframe": (
        "vidu-q2-pro-multiframe",
        "viduq2_pro_multiframe",
        {
            "start_image": HILLS[0],
            "image_settings": [{"key_image": image, "duration": 2} for image in HILLS[1:3]],
            "resolution": "540p",
        },
        4,
        (960, 528),
    ),
    "img2video": (
        "vidu-q2-pro-img2video",
        "viduq2_pro_img2video",
        {"images": [HILLS[0]], "prompt": "pan right", "duration": 2, **SMALL},
        2,
        (960, 528),
    ),
    "start-end": (
        "vidu-q2-pro-startend2video",
        "viduq2_pro_start_end2video",
        {"images": HILLS[:2], "prompt": "", "duration": 2, **SMALL},
        2,
        (960, 528),
    ),
    "reference, q2": (
        "vidu-q2-reference2video",
        "viduq2_reference2video",
        {
            "subjects": [{"id": "1", "images": [CREATURE]}],
            "prompt": "@1 walks through a meadow",
            "duration": 2,
            "aspect_ratio": "9:16",
            **SMALL,
        },
        2,
        (528, 960),
    ),
    "words": (
        "vidu-q2-text2video",
        "viduq2_text2video",
        {
            "prompt": "a lake at sunset, slow push in",
            "style": "anime",
            "duration": 2,
            "aspect_ratio": "9:16",
            **SMALL,
        },
        2,
        (528, 960),
    ),
    "reference, q1": (
        "vidu-q1-reference2video",
        "viduq1_reference2video",
        {"images": [CREATURE], "prompt": "@1 floats over the sea", "aspect_ratio": "1:1", "seed": 7},
        5,
        (1080, 1080),
    ),
}


def check_video(path: Path, seconds: int, size: tuple[int, int]) -> None:
    """Hold a file against what was promised: format, length, size, and that it moves throughout."""
    found = probe_video(path)
    assert (found.width, found.height) == size
    assert found.frames == seconds * 24
    assert found.fps == 24
    assert (found.codec, found.profile, found.pix_fmt) == ("h264", "High", "yuv420p")
    assert found.faststart
    assert not found.has_audio
    pixels = [frame[::4, ::4].astype(np.int16) for frame in read_frames(path)]
    steps = [np.abs(after - before).mean() for before, after in pairwise(pixels)]
    assert min(steps) > 0.0
    assert np.abs(pixels[-1] - pixels[0]).mean() > 1.0


@pytest.mark.parametrize("name", JOURNEYS)
def test_an_order_becomes_the_video_that_was_asked_for(server: Server, tmp_path: Path, name: str) -> None:
    model, _, body, seconds, size = JOURNEYS[name]
    task_id = server.submit(model, body | {"payload": "ticket 7"})
    result = server.finished(task_id)
    assert result["task"]["status"] == "TASK_STATUS_SUCCEED", result
    assert result["task"]["progress_percent"] == 100
    assert result["extra"]["payload"] == "ticket 7"
    (video,) = result["videos"]
    assert video["video_url"].partition("?")[0].endswith(".mp4")
    check_video(server.download(video["video_url"], tmp_path / "video.mp4"), seconds, size)


@pytest.mark.parametrize("name", ["multiframe", "img2video", "start-end", "words"])
def test_the_other_dialect_makes_the_same(cards: Server, tmp_path: Path, name: str) -> None:
    _, model, params, seconds, size = JOURNEYS[name]
    body = {"model": model, "input": [{"params": params | {"payload": "ticket 8"}}]}
    created = cards.call("POST", "/model/v1/generation", json=body).json()

    def done() -> dict[str, Any] | None:
        result = cards.call("GET", f"/model/v1/generation/task/{created['id']}").json()
        return None if result["status"] == "in_progress" else result

    result = wait_until(done)
    assert result["status"] == "completed", result
    assert result["metadata"]["payload"] == "ticket 8"
    url = result["output"][0]["content"][0]["url"]
    check_video(cards.download(url, tmp_path / "video.mp4"), seconds, size)


def test_the_identifier_is_embedded_verbatim_or_ours(server: Server, tmp_path: Path) -> None:
    own = '{"Label": "1", "note": "ä \\" 中"}'
    body = {"images": HILLS[:1], "prompt": "static", "duration": 1, "resolution": "540p"}
    for meta_data in (own, ""):
        task_id = server.submit("vidu-q2-pro-img2video", body | {"meta_data": meta_data})
        url = server.finished(task_id)["videos"][0]["video_url"]
        identifier = probe_video(server.download(url, tmp_path / "video.mp4")).tags["AIGC"]
        if meta_data:
            assert identifier == own
        else:
            assert json.loads(identifier)["ProduceID"] == task_id


def test_the_same_order_and_seed_give_the_same_frames(server: Server, tmp_path: Path) -> None:
    body = {"images": HILLS[:1], "prompt": "orbit left, snow", "duration": 1, "resolution": "540p"}
    made = []
    for seed in (5, 5, 6):
        result = server.finished(server.submit("vidu-q2-pro-img2video", body | {"seed": seed}))
        made.append(
            list(read_frames(server.download(result["videos"][0]["video_url"], tmp_path / "video.mp4")))
        )
    assert all(np.array_equal(one, two) for one, two in zip(made[0], made[1], strict=True))
    assert not all(np.array_equal(one, two) for one, two in zip(made[0], made[2], strict=True))
