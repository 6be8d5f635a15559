"""The reverb of the room that instruments play in; knows no notes.

A feedback delay network (Jot, Chaigne: "Digital delay networks for designing artificial reverberators", AES
1991), computed in blocks as long as its shortest line, so that each step is plain array work. All instruments
share this one fixed room, whose treble decays sooner; the ambience's echo is another thing (see
`keyreel.sound.ambience.synthesis.synthesize_echo`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE

if TYPE_CHECKING:
    from keyreel.sound.arrays import Mono, PlanarStereo

_DELAY_LINES: Final = (1499, 1663, 1933, 2213, 2477, 2741, 3089, 3413)  # samples; primes, 31 … 71 ms
_BLOCK_SAMPLES: Final = _DELAY_LINES[0]
_PREDELAY_SAMPLES: Final = 720
"""Samples before the first reflection: 15 ms, a room of some metres."""
_DAMPING: Final = 0.22
"""Share of each sample that is taken from the one before: walls and air absorb the treble."""


def reverberate(dry: Mono, seconds: float) -> PlanarStereo:
    """Return the reverb alone of mono sound, as long as the sound; it falls by 60 dB in so many seconds."""
    longest = _DELAY_LINES[-1]
    count = len(_DELAY_LINES)
    delays = np.array(_DELAY_LINES)
    gains = (10.0 ** (-3 * delays / (seconds * SAMPLE_RATE))).astype(np.float32)[:, None]
    signs = np.array([1, -1] * (count // 2), np.float32)[:, None] / np.float32(np.sqrt(count))
    blocks = -(-len(dry) // _BLOCK_SAMPLES)
    padded = np.zeros(blocks * _BLOCK_SAMPLES, np.float32)
    padded[_PREDELAY_SAMPLES:] = (
        dry[: len(padded) - _PREDELAY_SAMPLES]
        if len(dry) + _PREDELAY_SAMPLES > len(padded)
        else np.pad(dry, (0, len(padded) - _PREDELAY_SAMPLES - len(dry)))
    )
    wet = np.empty((2, len(padded)), np.float32)
    past = np.zeros((count, longest + 1 + _BLOCK_SAMPLES), np.float32)
    back = np.empty((count, _BLOCK_SAMPLES + 1), np.float32)
    end = longest + 1
    for at in range(0, len(padded), _BLOCK_SAMPLES):
        for line, delay in enumerate(_DELAY_LINES):
            back[line] = past[line, end - delay - 1 : end - delay + _BLOCK_SAMPLES]
        delayed = gains * (back[:, 1:] * np.float32(1 - _DAMPING) + back[:, :-1] * np.float32(_DAMPING))
        wet[0, at : at + _BLOCK_SAMPLES] = delayed[0::2].sum(axis=0)
        wet[1, at : at + _BLOCK_SAMPLES] = delayed[1::2].sum(axis=0)
        # A Householder matrix mixes all lines into each and keeps their energy.
        mixed = delayed - delayed.sum(axis=0) * np.float32(2 / count)
        mixed += signs * padded[at : at + _BLOCK_SAMPLES]
        past[:, end:] = mixed
        past[:, :end] = past[:, _BLOCK_SAMPLES:].copy()
    return wet[:, : len(dry)]
