"""A subject goes where the prompt sends it, a little way, and starts from where it is in the image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.imaging.cropping import load_cropped
from keyreel.engines.motion.modes.image_to_video import render_image_to_video
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks

SIZE = Size(160, 160)


def render(image: Path, nets: Networks, prompt: str) -> list[Frame]:
    shot = Shot(f"{prompt}, static shot", 2, ImageRef(str(image)))
    order = Order(Operation.IMG2VIDEO, "m", (shot,), Resolution.P360, 4, size=SIZE)
    return [frame.copy() for frame in render_image_to_video(order, nets)]


def locate(frame: Frame) -> tuple[float, float, float]:
    """Return the red ball's centre, x and y, and its area, in pixels."""
    red = (frame[..., 0].astype(int) - frame[..., 2] > 60).astype(np.uint8)
    moments = cv2.moments(red, binaryImage=True)
    return moments["m10"] / moments["m00"], moments["m01"] / moments["m00"], moments["m00"]


@pytest.mark.parametrize(
    ("prompt", "move"),
    [
        ("the ball rolls to the right", (3, 0, 0)),
        ("气球向左飞起", (-3, -2, 0)),
        ("the man walks towards the camera", (0, 0, 0.02)),
    ],
)
def test_a_subject_goes_where_the_prompt_says(
    prompt: str, move: tuple[float, float, float], ball: Path, nets: Networks
) -> None:
    frames = render(ball, nets, prompt)
    assert np.abs(frames[0].astype(int) - load_cropped(ball, SIZE)).mean() < 0.5
    (x0, y0, area), (x1, y1, grown) = locate(frames[0]), locate(frames[-1])
    for went, least in zip((x1 - x0, y1 - y0, grown / area - 1), move, strict=True):
        assert went * np.sign(least) >= abs(least)


def test_a_being_breathes_and_a_thing_does_not(ball: Path, nets: Networks) -> None:
    being, thing = (
        np.array([locate(frame)[2] for frame in render(ball, nets, f"a {subject}")[::4]])
        for subject in ("cat", "ball")
    )
    assert being[0] == thing[0]
    assert np.ptp(being / thing) > 0.003


def test_a_subject_that_the_frame_cuts_off_stays(tmp_path: Path, nets: Networks) -> None:
    image = np.full((400, 400, 3), (214, 220, 226), np.uint8)
    cv2.circle(image, (40, 200), 130, (40, 40, 205), -1, cv2.LINE_AA)
    cv2.imwrite(str(tmp_path / "cut.png"), image)
    frames = render(tmp_path / "cut.png", nets, "the ball rolls to the right")
    assert abs(locate(frames[-1])[0] - locate(frames[0])[0]) < 1
