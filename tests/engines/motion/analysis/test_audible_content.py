from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from keyreel.engine import AudibleContent, DigitalSourceType
from keyreel.engines.motion.analysis.audible_content import find_audible_content
from keyreel.engines.motion.engine import MotionEngine
from keyreel.order import Amplitude, ImageRef, Operation, Order, Resolution, Shot, Size, SoundOptions, Subject
from keyreel.testing import FolderJob
from support.keyframe_scenes import multiframe, saved, terrain, view


def order(operation: Operation, prompt: str, image: Path, *names: str) -> Order:
    cast = tuple(Subject(name, (ImageRef(str(image)),)) for name in names)
    shot = Shot(prompt, 1, None if cast else ImageRef(str(image)))
    return Order(operation, "m", (shot,), Resolution.P360, 1, cast, Size(128, 72), Amplitude.SMALL)


@pytest.mark.parametrize(
    ("prompt", "heard"),
    [
        ("heavy rain, push in", {AudibleContent.RAIN}),
        ("下雨", {AudibleContent.RAIN}),
        ("大雪纷飞", {AudibleContent.SNOW}),
        ("the wind picks up, leaves fall", {AudibleContent.WIND, AudibleContent.LEAVES}),
        ("起风了，落叶", {AudibleContent.WIND, AudibleContent.LEAVES}),
        ("the house burns", {AudibleContent.FIRE}),
        ("steam rises from the cup", {AudibleContent.STEAM}),
        ("城市街道", {AudibleContent.CITY}),
        ("no rain, pan left", set()),
    ],
)
def test_a_image_is_heard_by_what_its_prompt_adds(
    prompt: str, heard: set[AudibleContent], landscape: Path
) -> None:
    assert find_audible_content(order(Operation.IMG2VIDEO, prompt, landscape)) == (frozenset(heard),)


def test_water_is_heard_where_a_image_shows_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    image = np.zeros((352, 640, 3), np.uint8)
    image[:160] = cv2.resize(rng.random((80, 320), dtype=np.float32), (640, 160))[..., None] * 200
    waves = cv2.resize(rng.random((64, 16), dtype=np.float32), (640, 192), interpolation=cv2.INTER_CUBIC)
    image[160:] = np.array((150, 95, 50)) * (0.6 + 0.6 * waves.clip(0, 1)[..., None])
    cv2.imwrite(str(tmp_path / "lake.png"), image)
    assert find_audible_content(order(Operation.IMG2VIDEO, "", tmp_path / "lake.png")) == (
        frozenset({AudibleContent.WATER}),
    )


@pytest.mark.parametrize(
    ("prompt", "heard"),
    [
        ("@ball on a meadow by day", {AudibleContent.BIRDS}),
        ("@ball walks", {AudibleContent.BIRDS}),
        ("@ball in a forest at night", set()),
        ("@ball in a forest, rain", {AudibleContent.RAIN}),
        ("@ball 在城市的雨夜", {AudibleContent.CITY, AudibleContent.RAIN}),
        ("@ball on the sea", {AudibleContent.WATER}),
        ("@ball, a boat", {AudibleContent.WATER}),
        ("@ball flies among gulls over the sea", {AudibleContent.WATER, AudibleContent.BIRDS}),
        ("@ball in the desert", {AudibleContent.WIND}),
    ],
)
def test_a_scene_is_heard_by_its_place_hour_and_weather(
    prompt: str, heard: set[AudibleContent], ball: Path
) -> None:
    assert find_audible_content(order(Operation.REFERENCE2VIDEO, prompt, ball, "ball")) == (frozenset(heard),)


def test_a_clip_says_what_each_shot_shows_and_that_it_was_composed(tmp_path: Path) -> None:
    place = terrain(1)
    images = saved(tmp_path, *(view(place, left, 60) for left in (60, 80, 110)))
    video_order = multiframe(images, 1, 1)
    shots = (
        replace(video_order.shots[0], prompt="rain"),
        replace(video_order.shots[1], prompt="the wind blows"),
    )
    video_order = replace(video_order, shots=shots, sound=SoundOptions(ambience=True))
    clip = asyncio.run(MotionEngine().render(video_order, FolderJob(tmp_path)))
    assert clip.audible_content == (frozenset({AudibleContent.RAIN}), frozenset({AudibleContent.WIND}))
    assert clip.source is DigitalSourceType.COMPOSITE


def test_without_ambience_nothing_is_listened_for(tmp_path: Path) -> None:
    (image,) = saved(tmp_path, view(terrain(1), 60, 60))
    silent = order(Operation.IMG2VIDEO, "rain", Path(image))
    assert asyncio.run(MotionEngine().render(silent, FolderJob(tmp_path))).audible_content == ()
