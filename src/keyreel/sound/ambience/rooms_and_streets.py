"""Towns, people, machines, rooms and open air: what a place sounds like when nothing happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE
from keyreel.sound.ambience.synthesis import (
    arrivals,
    control_times,
    drift,
    echoed,
    shaped,
    stretched,
    swelled,
)

if TYPE_CHECKING:
    from keyreel.media.audio import Pcm
    from keyreel.sound.ambience.synthesis import Mono, Stretch

_TRAFFIC: Final = (
    (30, -14),
    (60, -3),
    (110, 0),
    (260, -4),
    (600, -10),
    (1100, -13),
    (2800, -26),
    (7000, -42),
)
_TYRES: Final = ((120, -10), (350, -5), (800, 0), (1500, -3), (3200, -14), (7000, -28))
_MOTOR: Final = ((35, -6), (75, 0), (140, -4), (300, -14))
_ROOM: Final = ((35, -6), (70, -1), (140, 0), (300, -8), (700, -16), (2000, -26), (6000, -36))
_AIR: Final = ((70, -6), (180, 0), (420, -3), (1100, -9), (3000, -16), (7000, -25))
_FANS: Final = ((50, -8), (120, -2), (300, 0), (700, -7), (1600, -15), (5000, -28))
_HUM_HZ: Final = 50.0


def city(stretch: Stretch) -> Pcm:
    """Town below a window: far traffic, a hum, cars that pass every few seconds, a horn somewhere."""
    samples, rng = stretch.samples, stretch.rng
    out = swelled(shaped(stretch, _TRAFFIC), 0.8 * drift(stretch, 0.2, 0.6, 1.0))
    out += 0.05 * _hum(stretch, 2 * _HUM_HZ, (1.0, 0.4, 0.15))[:, None]
    times = control_times(samples)
    passing, moving = shaped(stretch, _TYRES, 0.3), shaped(stretch, _MOTOR, 0.3)
    at = rng.uniform(0.5, 2.5)
    while at < times[-1] + 2:
        loud, quick = rng.uniform(0.25, 0.8), rng.uniform(0.5, 1.2)
        # Nearer is louder by the square of the distance: a bell with long skirts.
        bell = stretched(samples, loud / (1 + ((times - at) / quick) ** 2) ** 1.3)
        across = stretched(samples, 0.5 + rng.choice((-0.42, 0.42)) * np.tanh((times - at) / quick))
        sides = np.stack([np.cos(across * np.pi / 2), np.sin(across * np.pi / 2)], axis=1)
        out += (0.8 * passing + 0.5 * moving) * bell[:, None] * sides
        at += rng.uniform(2.2, 6.0)
    horns = _horns(stretch)
    if horns.any():
        out += echoed(horns, rng, 1.6, 1500)
    return out


def machine(stretch: Stretch) -> Pcm:
    """Inside a ship or a plant: fans, and a deep drone whose tones beat against each other."""
    rng = stretch.rng
    base = rng.uniform(46, 62)
    drone = _hum(stretch, base, (1.0, 0.5, 0.32, 0.1, 0.12)) + _hum(
        stretch, base * 1.006, (0.7, 0.3, 0.2, 0.1)
    )
    out = swelled(shaped(stretch, _FANS, 0.9), drift(stretch, 0.3, 0.7, 0.9))
    out += (drone * drift(stretch, 0.2, 0.75, 1.0))[:, None]
    return out


def room(stretch: Stretch) -> Pcm:
    """Quiet room: air in the walls, a trace of mains hum."""
    out = swelled(shaped(stretch, _ROOM, 0.9), drift(stretch, 0.2, 0.85, 1.0))
    out += 0.05 * _hum(stretch, 2 * _HUM_HZ, (1.0, 0.35, 0.2))[:, None]
    return out


def air(stretch: Stretch) -> Pcm:
    """Open air: a breath of wind that comes and goes."""
    return swelled(shaped(stretch, _AIR, 0.9), 0.55 + 0.5 * stretch.gusts)


def _horns(stretch: Stretch) -> Pcm:
    """Return horns some streets away, one in about eight seconds: two notes, once or twice."""
    rng = stretch.rng
    out = np.zeros((stretch.samples, 2), np.float32)
    for start in arrivals(stretch, 0.12):
        notes = rng.uniform(360, 460) * np.array([1.0, rng.uniform(1.19, 1.27)])
        place, at = rng.uniform(0.1, 0.9) * np.pi / 2, int(start)
        for _ in range(rng.integers(1, 3)):
            count = round(rng.uniform(0.12, 0.5) * SAMPLE_RATE)
            times = np.arange(count) / SAMPLE_RATE
            tone = sum(
                np.sin(2 * np.pi * note * number * times) / number
                for note in notes
                for number in (1, 2, 3, 5)
            )
            tone *= np.minimum(np.minimum(times, times[::-1]) * 60, 1) * rng.uniform(0.1, 0.25)
            part = out[at : at + count]
            part += np.stack([np.cos(place) * tone, np.sin(place) * tone], axis=1)[: len(part)]
            at += count + round(rng.uniform(0.1, 0.2) * SAMPLE_RATE)
    return out


def _hum(stretch: Stretch, hertz: float, heights: tuple[float, ...]) -> Mono:
    """Return a tone and its harmonics, never quite steady."""
    times = np.arange(stretch.samples) / SAMPLE_RATE
    phase = 2 * np.pi * hertz * times + drift(stretch, 0.5, -0.8, 0.8)
    starts = stretch.rng.uniform(0, 2 * np.pi, len(heights))
    tones = (
        height * np.sin(((number + 1) * phase + start).astype(np.float32))
        for number, (height, start) in enumerate(zip(heights, starts, strict=True))
    )
    total: Mono = np.sum(list(tones), axis=0).astype(np.float32)
    return total
