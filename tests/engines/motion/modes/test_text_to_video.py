from __future__ import annotations

import asyncio
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engine import AudibleContent, DigitalSourceType
from keyreel.engines.motion.analysis.audible_content import find_audible_content
from keyreel.engines.motion.engine import MotionEngine
from keyreel.engines.motion.modes.text_to_video import render_text_to_video
from keyreel.media import video_reader
from keyreel.media.probe import probe_video
from keyreel.order import Amplitude, Operation, Order, Resolution, Shot, Size
from keyreel.testing import FolderJob

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.engine import Frame

SMALL = Size(320, 176)


def order(prompt: str, *, seed: int = 1, size: Size = SMALL, amplitude: Amplitude = Amplitude.AUTO) -> Order:
    return Order(Operation.TEXT2VIDEO, "m", (Shot(prompt, 2),), Resolution.P360, seed, (), size, amplitude)


@cache
def render_frames(
    prompt: str, seed: int = 1, amplitude: Amplitude = Amplitude.AUTO, size: Size = SMALL
) -> list[Frame]:
    """Return six frames of a shot, the first and the last among them."""
    drawn = list(render_text_to_video(order(prompt, seed=seed, size=size, amplitude=amplitude)))
    assert len(drawn) == 48
    return [drawn[index] for index in (0, 9, 19, 28, 38, 47)]


def grown(prompt: str, amplitude: Amplitude = Amplitude.AUTO) -> float:
    """Return how much larger what lies in the middle has become from the first frame to the last."""
    found = 1.0
    for before, after in pairwise(render_frames(prompt, 1, amplitude)):
        flow = moved(before, after)
        rows, columns = (np.arange(side) - side / 2 + 0.5 for side in flow.shape[:2])
        slope = (flow[..., 0] * columns).sum() / (columns**2).sum() / len(rows)
        found *= 1 + float(slope)
    return found


def moved(before: Frame, after: Frame) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return the dense flow between two frames."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (before, after)]
    return np.asarray(search.calc(greys[0], greys[1], np.zeros((*greys[0].shape, 2), np.float32)))


def aside(prompt: str, way: int) -> tuple[float, float]:
    """Return how far the horizon, and what stands nearest, have moved this way, in parts of the width."""
    total = way * sum(moved(*pair) for pair in pairwise(render_frames(prompt)))[..., 0] / SMALL.width
    return float(np.median(total[70:90])), float(np.percentile(total[-30:], 80))


@pytest.mark.parametrize("prompt", ["a forest at dawn", "a story about friendship"])
def test_the_same_order_gives_the_same_frames_and_another_seed_another_view(prompt: str) -> None:
    one, again, other = (next(iter(render_text_to_video(order(prompt, seed=seed)))) for seed in (5, 5, 6))
    assert np.array_equal(one, again)
    assert np.abs(one.astype(int) - other).mean() > 8


def test_a_push_comes_a_third_nearer_in_five_seconds() -> None:
    drawn = list(
        render_text_to_video(
            Order(
                Operation.TEXT2VIDEO,
                "m",
                (Shot("mountains by day, push in", 5),),
                Resolution.P360,
                1,
                (),
                SMALL,
            )
        )
    )
    scale = 1.0
    for before, after in pairwise(drawn[::15] + drawn[-1:]):
        # The far range: what is near comes nearer still.
        flow = moved(before, after)[36:92, 40:-40]
        columns = np.arange(flow.shape[1]) - flow.shape[1] / 2 + 0.5
        scale *= 1 + float((np.median(flow[..., 0], axis=0) * columns).sum() / (columns**2).sum())
    assert scale > 1.3


@pytest.mark.parametrize(
    ("prompt", "way"),
    [
        ("a desert by day, push in", 1),
        ("沙漠, 镜头缓缓推近", 1),
        ("a desert by day, pull back", -1),
        ("沙漠, 镜头拉远", -1),
    ],
)
def test_the_camera_goes_in_and_out_as_it_is_told(prompt: str, way: int) -> None:
    assert (grown(prompt) - 1) * way > 0.03


def test_a_larger_amplitude_goes_farther() -> None:
    small, medium, large = (
        grown("a desert by day, push in", each)
        for each in (Amplitude.SMALL, Amplitude.MEDIUM, Amplitude.LARGE)
    )
    assert 1.0 < small < medium < large


