"""Fire and steam, made of noise and grains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.sound.ambience.synthesis import arrivals, bubbles, drift, scatter, shaped, swelled, ticks

if TYPE_CHECKING:
    from keyreel.media.audio import Pcm
    from keyreel.sound.ambience.synthesis import Stretch

_ROAR: Final = ((28, -10), (60, -1), (130, 0), (320, -8), (900, -18), (2500, -30))
_BREATH: Final = ((1500, -18), (4000, -3), (6500, 0), (10_000, -6), (15_000, -16))
_HISS: Final = ((900, -26), (2500, -10), (5500, -1), (8000, 0), (12_000, -5), (17_000, -16))
_POT: Final = ((90, -8), (220, 0), (500, -4), (1100, -14), (2400, -28))


def fire(stretch: Stretch) -> Pcm:
    """Burning wood: a low flicker, crackles in bursts, most tiny and a few loud, pops that knock."""
    rng = stretch.rng
    out = swelled(shaped(stretch, _ROAR, 0.7), drift(stretch, 5, 0.35, 1.0) * drift(stretch, 0.5, 0.7, 1.1))
    out += swelled(shaped(stretch, _BREATH), 0.1 * drift(stretch, 2.2, 0.4, 1.2))
    # Bursts: the rate itself goes up and down, and most of the time it is low.
    lively = drift(stretch, 1.3, 0.0, 1.0) ** 2.5
    crackles = arrivals(stretch, 110, lively)
    scatter(out, rng, crackles, 2.6 * ticks(rng, 128, (1800, 9000), (0.0002, 0.0012)), spread=1.0)
    strays = arrivals(stretch, 6)
    scatter(out, rng, strays, 3.0 * ticks(rng, 64, (1200, 6000), (0.0004, 0.0015)), spread=0.9)
    pops = arrivals(stretch, 1.2)
    scatter(out, rng, pops, 3.5 * ticks(rng, 32, (350, 1400), (0.002, 0.006)), spread=0.6)
    return out


def steam(stretch: Stretch) -> Pcm:
    """Hot drink or kettle: a soft hiss that breathes, a simmer below."""
    rng = stretch.rng
    out = swelled(shaped(stretch, _HISS), drift(stretch, 0.5, 0.55, 1.0) * drift(stretch, 5, 0.85, 1.05))
    out += swelled(shaped(stretch, _POT, 0.6), 0.16 * drift(stretch, 1.2, 0.5, 1.0))
    simmer = arrivals(stretch, 34, drift(stretch, 1.5, 0.2, 1.0))
    scatter(out, rng, simmer, 0.7 * bubbles(rng, 96, (320, 1300), (0.006, 0.02)), spread=0.7)
    return out
