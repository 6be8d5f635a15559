"""A user makes a video and has it go on: by its task, by its link, in the same format and in another."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from keyreel.media.mux import concatenate_videos
from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frames
from support.servers import Server, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import Frame

pytestmark = pytest.mark.slow
INNER = np.s_[80:-80, 140:-140]


def landscape() -> str:
    random = np.random.default_rng(4)
    total = np.zeros((528, 960, 3), np.float32)
    for cells, weight in ((6, 0.5), (24, 0.3), (70, 0.2)):
        small = random.random((cells * 528 // 960, cells, 3), dtype=np.float32)
        total += weight * cv2.resize(small, (960, 528), interpolation=cv2.INTER_CUBIC)
    _, data = cv2.imencode(".png", np.clip(total * 255, 0, 255).astype(np.uint8))
    return f"data:image/png;base64,{base64.b64encode(data.tobytes()).decode()}"


def native(server: Server, operation: str, **fields: Any) -> str:
    answer = server.call("POST", f"/ent/v2/{operation}", json={"model": "viduq2-pro", **fields})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["task_id"])


def creation(server: Server, task_id: str) -> dict[str, Any]:
    def done() -> dict[str, Any] | None:
        told: dict[str, Any] = server.call("GET", f"/ent/v2/tasks/{task_id}/creations").json()
        return told if told["state"] in {"success", "failed"} else None

    told = wait_until(done)
    assert told["err_msg"] == "", told
    made: dict[str, Any] = told["creations"][0]
    return made


def speed(one: Frame, other: Frame) -> float:
    """Return how far the images' middle moves across, in pixels."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    before, after = (np.asarray(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY)) for each in (one, other))
    nothing = np.zeros((*before.shape, 2), np.float32)
    flow = np.asarray(search.calc(before, after, nothing))
    return float(flow[INNER][..., 0].mean())


def test_a_video_goes_on_where_it_ended(server: Server, tmp_path: Path) -> None:
    wide = {"resolution": "540p", "movement_amplitude": "large", "seed": 3}
    first = server.submit(
        "vidu-q2-pro-img2video", wide | {"images": [landscape()], "prompt": "pan right", "duration": 4}
    )
    url = server.finished(first)["videos"][0]["video_url"]
    one = server.download(url, tmp_path / "one.mp4")
    by_task = native(server, "extend", video_creation_id=first, duration=2, resolution="540p", seed=3)
    by_link = native(server, "extend", video_url=url, duration=2, resolution="540p", seed=3)
    two = server.download(creation(server, by_task)["url"], tmp_path / "two.mp4")
    same = server.download(creation(server, by_link)["url"], tmp_path / "same.mp4")
    facts, before = probe_video(two), probe_video(one)
    assert (facts.frames, facts.width, facts.height) == (48, before.width, before.height)
    assert all(
        np.array_equal(each, other) for each, other in zip(read_frames(two), read_frames(same), strict=True)
    )
    # Both fit end to end as they are, without a jolt where they meet.
    concatenate_videos((one, two), tmp_path / "whole.mp4")
    whole = list(read_frames(tmp_path / "whole.mp4"))
    assert len(whole) == 96 + 48
    # Over three frames at a time: from one to the next the encoder's own noise is as large.
    speeds = [speed(whole[at], whole[at + 3]) / 3 for at in range(89, 101)]
    assert abs(speeds[0]) > 0.4
    assert np.abs(np.diff(speeds)).max() < 0.12 * abs(np.mean(speeds))


def test_what_cannot_be_extended_fails_with_the_field_and_the_rule(server: Server) -> None:
    short = server.submit(
        "vidu-q2-pro-img2video",
        {"images": [landscape()], "prompt": "on", "duration": 1, "resolution": "540p"},
    )
    url = server.finished(short)["videos"][0]["video_url"]
    by_task = {"model": "viduq2-pro", "video_creation_id": short}
    refused = server.call("POST", "/ent/v2/extend", json=by_task)
    assert refused.status_code == 400
    assert f"the video of task {short} lasts 1 s; it must last 4 to 60 s" in refused.json()["message"]
    failed = server.finished(server.submit("vidu-q2-pro-extend", {"video_url": url}))
    assert failed["task"]["status"] == "TASK_STATUS_FAILED"
    assert failed["task"]["reason"] == "video_url: the video lasts 1.0 s; it must last 4 to 60 s."