@pytest.mark.parametrize(("prompt", "way"), [("a meadow by day, track left", 1), ("草地，镜头向右平移", -1)])
def test_what_is_near_passes_faster_than_what_is_far(prompt: str, way: int) -> None:
    far, near = aside(prompt, way)
    assert far > 0.01
    assert near > far * 1.3


@pytest.mark.parametrize(
    ("brighter", "darker"),
    [
        ("a lake by day", "a lake at night"),
        ("湖, 白天", "湖, 夜晚"),
        ("a city street at noon", "a city street at midnight"),
        ("the skyline by day", "the skyline at night"),
    ],
)
def test_night_is_darker_and_bluer_than_day(brighter: str, darker: str) -> None:
    day, night = (render_frames(prompt)[0].reshape(-1, 3).mean(axis=0) for prompt in (brighter, darker))
    assert night.mean() < 0.7 * day.mean()
    assert night[2] / night[0] > day[2] / day[0]


def test_sunset_is_warmer_than_day() -> None:
    warmth = [
        float(np.subtract(*render_frames(f"mountains {hour}")[0].reshape(-1, 3).mean(axis=0)[[0, 2]]))
        for hour in ("at sunset", "at noon")
    ]
    assert warmth[0] > warmth[1] + 30


@pytest.mark.parametrize(
    ("prompt", "other"),
    [
        ("a forest in autumn", "a forest in summer"),
        ("秋天的森林", "夏天的森林"),
    ],
)
def test_autumn_turns_the_leaves_red(prompt: str, other: str) -> None:
    red, green = (render_frames(each)[0].astype(int) for each in (prompt, other))
    excess = [float((each[..., 0] - each[..., 1]).mean()) for each in (red, green)]
    assert excess[0] > excess[1] + 15


def test_winter_is_white() -> None:
    spread = [
        float(np.ptp(render_frames(each)[0].astype(int), axis=2).mean())
        for each in ("winter forest", "forest")
    ]
    assert spread[0] < 0.5 * spread[1]


@pytest.mark.parametrize("weather", ["heavy rain", "大雪"])
def test_weather_falls(weather: str) -> None:
    change = [
        float(np.abs(first.astype(int) - last).mean())
        for first, last, *_ in (
            render_frames(f"a desert, static shot{each}") for each in (f", {weather}", "")
        )
    ]
    assert change[0] > change[1] + 2


@pytest.mark.parametrize(
    "prompt", ["a lake by day", "the sea by day", "clouds in the sky", "outer space", "under the sea"]
)
def test_a_scene_lives_while_the_camera_rests(prompt: str) -> None:
    drawn = render_frames(f"{prompt}, static shot")
    assert all(np.abs(one.astype(int) - other).mean() > 0.5 for one, other in pairwise(drawn))


def test_water_falls_down_a_waterfall() -> None:
    drawn = list(render_text_to_video(order("a waterfall by day, static shot")))[:8]
    total = sum(moved(*pair) for pair in pairwise(drawn))
    fall = total[40:100, 150:170, 1]
    assert np.median(fall) > 4
    assert abs(np.median(total[40:100, :60, 1])) < 1


