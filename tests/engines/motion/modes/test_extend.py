"""A video that goes on: its velocity is the same on both sides of the seam, then eases into the prompt's."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.camera.parallax import create_camera_view
from keyreel.engines.motion.camera.timing import LEAD_FRAMES
from keyreel.engines.motion.engine import MotionEngine
from keyreel.engines.motion.imaging.cropping import load_cropped
from keyreel.engines.motion.interpolation.end_velocity import measure_end_velocity
from keyreel.engines.motion.layers.layered_image import separate_layers
from keyreel.engines.motion.modes import extend
from keyreel.engines.motion.modes.keyframes import KeyframeSequence
from keyreel.order import ImageRef, Operation, Order, Resolution, Shot, Size

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks

    Take = Callable[[int], Frame]
    """Shows a synthetic video's frame; 0 is its last one."""

SIZE = Size(640, 352)
INNER = np.s_[40:-40, 80:-80]


@pytest.fixture(scope="module")
def ground() -> NDArray[np.uint8]:
    random = np.random.default_rng(5)
    total = np.zeros((704, 1280, 3), np.float32)
    for cells, weight in ((6, 0.5), (24, 0.3), (70, 0.2)):
        small = random.random((cells * 704 // 1280, cells, 3), dtype=np.float32)
        total += weight * cv2.resize(small, (1280, 704), interpolation=cv2.INTER_CUBIC)
    return np.clip(total * 255, 0, 255).astype(np.uint8)


def pan(ground: NDArray[np.uint8], speed: float) -> Take:
    return lambda k: seen(ground, np.array([[1, 0, 320 + speed * k], [0, 1, 176.0]]))


def zoom(ground: NDArray[np.uint8], rate: float) -> Take:
    def take(k: int) -> Frame:
        scale = np.exp(-rate * k)
        return seen(ground, np.array([[scale, 0, 640 - 320 * scale], [0, scale, 352 - 176 * scale]]))

    return take


def seen(ground: NDArray[np.uint8], at: NDArray[np.float64]) -> Frame:
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(ground, at, (SIZE.width, SIZE.height), flags=flags), np.uint8)


def flow(one: Frame, other: Frame) -> NDArray[np.float32]:
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    before, after = (np.asarray(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY)) for each in (one, other))
    nothing = np.zeros((*before.shape, 2), np.float32)
    return np.asarray(search.calc(before, after, nothing), np.float32)


def order(
    take: Take, folder: Path, prompt: str = "", *, seconds: int = 2, last: Frame | None = None
) -> Order:
    paths = {"lead": take(-LEAD_FRAMES), "first": take(0)} | ({} if last is None else {"last": last})
    for name, frame in paths.items():
        cv2.imwrite(str(folder / f"{name}.png"), frame[..., ::-1])
    images = {name: ImageRef(str(folder / f"{name}.png")) for name in paths}
    shot = Shot(prompt, seconds, **images)
    return Order(Operation.EXTEND, "q2-pro", (shot,), Resolution.P540, 7, size=SIZE)


def test_the_engine_takes_what_goes_on(ground: NDArray[np.uint8], tmp_path: Path) -> None:
    bare = Order(Operation.EXTEND, "q2-pro", (Shot("", 5),), Resolution.P720, 7)
    assert MotionEngine().accepts(bare)
    assert MotionEngine().accepts(order(pan(ground, 1), tmp_path))


@pytest.mark.parametrize("speed", [3.0, -5.0, 9.0])
def test_a_pan_goes_on_without_a_jolt(
    ground: NDArray[np.uint8], nets: Networks, tmp_path: Path, speed: float
) -> None:
    take = pan(ground, speed)
    made = list(extend.render_extension(order(take, tmp_path), nets))
    assert len(made) == 48
    video = [take(-1), take(0), *made]
    speeds = [flow(one, other)[INNER][..., 0].mean() for one, other in pairwise(video[:6])]
    assert speeds[0] == pytest.approx(-speed, abs=0.03)
    assert speeds[1] == pytest.approx(-speed, abs=0.06)
    # No step from frame to frame is larger than an ease of half a second would have.
    assert np.abs(np.diff(speeds)).max() < 0.12 * abs(speed) + 0.05


@pytest.mark.parametrize("rate", [0.006, -0.005])
def test_a_zoom_goes_on_without_a_jolt(
    ground: NDArray[np.uint8], nets: Networks, tmp_path: Path, rate: float
) -> None:
    take = zoom(ground, rate)
    made = list(extend.render_extension(order(take, tmp_path), nets))
    assert growth(take(-4), take(0)) / 4 == pytest.approx(rate, rel=0.05)
    assert growth(take(0), made[0]) == pytest.approx(rate, rel=0.12)
    assert growth(take(0), made[3]) / 4 == pytest.approx(rate, rel=0.12)


def test_the_first_frame_is_the_one_after(ground: NDArray[np.uint8], nets: Networks, tmp_path: Path) -> None:
    take = pan(ground, 4)
    first = next(iter(extend.render_extension(order(take, tmp_path), nets)))
    apart = [np.abs(first.astype(int) - take(k)).mean() for k in (0, 1, 2)]
    assert apart[1] < 0.3 * min(apart[0], apart[2])


