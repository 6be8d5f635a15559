from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.imaging.cropping import load_image
from keyreel.engines.motion.modes import reference_to_video
from keyreel.order import Amplitude, ImageRef, Operation, Order, Resolution, Shot, Size, Subject

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import Frame
    from keyreel.engines.motion.networks.models import Networks

SMALL = Size(256, 144)


def render(  # noqa: PLR0913 - what an order has
    subjects: dict[str, Path],
    nets: Networks,
    prompt: str,
    *,
    size: Size = SMALL,
    seed: int = 1,
    seconds: int = 1,
) -> list[Frame]:
    cast = tuple(Subject(name, (ImageRef(str(path)),)) for name, path in subjects.items())
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
    return [frame.copy() for frame in reference_to_video.render_reference_to_video(order, nets)]


def ball_in(frame: Frame) -> tuple[float, float, float]:
    """Return the red ball's place (x, y as parts of the frame) and the part of the frame that it covers."""
    red = frame.astype(int)
    inside = (red[..., 0] > 90) & (red[..., 0] > 2 * red[..., 1]) & (red[..., 0] > 2 * red[..., 2])
    rows, columns = np.nonzero(inside)
    assert rows.size, "the ball is not to be seen"
    return columns.mean() / frame.shape[1], rows.mean() / frame.shape[0], float(inside.mean())


