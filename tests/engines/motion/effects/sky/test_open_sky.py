"""What is in the sky stays in the sky, and comes out in its own time."""

from __future__ import annotations

import numpy as np
import pytest

from keyreel.engines.motion.effects.shot_effects import ShotEffects
from keyreel.engines.motion.effects.sky.open_sky import detect_open_sky
from keyreel.engines.motion.prompts.parser import ParsedPrompt
from keyreel.engines.motion.prompts.vocabulary import Effect
from keyreel.order import Size

SIZE = Size(320, 180)


def landscape() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A smooth sky over rough land, with a tower."""
    image = np.zeros((SIZE.height, SIZE.width, 3), np.uint8)
    image[:] = np.linspace(70, 120, SIZE.height)[:, None, None]
    image[110:] = np.random.default_rng(1).integers(0, 200, (70, SIZE.width, 3))
    image[30:110, 140:170] = (150, 60, 40)
    return image


def test_the_sky_ends_at_land_and_towers() -> None:
    sky = detect_open_sky(landscape())
    assert sky[5:40, 5:55].min() > 0.9
    assert sky[-25:].max() < 0.2
    assert sky[25:45, 73:82].max() < 0.2


@pytest.mark.parametrize("effect", [Effect.STARS, Effect.AURORA])
def test_it_shows_in_the_sky_alone_and_more_and_more(effect: Effect) -> None:
    image = landscape()
    effects = ShotEffects(ParsedPrompt(effects=((effect, 1.0),)), image.copy(), SIZE, 1, fade_in=True)
    added = []
    for index in (0, 24, 90):
        frame = image.copy()
        effects.draw_in_front(frame, index, 96)
        added.append(np.abs(frame.astype(int) - image).mean(axis=2))
    assert added[0].max() == 0
    assert 0 < added[1][:100].sum() < added[2][:100].sum() or effect is Effect.AURORA
    assert added[2][:100].mean() > 0.1
    assert added[2][120:].max() == 0
