from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from keyreel.engines.motion.layers import background
from keyreel.engines.motion.layers.texture_fill import add_texture
from keyreel.order import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame

SIZE = Size(640, 352)


def weave() -> Frame:
    """A rough cloth, slanting from the upper left to the lower right."""
    y, x = np.mgrid[:352, :640]
    noise = np.random.default_rng(4).normal(0, 14, (352, 640))
    shade = 120 + 26 * np.sin((x - y) / 2.2) + noise
    return np.asarray(np.clip(np.dstack((shade, shade * 0.9, shade * 0.6)), 0, 255), np.uint8)


def covered(radius: int = 80) -> tuple[background.FrameCanvas, NDArray[np.float32]]:
    """Return a canvas on which a blue disc lies, and where it lies."""
    image = weave()
    cv2.circle(image, (320, 176), radius, (30, 40, 220), -1, cv2.LINE_AA)
    canvas = background.create_canvas(image, SIZE, (0.5, 0.5))
    alpha = np.zeros(canvas.image.shape[:2], np.float32)
    cv2.circle(alpha, (canvas.left + 320, canvas.top + 176), radius, (1,), -1, cv2.LINE_AA)
    return canvas, alpha


def fine(image: Frame) -> float:
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)
    return float((grey - cv2.GaussianBlur(grey, (0, 0), 2)).std())


def test_what_lies_behind_a_subject_is_as_sharp_as_what_lies_beside_it() -> None:
    behind = background.inpaint_background(*covered()).rest_frame
    assert fine(behind[150:200, 246:276]) > 0.75 * fine(weave()[150:200, 150:180])


def test_nothing_of_a_subject_stays_behind_it() -> None:
    for radius in (12, 80, 170):
        window = background.inpaint_background(*covered(radius)).rest_frame.astype(int)
        assert (window[..., 2] - window[..., 0]).max() < 60


def test_texture_keeps_its_slant_at_a_mirrored_border() -> None:
    image = weave()
    cv2.rectangle(image, (0, 100), (90, 250), (30, 40, 220), -1)
    canvas = background.create_canvas(image, SIZE, (0.5, 0.5))
    alpha = np.zeros(canvas.image.shape[:2], np.float32)
    alpha[canvas.top + 100 : canvas.top + 251, : canvas.left + 91] = 1
    behind = cv2.GaussianBlur(
        background.inpaint_background(canvas, alpha).rest_frame.mean(axis=2), (0, 0), 2
    )[120:230, 30:84]
    down, along = np.diff(behind, axis=0)[:, :-1], np.diff(behind, axis=1)[:-1]
    # Nothing changes along the slant: the two differences are opposite.
    assert float((down * along).mean()) < -0.5 * float((along * along).mean())


def test_a_canvas_without_a_subject_stays_as_it_is() -> None:
    canvas, alpha = covered()
    assert background.inpaint_background(canvas, alpha * 0) is canvas


def test_what_is_covered_whole_stays_as_it_is() -> None:
    canvas, alpha = covered()
    assert background.inpaint_background(canvas, alpha * 0 + 1) is canvas


def test_a_fill_without_sources_is_only_enlarged() -> None:
    small = np.full((40, 60, 3), 90, np.uint8)
    everywhere = np.ones((40, 60), bool)
    large = add_texture(np.zeros((160, 240, 3), np.uint8), small, small, wanted=everywhere, known=~everywhere)
    assert large.shape == (160, 240, 3)
    assert (large == 90).all()


def test_a_glow_around_a_subject_goes_on_behind_it() -> None:
    y, x = np.mgrid[:352, :640]
    glow = 110 * np.exp(-((np.hypot(x - 320, y - 176) / 45) ** 2))
    image = np.asarray(np.dstack((70 + glow, 70 + glow, 90 + glow / 2)), np.uint8)
    cv2.circle(image, (320, 176), 40, (200, 30, 30), -1, cv2.LINE_AA)
    canvas = background.create_canvas(image, SIZE, (0.5, 0.5))
    alpha = np.zeros(canvas.image.shape[:2], np.float32)
    cv2.circle(alpha, (canvas.left + 320, canvas.top + 176), 40, (1,), -1, cv2.LINE_AA)
    green = background.inpaint_background(canvas, alpha).rest_frame[170:182, :, 1].mean(axis=0)
    # An unlit fill begins 14 levels darker.
    assert green[274:277].mean() - green[280:283].mean() < 11
