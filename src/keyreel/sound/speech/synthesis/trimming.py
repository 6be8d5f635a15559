"""One recorded take of a voice: cut to the speech in it, level, without clicks, at the sound track's rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FRAME: Final = SAMPLE_RATE // 100
_SILENT: Final = 10 ** (-42 / 20)  # below the loudest frame
_SPEECH: Final = 10 ** (-25 / 20)  # frames that count for the level
_LEVEL: Final = 0.1
_PEAK: Final = 0.89
_PAD: Final = 2
_FADE_IN, _FADE_OUT = SAMPLE_RATE // 150, SAMPLE_RATE // 40
_TAPS: Final = 48


def finished(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn a voice's 24 kHz samples into a take: silence trimmed, edges faded, every voice equally loud."""
    doubled = _doubled(samples - np.float32(np.mean(samples))) if len(samples) else samples
    frames = len(doubled) // _FRAME
    if not frames:
        return np.zeros(0, np.float32)
    power = np.sqrt(np.mean(doubled[: frames * _FRAME].reshape(frames, _FRAME) ** 2, axis=1))
    loudest = float(power.max())
    heard = np.flatnonzero(power > loudest * _SILENT)
    if loudest <= 0:
        return np.zeros(0, np.float32)
    start = max(0, int(heard[0]) - _PAD) * _FRAME
    end = min(frames, int(heard[-1]) + 1 + _PAD) * _FRAME
    level = float(np.sqrt(np.mean(power[power > loudest * _SPEECH] ** 2)))
    take = doubled[start:end]
    gain = min(_LEVEL / level, _PEAK / float(np.max(np.abs(take))))
    return _faded(take * np.float32(gain))


def _faded(take: NDArray[np.float32]) -> NDArray[np.float32]:
    fade_in, fade_out = min(_FADE_IN, len(take) // 2), min(_FADE_OUT, len(take) // 2)
    take[:fade_in] *= _rise(fade_in)
    take[len(take) - fade_out :] *= _rise(fade_out)[::-1]
    return take


def _rise(length: int) -> NDArray[np.float32]:
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(1, length))).astype(np.float32)


def _doubled(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Double the rate: a half-band filter leaves the samples as they are and computes those between."""
    offsets = np.arange(_TAPS) - (_TAPS - 1) / 2
    taps = (np.sinc(offsets) * np.kaiser(_TAPS, 8.0)).astype(np.float32)
    between = np.convolve(samples, taps)[_TAPS // 2 : _TAPS // 2 + len(samples)]
    doubled = np.empty(2 * len(samples), np.float32)
    doubled[0::2], doubled[1::2] = samples, between
    return doubled
