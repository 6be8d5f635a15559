from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.imaging.cropping import load_cropped
from keyreel.engines.motion.modes import image_to_video
from keyreel.order import Amplitude, ImageRef, Operation, Order, Resolution, Shot, Size

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks

SMALL = Size(320, 176)


def render(  # noqa: PLR0913 - what an order has
    image: Path,
    nets: Networks,
    prompt: str = "",
    *,
    size: Size = SMALL,
    seed: int = 1,
    seconds: int = 1,
    amplitude: Amplitude = Amplitude.MEDIUM,
) -> list[Frame]:
    shot = Shot(prompt, seconds, ImageRef(str(image)))
    order = Order(Operation.IMG2VIDEO, "m", (shot,), Resolution.P360, seed, size=size, amplitude=amplitude)
    return [frame.copy() for frame in image_to_video.render_image_to_video(order, nets)]


def flow(first: Frame, last: Frame) -> NDArray[np.float32]:
    """Return where the content went, in pixels; a border is left out, where content comes and goes."""
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (first, last)]
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return search.calc(grey[0], grey[1], None)[12:-12, 20:-20]


def growth(moved: NDArray[np.float32]) -> float:
    """Return how much the content grew about the centre; 0.1 is by a tenth."""
    height, width = moved.shape[:2]
    x, y = np.meshgrid(np.arange(width) - (width - 1) / 2, np.arange(height) - (height - 1) / 2)
    return float((moved[..., 0] * x + moved[..., 1] * y).sum() / (x * x + y * y).sum())


@pytest.mark.parametrize("prompt", ["push in", "pan left"])
def test_amplitudes_are_ordered_by_measured_flow(prompt: str, landscape: Path, nets: Networks) -> None:
    reach = []
    for amplitude in (Amplitude.SMALL, Amplitude.MEDIUM, Amplitude.LARGE):
        frames = render(landscape, nets, prompt, amplitude=amplitude)
        # Half of the way: the search loses what moves by a tenth of the width.
        reach.append(float(np.linalg.norm(flow(frames[0], frames[12]), axis=-1).mean()))
    assert reach[0] * 1.4 < reach[1]
    assert reach[1] * 1.3 < reach[2]


@pytest.mark.parametrize("prompt", ["", "push in", "pan left", "zoom out"])
def test_the_first_frame_is_the_image(prompt: str, ball: Path, nets: Networks) -> None:
    first = next(iter(render(ball, nets, prompt, size=Size(240, 240))))
    assert np.abs(first.astype(int) - load_cropped(ball, Size(240, 240)).astype(int)).mean() < 0.5


@pytest.mark.parametrize("prompt", ["", "push in", "orbit left", "tilt up"])
def test_no_step_stands_still(prompt: str, landscape: Path, nets: Networks) -> None:
    frames = render(landscape, nets, prompt, amplitude=Amplitude.SMALL, seconds=2)
    steps = [np.abs(after.astype(int) - before).mean() for before, after in pairwise(frames)]
    assert min(steps) > 0.01


@pytest.mark.parametrize("size", [Size(176, 320), Size(400, 104), Size(104, 400), Size(200, 200)])
def test_fills_frames_of_any_ratio(size: Size, ball: Path, nets: Networks) -> None:
    frames = render(ball, nets, "orbit left", size=size, amplitude=Amplitude.LARGE)
    assert len(frames) == 24
    assert {frame.shape for frame in frames} == {(size.height, size.width, 3)}
    assert all(frame.dtype == np.uint8 for frame in frames)


def test_one_seed_gives_one_video_and_another_seed_another(ball: Path, nets: Networks) -> None:
    first, same, other = (render(ball, nets, "snow", seed=seed) for seed in (1, 1, 2))
    assert all(np.array_equal(*pair) for pair in zip(first, same, strict=True))
    assert not np.array_equal(first[-1], other[-1])


def test_a_camera_comes_nearer_where_the_prompt_says_nothing(landscape: Path, nets: Networks) -> None:
    frames = render(landscape, nets, amplitude=Amplitude.AUTO)
    assert growth(flow(frames[0], frames[-1])) > 0.01


def test_a_push_in_brings_its_subject_towards_the_middle(nets: Networks, tmp_path: Path) -> None:
    image = np.full((352, 640, 3), (214, 220, 226), np.uint8)
    cv2.circle(image, (470, 210), 70, (40, 40, 205), -1, cv2.LINE_AA)
    cv2.imwrite(str(tmp_path / "aside.png"), image)
    frames = render(tmp_path / "aside.png", nets, "push in")
    first, last = (np.argwhere(each[..., 0] > each[..., 1] + 100.0) for each in (frames[0], frames[-1]))
    assert len(last) > 1.15 * len(first)
    assert last[:, 1].mean() < first[:, 1].mean() - 3


