"""Engines of the type `videos`: a whole Keyreel in front of a fake server of each flavour."""

from __future__ import annotations

import io
import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from keyreel.media.probe import probe_video
from keyreel.media.video_reader import read_frames
from support.images import as_data_uri, landscape
from support.video_sites import OPTIONS, VideoSite

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import Frame

HILLS = [as_data_uri(landscape(shift=40.0 * number)) for number in range(3)]
WORDS = {"prompt": "a street", "duration": 1, "resolution": "540p", "seed": 7}
SUCCEEDED = "TASK_STATUS_SUCCEED"


def fetch(site: VideoSite, result: dict[str, Any], folder: Path) -> list[Frame]:
    """Return the frames of a task's video."""
    assert result["task"]["status"] == SUCCEEDED, result
    path = site.server.download(result["videos"][0]["video_url"], folder / "out.mp4")
    assert probe_video(path).fps == 24
    return list(read_frames(path))


def differ(one: Frame, other: Frame) -> float:
    """Return the mean difference of two images, as a fraction of full scale."""
    return float(np.abs(one.astype(np.float32) - other).mean() / 255)


@pytest.mark.parametrize("flavour", OPTIONS)
def test_words_become_the_video_that_was_ordered(site: VideoSite, tmp_path: Path, flavour: str) -> None:
    # The model of the first flavour makes nothing smaller.
    size = {"resolution": "720p"} if flavour == "sglang" else {}
    frames = fetch(site, site.make(flavour, "text", WORDS | size), tmp_path)
    assert len(frames) == 24
    assert frames[0].shape == ((720, 1280, 3) if size else (528, 960, 3))
    fake = site.fakes[flavour]
    (video,) = fake.asked
    assert video.fields["prompt"] == "a street"
    assert video.fields["model"] == "wan"
    assert str(video.fields["seed"]) == "7"
    lengths = {name: str(video.fields.get(name)) for name in ("num_frames", "fps", "seconds")}
    assert (
        lengths
        == {
            "sglang": {"num_frames": "25", "fps": "24", "seconds": "None"},
            "vllm-omni": {"num_frames": "25", "fps": "24", "seconds": "None"},
            "fastvideo": {"num_frames": "25", "fps": "24", "seconds": "2"},
            "plain": {"num_frames": "None", "fps": "None", "seconds": "1"},
        }[flavour]
    )
    assert fake.authorizations == {"Bearer sk-upstream-secret"}


@pytest.mark.parametrize("flavour", ["sglang", "vllm-omni"])
def test_a_video_begins_on_its_image(site: VideoSite, tmp_path: Path, flavour: str) -> None:
    body = WORDS | {"prompt": "push in", "images": HILLS[:1]}
    frames = fetch(site, site.make(flavour, "image", body), tmp_path)
    assert len(frames) == 24
    (video,) = site.fakes[flavour].asked
    (sent,) = video.images
    image = Image.open(io.BytesIO(sent))
    assert image.format == "PNG"
    assert "x".join(map(str, image.size)) == video.fields["size"]
    ordered = Image.open(io.BytesIO(b64decode(HILLS[0].partition(",")[2])))
    assert differ(frames[0], np.asarray(ordered.resize((960, 528)))) < 0.03


def test_a_shot_longer_than_a_call_is_a_chain_of_them(site: VideoSite, tmp_path: Path) -> None:
    frames = fetch(site, site.make("fastvideo", "text", WORDS | {"duration": 2}), tmp_path)
    assert len(frames) == 48
    first, second = site.fakes["fastvideo"].asked
    assert (first.images, len(second.images)) == ((), 1)
    assert int(str(second.fields["seed"])) == 8


def test_a_servers_keyframes_join_the_shots_of_a_multiframe_order(site: VideoSite, tmp_path: Path) -> None:
    settings = [
        {"prompt": "east", "key_image": HILLS[1], "duration": 2},
        {"key_image": HILLS[2], "duration": 2},
    ]
    body = {"start_image": HILLS[0], "image_settings": settings, "resolution": "540p"}
    frames = fetch(site, site.make("sglang", "vidu-q2-pro-multiframe", body), tmp_path)
    assert len(frames) == 96
    # Where the shots meet, the fake shows another image at once: so they are made once more.
    first, second, *_ = (video.fields for video in site.fakes["sglang"].asked)
    assert first["prompt"] == "east"
    assert [(each["type"], each["frame_index"]) for each in second["conditions"]] == [
        ("image", 0),
        ("image", second["num_frames"] - 1),
    ]
    assert first["num_inference_steps"] == 4
    assert all(each["uri"].startswith("data:image/png;base64,") for each in first["conditions"])


def test_the_bare_format_takes_two_images_as_json(site: VideoSite, tmp_path: Path) -> None:
    fetch(site, site.make("plain", "vidu-q3-turbo-f2v", WORDS | {"images": HILLS[:2]}), tmp_path)
    video, *_ = site.fakes["plain"].asked
    assert [list(each) for each in video.fields["input_reference"]] == [["image_url"], ["image_url"]]


def test_references_are_named_by_their_numbers(site: VideoSite, tmp_path: Path) -> None:
    subjects = [{"id": "hero", "images": HILLS[:2]}, {"id": "dog", "images": HILLS[2:]}]
    body = {"prompt": "@dog runs to @hero", "subjects": subjects, "duration": 1, "resolution": "540p"}
    fetch(site, site.make("vllm-omni", "vidu-q2-reference2video", body), tmp_path)
    (video,) = site.fakes["vllm-omni"].asked
    number = "the subject of reference image"
    assert video.fields["prompt"] == f"{number} 3 runs to {number} 1"
    assert len(json.loads(video.fields["image_reference"])) == 3


def test_what_a_server_cannot_be_asked_for_goes_elsewhere(site: VideoSite) -> None:
    body = WORDS | {"images": HILLS[:2]}
    answer = site.server.call("POST", "/v3/async/vidu-q3-pro-f2v", json=body)
    assert answer.status_code in {400, 403}
    assert not site.fakes["fastvideo"].asked
