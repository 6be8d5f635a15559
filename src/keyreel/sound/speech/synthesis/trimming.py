"""One recorded take of a voice: cut to the speech in it, level, without clicks, at the sound track's rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FRAME_SAMPLES: Final = SAMPLE_RATE // 100
_SILENCE_THRESHOLD: Final = 10 ** (-42 / 20)  # below the loudest frame
_SPEECH_THRESHOLD: Final = 10 ** (-25 / 20)  # frames that count for the level
_TARGET_RMS: Final = 0.1
_MAX_PEAK: Final = 0.89
_PAD_FRAMES: Final = 2
_FADE_IN, _FADE_OUT = SAMPLE_RATE // 150, SAMPLE_RATE // 40
_FILTER_TAPS: Final = 48


def trim_and_level(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn a voice's 24 kHz samples into a take: silence trimmed, edges faded, every voice equally loud."""
    upsampled = _upsample_twofold(samples - np.float32(np.mean(samples))) if len(samples) else samples
    frames = len(upsampled) // _FRAME_SAMPLES
    if not frames:
        return np.zeros(0, np.float32)
    power = np.sqrt(
        np.mean(upsampled[: frames * _FRAME_SAMPLES].reshape(frames, _FRAME_SAMPLES) ** 2, axis=1)
    )
    loudest = float(power.max())
    heard = np.flatnonzero(power > loudest * _SILENCE_THRESHOLD)
    if loudest <= 0:
        return np.zeros(0, np.float32)
    start = max(0, int(heard[0]) - _PAD_FRAMES) * _FRAME_SAMPLES
    end = min(frames, int(heard[-1]) + 1 + _PAD_FRAMES) * _FRAME_SAMPLES
    level = float(np.sqrt(np.mean(power[power > loudest * _SPEECH_THRESHOLD] ** 2)))
    take = upsampled[start:end]
    gain = min(_TARGET_RMS / level, _MAX_PEAK / float(np.max(np.abs(take))))
    return _fade_edges(take * np.float32(gain))


def _fade_edges(take: NDArray[np.float32]) -> NDArray[np.float32]:
    fade_in, fade_out = min(_FADE_IN, len(take) // 2), min(_FADE_OUT, len(take) // 2)
    take[:fade_in] *= _build_fade_in(fade_in)
    take[len(take) - fade_out :] *= _build_fade_in(fade_out)[::-1]
    return take


def _build_fade_in(length: int) -> NDArray[np.float32]:
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(1, length))).astype(np.float32)


def _upsample_twofold(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Double the rate: a half-band filter leaves the samples as they are and computes those between."""
    offsets = np.arange(_FILTER_TAPS) - (_FILTER_TAPS - 1) / 2
    taps = (np.sinc(offsets) * np.kaiser(_FILTER_TAPS, 8.0)).astype(np.float32)
    between = np.convolve(samples, taps)[_FILTER_TAPS // 2 : _FILTER_TAPS // 2 + len(samples)]
    doubled = np.empty(2 * len(samples), np.float32)
    doubled[0::2], doubled[1::2] = samples, between
    return doubled
