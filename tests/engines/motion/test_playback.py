from __future__ import annotations

import numpy as np
import pytest

from keyreel.engines.motion.playback import compute_scene_seconds
from keyreel.engines.motion.prompts.vocabulary import Playback

FRAMES = 120


def scene_times(
    playback: Playback | None, *, begins_at_rest: bool = True
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(
        [
            compute_scene_seconds(playback, index, FRAMES, begins_at_rest=begins_at_rest)
            for index in range(FRAMES)
        ]
    )


@pytest.mark.parametrize(
    ("playback", "pace"),
    [(None, 1.0), (Playback.TIMELAPSE, 6.0), (Playback.SLOW_MOTION, 0.35), (Playback.REVERSE, -1.0)],
)
def test_time_runs_at_its_pace(playback: Playback | None, pace: float) -> None:
    times = scene_times(playback)
    assert times[0] == 0
    assert np.allclose(np.diff(times) * 24, pace)


def test_in_a_drawn_scene_time_runs_back_to_its_beginning() -> None:
    times = scene_times(Playback.REVERSE, begins_at_rest=False)
    assert times[-1] == 0
    assert np.allclose(np.diff(times) * 24, -1)


def test_a_frozen_scene_slows_down_and_stands_still() -> None:
    steps = np.diff(scene_times(Playback.FREEZE)) * 24
    assert np.allclose(steps[:50], 1)
    assert np.allclose(steps[-40:], 0)
    assert (np.diff(steps) < 1e-9).all()
