"""A room: what the instruments send into it comes back late, soft and from all sides.

A feedback delay network (Jot, Chaigne: "Digital delay networks for designing artificial reverberators", AES
1991) whose lines are walked in blocks as long as the shortest, so that each step is plain array work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DELAY_LINES: Final = (1499, 1663, 1933, 2213, 2477, 2741, 3089, 3413)  # primes, 31 … 71 ms
_BLOCK_SAMPLES: Final = _DELAY_LINES[0]
_PREDELAY_SAMPLES: Final = 720
"""Samples before the first reflection comes: 15 ms, a room of some metres."""
_DAMPING: Final = 0.22
"""How much of each sample is taken from the one before: walls and air swallow the treble."""


def reverberate(dry: NDArray[np.float32], seconds: float) -> NDArray[np.float32]:
    """Return the room's answer to mono sound, float32 [2, samples], falling by 60 dB in so many seconds."""
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
        # Householder's reflection mixes all lines into each and keeps their energy.
        mixed = delayed - delayed.sum(axis=0) * np.float32(2 / count)
        mixed += signs * padded[at : at + _BLOCK_SAMPLES]
        past[:, end:] = mixed
        past[:, :end] = past[:, _BLOCK_SAMPLES:].copy()
    return wet[:, : len(dry)]
