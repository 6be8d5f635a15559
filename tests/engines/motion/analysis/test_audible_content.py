from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engine import Shown, SourceType
from keyreel.engines.motion.analysis.audible_content import shown
from keyreel.engines.motion.engine import MotionEngine
from keyreel.order import Amplitude, Operation, Order, Picture, Resolution, Shot, Size, Subject
from keyreel.testing import FolderJob
from support.keyframe_scenes import multiframe, saved, terrain, view

if TYPE_CHECKING:
    from pathlib import Path


def order(operation: Operation, prompt: str, picture: Path, *names: str) -> Order:
    cast = tuple(Subject(name, (Picture(str(picture)),)) for name in names)
    shot = Shot(prompt, 1, None if cast else Picture(str(picture)))
    return Order(operation, "m", (shot,), Resolution.P360, 1, cast, Size(128, 72), Amplitude.SMALL)


@pytest.mark.parametrize(
    ("prompt", "heard"),
    [
        ("heavy rain, push in", {Shown.RAIN}),
        ("下雨", {Shown.RAIN}),
        ("大雪纷飞", {Shown.SNOW}),
        ("the wind picks up, leaves fall", {Shown.WIND, Shown.LEAVES}),
        ("起风了，落叶", {Shown.WIND, Shown.LEAVES}),
        ("the house burns", {Shown.FIRE}),
        ("steam rises from the cup", {Shown.STEAM}),
        ("城市街道", {Shown.CITY}),
        ("no rain, pan left", set()),
    ],
)
def test_a_picture_is_heard_by_what_its_prompt_adds(prompt: str, heard: set[Shown], landscape: Path) -> None:
    assert shown(order(Operation.IMG2VIDEO, prompt, landscape)) == (frozenset(heard),)


def test_water_is_heard_where_a_picture_shows_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    picture = np.zeros((352, 640, 3), np.uint8)
    picture[:160] = cv2.resize(rng.random((80, 320), dtype=np.float32), (640, 160))[..., None] * 200
    waves = cv2.resize(rng.random((64, 16), dtype=np.float32), (640, 192), interpolation=cv2.INTER_CUBIC)
    picture[160:] = np.array((150, 95, 50)) * (0.6 + 0.6 * waves.clip(0, 1)[..., None])
    cv2.imwrite(str(tmp_path / "lake.png"), picture)
    assert shown(order(Operation.IMG2VIDEO, "", tmp_path / "lake.png")) == (frozenset({Shown.WATER}),)


@pytest.mark.parametrize(
    ("prompt", "heard"),
    [
        ("@ball on a meadow by day", {Shown.BIRDS}),
        ("@ball walks", {Shown.BIRDS}),
        ("@ball in a forest at night", set()),
        ("@ball in a forest, rain", {Shown.RAIN}),
        ("@ball 在城市的雨夜", {Shown.CITY, Shown.RAIN}),
        ("@ball on the sea", {Shown.WATER}),
        ("@ball, a boat", {Shown.WATER}),
        ("@ball flies among gulls over the sea", {Shown.WATER, Shown.BIRDS}),
        ("@ball in the desert", {Shown.WIND}),
    ],
)
def test_a_scene_is_heard_by_its_place_hour_and_weather(prompt: str, heard: set[Shown], ball: Path) -> None:
    assert shown(order(Operation.REFERENCE2VIDEO, prompt, ball, "ball")) == (frozenset(heard),)


def test_a_clip_says_what_each_shot_shows_and_that_it_was_composed(tmp_path: Path) -> None:
    place = terrain(1)
    pictures = saved(tmp_path, *(view(place, left, 60) for left in (60, 80, 110)))
    asked = multiframe(pictures, 1, 1)
    shots = (replace(asked.shots[0], prompt="rain"), replace(asked.shots[1], prompt="the wind blows"))
    clip = asyncio.run(MotionEngine().render(replace(asked, shots=shots), FolderJob(tmp_path)))
    assert clip.shows == (frozenset({Shown.RAIN}), frozenset({Shown.WIND}))
    assert clip.source is SourceType.COMPOSITE
