from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.bench.orders import EXAMPLE_FOLDER
from keyreel.bench.quality import compare_midframes, compute_ssim
from keyreel.engines.motion.imaging.cropping import load_cropped
from keyreel.engines.motion.interpolation.interpolator import create_interpolator
from keyreel.engines.motion.interpolation.moving_objects import find_moving_objects
from keyreel.engines.motion.interpolation.object_matching import match_objects
from keyreel.engines.motion.interpolation.registration import detect_features, register_images
from keyreel.order import Operation, Size
from keyreel.testing import FolderJob
from support.keyframe_scenes import error, multiframe, rendered, saved, seen, terrain, view

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks

SIZE = Size(480, 272)


def scenery() -> Frame:
    return load_cropped(EXAMPLE_FOLDER / "scene.jpg", SIZE)


def with_ball(background: Frame, x: float, y: float, radius: int = 22) -> Frame:
    """Lay a patterned disc over an image."""
    height, width = background.shape[:2]
    disc = np.zeros((height, width, 3), dtype=np.float32)
    cv2.circle(disc, (round(x * 16), round(y * 16)), radius * 16, (1, 1, 1), -1, cv2.LINE_AA, 4)
    window = np.array([[1, 0, 260 - x], [0, 1, 120 - y]], dtype=np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    pattern = cv2.warpAffine(terrain(3), window, (width, height), flags=flags).astype(np.float32)
    return np.asarray(np.rint(background + (pattern - background) * disc), dtype=np.uint8)


def panned(time: float) -> Frame:
    place = np.asarray(cv2.resize(terrain(1), None, fx=1.4, fy=1.4), dtype=np.uint8)
    left, top = round(150 + 70 * time), round(100 + 10 * time)
    return np.ascontiguousarray(place[top : top + 272, left : left + 480])


# Each draws a scene at a time, 0 … 1: something goes far while what is behind it stays, or the camera pans.
SCENES: dict[str, Callable[[float], Frame]] = {
    "far": lambda time: with_ball(scenery(), 80 + 300 * time, 190 - 40 * time),
    "over itself": lambda time: with_ball(scenery(), 200 + 50 * time, 180, 34),
    "two": lambda time: with_ball(
        with_ball(scenery(), 80 + 300 * time, 200), 400 - 300 * time, 60 + 20 * time, 16
    ),
    "panned": lambda time: with_ball(panned(time), 160 + 220 * time, 170 - 90 * time),
}


@pytest.mark.parametrize("scene", SCENES)
def test_what_jumps_over_a_background_is_whole_on_its_way(nets: Networks, scene: str) -> None:
    first, truth, last = (SCENES[scene](time) for time in (0.0, 0.5, 1.0))
    way = create_interpolator(nets.rife, first, last)
    assert way is not None
    drawn = {place: way.render_frame(place) for place in (0.1, 0.3, 0.5, 0.7, 0.9)}
    found = compare_midframes([drawn[0.5]], first, last, truth)
    assert found.ours > max(found.flow, found.dissolve, 0.93)
    assert min(compute_ssim(frame, SCENES[scene](place)) for place, frame in drawn.items()) > 0.9


def test_a_jump_counts_as_motion(nets: Networks) -> None:
    first, last = (SCENES["far"](time) for time in (0.0, 1.0))
    moved, rests = create_interpolator(nets.rife, first, last), create_interpolator(nets.rife, first, first)
    assert moved is not None
    assert rests is not None
    assert moved.mean_motion > rests.mean_motion + 0.005


@pytest.mark.parametrize("pair", [("flight-0", "flight-1"), ("flight-1", "flight-3"), ("start", "end")])
def test_a_moving_background_is_no_traveller(pair: tuple[str, str]) -> None:
    first, last = (load_cropped(EXAMPLE_FOLDER / f"{name}.jpg", Size(640, 360)) for name in pair)
    plane = register_images(detect_features(first), detect_features(last)).homography
    assert plane is not None
    assert find_moving_objects(first, last, plane) is None
    assert find_moving_objects(first, last, None) is None


def test_what_is_seen_once_did_not_travel() -> None:
    alone = with_ball(scenery(), 300, 150)
    everywhere = np.ones(alone.shape[:2], dtype=np.uint8)
    (comes,), (goes,) = (
        list(match_objects(*pair, everywhere)) for pair in ((scenery(), alone), (alone, scenery()))
    )
    assert (comes.visible_in, goes.visible_in) == ((False, True), (True, False))
    assert np.array_equal(comes.affine, np.eye(2, 3))


def test_what_appears_does_so_as_a_whole(nets: Networks) -> None:
    empty, there = scenery(), with_ball(scenery(), 300, 150, 30)
    way = create_interpolator(nets.rife, empty, there)
    assert way is not None
    halfway = way.render_frame(0.5).astype(np.float32)
    inner = slice(130, 170), slice(280, 320)
    change = (there.astype(np.float32) - empty)[inner]
    part = ((halfway - empty)[inner] * change).sum(axis=2) / (change**2).sum(axis=2)
    assert np.percentile(part, (2, 98)) == pytest.approx((0.5, 0.5), abs=0.12)


def test_a_film_with_a_jump_starts_and_ends_on_its_keyframes(tmp_path: Path) -> None:
    place = view(terrain(1), 60, 60)
    keyframes = [with_ball(place, 40, 100, 14), with_ball(place, 210, 50, 14)]
    order = multiframe(saved(tmp_path, *keyframes), 1)
    clip = seen(rendered(replace(order, operation=Operation.START_END2VIDEO), FolderJob(tmp_path)))
    assert error(clip[0], keyframes[0]) < 0.012
    assert error(clip[-1], keyframes[1]) < 0.012
    steps = [error(one, other) for one, other in pairwise(clip)]
    assert max(steps) < 5 * np.median(steps)
