"""A layer over the plain ground that it was taken from gives the image again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engines.motion.camera.parallax import create_camera_view
from keyreel.engines.motion.camera.path import CameraPose
from keyreel.engines.motion.layers.layered_image import separate_layers
from keyreel.order import Size

if TYPE_CHECKING:
    from keyreel.engines.motion.networks.models import Networks


def test_lettering_and_thin_lines_are_whole_in_their_layer(nets: Networks) -> None:
    size = Size(320, 176)
    image = np.full((176, 320, 3), 250, np.uint8)
    cv2.circle(image, (110, 90), 50, (30, 120, 60), 3, cv2.LINE_AA)
    cv2.putText(image, "logo", (180, 100), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (200, 60, 20), 1, cv2.LINE_AA)
    layered = separate_layers(image, size, nets)
    view = create_camera_view(size, layered.background.margins, 1.0)
    assert np.abs(layered.render_view(CameraPose(), view).astype(int) - image).mean() < 0.3
    assert layered.background.rest_frame.min() > 235
    # What moves, moves as one: nothing of it stays behind.
    moved = layered.render_view(CameraPose(pan=0.1), view).astype(int)
    assert np.count_nonzero(moved.min(axis=2) < 200) > 0.9 * np.count_nonzero(image.min(axis=2) < 200)
