"""A voice's samples trimmed to the speech in them, levelled, faded and upsampled; knows no voices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE

if TYPE_CHECKING:
    from keyreel.sound.arrays import Mono

_FRAME_SAMPLES: Final = SAMPLE_RATE // 100  # 10 ms
_SILENCE_THRESHOLD: Final = 10 ** (-42 / 20)  # of the loudest frame: below is silence
_SPEECH_THRESHOLD: Final = 10 ** (-25 / 20)  # of the loudest frame: above counts for the level
_TARGET_RMS: Final = 0.1  # -20 dBFS
_MAX_PEAK: Final = 0.89  # -1 dBFS
_PAD_FRAMES: Final = 2  # kept before and after the speech
_FADE_IN, _FADE_OUT = SAMPLE_RATE // 150, SAMPLE_RATE // 40  # samples: 7 and 25 ms
_FILTER_TAPS: Final = 48
_KAISER_BETA: Final = 8.0  # 80 dB of stop-band attenuation


def trim_and_level(samples: Mono) -> Mono:
    """Return a voice's samples at 24 kHz as speech at 48 kHz: trimmed, faded, all voices equally loud.

    Both voice models, Kokoro and the one distilled from it, synthesize at half of `SAMPLE_RATE`.
    """
    upsampled = _upsample_twofold(samples - np.float32(np.mean(samples))) if len(samples) else samples
    frames = len(upsampled) // _FRAME_SAMPLES
    if not frames:
        return np.zeros(0, np.float32)
    power = np.sqrt(
        np.mean(upsampled[: frames * _FRAME_SAMPLES].reshape(frames, _FRAME_SAMPLES) ** 2, axis=1)
    )
    loudest = float(power.max())
    audible = np.flatnonzero(power > loudest * _SILENCE_THRESHOLD)
    if loudest <= 0:
        return np.zeros(0, np.float32)
    start = max(0, int(audible[0]) - _PAD_FRAMES) * _FRAME_SAMPLES
    end = min(frames, int(audible[-1]) + 1 + _PAD_FRAMES) * _FRAME_SAMPLES
    level = float(np.sqrt(np.mean(power[power > loudest * _SPEECH_THRESHOLD] ** 2)))
    speech = upsampled[start:end]
    gain = min(_TARGET_RMS / level, _MAX_PEAK / float(np.max(np.abs(speech))))
    return _fade_edges(speech * np.float32(gain))


def _fade_edges(speech: Mono) -> Mono:
    fade_in, fade_out = min(_FADE_IN, len(speech) // 2), min(_FADE_OUT, len(speech) // 2)
    speech[:fade_in] *= _build_fade_in(fade_in)
    speech[len(speech) - fade_out :] *= _build_fade_in(fade_out)[::-1]
    return speech


def _build_fade_in(length: int) -> Mono:
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(1, length))).astype(np.float32)


def _upsample_twofold(samples: Mono) -> Mono:
    """Double the rate: a half-band filter (Kaiser window) keeps the samples and computes those between."""
    offsets = np.arange(_FILTER_TAPS) - (_FILTER_TAPS - 1) / 2
    taps = (np.sinc(offsets) * np.kaiser(_FILTER_TAPS, _KAISER_BETA)).astype(np.float32)
    between = np.convolve(samples, taps)[_FILTER_TAPS // 2 : _FILTER_TAPS // 2 + len(samples)]
    doubled = np.empty(2 * len(samples), np.float32)
    doubled[0::2], doubled[1::2] = samples, between
    return doubled
