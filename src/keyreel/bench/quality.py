"""Quality of interpolated frames: against the truth, other methods, and at seams; renders nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from keyreel.media.video_reader import read_frames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.order import Order

_SEAM_RADIUS_FRAMES: Final = 6
"""Frames on each side of a seam whose speed is compared."""


@dataclass(frozen=True, slots=True)
class SsimScores:
    """SSIM, at most 1, with a held-back true frame: ours, a cross-dissolve's, and DIS optical flow's."""

    ours: float
    dissolve: float
    flow: float


def measure_keyframe_error(clip: Path, order: Order, keyframes: Sequence[Frame]) -> float:
    """Return the largest mean absolute error, 0 … 1, between the keyframes (uint8 RGB) and their frames."""
    indexes = _list_keyframe_indexes(order)
    found = {index: frame for index, frame in enumerate(read_frames(clip)) if index in indexes}
    errors = [
        float(cv2.absdiff(found[index], keyframe).mean()) / 255
        for index, keyframe in zip(indexes, keyframes, strict=True)
    ]
    return max(errors)


def compare_midframes(rendered: Iterable[Frame], first: Frame, last: Frame, truth: Frame) -> SsimScores:
    """Compare three interpolations between two frames with the true frame halfway; all uint8 RGB of one size.

    A clip passes the middle when its timing has it do so: of the rendered frames the most similar counts.
    """
    dissolved = np.asarray(cv2.addWeighted(first, 0.5, last, 0.5, 0), dtype=np.uint8)
    return SsimScores(
        max(compute_ssim(frame, truth) for frame in rendered),
        compute_ssim(dissolved, truth),
        compute_ssim(_interpolate_with_dis(first, last), truth),
    )


def measure_seam_speed(clip: Path, order: Order) -> float:
    """Return the worst ratio, 0 … 1, of the speeds at a seam and around it: 1 is steady, 0 a stop or a jump.

    Speed is the mean length of the optical flow (DIS) between neighbouring frames.
    """
    seams = _list_keyframe_indexes(order)[1:-1]
    speeds = list(_measure_flow_speeds(clip))
    ratios = [1.0]
    for seam in seams:
        around = float(np.median(speeds[seam - _SEAM_RADIUS_FRAMES : seam + _SEAM_RADIUS_FRAMES]))
        ratios += [speeds[step] / around for step in (seam - 1, seam)]
    return min(min(ratio, 1 / ratio) for ratio in ratios)


def compute_ssim(one: Frame, other: Frame) -> float:
    """Return the SSIM of two images, uint8 RGB, in grey (Wang et al. 2004; Gaussian window, sigma 1.5 px)."""
    a, b = (cv2.cvtColor(each, cv2.COLOR_RGB2GRAY).astype(np.float64) for each in (one, other))

    def smooth(image: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(cv2.GaussianBlur(image, (11, 11), 1.5), dtype=np.float64)

    mean_a, mean_b = smooth(a), smooth(b)
    var_a, var_b = smooth(a * a) - mean_a**2, smooth(b * b) - mean_b**2
    both = smooth(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    above = (2 * mean_a * mean_b + c1) * (2 * both + c2)
    below = (mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2)
    return float((above / below).mean())


def _list_keyframe_indexes(order: Order) -> list[int]:
    """Return the numbers of the frames that show the keyframes: 0, each seam, and the last frame."""
    indexes = [0]
    for shot in order.shots:
        indexes.append(indexes[-1] + shot.frames)
    indexes[-1] -= 1
    return indexes


def _interpolate_with_dis(first: Frame, last: Frame) -> Frame:
    """Warp both images halfway along DIS optical flow (Kroeger et al. 2016) and average them."""
    grey = [cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in (first, last)]
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    height, width = grey[0].shape
    grid = np.dstack(np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)))
    halves = []
    for image, pair in ((first, grey[::-1]), (last, grey)):
        flow = dis.calc(pair[0], pair[1], np.zeros((height, width, 2), np.float32))
        warp_map = (grid + np.float32(0.5) * flow).astype(np.float32)
        x, y = np.ascontiguousarray(warp_map[..., 0]), np.ascontiguousarray(warp_map[..., 1])
        halves.append(cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    return np.asarray(cv2.addWeighted(halves[0], 0.5, halves[1], 0.5, 0), dtype=np.uint8)


def _measure_flow_speeds(clip: Path, width: int = 320) -> Iterator[float]:
    """Yield the mean length of the optical flow from each frame to the next, in pixels at this width."""
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    before: NDArray[np.uint8] | None = None
    for frame in read_frames(clip):
        size = (width, round(width * frame.shape[0] / frame.shape[1]))
        grey = np.asarray(
            cv2.cvtColor(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY),
            dtype=np.uint8,
        )
        if before is not None:
            flow = dis.calc(before, grey, np.zeros((*grey.shape, 2), np.float32))
            yield float(np.linalg.norm(flow, axis=2).mean())
        before = grey
