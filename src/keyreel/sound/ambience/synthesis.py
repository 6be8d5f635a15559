"""Building blocks of natural sounds: shaped noise, drift, random grains; knows no sound by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keyreel.media.audio import SAMPLE_RATE
from keyreel.sound.fft_length import find_fft_length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from keyreel.media.audio import Pcm
    from keyreel.sound.arrays import ControlCurve, GrainBank, Mono

_CONTROL_RATE_HZ = 200  # values a second of a curve before it is upsampled
_GRAIN_BATCH = 512  # grains added at a time
_SPECTRUM_STEP_BINS = 8  # bins of a spectrum that share one height
_MAX_DEVIATIONS = 2.2  # standard deviations by which a grain may be louder
_ECHO_ONSET_SECONDS = 0.012
_DECAY_60_DB = 6.9  # ln 1000: the exponent at which a sound has fallen by 60 dB


@dataclass(frozen=True, slots=True)
class SynthesisContext:
    """A sound's length in samples, its random source, and how hard the wind blows, about 0 … 1."""

    samples: int
    rng: Generator
    gusts: Mono


def synthesize_shaped_noise(
    context: SynthesisContext, spectrum: Sequence[tuple[float, float]], stereo_width: float = 1.0
) -> Pcm:
    """Return steady stereo noise of RMS 1 a channel; `spectrum` lists rising (Hz, dB), steep outside.

    `stereo_width` 0 is mono, 1 two independent channels; the lowest frequencies stay in the middle.
    """
    size = find_fft_length(context.samples)
    hertz = np.arange(size // 2 + 1) * (SAMPLE_RATE / size)
    corners, levels = zip(*spectrum, strict=True)
    low, high = np.searchsorted(hertz, (max(corners[0] / 3, 15.0), min(corners[-1] * 1.5, 22_000.0)))
    # A height for every eighth bin is enough: bins of five seconds are 0.2 Hz apart.
    octaves = np.log2(hertz[low:high:_SPECTRUM_STEP_BINS])
    level = np.interp(octaves, np.log2(corners), levels)
    beyond = np.maximum(np.log2(corners[0]) - octaves, 0) + np.maximum(octaves - np.log2(corners[-1]), 0)
    height = 10 ** ((level - 24 * beyond) / 20)
    height *= size / (2 * np.sqrt(_SPECTRUM_STEP_BINS * np.sum(height**2)))
    apart = stereo_width * np.clip((octaves - np.log2(60)) / 3, 0.15, 1) * np.pi / 4
    drawn = context.rng.standard_normal((2, 2 * int(high - low)), dtype=np.float32).view(np.complex64)
    for number, share in enumerate((np.cos(apart), np.sin(apart))):
        drawn[number] *= np.repeat((height * share).astype(np.float32), _SPECTRUM_STEP_BINS)[: high - low]
    spread = np.zeros((2, len(hertz)), np.complex64)
    np.add(drawn[0], drawn[1], out=spread[0, low:high])
    np.subtract(drawn[0], drawn[1], out=spread[1, low:high])
    sound = np.fft.irfft(spread, size, axis=1)[:, : context.samples]
    return np.ascontiguousarray(sound.T, np.float32)


def apply_envelope(sound: Pcm, curve: NDArray[np.floating]) -> Pcm:
    """Multiply a sound, in place, by a curve with one value a sample; return it."""
    sound *= curve[:, None]
    return sound


def generate_drift(context: SynthesisContext, hertz: float, low: float, high: float) -> Mono:
    """Return a smooth random curve, `low` … `high`, that swings about `hertz` times a second."""
    times = get_control_times(context.samples) * hertz * 2 + context.rng.random()
    knots = context.rng.random(int(times[-1]) + 2)
    whole = times.astype(np.int64)
    # Cosine interpolation between knots: no corners, no overshoot.
    between = (1 - np.cos(np.pi * (times - whole))) / 2
    curve = knots[whole] * (1 - between) + knots[whole + 1] * between
    return upsample_control(context.samples, low + (high - low) * curve)


def upsample_control(
    samples: int, control: NDArray[np.floating], step: int = SAMPLE_RATE // _CONTROL_RATE_HZ
) -> Mono:
    """Return a curve of 200 values a second, or of one in `step` samples, as one value a sample."""
    knots = control.astype(np.float32)
    slopes = np.diff(knots, append=knots[-1:])[:, None] * (np.arange(step, dtype=np.float32) / step)
    return np.asarray((knots[:, None] + slopes).ravel()[:samples], np.float32)


def get_control_times(samples: int) -> ControlCurve:
    """Return the times of the values that `upsample_control` takes."""
    return np.arange(samples * _CONTROL_RATE_HZ // SAMPLE_RATE + 2) / _CONTROL_RATE_HZ


def sample_arrivals(context: SynthesisContext, rate: float, weight: Mono | None = None) -> NDArray[np.int64]:
    """Return the sorted positions, in samples, of a Poisson process with `rate` events a second.

    `weight` is a curve 0 … 1, the probability with which an event is kept.
    """
    samples, rng = context.samples, context.rng
    times = np.sort(rng.integers(0, max(samples, 1), rng.poisson(rate * samples / SAMPLE_RATE)))
    return times if weight is None else times[rng.random(len(times)) < weight[times]]


def synthesize_ticks(
    rng: Generator, count: int, hertz: tuple[float, float], seconds: tuple[float, float]
) -> GrainBank:
    """Return short knocks with a peak of 1: noisy tones, pitches and e-fold decays random in these ranges."""
    pitch, decay = _draw_pitches_and_decays(rng, count, hertz, seconds)
    times = np.arange(round(4 * seconds[1] * SAMPLE_RATE), dtype=np.float32) / SAMPLE_RATE
    rough = rng.standard_normal((count, len(times)), dtype=np.float32)
    tone = np.sin(2 * np.pi * pitch * times + rng.random((count, 1), dtype=np.float32) * 6)
    grains = tone * (1 + 0.7 * rough) * np.exp(-times / decay) * np.minimum(times * 8000, 1)
    return np.asarray(grains / np.abs(grains).max(axis=1, keepdims=True), np.float32)


def synthesize_bubbles(
    rng: Generator, count: int, hertz: tuple[float, float], seconds: tuple[float, float]
) -> GrainBank:
    """Return bubbles: tones that rise a little, with random pitches and e-fold decays in these ranges.

    A bubble's pitch falls with its size, and small ones ring shorter (Minnaert 1933).
    """
    pitch, _ = _draw_pitches_and_decays(rng, count, hertz, seconds)
    low, high = np.log(hertz[0]), np.log(hertz[1])
    share = (np.log(pitch) - low) / (high - low)
    decay = seconds[1] * (seconds[0] / seconds[1]) ** share
    times = np.arange(round(4 * seconds[1] * SAMPLE_RATE), dtype=np.float32) / SAMPLE_RATE
    rise = rng.uniform(0.0, 4.0, (count, 1)).astype(np.float32)
    tone = np.sin(2 * np.pi * pitch * times * (1 + rise * times))
    return np.asarray(tone * np.exp(-times / decay) * np.minimum(times * 900, 1), np.float32)


def scatter_grains(
    out: Pcm, rng: Generator, starts: NDArray[np.int64], bank: GrainBank, *, spread: float
) -> None:
    """Add random grains of a bank to a sound, in place, at these positions in samples, each with its own pan.

    Many are soft and few are loud: gains are log-normal with this spread, their mean square 1.
    """
    heights = np.exp(spread * np.minimum(rng.standard_normal(len(starts)), _MAX_DEVIATIONS) - spread * spread)
    length = bank.shape[1]
    angle = rng.uniform(0.08, 0.92, len(starts)) * np.pi / 2
    gains = np.stack([np.cos(angle), np.sin(angle)]) * heights
    chosen = rng.integers(0, len(bank), len(starts))
    for first in range(0, len(starts), _GRAIN_BATCH):
        some = slice(first, first + _GRAIN_BATCH)
        base = starts[some][0]
        positions = (starts[some, None] - base + np.arange(length)).ravel()
        grains = bank[chosen[some]]
        for channel in (0, 1):
            added = np.bincount(positions, (grains * gains[channel, some, None]).ravel())[: len(out) - base]
            out[base : base + len(added), channel] += added


def synthesize_echo(dry: Pcm, rng: Generator, decay_seconds: float, cutoff_hertz: float) -> Pcm:
    """Return a sound's diffuse echo: from 12 ms on, falling by 60 dB in `decay_seconds`, low-passed.

    It is the convolution with decaying noise that is drawn anew for each sound, as woods and streets have no
    single response. Music has a room of its own in `keyreel.sound.music.reverb`: one fixed room for all
    instruments, from one channel, in which the treble dies sooner. Neither can stand in for the other.
    """
    length = round(decay_seconds * SAMPLE_RATE)
    size = find_fft_length(len(dry) + length)
    times = np.arange(length) / SAMPLE_RATE
    tail = rng.standard_normal((2, length), dtype=np.float32) * np.exp(-_DECAY_60_DB * times / decay_seconds)
    tail *= np.clip(times / _ECHO_ONSET_SECONDS, 0, 1) / np.sqrt(length / 14)
    low_pass = 1 / (1 + (np.arange(size // 2 + 1) * (SAMPLE_RATE / size) / cutoff_hertz) ** 2)
    response = np.fft.rfft(tail.astype(np.float32), size, axis=1) * low_pass.astype(np.float32)
    wet = np.fft.irfft(np.fft.rfft(dry.T, size, axis=1) * response, size, axis=1)
    return np.ascontiguousarray(wet[:, : len(dry)].T, np.float32)


def _draw_pitches_and_decays(
    rng: Generator, count: int, hertz: tuple[float, float], seconds: tuple[float, float]
) -> tuple[Mono, Mono]:
    """Draw pitches in Hz and decays in seconds, log-uniform: float32 [count, 1] each."""
    pitch = np.exp(rng.uniform(np.log(hertz[0]), np.log(hertz[1]), (count, 1)))
    decay = np.exp(rng.uniform(np.log(seconds[0]), np.log(seconds[1]), (count, 1)))
    return pitch.astype(np.float32), decay.astype(np.float32)