@pytest.mark.parametrize(
    ("prompt", "rows", "columns"),
    [("a cozy fireplace", (110, 150), (140, 180)), ("壁炉", (110, 150), (140, 180))],
)
def test_a_fire_burns_in_its_hearth_alone(
    prompt: str, rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    drawn = np.stack(render_frames(f"{prompt}, static shot")).astype(float)
    flicker = drawn.std(axis=0).mean(axis=2)
    hearth = flicker[slice(*rows), slice(*columns)]
    assert hearth.mean() > 4 * flicker[:60].mean()
    fire = drawn[:, slice(*rows), slice(*columns)]
    assert (fire[..., 0] - fire[..., 2]).mean() > 40


@pytest.mark.parametrize("prompt", ["a cup of coffee on a table, steam rises", "桌上的咖啡，热气腾腾"])
def test_steam_rises_over_the_cup(prompt: str) -> None:
    steaming, still = (
        render_frames(f"{text}, static shot")[3].astype(int)
        for text in (prompt, "a cup of coffee on a table")
    )
    added = np.abs(steaming - still).mean(axis=2)
    assert added[70:120, 140:180].mean() > 1
    assert added[:, :60].mean() < 0.3


@pytest.mark.parametrize(
    "prompt",
    [
        "a cat plays the piano",
        "一个关于友谊的故事",
        "epic heroes",
        "mysterious secrets",
        "robots",
        "x",
        "",
        "🙂",
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_what_cannot_be_drawn_becomes_a_designed_scene(prompt: str, seed: int) -> None:
    drawn = render_frames(prompt, seed)
    first = drawn[0]
    # Neither blank nor one gradient: edges in every quarter, light and shade, and motion at several speeds.
    for rows in np.array_split(first, 2):
        for part in np.array_split(rows, 2, axis=1):
            assert cv2.Laplacian(part, cv2.CV_32F).std() > 1.5
    assert first.mean(axis=2).std() > 18
    speeds = np.linalg.norm(sum(moved(*pair) for pair in pairwise(drawn)), axis=2)
    assert np.percentile(speeds, 90) > np.percentile(speeds, 20) + 1.5


def test_named_colours_and_moods_colour_a_scene() -> None:
    red, blue = (
        render_frames(f"{colour} emotion")[0].reshape(-1, 3).mean(axis=0) for colour in ("red", "蓝色")
    )
    assert red[0] > red[2] + 20
    assert blue[2] > blue[0] + 20
    sad, happy = (render_frames(prompt)[0].astype(int) for prompt in ("a sad farewell", "a happy birthday"))
    assert np.ptp(happy, axis=2).mean() > np.ptp(sad, axis=2).mean() + 15


@pytest.mark.parametrize(
    ("prompt", "before", "after"),
    [
        ("a snowfield by day, then night falls", 140, 90),
        ("白天的雪原，然后夜幕降临", 140, 90),
        ("a snowfield by day. Cut to a city street at night", 140, 90),
    ],
)
def test_phases_follow_one_another(prompt: str, before: int, after: int) -> None:
    drawn = render_frames(prompt)
    assert drawn[0].mean() > before
    assert drawn[-1].mean() < after


def test_a_cut_is_one_frame_and_a_dissolve_is_not() -> None:
    jumps = []
    for joint in ("cut to", "then"):
        drawn = list(render_text_to_video(order(f"a snowfield by day, {joint} a forest at night")))
        steps = [np.abs(one.astype(int) - other).mean() for one, other in pairwise(drawn)]
        jumps.append(max(steps))
    assert jumps[0] > 2.5 * jumps[1]


@pytest.mark.parametrize("size", [Size(176, 320), Size(240, 240), Size(408, 136), Size(150, 418)])
@pytest.mark.parametrize("prompt", ["a cosy room by the window", "city skyline at night", "hope"])
def test_every_shape_of_frame_is_filled(prompt: str, size: Size) -> None:
    first = next(iter(render_text_to_video(order(prompt, size=size))))
    assert first.shape == (size.height, size.width, 3)
    assert first.mean(axis=2).std() > 10


@pytest.mark.parametrize(
    ("prompt", "heard"),
    [
        ("waves at the beach", {AudibleContent.WATER}),
        ("the skyline in the rain", {AudibleContent.CITY, AudibleContent.RAIN}),
        ("autumn in the woods", {AudibleContent.LEAVES, AudibleContent.BIRDS}),
        (
            "first a lake, then a campfire burns in the desert",
            {AudibleContent.WATER, AudibleContent.FIRE, AudibleContent.WIND},
        ),
        ("a story about friendship", set()),
    ],
)
def test_a_scene_is_heard_by_what_it_shows(prompt: str, heard: set[AudibleContent]) -> None:
    assert find_audible_content(order(prompt)) == (frozenset(heard),)


def test_an_order_of_words_becomes_a_clip_that_no_network_made(tmp_path: Path) -> None:
    engine = MotionEngine()
    video_order = order("a lake at sunset", size=Size(320, 176))
    assert engine.accepts(video_order)
    clip = asyncio.run(engine.render(video_order, FolderJob(tmp_path)))
    assert clip.source is DigitalSourceType.ALGORITHMIC
    assert probe_video(clip.path).frames == 48
    assert len(list(video_reader.read_frames(clip.path))) == 48
