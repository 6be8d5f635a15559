"""Rain, thunder, wind, leaves and snow, made of noise and grains."""

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
    from keyreel.sound.ambience.synthesis import Mono, Stretch

# Many far drops: a hiss around 5 kHz. A roof and wet ground under hard rain add the lower octaves.
_DRIZZLE: Final = (
    *((100, -32), (400, -19), (1000, -11), (2500, -4), (5000, 0), (8000, -2)),
    *((12_000, -9), (17_000, -22)),
)
_SHEETS: Final = (
    *((60, -20), (150, -14), (500, -6), (1200, -1), (3000, 0), (6000, -3)),
    *((11_000, -9), (17_000, -22)),
)
_RUMBLE: Final = ((22, -6), (40, 0), (80, -2), (150, -10), (300, -22))
_CRACK: Final = ((70, -6), (160, 0), (500, -5), (1500, -14), (4000, -26))
_MOAN: Final = ((55, -12), (110, -3), (220, 0), (420, -6), (900, -18))
_HOWL: Final = ((260, -14), (480, 0), (640, -1), (950, -14))
_SWISH: Final = ((500, -14), (1100, -2), (1800, 0), (3500, -9), (7000, -22))
_RUSTLE: Final = (
    *((700, -26), (1800, -10), (3500, -1), (5500, 0), (8500, -3)),
    *((12_000, -10), (17_000, -22)),
)
_MUFFLED: Final = ((45, -12), (110, -2), (220, 0), (420, -8), (1000, -26))
_HUSH: Final = ((900, -12), (2200, 0), (4500, -5), (8000, -16))


def rain(stretch: Stretch) -> Pcm:
    """Light rain: a far hiss, single drops near by, now and then one that falls into a puddle."""
    rng = stretch.rng
    out = swelled(shaped(stretch, _DRIZZLE), drift(stretch, 0.4, 0.8, 1.1))
    near = arrivals(stretch, 110)
    scatter(out, rng, near, 3.2 * ticks(rng, 96, (2200, 8500), (0.0006, 0.0022)), spread=0.7)
    puddle = arrivals(stretch, 9)
    scatter(out, rng, puddle, 1.3 * bubbles(rng, 48, (1100, 4200), (0.004, 0.014)), spread=0.5)
    return out


def downpour(stretch: Stretch) -> Pcm:
    """Hard rain in sheets: broad noise that swells, a patter of drops, splashes."""
    rng = stretch.rng
    out = swelled(shaped(stretch, _SHEETS), drift(stretch, 0.7, 0.72, 1.15))
    near = arrivals(stretch, 420)
    scatter(out, rng, near, 2.2 * ticks(rng, 96, (1200, 6000), (0.0006, 0.0025)), spread=0.55)
    splash = arrivals(stretch, 30)
    scatter(out, rng, splash, 0.9 * bubbles(rng, 64, (500, 2600), (0.006, 0.02)), spread=0.6)
    return out


def thunder(stretch: Stretch) -> Pcm:
    """Claps that crack, roll over the sky in several pushes and fade, one in about twelve seconds."""
    samples, rng = stretch.samples, stretch.rng
    times = control_times(samples)
    roll, crack = 0.02 + 0 * times, 0 * times
    clap = rng.uniform(0.3, 1.1)
    while clap < times[-1]:
        near = rng.uniform(0.3, 1.0)
        for push in range(rng.integers(5, 10)):
            late = clap + push * rng.uniform(0.25, 0.75)
            roll += rng.uniform(0.3, 1.0) * _pushed(times - late, 0.12, rng.uniform(0.7, 2.2))
            crack += (
                near
                * rng.uniform(0.1, 1.0)
                * _pushed(times - late, 0.015, rng.uniform(0.06, 0.3))
                / (1 + push)
            )
        clap += rng.uniform(9, 15)
    sky = swelled(shaped(stretch, _MOAN), 0.03 + 0.04 * stretch.gusts)
    low = swelled(shaped(stretch, _RUMBLE, 0.8), stretched(samples, roll) * drift(stretch, 7, 0.4, 1.0))
    high = swelled(shaped(stretch, _CRACK), stretched(samples, crack) * drift(stretch, 18, 0.3, 1.0))
    sky += low
    sky += high
    return sky


def wind(stretch: Stretch) -> Pcm:
    """Gusts: the harder it blows, the higher it sounds."""
    blow = stretch.gusts * drift(stretch, 3.0, 0.8, 1.1)
    out = swelled(shaped(stretch, _MOAN, 0.8), 0.1 + 1.1 * blow**1.4)
    out += swelled(shaped(stretch, _HOWL), 0.7 * blow**2.2 * drift(stretch, 0.8, 0.3, 1.0))
    out += swelled(shaped(stretch, _SWISH), 0.04 + 0.6 * blow**2.8)
    return _swung(out, drift(stretch, 0.3, 0.25, 0.75))


def leaves(stretch: Stretch) -> Pcm:
    """Leaves that the wind stirs: a rustle that flutters, and leaf on leaf."""
    rng = stretch.rng
    stir = 0.12 + stretch.gusts**1.5
    out = shaped(stretch, _RUSTLE)
    for channel in (0, 1):
        out[:, channel] *= stir * drift(stretch, 11, 0.25, 1.1) * drift(stretch, 1.3, 0.6, 1.1)
    touch = arrivals(stretch, 240, np.minimum(stir, 1))
    scatter(out, rng, touch, 1.0 * ticks(rng, 96, (2600, 8000), (0.001, 0.005)), spread=0.6)
    return out


def snow(stretch: Stretch) -> Pcm:
    """Falling snow: what is left of the wind, a hush, flakes that tick on cloth."""
    rng = stretch.rng
    out = swelled(shaped(stretch, _MUFFLED, 0.7), 0.35 + 0.8 * stretch.gusts)
    out += swelled(shaped(stretch, _HUSH), 0.1 * drift(stretch, 0.5, 0.5, 1.0))
    flakes = arrivals(stretch, 16)
    scatter(out, rng, flakes, 0.3 * ticks(rng, 48, (5000, 10_000), (0.0004, 0.001)), spread=0.6)
    return out


def _pushed(since: np.ndarray, rise: float, fall: float) -> np.ndarray:
    """Return a push that starts at 0, 1 high, each side with its own time."""
    since = np.maximum(since, 0)
    return (1 - np.exp(-since / rise)) * np.exp(-since / fall)


def _swung(sound: Pcm, place: Mono) -> Pcm:
    """Lean a sound to the left (0) and the right (1), its loudness kept."""
    sound[:, 0] *= np.sqrt(2) * np.cos(place * np.pi / 2)
    sound[:, 1] *= np.sqrt(2) * np.sin(place * np.pi / 2)
    return sound
