"""People who talk in a hall, too many to be understood, and their cups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE, find_fft_length
from keyreel.sound.ambience.synthesis import arrivals, echoed, scatter, shaped, stretched

if TYPE_CHECKING:
    from numpy.random import Generator

    from keyreel.media.audio import Pcm
    from keyreel.sound.ambience.synthesis import Mono, Stretch

_TALKERS: Final = 18
# A murmur has hardly anything above 6 kHz: voices are made at a third of the rate.
_SLOW: Final = SAMPLE_RATE // 3
_TABLE: Final = 512
_STEP: Final = 64
_HALL: Final = ((60, -8), (130, -1), (300, 0), (800, -8), (2000, -18), (5000, -30))
# First three formants in Hz of open and closed vowels (Peterson and Barney 1952), men.
_VOWELS: Final = (
    (730, 1090, 2440),
    (530, 1840, 2480),
    (270, 2290, 3010),
    (570, 840, 2410),
    (300, 870, 2240),
    (490, 1350, 1690),
)
_FORMANT_WIDTHS: Final = (90, 120, 180)


def crowd(stretch: Stretch) -> Pcm:
    """Return talk from all sides with the hall's echo, and a few cups."""
    rng = stretch.rng
    slow = -(-stretch.samples // 3) + 1
    voices = np.zeros((slow, 2), np.float32)
    for _ in range(_TALKERS):
        place = rng.uniform(0.05, 0.95) * np.pi / 2
        loud = np.exp(0.35 * rng.standard_normal())
        talk = _talker(slow, rng) * np.float32(loud)
        voices += talk[:, None] * np.array([np.cos(place), np.sin(place)], np.float32)
    voices /= max(float(voices.std()), 1e-6)
    talk = _tripled(voices, stretch.samples)
    cups = np.zeros_like(talk)
    clinks = arrivals(stretch, 0.9)
    scatter(cups, rng, clinks, 1.1 * _cups(rng, 5), spread=0.6)
    hall = shaped(stretch, _HALL) * np.float32(0.3)
    hall += echoed(talk + cups, rng, 1.0, 2200) * np.float32(0.7)
    hall += np.float32(0.45) * talk + np.float32(0.8) * cups
    return hall


def _talker(samples: int, rng: Generator) -> Mono:
    """Return one voice: syllables of vowels between pauses, its melody falling over each sentence."""
    pitch = float(rng.choice((rng.uniform(90, 140), rng.uniform(165, 235))))
    longer = 1.0 if pitch < 150 else 1.15
    ends = np.cumsum(rng.gamma(6, 0.19 / 6, int(samples / _SLOW / 0.1) + 12)) - rng.uniform(0, 1.0)
    knots = np.concatenate(([ends[0] - 0.2], ends))
    # Between sentences a talker listens: whole runs of syllables are silent.
    speaking = np.repeat(rng.random(len(knots) // 9 + 1) < 0.72, 9)[: len(knots)]
    loud = rng.uniform(0.5, 1.0, len(knots)) * (rng.random(len(knots)) > 0.1) * speaking
    control = np.arange(0, samples + _STEP, _STEP) / _SLOW
    position = np.interp(control, knots, np.arange(len(knots)))
    beat = np.interp(control, knots, loud) * np.maximum(0.45 - 0.55 * np.cos(2 * np.pi * position), 0)
    melody = pitch * np.exp(np.interp(control, knots, rng.normal(0, 0.09, len(knots))))
    phase = np.cumsum(stretched(samples, melody, _STEP), dtype=np.float64) * (_TABLE / _SLOW)
    index = phase.astype(np.int64) % _TABLE
    vowels = rng.choice(len(_VOWELS), 3, replace=False)
    spoken = rng.choice(vowels, len(knots))
    out = np.zeros(samples, np.float32)
    for vowel in vowels:
        level = beat * np.interp(control, knots, spoken == vowel)
        formants = tuple(longer * hertz for hertz in _VOWELS[vowel])
        out += _glottis(pitch, formants)[index] * stretched(samples, level, _STEP)
    return out


def _glottis(pitch: float, formants: tuple[float, ...]) -> Mono:
    """Return one period of a vowel."""
    hertz = np.arange(1, int(4800 / pitch)) * pitch
    heights = (
        sum(
            weight / (1 + ((hertz - formant) / width) ** 2)
            for formant, width, weight in zip(formants, _FORMANT_WIDTHS, (1.0, 0.45, 0.2), strict=True)
        )
        + 0.01
    )
    phase = 2 * np.pi * np.arange(_TABLE)[:, None] / _TABLE * np.arange(1, len(hertz) + 1)
    # The voice's source falls by 6 dB an octave once the mouth has radiated it.
    wave = (np.cos(phase + 0.3 * np.arange(len(hertz)) ** 1.5) * heights * (pitch / hertz) ** 0.5).sum(axis=1)
    period: Mono = (wave / np.abs(wave).max()).astype(np.float32)
    return period


def _cups(rng: Generator, count: int) -> Mono:
    """Return the clinks of cups and spoons [count, samples]: five inharmonic tones that ring off."""
    times = np.arange(round(0.25 * SAMPLE_RATE), dtype=np.float32) / SAMPLE_RATE
    pitch = rng.uniform(2100, 3800, (count, 1, 1)) * np.sort(rng.uniform(1, 3.4, (count, 5, 1)), axis=1)
    pitch = pitch.astype(np.float32)
    decay = rng.uniform(0.008, 0.05, (count, 5, 1)).astype(np.float32)
    tones = np.sin(2 * np.pi * pitch * times) * np.exp(-times / decay)
    clinks: Mono = (tones.mean(axis=1) * np.minimum(times * 3000, 1)).astype(np.float32)
    return clinks


def _tripled(slow: Pcm, samples: int) -> Pcm:
    """Return a sound of 16 kHz at 48 kHz."""
    size = find_fft_length(len(slow))
    full = np.zeros((2, 3 * size // 2 + 1), np.complex64)
    full[:, : size // 2 + 1] = np.fft.rfft(slow.T, size, axis=1)
    fast = np.fft.irfft(full, 3 * size, axis=1)[:, :samples]
    return np.ascontiguousarray(3 * fast.T, np.float32)
