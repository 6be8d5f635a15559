from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from keyreel.engines.motion.effects.shot_effects import ShotEffects
from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.order import Size

if TYPE_CHECKING:
    from keyreel.engine import Frame

SIZE = Size(320, 176)
FRAMES = 48


def house(windows: tuple[int, int, int] = (255, 225, 130)) -> Frame:
    image = np.full((SIZE.height, SIZE.width, 3), (120, 125, 140), np.uint8)
    cv2.rectangle(image, (150, 80), (162, 96), windows, -1)
    return image


def after(prompt: str, image: Frame) -> Frame:
    frame = image.copy()
    effects = ShotEffects(parse_prompt(prompt), image, SIZE, 1, fade_in=True)
    effects.draw_in_front(frame, FRAMES - 1, FRAMES)
    return frame


@pytest.mark.parametrize("prompt", ["night falls", "夜幕降临"])
def test_a_lamp_stays_lit_while_the_night_falls(prompt: str) -> None:
    dark = after(prompt, house())
    assert dark[84:92, 153:159, 0].mean() > 200
    assert dark[120:, :80].mean() < 70


def test_a_lamp_glows_into_the_dark() -> None:
    dark = after("night falls", house()).astype(int)
    assert dark[70:76, 150:162].mean() > dark[20:30, 20:60].mean() + 5


def test_what_is_bright_but_cold_or_red_does_not_shine() -> None:
    for colour in ((235, 238, 250), (235, 40, 30)):
        dark = after("night falls", house(colour))
        assert dark[84:92, 153:159].mean() < np.mean(colour) * 0.6


def test_sunlight_on_everything_is_no_lamp() -> None:
    spots = house()
    for x in range(10, 310, 20):
        for y in range(10, 170, 20):
            cv2.circle(spots, (x, y), 4, (255, 230, 150), -1)
    assert after("night falls", spots).mean() < spots.mean() * 0.55


def test_a_wall_with_the_sun_on_one_side_is_no_lamp() -> None:
    image = house((120, 125, 140))
    for x in range(140, 170):
        fading = (170 - x) / 30
        image[70:96, x] = (120 + 130 * fading, 120 + 100 * fading, 120 + 30 * fading)
    dark = after("night falls", image)
    assert dark[72:94, 142:146].mean() < image[72:94, 142:146].mean() * 0.5


@pytest.mark.parametrize("prompt", ["night falls", "夜幕降临"])
def test_the_sun_and_its_glitter_go_with_the_day(prompt: str) -> None:
    image = house()
    image[:90] = (225, 150, 95)
    cv2.circle(image, (60, 70), 14, (255, 240, 180), -1, cv2.LINE_AA)
    for y in range(100, 170, 6):
        cv2.line(image, (48, y), (74, y), (255, 225, 150), 2)
    dark = after(prompt, image).astype(int)
    assert dark[64:76, 54:66].mean() < dark[50:86, 20:36].mean() + 12
    assert dark[100:170, 48:74].mean() < dark[100:170, 10:36].mean() + 14


def test_an_evening_keeps_its_sun() -> None:
    image = house()
    cv2.circle(image, (60, 70), 14, (255, 240, 180), -1, cv2.LINE_AA)
    evening = after("the sun sets", image).astype(int)
    assert evening[64:76, 54:66].mean() > evening[50:86, 20:36].mean() + 60