def places(frames: list[Frame]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the ball's x, y and size in every fourth frame."""
    return np.array([ball_in(frame) for frame in frames[::4]])


@pytest.mark.parametrize(
    ("high", "low"),
    [
        ("@balloon over the meadow", "@ball on the meadow"),
        ("@气球 在草地上", "@ball 在草地上"),
        ("@ball flies above the meadow", "@ball on the meadow"),
        ("@ball 在空中飞，草地", "@ball 在草地"),
    ],
)
def test_what_flies_is_high_and_throws_no_shadow_at_its_foot(
    high: str, low: str, ball: Path, nets: Networks
) -> None:
    names = [prompt[1:].split(maxsplit=1)[0] for prompt in (high, low)]
    flying, standing = (
        render({name: ball}, nets, prompt + ", static shot")[0]
        for name, prompt in zip(names, (high, low), strict=True)
    )
    assert ball_in(flying)[1] < ball_in(standing)[1] - 0.1
    assert darkness_below(standing) > 0.15
    assert darkness_below(flying) < 0.105


def darkness_below(frame: Frame) -> float:
    """Return how much darker it is just under the ball than on the same height beside it."""
    red = frame.astype(int)
    inside = (red[..., 0] > 90) & (red[..., 0] > 2 * red[..., 1]) & (red[..., 0] > 2 * red[..., 2])
    bottom = int(np.flatnonzero(inside.any(axis=1))[-1])
    middle = round(ball_in(frame)[0] * frame.shape[1])
    wide = int(inside.any(axis=0).sum()) // 8
    rows = frame[bottom + 1 : bottom + 5].mean(axis=(0, 2))
    beside = np.concatenate((rows[: frame.shape[1] // 8], rows[-frame.shape[1] // 8 :])).mean()
    return 1 - float(rows[middle - wide : middle + wide].mean() / beside)


@pytest.mark.parametrize(
    "prompt",
    ["@boat on a lake", "@小船 在湖上", "@boat sails on the sea", "@1 floats on the water", "@1 漂在海上"],
)
def test_what_swims_lies_on_water_with_its_mirror_image_below(
    prompt: str, ball: Path, nets: Networks
) -> None:
    name = prompt[1:].split(maxsplit=1)[0]
    frames = render({name: ball}, nets, prompt + ", static shot", seconds=2)
    red = frames[0].astype(int)
    columns = slice(*(round(frames[0].shape[1] * (ball_in(frames[0])[0] + side)) for side in (-0.02, 0.02)))
    warmth = (red[..., 0] - red[..., 2])[:, columns].mean(axis=1)
    inside = np.flatnonzero(warmth > 90)
    bare = (red[..., 0] - red[..., 2])[inside[-1] + 3 : inside[-1] + 9, :20].mean()
    assert warmth[inside[-1] + 3 : inside[-1] + 9].mean() > bare + 15
    heights = places(frames)[:, 1]
    assert 0.001 < heights.max() - heights.min() < 0.06


@pytest.mark.parametrize("prompt", ["@ball in snowy mountains", "@ball 在雪山"])
def test_no_snow_falls_on_snowy_mountains_unless_it_is_said_to(
    prompt: str, ball: Path, nets: Networks
) -> None:
    quiet = render({"ball": ball}, nets, prompt + ", static shot")
    snowing = render({"ball": ball}, nets, prompt + ", snow falls, static shot")
    changes = [
        np.abs(each[12, :40].astype(int) - each[0, :40]).mean()
        for each in (np.stack(quiet), np.stack(snowing))
    ]
    assert changes[1] > 2 * changes[0] + 0.5


def test_a_person_cut_off_below_fills_most_of_a_portrait(nets: Networks, tmp_path: Path) -> None:
    half = tmp_path / "half.png"
    image = np.full((400, 400, 3), (214, 220, 226), np.uint8)
    cv2.ellipse(image, (200, 330), (110, 270), 0, 0, 360, (40, 40, 205), -1, cv2.LINE_AA)
    cv2.imwrite(str(half), image)
    for frame in render({"half": half}, nets, "@half floats in space", size=Size(160, 288), seconds=2)[::6]:
        red = frame.astype(int)
        inside = (red[..., 0] > 90) & (red[..., 0] > 2 * red[..., 1]) & (red[..., 0] > 2 * red[..., 2])
        assert inside[-1].any()
        assert 0.5 < inside.any(axis=1).mean() < 0.8


@pytest.mark.parametrize(
    "prompt",
    ["@ball runs in @place", "@ball over the lake of @place", "在@place里@ball奔跑", "@ball and @place"],
)
def test_a_landscape_that_others_are_in_is_the_scene(
    prompt: str, ball: Path, landscape: Path, nets: Networks
) -> None:
    frame = render({"ball": ball, "place": landscape}, nets, prompt)[0]
    drawn = render({"ball": ball}, nets, "@ball runs")[0]
    assert (
        np.abs(np.diff(frame[:30].astype(int), axis=1)).mean()
        > 1.5 * np.abs(np.diff(drawn[:30].astype(int), axis=1)).mean()
    )


def test_a_thing_that_others_sit_on_stays_a_thing(ball: Path, nets: Networks) -> None:
    frame = render({"cat": ball, "sofa": ball}, nets, "@cat sits on @sofa, static shot")[0]
    assert ball_in(frame)[2] > 0.04


def test_seven_subjects_hardly_hide_each_other(ball: Path, nets: Networks) -> None:
    names = tuple("abcdefg")
    together = render(dict.fromkeys(names, ball), nets, "static shot on a meadow", size=Size(400, 224))[0]
    red = together.astype(int)
    inside = (red[..., 0] > 90) & (red[..., 0] > 2 * red[..., 1]) & (red[..., 0] > 2 * red[..., 2])
    parts, _ = cv2.connectedComponents(np.asarray(inside, np.uint8))
    assert parts - 1 >= 5


def test_walks_towards_the_camera(ball: Path, nets: Networks) -> None:
    frames = render({"ball": ball}, nets, "@ball walks towards the camera, static shot", seconds=2)
    assert ball_in(frames[-1])[2] > 1.3 * ball_in(frames[0])[2]


def test_a_named_background_is_the_scene(ball: Path, landscape: Path, nets: Networks) -> None:
    frames = render({"ball": ball, "place": landscape}, nets, "@ball jumps, @place as the background")
    plain = render({"ball": ball}, nets, "@ball jumps on a meadow")
    assert frames[0][:60].std(axis=1).mean() > plain[0][:60].std(axis=1).mean()


def test_a_image_without_a_subject_is_the_scene(landscape: Path, nets: Networks) -> None:
    frames = render({"place": landscape}, nets, "push in")
    assert frames[0].std() > 20


@pytest.mark.parametrize(
    ("bright", "dark"), [("a meadow by day", "a meadow at night"), ("白天的城市", "夜晚的城市")]
)
def test_the_hour_lights_a_designed_scene(bright: str, dark: str, ball: Path, nets: Networks) -> None:
    day, night = (render({"ball": ball}, nets, text)[0].mean() for text in (bright, dark))
    # A street has lamps.
    assert day > 1.6 * night


@pytest.mark.parametrize(
    "place",
    [
        "beach", "sea", "lake", "underwater", "mountains", "snowy mountains", "forest", "city", "desert",
        "room", "space", "sky", "snowfield", "meadow",
    ],
)  # fmt: skip
def test_a_designed_scene_is_never_blank(place: str, ball: Path, nets: Networks) -> None:
    frame = render({"ball": ball}, nets, f"@ball in the distance, {place}", size=Size(240, 136))[0]
    assert frame.std() > 18


@pytest.mark.parametrize("size", [Size(416, 104), Size(104, 416), Size(200, 200), Size(336, 144)])
def test_shows_its_subjects_in_frames_of_any_ratio(size: Size, ball: Path, nets: Networks) -> None:
    frames = render({"ball": ball, "other": ball}, nets, "@ball and @other dance", size=size)
    assert len(frames) == 24
    assert {frame.shape for frame in frames} == {(size.height, size.width, 3)}
    assert ball_in(frames[12])[2] > 0.01


def test_one_seed_gives_one_video_and_another_seed_another(ball: Path, nets: Networks) -> None:
    first, same, other = (
        render({"ball": ball}, nets, "@ball runs in the rain", seed=seed) for seed in (1, 1, 2)
    )
    assert all(np.array_equal(*pair) for pair in zip(first, same, strict=True))
    assert not np.array_equal(first[-1], other[-1])


def test_a_subject_cut_off_below_stands_on_the_frames_edge(
    ball: Path, nets: Networks, tmp_path: Path
) -> None:
    half = tmp_path / "half.png"
    cv2.imwrite(str(half), load_image(ball)[:200, :, ::-1])
    for frame in render({"half": half}, nets, "@half dances, tilt down"):
        assert (frame[-1, :, 0] > 2.0 * frame[-1, :, 1]).sum() > 20


@pytest.mark.parametrize("prompt", ["steam rises from @ball", "@ball 冒着热气"])
def test_steam_rises_over_a_subject(prompt: str, ball: Path, nets: Networks) -> None:
    steaming, still = (
        render({"ball": ball}, nets, f"{text}, static shot, a room")[12].astype(int)
        for text in (prompt, "@ball")
    )
    added = np.abs(steaming - still).mean(axis=2)
    assert added[:70, 100:156].mean() > 0.5
    assert added[-20:].mean() < 0.3


def test_rain_falls_before_and_behind_the_subjects(ball: Path, nets: Networks) -> None:
    wet, dry = (
        render({"ball": ball}, nets, text)[12].astype(int)
        for text in ("@ball at night, rain", "@ball at night")
    )
    assert np.abs(wet - dry).mean() > 0.5
