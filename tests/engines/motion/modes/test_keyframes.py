from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.testing import FolderJob
from support.keyframe_scenes import error, multiframe, rendered, saved, seen, speeds, terrain, view

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import Frame
    from keyreel.order import Order


@dataclass(frozen=True)
class Clip:
    order: Order
    keyframes: list[Frame]
    frames: list[Frame]
    sha256: str


def clip_of(folder: Path, keyframes: list[Frame], *seconds: int, prompt: str = "") -> Clip:
    order = multiframe(saved(folder, *keyframes), *seconds)
    order = replace(order, shots=(replace(order.shots[0], prompt=prompt), *order.shots[1:]))
    path = rendered(order, FolderJob(folder))
    return Clip(order, keyframes, seen(path), hashlib.sha256(path.read_bytes()).hexdigest())


def tour() -> list[Frame]:
    place = terrain(1)
    return [view(place, 60, 60), view(place, 100, 70), view(place, 190, 90)]


@pytest.fixture(scope="module")
def related(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """A camera that moves on through three views of one place, in shots of one and of two seconds."""
    return clip_of(tmp_path_factory.mktemp("related"), tour(), 1, 2)


@pytest.fixture(scope="module")
def unrelated(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Two places without anything in common, one of reds alone, the other of blues."""
    red, blue = view(terrain(2), 100, 100), view(terrain(3), 100, 100)
    red[..., 1:], blue[..., :2] = 0, 0
    return clip_of(tmp_path_factory.mktemp("unrelated"), [red, blue], 2)


@pytest.fixture(params=["related", "unrelated"])
def either(request: pytest.FixtureRequest) -> Clip:
    clip: Clip = request.getfixturevalue(request.param)
    return clip


def test_every_shot_has_exactly_its_own_seconds(either: Clip) -> None:
    assert len(either.frames) == either.order.frames


def test_every_keyframe_is_shown_at_its_own_time(either: Clip) -> None:
    starts = [0]
    for shot in either.order.shots:
        starts.append(starts[-1] + shot.frames)
    starts[-1] -= 1
    errors = [error(either.frames[at], key) for at, key in zip(starts, either.keyframes, strict=True)]
    assert max(errors) <= 0.02


def test_no_frame_repeats_the_one_before(either: Clip) -> None:
    assert min(error(before, after) for before, after in pairwise(either.frames)) > 0.0003


def test_speed_runs_on_through_a_seam(related: Clip) -> None:
    speed = speeds(related.frames)
    before, at, after = speed[18:22].mean(), speed[22:26], speed[26:30].mean()
    assert at.min() > 0.6 * min(before, after)
    assert at.max() < 1.5 * max(before, after)


def test_speed_never_jumps(related: Clip) -> None:
    speed = speeds(related.frames)
    change = np.abs(np.diff(speed))
    assert change.max() < 0.35 * speed.max()


def test_the_film_starts_and_ends_softly_but_not_frozen(related: Clip) -> None:
    speed = speeds(related.frames)
    for end in (speed[:2].mean(), speed[-2:].mean()):
        assert 0.1 * speed.mean() < end < speed.mean()


def test_frames_between_are_views_of_the_place_and_no_mixture(related: Clip) -> None:
    place, first, second = terrain(1), *related.keyframes[:2]
    middle = related.frames[12]
    nearest = min(
        error(middle, view(place, 60 + 40 * way, 60 + 10 * way)) for way in np.linspace(0.2, 0.8, 121)
    )
    mixture = np.asarray(np.rint((first.astype(np.float32) + second) / 2), dtype=np.uint8)
    mixed = min(
        error(mixture, view(place, 60 + 40 * way, 60 + 10 * way)) for way in np.linspace(0.2, 0.8, 121)
    )
    assert nearest < 0.035
    assert nearest < 0.4 * mixed


def test_a_strong_zoom_is_followed(tmp_path: Path) -> None:
    place = terrain(4)
    clip = clip_of(tmp_path, [view(place, 150, 90, 1.9), view(place, 260, 150, 0.9)], 1)
    middle = clip.frames[12]
    scales = np.geomspace(0.9, 1.9, 161)
    ways = [(scale, (1.9 - scale) / (1.9 - 0.9)) for scale in scales]
    nearest = min(error(middle, view(place, 150 + 110 * way, 90 + 60 * way, scale)) for scale, way in ways)
    assert nearest < 0.05


def test_light_changes_evenly(tmp_path: Path) -> None:
    day = view(terrain(5), 100, 100)
    night = np.asarray(view(terrain(5), 112, 104) * 0.4 + 6, dtype=np.uint8)
    clip = clip_of(tmp_path, [day, night], 1)
    brightness = np.array([frame.mean() for frame in clip.frames])
    steps = np.diff(brightness)
    assert steps.max() < 0.5
    assert np.abs(steps).max() < 4 * np.abs(steps).mean()


def test_unrelated_images_never_lie_over_each_other_outside_the_whip(unrelated: Clip) -> None:
    for index, frame in enumerate(unrelated.frames):
        red, blue = (np.median(frame[..., channel], axis=0) > 40 for channel in (0, 2))
        mixed = float((red & blue).mean())
        assert mixed < (0.45 if 14 <= index < 34 else 0.01), index


def test_a_film_arrives_without_looking_beyond_its_last_keyframe(tmp_path: Path) -> None:
    framed = view(terrain(3), 100, 100) // 2
    cv2.rectangle(framed, (0, 0), (255, 143), (255, 255, 255), 5)
    clip = clip_of(tmp_path, [view(terrain(2), 100, 100) // 2, framed], 2)
    for frame in clip.frames[30:-1]:
        assert (frame[8:-8, 8:-8].min(axis=2) > 190).mean() < 0.002


def test_a_prompt_moves_the_camera_of_its_own_shot_alone(related: Clip, tmp_path: Path) -> None:
    clip = clip_of(tmp_path, tour(), 1, 2, prompt="the camera pushes in, strong handheld shake")
    changed = [error(plain, moved) for plain, moved in zip(related.frames, clip.frames, strict=True)]
    # The keyframes travel by themselves: of the prompt's moves the shake alone is left.
    assert max(changed[:24]) > 0.007
    assert max(changed[24:]) < 0.005


def test_snow_of_a_prompt_falls_between_the_keyframes_only(related: Clip, tmp_path: Path) -> None:
    clip = clip_of(tmp_path, tour(), 1, 2, prompt="heavy snow falls")
    assert clip.frames[14].mean() > related.frames[14].mean() + 1
    assert error(clip.frames[0], clip.keyframes[0]) <= 0.02
    assert error(clip.frames[24], clip.keyframes[1]) <= 0.02


def test_a_prompt_turns_the_whip_to_the_left(tmp_path: Path) -> None:
    red, blue = view(terrain(2), 100, 100), view(terrain(3), 100, 100)
    red[..., 1:], blue[..., :2] = 0, 0
    sides = []
    for name, prompt in (("right", ""), ("left", "pan left")):
        (tmp_path / name).mkdir()
        clip = clip_of(tmp_path / name, [red, blue], 1, prompt=prompt)
        halves = clip.frames[12][:, :128, 2].mean(), clip.frames[12][:, 128:, 2].mean()
        sides.append("left" if halves[0] > halves[1] else "right")
    assert sides == ["right", "left"]


def test_images_of_another_ratio_are_cropped_around_their_subject(tmp_path: Path) -> None:
    tall = np.full((512, 256, 3), (70, 90, 120), dtype=np.uint8)
    cv2.circle(tall, (128, 400), 60, (230, 120, 30), -1, cv2.LINE_AA)
    clip = clip_of(tmp_path, [tall, tall[:, ::-1].copy()], 1)
    orange = clip.frames[0][..., 0] > 160
    assert np.ptp(np.flatnonzero(orange.any(axis=0))) == pytest.approx(119, abs=4)
    assert np.ptp(np.flatnonzero(orange.any(axis=1))) == pytest.approx(119, abs=4)


def test_the_same_order_gives_the_same_bytes(related: Clip, tmp_path: Path) -> None:
    assert clip_of(tmp_path, tour(), 1, 2).sha256 == related.sha256


def test_unrelated_images_give_the_same_bytes_too(unrelated: Clip, tmp_path: Path) -> None:
    assert clip_of(tmp_path, unrelated.keyframes, 2).sha256 == unrelated.sha256
