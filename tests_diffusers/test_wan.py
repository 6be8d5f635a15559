"""Wan's pipelines behind the whole server, tiny ones with random weights: from the request to the pixels."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from served_renders import HILLS, ONE_IMAGE, PINNED, SCENES, SHORT, TWO_IMAGES, WORDS, render
from support.images import as_data_uri, character
from support.keyframe_scenes import error
from support.servers import Server, wait_until

if TYPE_CHECKING:
    from pathlib import Path

REFERENCES: dict[str, Any] = {
    "subjects": [
        {"id": name, "images": [as_data_uri(character(side))]} for name, side in (("cat", 320), ("hat", 256))
    ],
    "prompt": "@cat wears @hat",
    "aspect_ratio": "16:9",
    **SHORT,
}
STOP_SECONDS = 0.5
"""From the answer to a cancelling until nothing computes for the task."""


def test_vace_begins_on_an_image(wan_server: Server, tmp_path: Path) -> None:
    made = render(wan_server, "vidu-q2-pro-img2video", ONE_IMAGE, tmp_path / "video.mp4")
    assert error(made[0], SCENES[0]) <= PINNED
    assert error(made[0], made[12]) > PINNED


def test_vace_passes_through_every_keyframe(wan_server: Server, tmp_path: Path) -> None:
    settings = [{"key_image": image, "duration": 2} for image in HILLS[1:]]
    body = {"start_image": HILLS[0], "image_settings": settings, "resolution": "540p"}
    made = render(wan_server, "vidu-q2-pro-multiframe", body, tmp_path / "video.mp4")
    for at, scene in zip((0, 48, 95), SCENES, strict=True):
        assert error(made[at], scene) <= PINNED


def test_vace_sees_every_reference(wan_server: Server, tmp_path: Path) -> None:
    one = render(wan_server, "vidu-q2-reference2video", REFERENCES, tmp_path / "one.mp4")
    hat = {"id": "hat", "images": [as_data_uri(255 - character(256))]}
    other = {**REFERENCES, "subjects": [REFERENCES["subjects"][0], hat]}
    changed = render(wan_server, "vidu-q2-reference2video", other, tmp_path / "two.mp4")
    assert error(one[12], changed[12]) > 0.001


def test_a_seed_fixes_every_pixel_whatever_was_rendered_before(wan_server: Server, tmp_path: Path) -> None:
    first, other_seed, more_motion, again = (
        render(wan_server, "vidu-q2-text2video", WORDS | changed, tmp_path / "video.mp4")
        for changed in ({}, {"seed": 8}, {"movement_amplitude": "large"}, {})
    )
    assert all(np.array_equal(*pair) for pair in zip(first, again, strict=True))
    assert error(first[12], other_seed[12]) > 0.01
    assert error(first[12], more_motion[12]) > 0.001


def test_image_to_video_meets_a_last_frame_that_changes_what_leads_there(
    wan_server: Server, tmp_path: Path
) -> None:
    made = render(wan_server, "vidu-q2-turbo-startend2video", TWO_IMAGES, tmp_path / "one.mp4")
    assert error(made[0], SCENES[0]) <= PINNED
    assert error(made[-1], SCENES[1]) <= PINNED
    other = {**TWO_IMAGES, "images": [HILLS[0], as_data_uri(255 - SCENES[1])]}
    changed = render(wan_server, "vidu-q2-turbo-startend2video", other, tmp_path / "two.mp4")
    assert error(made[12], changed[12]) > 0.001


def test_progress_follows_the_steps_and_a_cancelled_render_ends_at_once(wan_server: Server) -> None:
    before = {each.pid for each in wan_server.renderers()}
    task_id = wan_server.submit("vidu-q1-text2video", {"prompt": "a lake", "seed": 7})
    seen: list[float] = []

    def saw_steps() -> bool:
        progress = wan_server.poll(task_id)["task"]["progress_percent"]
        if progress and progress not in seen[-1:]:
            seen.append(progress)
        return len(seen) >= 3

    wait_until(saw_steps)
    assert all(earlier < later for earlier, later in pairwise(seen))
    assert seen[0] < 50
    busy = [each for each in wan_server.renderers() if each.pid not in before]
    assert busy
    cancelled = wan_server.call("POST", f"/ent/v2/tasks/{task_id}/cancel", json={"id": task_id})
    assert cancelled.status_code == 200
    began = time.monotonic()
    wait_until(lambda: not any(each.is_running() and each.status() != "zombie" for each in busy), 10)
    assert time.monotonic() - began <= STOP_SECONDS


def test_a_lack_of_memory_names_the_settings_to_change(wan_server: Server) -> None:
    result = wan_server.finished(
        wan_server.submit("vidu-q1-img2video", {"images": HILLS[:1], "prompt": "on"})
    )
    assert result["task"]["status"] == "TASK_STATUS_FAILED"
    for words in ("ran out of memory", "offload", "max_pixels"):
        assert words in result["task"]["reason"]