def test_a_push_in_keeps_whole_what_was_whole(nets: Networks, tmp_path: Path) -> None:
    image = np.full((352, 640, 3), (214, 220, 226), np.uint8)
    cv2.circle(image, (320, 115), 105, (40, 40, 205), -1, cv2.LINE_AA)
    cv2.imwrite(str(tmp_path / "high.png"), image)
    frames = render(tmp_path / "high.png", nets, "push in", seconds=5)
    first, last = (np.argwhere(each[..., 0] > each[..., 1] + 100.0) for each in (frames[0], frames[-1]))
    assert len(last) > 1.3 * len(first)
    assert last[:, 0].min() > 0


def test_hyperspeed_follows_the_ground_to_the_horizon(nets: Networks, tmp_path: Path) -> None:
    image = np.full((352, 640, 3), (214, 150, 120), np.uint8)
    image[170:] = (90, 150, 110)
    cv2.circle(image, (470, 285), 50, (40, 40, 205), -1, cv2.LINE_AA)
    cv2.imwrite(str(tmp_path / "low.png"), image)
    last = render(tmp_path / "low.png", nets, "hyperspeed", seconds=3)[-1].astype(int)
    assert (last[..., 2] > last[..., 0] + 40).mean() > 0.3  # Of the sky.


def test_the_walls_of_a_street_are_nearer_than_its_end(
    landscape: Path, nets: Networks, tmp_path: Path
) -> None:
    street = cv2.imread(str(landscape))
    for x in range(-560, 1201, 110):
        cv2.line(street, (x, 352), (320, 176), (20, 20, 20), 2, cv2.LINE_AA)
    for x, y in ((x, y) for x in (0, 639) for y in range(20, 340, 40)):
        cv2.line(street, (x, y), (320, 176), (240, 240, 240), 2, cv2.LINE_AA)
    cv2.imwrite(str(tmp_path / "street.png"), street)
    frames = render(tmp_path / "street.png", nets, "camera tracks right")
    moved = -flow(frames[0], frames[12])[60:82, :, 0].mean(axis=0)
    middle = len(moved) // 2
    # Without walls all on the level of the eye would be equally far, and move alike.
    inside, outside = (float(moved[middle + each - 8 : middle + each + 8].mean()) for each in (20, 120))
    assert inside > 1
    assert outside > 1.5 * inside


def test_a_pan_crosses_what_a_panorama_has(landscape: Path, nets: Networks, tmp_path: Path) -> None:
    wide = cv2.resize(cv2.imread(str(landscape)), (1280, 320))
    cv2.imwrite(str(tmp_path / "panorama.png"), wide)
    frames = render(tmp_path / "panorama.png", nets, "pan right", seconds=2, size=Size(256, 144))
    scale = 144 / 320
    first, last = (
        _locate(each, cv2.cvtColor(wide, cv2.COLOR_BGR2RGB), scale) for each in (frames[0], frames[-1])
    )
    assert last - first > 0.35 * 256
    steps = [np.abs(after.astype(int) - before).mean() for before, after in pairwise(frames)]
    assert max(steps) < 4 * min(steps)


def _locate(frame: Frame, wide: Frame, scale: float) -> int:
    """Return how far to the right of an image's left border the middle of a frame lies, in its own pixels."""
    small = cv2.resize(wide, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    part = np.ascontiguousarray(frame[36:-36, 64:-64])
    found = cv2.matchTemplate(small, part, cv2.TM_CCOEFF_NORMED)
    return int(cv2.minMaxLoc(found)[3][0])


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A blue lake with level waves under a rough grey shore."""
    rng = np.random.default_rng(3)
    image = np.zeros((352, 640, 3), np.uint8)
    shore = cv2.resize(rng.random((80, 320), dtype=np.float32), (640, 160))[..., None]
    image[:160] = shore * 200
    waves = cv2.resize(rng.random((64, 16), dtype=np.float32), (640, 192), interpolation=cv2.INTER_CUBIC)
    image[160:] = np.array((150, 95, 50)) * (0.6 + 0.6 * waves.clip(0, 1)[..., None])
    cv2.imwrite(str(tmp_path / "lake.png"), image)
    return tmp_path / "lake.png"


def test_water_runs_under_a_camera_that_stands(lake: Path, nets: Networks) -> None:
    frames = render(lake, nets, "static shot")
    moved = np.linalg.norm(flow(frames[0], frames[10]), axis=-1)
    assert moved[-30:].mean() > 0.25
    assert moved[:50].mean() < moved[-30:].mean() / 2
    assert np.abs(frames[0].astype(int) - load_cropped(lake, SMALL).astype(int)).mean() < 0.5


@pytest.mark.parametrize("prompt", ["orbit left", "pull back", "camera tracks right", "crane up"])
def test_a_large_move_goes_less_far_rather_than_close_up(
    prompt: str, landscape: Path, nets: Networks
) -> None:
    frames = render(landscape, nets, prompt, amplitude=Amplitude.LARGE, seconds=2)
    assert growth(flow(frames[0], frames[-1])) < 0.3


def test_steam_gathers_from_nothing(ball: Path, nets: Networks) -> None:
    bare, steamy = (
        render(ball, nets, prompt, size=Size(240, 240), seconds=2)
        for prompt in ("static shot", "static shot, steam")
    )
    assert np.array_equal(bare[0], steamy[0])
    assert np.abs(bare[-1].astype(int) - steamy[-1]).mean() > 0.25
