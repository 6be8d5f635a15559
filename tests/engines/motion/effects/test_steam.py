from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from keyreel.engines.motion.effects.steam import create_steam
from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.engines.motion.prompts.vocabulary import Effect

if TYPE_CHECKING:
    from numpy.typing import NDArray


def drawn(seconds: float, *, at: tuple[float, float] = (160, 150), strength: float = 1.0) -> NDArray[np.int_]:
    frame = np.full((180, 320, 3), 40, np.uint8)
    create_steam(np.random.default_rng(1), strength).draw(frame, seconds, source=at, height=110)
    return frame.astype(int) - 40


@pytest.mark.parametrize("prompt", ["steam rises from the cup", "咖啡冒着热气"])
def test_steam_is_understood(prompt: str) -> None:
    assert parse_prompt(prompt).get_effect_strength(Effect.STEAM) > 0


def test_wisps_stand_over_their_source_alone() -> None:
    added = drawn(2.0)[..., 0]
    assert added[60:140, 130:190].mean() > 4
    assert added[152:].max() == 0
    assert added[:, :60].max() <= 1


def test_wisps_rise() -> None:
    before, after = drawn(2.0)[60:130, 120:200, 0], drawn(2.15)[60:130, 120:200, 0]
    up = [np.abs(after[:-shift] - before[shift:]).mean() for shift in range(1, 9)]
    down = [np.abs(after[shift:] - before[:-shift]).mean() for shift in range(1, 9)]
    assert min(up) < 0.8 * min(down)


def test_steam_may_leave_the_frame() -> None:
    assert drawn(1.0, at=(2, 30)).max() > 0
    assert drawn(1.0, at=(-400, 30)).max() == 0
