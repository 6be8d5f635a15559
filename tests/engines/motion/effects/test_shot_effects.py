from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.effects.shot_effects import ShotEffects
from keyreel.engines.motion.prompts.parser import ParsedPrompt, parse_prompt
from keyreel.engines.motion.prompts.vocabulary import Effect
from keyreel.order import Size

if TYPE_CHECKING:
    from keyreel.engine import Frame

SIZE = Size(320, 176)
FRAMES = 48
ELSEWHERE = {Effect.STEAM, Effect.CAMPFIRE, Effect.WIND, Effect.LIGHTNING}
"""Effects that belong to one place or moment of a shot."""


def scene() -> Frame:
    rows = np.linspace(150, 60, SIZE.height)[:, None, None]
    return np.asarray(np.broadcast_to(rows, (SIZE.height, SIZE.width, 3)), np.uint8).copy()


def with_effects(
    prompt: str | ParsedPrompt, index: int, *, seed: int = 1, fade_in: bool = True, image: Frame | None = None
) -> Frame:
    direction = parse_prompt(prompt) if isinstance(prompt, str) else prompt
    frame = scene() if image is None else image.copy()
    effects = ShotEffects(direction, frame.copy(), SIZE, seed, fade_in=fade_in)
    effects.draw_behind(frame, index, FRAMES)
    effects.draw_in_front(frame, index, FRAMES)
    return frame


def sharpness(frame: Frame) -> float:
    return float(np.abs(cv2.Laplacian(frame.astype(np.float32), cv2.CV_32F)).mean())


@pytest.mark.parametrize(
    "prompt", ["rain", "下雨", "snow", "下雪", "sparks", "火花", "autumn leaves", "落叶"]
)
def test_particles_add_fine_detail(prompt: str) -> None:
    assert sharpness(with_effects(prompt, 40)) > sharpness(scene()) + 0.2


@pytest.mark.parametrize("effect", sorted(set(Effect) - ELSEWHERE))
def test_every_effect_that_needs_no_place_of_its_own_shows_on_any_image(effect: Effect) -> None:
    frame = with_effects(ParsedPrompt(effects=((effect, 1.0),)), FRAMES - 1)
    assert np.abs(frame.astype(int) - scene()).mean() > 0.1


@pytest.mark.parametrize("prompt", ["rain", "snow", "embers", "petals", "fog", "fire"])
def test_what_is_in_the_air_keeps_moving(prompt: str) -> None:
    before, after = with_effects(prompt, 40).astype(int), with_effects(prompt, 41).astype(int)
    assert np.abs(after - before).mean() > 0.02


@pytest.mark.parametrize("prompt", ["fog", "大雾"])
def test_fog_takes_contrast_and_is_densest_in_the_distance(prompt: str) -> None:
    foggy, clear = with_effects(prompt, 40).astype(int), scene().astype(int)
    assert foggy.std() < clear.std() * 0.9
    changed = np.abs(foggy - clear).mean(axis=(1, 2)) / 1.0
    assert changed[70:100].mean() > 2


@pytest.mark.parametrize("prompt", ["fire", "大火燃烧"])
def test_fire_burns_red_along_the_lower_edge(prompt: str) -> None:
    added = with_effects(prompt, 40).astype(int) - scene()
    assert added[-40:, :, 0].mean() > 40
    assert added[-40:, :, 0].mean() > added[-40:, :, 2].mean() + 20
    assert added[:40].mean() < added[-40:].mean() / 3


@pytest.mark.parametrize(
    ("prompt", "darker", "bluer"),
    [
        ("night falls", True, True),
        ("夜幕降临", True, True),
        ("sunset", True, False),
        ("early morning", False, False),
        ("清晨", False, False),
        ("a storm", True, True),
        ("夕阳西下", True, False),
        ("a sunny day", False, False),
        ("阳光明媚", False, False),
    ],
)
def test_a_time_of_day_changes_the_light(prompt: str, darker: bool, bluer: bool) -> None:  # noqa: FBT001 - a table's columns
    change = with_effects(prompt, FRAMES - 1).astype(int) - scene()
    assert bool(change.mean() < 0) is darker
    assert bool(change[..., 2].mean() > change[..., 0].mean()) is bluer


@pytest.mark.parametrize("prompt", ["rain", "snow", "fog", "fire", "night falls", "leaves fall, embers"])
def test_effects_begin_from_the_untouched_image(prompt: str) -> None:
    assert np.array_equal(with_effects(prompt, 0), scene())


def test_heavier_rain_shows_more() -> None:
    light, heavy = (
        np.abs(with_effects(text, 40).astype(int) - scene()).mean() for text in ("light rain", "heavy rain")
    )
    assert heavy > 1.5 * light


def test_wind_drives_the_rain_aside() -> None:
    def slant(prompt: str) -> float:
        grey = with_effects(prompt, 40, fade_in=False)[..., 0].astype(np.float32)
        x, y = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
        return float(-(x * y).mean() / (x * x).mean())

    assert slant("rain and strong wind") > slant("rain") + 0.03


def test_wind_carries_leaves_only_where_some_grow() -> None:
    def colourful(image: Frame) -> float:
        frame = with_effects("strong wind", 40, image=image)
        return float(np.abs(frame.astype(int) - image).mean())

    meadow = np.random.default_rng(1).integers(0, 90, (SIZE.height, SIZE.width, 1)).astype(np.uint8)
    green = np.asarray(meadow + np.array((40, 90, 20), np.uint8), np.uint8)
    room = np.full((SIZE.height, SIZE.width, 3), (150, 140, 130), np.uint8)
    assert colourful(green) > 0.05
    assert colourful(room) == 0


def test_one_seed_gives_the_same_frames() -> None:
    assert np.array_equal(with_effects("snow", 30), with_effects("snow", 30))
    assert not np.array_equal(with_effects("snow", 30), with_effects("snow", 30, seed=2))


@pytest.mark.parametrize("prompt", ["night falls", "夜幕降临"])
def test_night_leaves_a_dark_image_its_light(prompt: str) -> None:
    dim = np.asarray(scene() * 0.3, np.uint8)
    darkened = with_effects(prompt, FRAMES - 1, image=dim)
    assert 0.6 * dim.mean() < darkened.mean() < 0.95 * dim.mean()
    assert with_effects(prompt, FRAMES - 1).mean() < 0.5 * scene().mean()


def test_a_fire_leaves_a_bright_image_to_be_seen() -> None:
    bright = np.full((SIZE.height, SIZE.width, 3), 225, np.uint8)
    bright[::16] = 160
    frame = with_effects("fire", FRAMES - 1, image=bright).astype(int)
    assert (frame.max(axis=2) == 255).mean() < 0.35
    assert frame[-8:].mean() > frame[: SIZE.height // 2].mean() + 60
