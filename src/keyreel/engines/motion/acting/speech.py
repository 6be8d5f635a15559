"""When mouths open: the loudness of each speaker's dialogue, frame by frame; knows no faces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE
from keyreel.order import FPS
from keyreel.sound.speech.dialogue.lines import find_dialogue_lines
from keyreel.sound.speech.dialogue.passages import NARRATOR
from keyreel.sound.speech.track import render_speech

if TYPE_CHECKING:
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.networks.models import Networks
    from keyreel.order import Order

_LOUD_PERCENTILE: Final = 90
"""The loudness in a line at which the jaw is open: louder moments of it are alike."""

_LOUDNESS_EXPONENT: Final = 0.6
"""Of the loudness: a quiet vowel opens the mouth nearly as far as a loud one."""

_LARGEST_OPENING: Final = 0.9


def plan_jaws(order: Order, networks: Networks) -> dict[str, FloatArray]:
    """Return how far each speaker's jaw is open at each frame, float32 [frames], 0.0 … 1.0.

    Speakers come in the order of their first lines; what a narrator says moves nobody's mouth. Empty where
    nothing is spoken: then no voice is loaded. The dialogue is synthesized for it as for the sound track.
    """
    lines = find_dialogue_lines(order)
    if all(line.speaker == NARRATOR for line in lines):
        return {}
    track = render_speech(order, networks.voices)
    loudness = _measure_loudness(np.asarray(track.pcm.mean(axis=1), np.float32), order.frames)
    jaws: dict[str, FloatArray] = {}
    for line, (start, end) in zip(lines, track.spans, strict=False):
        first, last = round(start * FPS), min(round(end * FPS) + 1, order.frames)
        if line.speaker == NARRATOR or first >= last:
            continue
        jaw = jaws.setdefault(line.speaker, np.zeros(order.frames, np.float32))
        usual = max(float(np.percentile(loudness[first:last], _LOUD_PERCENTILE)), 1e-4)
        part = np.clip(loudness[first:last] / usual, 0, 1) ** _LOUDNESS_EXPONENT
        jaw[first:last] = part * _LARGEST_OPENING
    return {speaker: _smooth(jaw) for speaker, jaw in jaws.items()}


def _measure_loudness(samples: FloatArray, frames: int) -> FloatArray:
    """Return the root mean square of the samples during each frame, float32 [frames]."""
    per_frame = SAMPLE_RATE // FPS
    padded = np.zeros(frames * per_frame, np.float32)
    padded[: min(len(samples), len(padded))] = samples[: len(padded)]
    return np.asarray(np.sqrt((padded.reshape(frames, per_frame) ** 2).mean(axis=1)), np.float32)


def _smooth(values: FloatArray) -> FloatArray:
    """Return values as a jaw can follow them: over three frames, and 0.0 at the first."""
    smooth = np.convolve(values, (0.25, 0.5, 0.25), mode="same").astype(np.float32)
    smooth[0] = 0
    return smooth
