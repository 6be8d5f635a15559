from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.bench.orders import EXAMPLE_FOLDER
from keyreel.bench.quality import SsimScores, compare_midframes
from keyreel.engines.motion.imaging.cropping import load_cropped
from keyreel.engines.motion.interpolation.interpolator import KeyframeInterpolator, create_interpolator
from keyreel.engines.motion.interpolation.registration import detect_features, register_images
from keyreel.order import Size
from support.images import character, landscape
from support.keyframe_scenes import terrain, view

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks

SIZE = Size(480, 272)


def with_disc(background: Frame, across: float) -> Frame:
    """Lay a disc of another texture over a background."""
    near = view(terrain(3), 200 - across, 100)
    disc = np.zeros(near.shape, dtype=np.float32)
    cv2.circle(disc, (round(across * 16), 72 * 16), 40 * 16, (1, 1, 1), -1, cv2.LINE_AA, 4)
    return np.asarray(np.rint(background + (near.astype(np.float32) - background) * disc), dtype=np.uint8)


# Each draws a scene at a time, 0 … 1, as a camera sees it that moves evenly.
SCENES: dict[str, Callable[[float], Frame]] = {
    "pan": lambda time: view(terrain(1), 60 + 70 * time, 60 + 20 * time),
    "zoom": lambda time: view(terrain(4), 120 + 90 * time, 80 + 50 * time, 1.6 * 0.6**time),
    "parallax": lambda time: with_disc(view(terrain(1), 60 + 16 * time, 60), 70 + 40 * time),
}


def halfway(nets: Networks, first: Frame, last: Frame, truth: Frame) -> SsimScores:
    interpolator = create_interpolator(nets.rife, first, last)
    assert interpolator is not None
    return compare_midframes(
        [interpolator.render_frame(place) for place in (0.48, 0.5, 0.52)], first, last, truth
    )


@pytest.mark.parametrize("scene", SCENES)
def test_the_middle_is_nearer_to_the_truth_than_flow_or_dissolve(nets: Networks, scene: str) -> None:
    first, truth, last = (SCENES[scene](time) for time in (0.0, 0.5, 1.0))
    found = halfway(nets, first, last, truth)
    assert found.ours > max(found.flow, found.dissolve) + 0.015


@pytest.mark.parametrize("start", [0, 1, 2])
def test_the_middle_of_a_flight_is_nearer_to_the_truth(nets: Networks, start: int) -> None:
    size = Size(640, 360)
    first, truth, last = (
        load_cropped(EXAMPLE_FOLDER / f"flight-{start + each}.jpg", size) for each in range(3)
    )
    found = halfway(nets, first, last, truth)
    assert found.ours > found.flow + 0.005
    assert found.ours > found.dissolve + 0.15


def test_focus_is_not_lost_behind_a_keyframe(nets: Networks) -> None:
    first, last = (load_cropped(EXAMPLE_FOLDER / f"flight-{number}.jpg", SIZE) for number in (0, 1))
    interpolator = create_interpolator(nets.rife, first, last)
    assert interpolator is not None
    after, before = sharpness(interpolator.render_frame(0.06)), sharpness(interpolator.render_frame(0.94))
    assert after > 0.85 * sharpness(first)
    assert before > 0.85 * sharpness(last)


def test_what_rests_is_not_sharpened(nets: Networks) -> None:
    still = load_cropped(EXAMPLE_FOLDER / "flight-0.jpg", SIZE)
    interpolator = KeyframeInterpolator(nets.rife, still, still)
    assert cv2.absdiff(interpolator.render_frame(0.3), still).mean() < 0.5


def sharpness(frame: Frame) -> float:
    return float(cv2.Laplacian(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), cv2.CV_32F).std())


def moved(
    image: Frame, scale: float, aside: tuple[float, float], turn: float = 0.0, *, border: int = 0
) -> Frame:
    """Look at an image from elsewhere: enlarged, moved aside by shares of the sides, turned by degrees."""
    height, width = image.shape[:2]
    move = cv2.getRotationMatrix2D((width / 2, height / 2), turn, scale)
    move[:, 2] += np.array(aside) * (width, height)
    return np.asarray(cv2.warpAffine(image, move, (width, height), borderMode=border), dtype=np.uint8)


CHANGES: dict[str, Callable[[Frame], Frame]] = {
    "pan": lambda image: moved(image, 1.6, (0.15, 0.03)),
    "zoom": lambda image: moved(image, 2.2, (0, 0)),
    "turn": lambda image: moved(image, 1.65, (0.04, 0), 8),
    "dusk": lambda image: np.asarray(moved(image, 1.6, (0.04, 0)) * 0.45, dtype=np.uint8),
    "glare": lambda image: np.asarray(np.clip(moved(image, 1.6, (-0.04, 0)) * 1.3 + 20, 0, 255), np.uint8),
}
SCENERY = ("coffee", "boat", "flight-0")
DISTINCT = (*SCENERY, "cat", "landscape", "character")


def image(name: str) -> Frame:
    drawn = {"landscape": landscape, "character": character, "terrain": lambda: terrain(2)}
    if name in drawn:
        return np.asarray(cv2.resize(drawn[name](), (SIZE.width, SIZE.height)), dtype=np.uint8)
    return load_cropped(EXAMPLE_FOLDER / f"{name}.jpg", SIZE)


@pytest.mark.parametrize("change", CHANGES)
def test_one_scene_is_known_as_one(nets: Networks, change: str) -> None:
    for name in SCENERY:
        seen = image(name)
        assert create_interpolator(nets.rife, moved(seen, 1.6, (0, 0)), CHANGES[change](seen)) is not None, (
            name
        )


def test_different_images_are_known_as_different(nets: Networks) -> None:
    images = {name: image(name) for name in DISTINCT}
    alike = [
        pair
        for pair in combinations(DISTINCT, 2)
        if create_interpolator(nets.rife, *(images[each] for each in pair))
    ]
    assert alike == []


def test_points_that_lie_on_each_other_are_no_reason_to_fail() -> None:
    balloon = load_cropped(EXAMPLE_FOLDER / "balloon.jpg", Size(960, 544))
    near, far = (moved(balloon, scale, (0, 0), border=cv2.BORDER_REFLECT_101) for scale in (2.2, 1.5))
    assert register_images(detect_features(far), detect_features(near)).homography is not None
