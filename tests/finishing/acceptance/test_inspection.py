"""The inspection on clips as engines make them: what is a flaw, and what only looks like one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from keyreel.engine import Clip
from keyreel.finishing.acceptance.inspection import inspect_clip
from keyreel.finishing.soundtrack import SOUNDTRACK_STEP
from keyreel.media.audio import SAMPLE_RATE, encode_aac
from keyreel.media.mux import remux
from keyreel.media.video_writer import open_video_writer
from keyreel.order import (
    Amplitude,
    ImageRef,
    Operation,
    Order,
    Resolution,
    Shot,
    Size,
    SoundOptions,
)
from support.images import Pixels, landscape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SIZE = Size(320, 176)
SECONDS = 3
LANDSCAPE = landscape(SIZE.width, SIZE.height)
BLACK = np.zeros_like(LANDSCAPE)


def film(folder: Path, frames: Sequence[Pixels]) -> Clip:
    with open_video_writer(folder / "clip.mp4", SIZE) as video:
        for frame in frames:
            video.write(np.ascontiguousarray(frame))
    return Clip(folder / "clip.mp4")


def pan(image: Pixels = LANDSCAPE) -> list[Pixels]:
    return [np.roll(image, number, axis=1) for number in range(24 * SECONDS)]


def place_order(folder: Path, image: Pixels, last: Pixels | None = None, prompt: str = "pan") -> Order:
    paths = [folder / "first.png", folder / "last.png"]
    for pixels, path in zip((image, last), paths, strict=True):
        if pixels is not None:
            Image.fromarray(pixels).save(path)
    refs = [ImageRef(str(path)) if path.exists() else None for path in paths]
    shot = Shot(prompt, SECONDS, *refs)
    return Order(Operation.IMG2VIDEO, "q2-pro", (shot,), Resolution.P360, 7, size=SIZE)


def find(clip: Clip, order: Order) -> list[str]:
    return [flaw.text for flaw in inspect_clip(clip, order)]


def test_a_pan_over_a_picture_has_no_flaw(tmp_path: Path) -> None:
    assert find(film(tmp_path, pan()), place_order(tmp_path, LANDSCAPE)) == []


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_frames_of_one_shade_are_no_flaw_where_the_image_is(tmp_path: Path, shade: int) -> None:
    plain = np.full_like(LANDSCAPE, shade)
    assert find(film(tmp_path, pan(plain)), place_order(tmp_path, plain)) == []


@pytest.mark.parametrize(("amplitude", "flaws"), [(Amplitude.AUTO, 0), (Amplitude.LARGE, 1)])
def test_a_still_that_was_asked_for_is_no_flaw(tmp_path: Path, amplitude: Amplitude, flaws: int) -> None:
    order = replace(place_order(tmp_path, LANDSCAPE, prompt="a static shot"), amplitude=amplitude)
    found = find(film(tmp_path, [LANDSCAPE] * 24 * SECONDS), order)
    assert len(found) == flaws
    assert all(each.startswith("nothing moves from 0.") and each.endswith("to 3.0 s") for each in found)


def test_black_that_was_asked_for_is_no_flaw(tmp_path: Path) -> None:
    clip = film(tmp_path, [*pan()[:48], *[BLACK] * 24])
    assert find(clip, place_order(tmp_path, LANDSCAPE)) == ["it is black from 2.0 s to 3.0 s"]
    assert find(clip, place_order(tmp_path, LANDSCAPE, prompt="then fade to black")) == []


def test_the_last_frame_is_held_against_its_keyframe(tmp_path: Path) -> None:
    last = pan()[-1]
    assert find(film(tmp_path, pan()), place_order(tmp_path, LANDSCAPE, last)) == []
    found = find(film(tmp_path, pan()), place_order(tmp_path, LANDSCAPE, last[::-1]))
    assert found == ["its last frame is not the requested image"]


@pytest.mark.parametrize("number", [24, 47, 48, 49, 50, 60])
def test_a_cut_is_found_wherever_it_is(tmp_path: Path, number: int) -> None:
    """Also where a group of pictures begins: at two seconds."""
    other = np.ascontiguousarray(LANDSCAPE[::-1])
    clip = film(tmp_path, [*pan()[:number], *pan(other)[number:]])
    (flaw,) = find(clip, place_order(tmp_path, LANDSCAPE))
    assert flaw.startswith("it jumps to another image at ")
    assert abs(float(flaw.split()[-2]) - number / 24) <= 0.2


def test_a_blur_between_two_pictures_is_no_cut(tmp_path: Path) -> None:
    weights = np.clip((np.arange(24 * SECONDS) - 24) / 24, 0, 1)
    frames = [
        ((1 - weight) * frame + weight * frame[::-1]).astype(np.uint8)
        for weight, frame in zip(weights, pan(), strict=True)
    ]
    assert find(film(tmp_path, frames), place_order(tmp_path, LANDSCAPE)) == []


@pytest.mark.parametrize(
    ("gain", "found"),
    [(0.0, ["its sound track is silent"]), (0.3, []), (9.0, ["its sound is clipped"])],
)
def test_an_engines_own_sound_is_heard(tmp_path: Path, gain: float, found: list[str]) -> None:
    tone = gain * np.sin(2 * np.pi * 440 / SAMPLE_RATE * np.arange(SECONDS * SAMPLE_RATE))
    pcm = np.clip(np.stack((tone, tone), axis=1), -1, 1).astype(np.float32)
    encode_aac(pcm, tmp_path / "sound.m4a")
    remux(film(tmp_path, pan()).path, tmp_path / "sounding.mp4", {}, tmp_path / "sound.m4a")
    clip = Clip(tmp_path / "sounding.mp4", completed_steps=frozenset({SOUNDTRACK_STEP}))
    order = replace(place_order(tmp_path, LANDSCAPE), sound=SoundOptions(music=True))
    assert find(clip, order) == found


def test_what_is_no_video_must_not_be_delivered(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"no video")
    (flaw,) = inspect_clip(Clip(tmp_path / "clip.mp4"), place_order(tmp_path, LANDSCAPE))
    assert (flaw.text, flaw.is_deliverable) == ("it cannot be decoded", False)