def test_the_prompt_takes_over(ground: NDArray[np.uint8], nets: Networks, tmp_path: Path) -> None:
    made = list(extend.render_extension(order(pan(ground, 3), tmp_path, "pan left", seconds=4), nets))
    assert flow(made[0], made[1])[INNER][..., 0].mean() < -2
    assert flow(made[60], made[64])[INNER][..., 0].mean() > 0.5


def test_a_still_ending_starts_at_rest(ground: NDArray[np.uint8], nets: Networks, tmp_path: Path) -> None:
    take = pan(ground, 0)
    made = list(extend.render_extension(order(take, tmp_path), nets))
    assert np.abs(flow(take(0), made[0])[INNER]).mean() < 0.05
    assert np.abs(flow(made[-5], made[-1])[INNER]).mean() > 0.2


def test_a_fast_pan_does_not_end_frozen(ground: NDArray[np.uint8], nets: Networks, tmp_path: Path) -> None:
    made = list(extend.render_extension(order(pan(ground, 12), tmp_path, seconds=4), nets))
    assert np.abs(flow(made[-9], made[-1])[INNER]).mean() > 0.3


def test_a_cut_before_the_end_gives_no_momentum(ground: NDArray[np.uint8], nets: Networks) -> None:
    scene = separate_layers(pan(ground, 0)(0), SIZE, nets)
    other = np.ascontiguousarray(255 - ground[::-1, ::-1][:352, :640])
    assert not measure_end_velocity(
        other, pan(ground, 0)(0), scene, create_camera_view(SIZE, (0, 0, 0, 0), 1.3)
    ).camera_velocity.any()


def test_what_moves_by_itself_moves_on(ground: NDArray[np.uint8], nets: Networks, tmp_path: Path) -> None:
    def take(k: int) -> Frame:
        frame = pan(ground, 0)(k)
        disc = np.asarray(cv2.resize(ground[:90, :90], (90, 90)))[..., ::-1]
        inside = np.hypot(*(np.mgrid[:90, :90] - 44.5)) < 44
        left = 240 + 3 * k
        frame[130:220, left : left + 90][inside] = disc[inside]
        return frame

    made = list(extend.render_extension(order(take, tmp_path), nets))
    moved = flow(take(0), made[0])
    assert moved[155:195, 265:305, 0].mean() == pytest.approx(3, abs=0.9)
    assert np.abs(moved[40:100, 400:600]).mean() < 0.3


def test_a_subject_moves_on_and_keeps_its_shape(
    ground: NDArray[np.uint8], nets: Networks, tmp_path: Path
) -> None:
    def take(k: int) -> Frame:
        # A pale wall with a grain of its own.
        frame = (205 + 0.2 * pan(ground, 0)(k)).astype(np.uint8)
        cv2.circle(frame, (250 + 4 * k, 170), 70, (205, 40, 40), -1, cv2.LINE_AA)
        cv2.circle(frame, (230 + 4 * k, 140), 22, (240, 120, 120), -1, cv2.LINE_AA)
        return frame

    def disc(frame: Frame) -> tuple[float, float, float]:
        """Return where the red thing is across, and how wide and high."""
        red = (frame[..., 0].astype(int) - frame[..., 1]) > 80
        rows, columns = np.flatnonzero(red.sum(axis=1) > 3), np.flatnonzero(red.sum(axis=0) > 3)
        return float(columns.mean()), float(np.ptp(columns)), float(np.ptp(rows))

    made = list(extend.render_extension(order(take, tmp_path, "static shot"), nets))
    before, after, later = (disc(each) for each in (take(0), made[0], made[-1]))
    assert after[0] - before[0] == pytest.approx(4, abs=1)
    assert 15 < later[0] - before[0] < 60
    assert later[1:] == pytest.approx(before[1:], abs=5)


def test_an_end_frame_is_reached_at_the_videos_pace(
    ground: NDArray[np.uint8], nets: Networks, tmp_path: Path
) -> None:
    take = pan(ground, 2)
    end = take(48)
    made = list(KeyframeSequence(order(take, tmp_path, last=end), nets).render_shot(0))
    assert len(made) == 48
    assert np.array_equal(made[-1], end)
    assert not np.array_equal(made[0], take(0))
    assert flow(take(0), made[0])[INNER][..., 0].mean() == pytest.approx(-2, abs=0.5)


def test_an_end_frame_of_another_scene_is_reached_as_well(
    ground: NDArray[np.uint8], nets: Networks, tmp_path: Path, ball: Path
) -> None:
    end = load_cropped(ball, SIZE)
    made = list(KeyframeSequence(order(pan(ground, 2), tmp_path, last=end), nets).render_shot(0))
    assert len(made) == 48
    assert np.array_equal(made[-1], end)


def growth(one: Frame, other: Frame) -> float:
    """Return the logarithm of how much larger the later frame shows everything, by its flow's divergence."""
    found = flow(one, other)[INNER].astype(np.float64)
    down, across = np.mgrid[: found.shape[0], : found.shape[1]].astype(np.float64)
    x, y = across - across.mean(), down - down.mean()
    return float(np.log1p((x * found[..., 0] + y * found[..., 1]).sum() / (x * x + y * y).sum()))
