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

_LINES: Final = (1499, 1663, 1933, 2213, 2477, 2741, 3089, 3413)  # primes, 31 … 71 ms
_BLOCK: Final = _LINES[0]
_BEFORE: Final = 720
"""Samples before the first reflection comes: 15 ms, a room of some metres."""
_DULL: Final = 0.22
"""How much of each sample is taken from the one before: walls and air swallow the treble."""


def reverberate(dry: NDArray[np.float32], seconds: float) -> NDArray[np.float32]:
    """Return the room's answer to mono sound, float32 [2, samples], falling by 60 dB in so many seconds."""
    longest = _LINES[-1]
    count = len(_LINES)
    delays = np.array(_LINES)
    gains = (10.0 ** (-3 * delays / (seconds * SAMPLE_RATE))).astype(np.float32)[:, None]
    signs = np.array([1, -1] * (count // 2), np.float32)[:, None] / np.float32(np.sqrt(count))
    blocks = -(-len(dry) // _BLOCK)
    given = np.zeros(blocks * _BLOCK, np.float32)
    given[_BEFORE:] = (
        dry[: len(given) - _BEFORE]
        if len(dry) + _BEFORE > len(given)
        else np.pad(dry, (0, len(given) - _BEFORE - len(dry)))
    )
    wet = np.empty((2, len(given)), np.float32)
    past = np.zeros((count, longest + 1 + _BLOCK), np.float32)
    back = np.empty((count, _BLOCK + 1), np.float32)
    end = longest + 1
    for at in range(0, len(given), _BLOCK):
        for line, delay in enumerate(_LINES):
            back[line] = past[line, end - delay - 1 : end - delay + _BLOCK]
        heard = gains * (back[:, 1:] * np.float32(1 - _DULL) + back[:, :-1] * np.float32(_DULL))
        wet[0, at : at + _BLOCK] = heard[0::2].sum(axis=0)
        wet[1, at : at + _BLOCK] = heard[1::2].sum(axis=0)
        # Householder's reflection mixes all lines into each and keeps their energy.
        mixed = heard - heard.sum(axis=0) * np.float32(2 / count)
        mixed += signs * given[at : at + _BLOCK]
        past[:, end:] = mixed
        past[:, :end] = past[:, _BLOCK:].copy()
    return wet[:, : len(dry)]
