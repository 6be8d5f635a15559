"""A crowd that talks in a hall, too many to be understood, and clinking cups; knows no prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE
from keyreel.sound.ambience.synthesis import (
    sample_arrivals,
    scatter_grains,
    synthesize_echo,
    synthesize_shaped_noise,
    upsample_control,
)
from keyreel.sound.fft_length import find_fft_length

if TYPE_CHECKING:
    from numpy.random import Generator

    from keyreel.media.audio import Pcm
    from keyreel.sound.ambience.synthesis import SynthesisContext
    from keyreel.sound.arrays import GrainBank, Mono

_TALKER_COUNT: Final = 18
# A murmur has hardly anything above 6 kHz: voices are synthesized at a third of the rate.
_TALKER_SAMPLE_RATE: Final = SAMPLE_RATE // 3
_WAVETABLE_SIZE: Final = 512  # samples of one period
_CONTROL_STEP: Final = 64  # samples, 4 ms, between two values of a voice's curves
# Spectra of noise in (Hz, dB).
_HALL_SPECTRUM: Final = ((60, -8), (130, -1), (300, 0), (800, -8), (2000, -18), (5000, -30))
# First three formants in Hz of open and closed vowels (Peterson and Barney 1952), men.
_VOWEL_FORMANTS: Final = (
    (730, 1090, 2440),
    (530, 1840, 2480),
    (270, 2290, 3010),
    (570, 840, 2410),
    (300, 870, 2240),
    (490, 1350, 1690),
)
_FORMANT_WIDTHS: Final = (90, 120, 180)  # Hz, of each vowel's three formants


def synthesize_crowd(context: SynthesisContext) -> Pcm:
    """Synthesize talk from all sides with the hall's echo, and a few cups."""
    rng = context.rng
    slow = -(-context.samples // 3) + 1
    voices = np.zeros((slow, 2), np.float32)
    for _ in range(_TALKER_COUNT):
        pan_angle = rng.uniform(0.05, 0.95) * np.pi / 2
        loud = np.exp(0.35 * rng.standard_normal())
        talk = _synthesize_talker(slow, rng) * np.float32(loud)
        voices += talk[:, None] * np.array([np.cos(pan_angle), np.sin(pan_angle)], np.float32)
    voices /= max(float(voices.std()), 1e-6)
    talk = _upsample_threefold(voices, context.samples)
    cups = np.zeros_like(talk)
    clinks = sample_arrivals(context, 0.9)
    scatter_grains(cups, rng, clinks, 1.1 * _synthesize_clinks(rng, 5), spread=0.6)
    hall = synthesize_shaped_noise(context, _HALL_SPECTRUM) * np.float32(0.3)
    hall += synthesize_echo(talk + cups, rng, 1.0, 2200) * np.float32(0.7)
    hall += np.float32(0.45) * talk + np.float32(0.8) * cups
    return hall


def _synthesize_talker(samples: int, rng: Generator) -> Mono:
    """Return one voice at 16 kHz: syllables of vowels between pauses, with a varying pitch."""
    pitch = float(rng.choice((rng.uniform(90, 140), rng.uniform(165, 235))))
    formant_scale = 1.0 if pitch < 150 else 1.15
    ends = np.cumsum(rng.gamma(6, 0.19 / 6, int(samples / _TALKER_SAMPLE_RATE / 0.1) + 12)) - rng.uniform(
        0, 1.0
    )
    knots = np.concatenate(([ends[0] - 0.2], ends))
    # A talker listens as well: whole runs of syllables are silent.
    speaking = np.repeat(rng.random(len(knots) // 9 + 1) < 0.72, 9)[: len(knots)]
    loud = rng.uniform(0.5, 1.0, len(knots)) * (rng.random(len(knots)) > 0.1) * speaking
    control = np.arange(0, samples + _CONTROL_STEP, _CONTROL_STEP) / _TALKER_SAMPLE_RATE
    position = np.interp(control, knots, np.arange(len(knots)))
    beat = np.interp(control, knots, loud) * np.maximum(0.45 - 0.55 * np.cos(2 * np.pi * position), 0)
    melody = pitch * np.exp(np.interp(control, knots, rng.normal(0, 0.09, len(knots))))
    phase = np.cumsum(upsample_control(samples, melody, _CONTROL_STEP), dtype=np.float64) * (
        _WAVETABLE_SIZE / _TALKER_SAMPLE_RATE
    )
    index = phase.astype(np.int64) % _WAVETABLE_SIZE
    vowels = rng.choice(len(_VOWEL_FORMANTS), 3, replace=False)
    spoken = rng.choice(vowels, len(knots))
    out = np.zeros(samples, np.float32)
    for vowel in vowels:
        level = beat * np.interp(control, knots, spoken == vowel)
        formants = tuple(formant_scale * hertz for hertz in _VOWEL_FORMANTS[vowel])
        out += _synthesize_vowel_period(pitch, formants)[index] * upsample_control(
            samples, level, _CONTROL_STEP
        )
    return out


def _synthesize_vowel_period(pitch: float, formants: tuple[float, ...]) -> Mono:
    """Return one period of a vowel with this pitch and these formants in Hz: float32 [512], -1 … 1."""
    hertz = np.arange(1, int(4800 / pitch)) * pitch
    heights = (
        sum(
            weight / (1 + ((hertz - formant) / width) ** 2)
            for formant, width, weight in zip(formants, _FORMANT_WIDTHS, (1.0, 0.45, 0.2), strict=True)
        )
        + 0.01
    )
    phase = 2 * np.pi * np.arange(_WAVETABLE_SIZE)[:, None] / _WAVETABLE_SIZE * np.arange(1, len(hertz) + 1)
    # The glottal source falls by 6 dB an octave once the lips have radiated it.
    wave = (np.cos(phase + 0.3 * np.arange(len(hertz)) ** 1.5) * heights * (pitch / hertz) ** 0.5).sum(axis=1)
    period: Mono = (wave / np.abs(wave).max()).astype(np.float32)
    return period


def _synthesize_clinks(rng: Generator, count: int) -> GrainBank:
    """Return clinks of cups and spoons: five inharmonic tones each that ring off."""
    times = np.arange(round(0.25 * SAMPLE_RATE), dtype=np.float32) / SAMPLE_RATE
    pitch = rng.uniform(2100, 3800, (count, 1, 1)) * np.sort(rng.uniform(1, 3.4, (count, 5, 1)), axis=1)
    pitch = pitch.astype(np.float32)
    decay = rng.uniform(0.008, 0.05, (count, 5, 1)).astype(np.float32)
    tones = np.sin(2 * np.pi * pitch * times) * np.exp(-times / decay)
    clinks: GrainBank = (tones.mean(axis=1) * np.minimum(times * 3000, 1)).astype(np.float32)
    return clinks


def _upsample_threefold(slow: Pcm, samples: int) -> Pcm:
    """Return a sound of 16 kHz at 48 kHz (zero-padded spectrum)."""
    size = find_fft_length(len(slow))
    full = np.zeros((2, 3 * size // 2 + 1), np.complex64)
    full[:, : size // 2 + 1] = np.fft.rfft(slow.T, size, axis=1)
    fast = np.fft.irfft(full, 3 * size, axis=1)[:, :samples]
    return np.ascontiguousarray(3 * fast.T, np.float32)
