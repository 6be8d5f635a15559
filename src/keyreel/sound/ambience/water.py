"""Waves, streams and what is heard under water, made of noise and bubbles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.sound.ambience.synthesis import (
    arrivals,
    bubbles,
    control_times,
    drift,
    scatter,
    shaped,
    stretched,
    swelled,
    ticks,
)

if TYPE_CHECKING:
    from keyreel.media.audio import Pcm
    from keyreel.sound.ambience.synthesis import Stretch

_SWELL: Final = ((35, -8), (70, -1), (140, 0), (350, -4), (800, -12), (2000, -26))
_BREAK: Final = ((250, -12), (600, -3), (1400, 0), (3500, -5), (8000, -12), (14_000, -24))
_FOAM: Final = ((1500, -18), (3500, -4), (6500, 0), (10_000, -4), (15_000, -14))
_FLOW: Final = ((150, -18), (400, -8), (900, -2), (2200, 0), (5000, -7), (10_000, -18))
_FALLS: Final = ((50, -10), (120, -3), (350, 0), (1200, -1), (3500, -4), (8000, -9), (15_000, -20))
_DEEP: Final = ((25, -10), (60, -1), (110, 0), (220, -7), (500, -22), (1200, -42))
_CURRENT: Final = ((140, -10), (260, 0), (420, -2), (700, -16))
_LAP: Final = ((100, -12), (260, -2), (600, 0), (1400, -6), (4000, -18), (9000, -32))


def waves(stretch: Stretch) -> Pcm:
    """Surf: each wave swells for two or three seconds, breaks, runs up as foam and draws back."""
    samples, rng = stretch.samples, stretch.rng
    times = control_times(samples)
    swell, broken, foam = 0.1 + 0 * times, 0.07 + 0 * times, 0.05 + 0 * times
    crest = rng.uniform(1.2, 2.8) - rng.uniform(6, 10)
    while crest < times[-1] + 4:
        size = rng.uniform(0.65, 1.1)
        swell += size * _risen(times - crest, rng.uniform(0.8, 1.2), 1.5)
        broken += size * _risen(times - crest - 0.3, 0.35, rng.uniform(0.8, 1.2))
        foam += size * _risen(times - crest - 1.0, 0.55, rng.uniform(1.3, 2.0))
        crest += rng.uniform(6, 10)
    bed = swelled(shaped(stretch, _SWELL, 0.8), 0.8 * stretched(samples, swell))
    bed += swelled(shaped(stretch, _BREAK), stretched(samples, broken) * drift(stretch, 6, 0.7, 1.1))
    white = stretched(samples, foam)
    bed += swelled(shaped(stretch, _FOAM), 0.42 * white * drift(stretch, 14, 0.6, 1.1))
    fizz = arrivals(stretch, 260, np.minimum(white, 1))
    scatter(bed, rng, fizz, 0.8 * ticks(rng, 64, (3500, 9500), (0.0004, 0.0015)), spread=0.6)
    return bed


def lake(stretch: Stretch) -> Pcm:
    """Water that laps at a bank or a boat, once in about two seconds, with a gurgle now and then."""
    samples, rng = stretch.samples, stretch.rng
    times = control_times(samples)
    lap, crest = 0.05 + 0 * times, rng.uniform(-1.5, 0.6)
    while crest < times[-1] + 1:
        lap += rng.uniform(0.35, 1.0) * _risen(times - crest, rng.uniform(0.12, 0.25), rng.uniform(0.25, 0.5))
        crest += rng.uniform(1.2, 2.6)
    push = stretched(samples, lap)
    out = swelled(shaped(stretch, _LAP), push * drift(stretch, 9, 0.4, 1.1))
    gurgle = arrivals(stretch, 38, np.minimum(push, 1))
    scatter(out, rng, gurgle, 1.6 * bubbles(rng, 96, (320, 1500), (0.008, 0.03)), spread=0.6)
    return out


def stream(stretch: Stretch) -> Pcm:
    """Flow over stones: hundreds of bubbles a second over a soft rush."""
    rng = stretch.rng
    out = swelled(shaped(stretch, _FLOW), 0.4 * drift(stretch, 0.6, 0.8, 1.1))
    small = arrivals(stretch, 190, drift(stretch, 1.6, 0.35, 1.0))
    scatter(out, rng, small, 1.0 * bubbles(rng, 192, (700, 3800), (0.004, 0.016)), spread=0.7)
    large = arrivals(stretch, 26, drift(stretch, 0.9, 0.2, 1.0))
    scatter(out, rng, large, 1.1 * bubbles(rng, 96, (260, 800), (0.012, 0.035)), spread=0.5)
    return out


def waterfall(stretch: Stretch) -> Pcm:
    """Falling water: a broad roar that hardly changes, spray on top."""
    rng = stretch.rng
    out = swelled(shaped(stretch, _FALLS), drift(stretch, 2.5, 0.85, 1.08))
    spray = arrivals(stretch, 150)
    scatter(out, rng, spray, 1.4 * ticks(rng, 64, (900, 4000), (0.001, 0.003)), spread=0.6)
    return out


def underwater(stretch: Stretch) -> Pcm:
    """Under water: a dull, moving pressure, currents, strings of bubbles that rise."""
    samples, rng = stretch.samples, stretch.rng
    out = swelled(shaped(stretch, _DEEP, 0.7), drift(stretch, 0.5, 0.5, 1.1))
    out += swelled(shaped(stretch, _CURRENT), 0.35 * drift(stretch, 1.4, 0.1, 1.0))
    strings = arrivals(stretch, 1.1)
    if not len(strings):
        strings = rng.integers(0, max(samples // 2, 1), 1)
    for start in strings:
        count = rng.integers(7, 22)
        starts = np.sort(start + np.cumsum(rng.exponential(0.045, count) * 48_000).astype(np.int64))
        starts = starts[starts < samples]
        low = rng.uniform(220, 420)
        bank = bubbles(rng, 24, (low, 2.6 * low), (0.015, 0.04))
        scatter(out, rng, starts, 1.1 * bank, spread=0.5)
    return out


def _risen(since: np.ndarray, rise: float, fall: float) -> np.ndarray:
    """Return what grows towards time 0 and fades behind it, 1 high, without a corner."""
    soft = 0.12
    away = np.sqrt(since**2 + soft**2) - soft
    return np.exp(-away / np.where(since < 0, rise, fall))
