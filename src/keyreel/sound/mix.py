"""Mixes music, ambience and speech into one sound track of even loudness; knows nothing of their content."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE, find_peaks, measure_loudness

if TYPE_CHECKING:
    from keyreel.media.audio import Pcm
    from keyreel.sound.arrays import Mono
    from keyreel.sound.speech.track import SpeechTrack

TARGET_LUFS: Final = -16.0
"""Integrated loudness in LUFS of every mix that holds music or speech."""

_SPEECH_LUFS: Final = -17.0
_AMBIENCE_UNDER_MUSIC_DB: Final = -7.0
_DUCKED_DB: Final = -11.0  # music and ambience under speech
# Music and ambience are lowered before a word and come back slowly, not between two sentences.
_DUCKING_ATTACK_SECONDS, _DUCKING_RELEASE_SECONDS, _MAX_PAUSE_SECONDS = 0.25, 0.7, 1.0

# Of full scale (-1.8 dBTP): AAC lets peaks grow by up to 0.7 dB, and -1 dBTP holds in the file.
_TRUE_PEAK_CEILING: Final = 10 ** (-1.8 / 20)
_LIMITER_SECONDS: Final = 0.008  # by which the gain moves ahead of a peak
_MAX_LOUDNESS_ROUNDS: Final = 3
_GAIN_TOLERANCE: Final = 0.01  # 0.09 dB

_FADE_IN_SECONDS, _FADE_OUT_SECONDS = 0.02, 0.25
_CONTROL_STEP: Final = 480  # samples between two values of the ducking gain: 10 ms
_SMOOTHING_STEPS: Final = 13  # over which the ducking gain is smoothed: 130 ms


def mix_tracks(
    samples: int, *, music: Pcm | None = None, ambience: Pcm | None = None, speech: SpeechTrack | None = None
) -> Pcm:
    """Return exactly `samples` samples, faded in and out; true peak below -1 dBTP also after AAC.

    Ambience alone keeps its own loudness; with music or speech the mix is brought to `TARGET_LUFS`.
    """
    out = np.zeros((samples, 2), np.float32)
    if ambience is not None:
        _add_track(out, ambience, 1.0 if music is None else _decibels_to_gain(_AMBIENCE_UNDER_MUSIC_DB))
    if music is not None:
        alone = ambience is None and speech is None
        _add_track(out, music, 1.0 if alone else _compute_gain_to(music, TARGET_LUFS))
    if speech is not None and speech.spans:
        out *= _compute_ducking_gain(samples, speech.spans)[:, None]
        _add_track(out, speech.pcm, _compute_gain_to(speech.pcm, _SPEECH_LUFS))
    _fade_ends(out)
    only_ambience = music is None and (speech is None or not speech.spans)
    return _limit_peaks(out) if only_ambience else _normalize_loudness(out, TARGET_LUFS)


def _add_track(out: Pcm, track: Pcm, gain: float) -> None:
    count = min(len(out), len(track))
    out[:count] += track[:count] * np.float32(gain)


def _compute_gain_to(pcm: Pcm, level: float) -> float:
    """Return the gain, a factor, that brings a sound to this loudness in LUFS; 0 for silence."""
    found = measure_loudness(pcm)
    return _decibels_to_gain(level - found) if isfinite(found) else 0.0


def _decibels_to_gain(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def _compute_ducking_gain(samples: int, spans: tuple[tuple[float, float], ...]) -> Mono:
    """Return the gain of music and ambience: lowered before speech, slowly up after it; spans in seconds."""
    times, levels = [0.0], [0.0]
    for start, end in _merge_spans(spans):
        times += [
            max(start - _DUCKING_ATTACK_SECONDS, times[-1]),
            max(start, times[-1]),
            end,
            end + _DUCKING_RELEASE_SECONDS,
        ]
        levels += [levels[-1] and _DUCKED_DB, _DUCKED_DB, _DUCKED_DB, 0.0]
    at = np.arange(0, samples + _CONTROL_STEP, _CONTROL_STEP) / SAMPLE_RATE
    control = np.interp(at, times, levels)
    # Corners in the curve of decibels can be heard.
    window = np.hanning(_SMOOTHING_STEPS)
    control = np.convolve(np.pad(control, _SMOOTHING_STEPS // 2, mode="edge"), window / window.sum(), "valid")
    steps = np.interp(np.arange(samples), np.arange(len(control)) * _CONTROL_STEP, 10 ** (control / 20))
    return steps.astype(np.float32)


def _merge_spans(spans: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """Return the spans in order of time, those with a short pause between them as one."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] < _MAX_PAUSE_SECONDS + _DUCKING_ATTACK_SECONDS:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _fade_ends(out: Pcm) -> None:
    for seconds, part in ((_FADE_IN_SECONDS, out), (_FADE_OUT_SECONDS, out[::-1])):
        count = min(round(seconds * SAMPLE_RATE), len(out))
        part[:count] *= (np.sin(np.linspace(0, np.pi / 2, count)) ** 2).astype(np.float32)[:, None]


def _normalize_loudness(pcm: Pcm, level: float) -> Pcm:
    """Return the sound at this loudness in LUFS; another round makes up for what the limiter takes away."""
    gain, out = _compute_gain_to(pcm, level), pcm
    for _ in range(_MAX_LOUDNESS_ROUNDS):
        raised: Pcm = pcm * np.float32(gain)
        out = _limit_peaks(raised)
        if out is raised:
            break
        missing = _compute_gain_to(out, level)
        if abs(missing - 1) < _GAIN_TOLERANCE:
            break
        gain *= missing
    return out


def _limit_peaks(pcm: Pcm) -> Pcm:
    """Return the sound with its true peaks below the ceiling (look-ahead: the gain falls before a peak)."""
    peaks = find_peaks(pcm, _TRUE_PEAK_CEILING)
    if peaks.max(initial=0) <= _TRUE_PEAK_CEILING:
        return pcm
    needed = np.minimum(np.float32(1), np.float32(_TRUE_PEAK_CEILING) / np.maximum(peaks, np.float32(1e-9)))
    reach = round(_LIMITER_SECONDS * SAMPLE_RATE)
    # The lowest gain within reach, then the mean over the same reach: at a peak all averaged gains are low.
    lowest = _compute_sliding_min(np.pad(needed, 2 * reach, constant_values=1), 2 * reach + 1)
    sums = np.cumsum(np.concatenate(([0.0], lowest)))
    gain = (sums[2 * reach + 1 :] - sums[: -2 * reach - 1]) / (2 * reach + 1)
    limited: Pcm = pcm * gain.astype(np.float32)[:, None]
    return limited


def _compute_sliding_min(values: Mono, width: int) -> Mono:
    """Return the minimum of each window of `width` values (van Herk 1992, Gil and Werman 1993)."""
    count = len(values) - width + 1
    blocks = np.pad(values, (0, -len(values) % width), constant_values=1).reshape(-1, width)
    forth = np.minimum.accumulate(blocks, axis=1).ravel()
    back = np.minimum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].ravel()
    lowest: Mono = np.minimum(back[:count], forth[width - 1 : width - 1 + count])
    return lowest
