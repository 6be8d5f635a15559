"""Playback curves: which moment of a scene each frame shows; the camera keeps its own pace."""

from __future__ import annotations

from typing import Final

from keyreel.engines.motion.prompts.vocabulary import Playback
from keyreel.order import FPS

TIMELAPSE_RATE: Final = 6.0
_SLOW_MOTION_RATE: Final = 0.35
"""Seconds of the scene in a second of the video."""
_FREEZE_AT: Final = 0.45
"""The part of a shot after which time comes to a stop."""
_FREEZING_SECONDS: Final = 0.6
"""Seconds in which it does: a stop within one frame looks like a fault."""


def compute_scene_seconds(
    playback: Playback | None, index: int, frames: int, *, begins_at_rest: bool
) -> float:
    """Return the scene's time in seconds at frame `index` of `frames`.

    In reverse it counts down to the scene's beginning; where the first frame is a given image, which
    `begins_at_rest`, it counts down from there, below zero.
    """
    seconds = index / FPS
    if playback is Playback.TIMELAPSE:
        return TIMELAPSE_RATE * seconds
    if playback is Playback.SLOW_MOTION:
        return _SLOW_MOTION_RATE * seconds
    if playback is Playback.REVERSE:
        return -seconds if begins_at_rest else (frames - 1) / FPS - seconds
    if playback is Playback.FREEZE:
        # At a speed that falls evenly to nothing, half the way is covered.
        running = min(seconds, _FREEZE_AT * frames / FPS)
        stopping = min(max(seconds - running, 0.0), _FREEZING_SECONDS)
        return running + stopping - stopping * stopping / (2 * _FREEZING_SECONDS)
    return seconds
