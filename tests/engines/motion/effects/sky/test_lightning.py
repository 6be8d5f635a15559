from __future__ import annotations

import numpy as np
import pytest

from keyreel.engines.motion.effects.shot_effects import ShotEffects
from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.order import Size

SIZE = Size(160, 90)
SECONDS = 5


def frames_with(prompt: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    rows = np.linspace(60, 20, SIZE.height)[:, None, None]
    plain = np.asarray(np.broadcast_to(rows, (SIZE.height, SIZE.width, 3)), np.uint8).copy()
    effects = ShotEffects(parse_prompt(prompt), plain, SIZE, 1, fade_in=True)
    found = []
    for index in range(SECONDS * 24):
        frame = plain.copy()
        effects.draw_behind(frame, index, SECONDS * 24)
        effects.draw_in_front(frame, index, SECONDS * 24)
        found.append(frame)
    return np.stack(found)


@pytest.mark.parametrize("prompt", ["lightning flashes", "闪电划过"])
def test_it_flashes_twice_in_five_seconds_and_lights_the_clouds_most(prompt: str) -> None:
    frames = frames_with(prompt).astype(np.float32)
    upper, lower = frames[:, :40].mean(axis=(1, 2, 3)), frames[:, -20:].mean(axis=(1, 2, 3))
    usual = np.median(upper)
    starts = np.flatnonzero(np.diff((upper > usual + 12).astype(int)) == 1)
    flashes = 1 + int((np.diff(starts) > 12).sum())
    assert flashes == 2
    brightest = int(upper.argmax())
    assert upper[brightest] - usual > 2 * (lower[brightest] - np.median(lower))
    assert (upper > usual + 12).mean() < 0.2
