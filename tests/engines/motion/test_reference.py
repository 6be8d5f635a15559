from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion import reference
from keyreel.order import Amplitude, Operation, Order, Picture, Resolution, Shot, Size, Subject

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import Frame
    from keyreel.engines.motion.nets import Nets

SMALL = Size(320, 176)


def render(  # noqa: PLR0913 - what an order has
    subjects: dict[str, Path],
    nets: Nets,
    prompt: str,
    *,
    size: Size = SMALL,
    seed: int = 1,
    seconds: int = 1,
) -> list[Frame]:
    cast = tuple(Subject(name, (Picture(str(path)),)) for name, path in subjects.items())
    order = Order(
        Operation.REFERENCE2VIDEO,
        "m",
        (Shot(prompt, seconds),),
        Resolution.P360,
        seed,
        cast,
        size,
        Amplitude.SMALL,
    )
    return [frame.copy() for frame in reference.frames(order, nets)]


def ball_in(frame: Frame) -> tuple[float, float, float]:
    """Return the red ball's place (x, y as parts of the frame) and the part of the frame that it covers."""
    red = frame.astype(int)
    inside = (red[..., 0] > 90) & (red[..., 0] > 2 * red[..., 1]) & (red[..., 0] > 2 * red[..., 2])
    rows, columns = np.nonzero(inside)
    assert rows.size, "the ball is not to be seen"
    return columns.mean() / frame.shape[1], rows.mean() / frame.shape[0], float(inside.mean())


@pytest.mark.parametrize(
    ("prompt", "low", "high"),
    [
        ("@ball on the left of a meadow, static shot", 0.1, 0.4),
        ("@ball 在左边，草地，固定镜头", 0.1, 0.4),
        ("@ball on the right, static shot", 0.6, 0.9),
        ("@ball 在右边，固定镜头", 0.6, 0.9),
        ("@ball in the middle, static shot", 0.4, 0.6),
    ],
)
def test_stands_where_the_prompt_says(  # noqa: PLR0917 - a table's columns and two fixtures
    prompt: str, low: float, high: float, ball: Path, nets: Nets
) -> None:
    assert low < ball_in(render({"ball": ball}, nets, prompt)[0])[0] < high


def test_near_is_larger_and_lower_than_far(ball: Path, nets: Nets) -> None:
    near = ball_in(render({"ball": ball}, nets, "@ball in the foreground")[0])
    far = ball_in(render({"ball": ball}, nets, "@ball in the distance")[0])
    assert near[2] > 3 * far[2]


@pytest.mark.parametrize(
    ("prompt", "sign"),
    [
        ("@ball rolls to the right, static shot", 1),
        ("@ball 向右跑，固定镜头", 1),
        ("@ball runs to the left, static shot", -1),
        ("@ball 从右到左走，固定镜头", -1),
    ],
)
def test_travels_where_it_heads(prompt: str, sign: int, ball: Path, nets: Nets) -> None:
    frames = render({"ball": ball}, nets, prompt, seconds=2)
    assert sign * (ball_in(frames[-1])[0] - ball_in(frames[0])[0]) > 0.05


@pytest.mark.parametrize(
    ("prompt", "least"), [("@ball jumps", 0.05), ("@ball 跳起来", 0.05), ("@ball flies", 0.02)]
)
def test_leaves_the_ground_to_jump_and_fly(prompt: str, least: float, ball: Path, nets: Nets) -> None:
    frames = render({"ball": ball}, nets, prompt + ", static shot", seconds=2)
    heights = [ball_in(frame)[1] for frame in frames]
    assert max(heights) - min(heights) > least


def test_walks_towards_the_camera(ball: Path, nets: Nets) -> None:
    frames = render({"ball": ball}, nets, "@ball walks towards the camera, static shot", seconds=2)
    assert ball_in(frames[-1])[2] > 1.3 * ball_in(frames[0])[2]


def test_a_named_background_is_the_scene(ball: Path, landscape: Path, nets: Nets) -> None:
    frames = render({"ball": ball, "place": landscape}, nets, "@ball jumps, @place as the background")
    plain = render({"ball": ball}, nets, "@ball jumps on a meadow")
    assert frames[0][:60].std(axis=1).mean() > plain[0][:60].std(axis=1).mean()


def test_a_picture_without_a_subject_is_the_scene(landscape: Path, nets: Nets) -> None:
    frames = render({"place": landscape}, nets, "push in")
    assert frames[0].std() > 20


@pytest.mark.parametrize(
    ("bright", "dark"), [("a meadow by day", "a meadow at night"), ("白天的城市", "夜晚的城市")]
)
def test_the_hour_lights_a_designed_scene(bright: str, dark: str, ball: Path, nets: Nets) -> None:
    day, night = (render({"ball": ball}, nets, text)[0].mean() for text in (bright, dark))
    assert day > 1.8 * night


@pytest.mark.parametrize(
    "place", ["beach", "mountains", "forest", "city", "desert", "room", "space", "snowfield"]
)
def test_a_designed_scene_is_never_blank(place: str, ball: Path, nets: Nets) -> None:
    frame = render({"ball": ball}, nets, f"@ball in the distance, {place}", size=Size(240, 136))[0]
    assert frame.std() > 18


@pytest.mark.parametrize("size", [Size(400, 104), Size(104, 400), Size(200, 200)])
def test_shows_its_subjects_in_frames_of_any_ratio(size: Size, ball: Path, nets: Nets) -> None:
    frames = render({"ball": ball, "other": ball}, nets, "@ball and @other dance", size=size)
    assert len(frames) == 24
    assert {frame.shape for frame in frames} == {(size.height, size.width, 3)}
    assert ball_in(frames[12])[2] > 0.01


def test_one_seed_gives_one_video_and_another_seed_another(ball: Path, nets: Nets) -> None:
    first, same, other = (
        render({"ball": ball}, nets, "@ball runs in the rain", seed=seed) for seed in (1, 1, 2)
    )
    assert all(np.array_equal(*pair) for pair in zip(first, same, strict=True))
    assert not np.array_equal(first[-1], other[-1])


def test_a_subject_cut_off_below_stands_on_the_frames_edge(ball: Path, nets: Nets, tmp_path: Path) -> None:
    half = tmp_path / "half.png"
    cv2.imwrite(str(half), cv2.imread(str(ball))[:200])
    for frame in render({"half": half}, nets, "@half dances, tilt down"):
        assert (frame[-1, :, 0] > 2.0 * frame[-1, :, 1]).sum() > 20


def test_rain_falls_before_and_behind_the_subjects(ball: Path, nets: Nets) -> None:
    wet, dry = (
        render({"ball": ball}, nets, text)[12].astype(int)
        for text in ("@ball at night, rain", "@ball at night")
    )
    assert np.abs(wet - dry).mean() > 0.5
