"""The sound bed of a video: each shot's sounds at their loudness, faded over from shot to shot."""

from __future__ import annotations

from itertools import accumulate
from math import isfinite, log10
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE, measure_loudness
from keyreel.sound.ambience.birds_and_crickets import birds, crickets
from keyreel.sound.ambience.crowd import crowd
from keyreel.sound.ambience.expected_sounds import Heard
from keyreel.sound.ambience.fire_and_steam import fire, steam
from keyreel.sound.ambience.rooms_and_streets import air, city, machine, room
from keyreel.sound.ambience.synthesis import Stretch, control_times, drift, stretched
from keyreel.sound.ambience.water import lake, stream, underwater, waterfall, waves
from keyreel.sound.ambience.weather import downpour, leaves, rain, snow, thunder, wind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keyreel.media.audio import Pcm
    from keyreel.sound.ambience.synthesis import Mono

    Shots = Sequence[tuple[float, frozenset[Heard]]]

SOUNDS: Final[dict[Heard, tuple[Callable[[Stretch], Pcm], float]]] = {
    Heard.RAIN: (rain, -20),
    Heard.DOWNPOUR: (downpour, -20),
    Heard.THUNDER: (thunder, -20),
    Heard.SNOW: (snow, -24),
    Heard.WIND: (wind, -20),
    Heard.LEAVES: (leaves, -22),
    Heard.WAVES: (waves, -20),
    Heard.LAKE: (lake, -23),
    Heard.STREAM: (stream, -20),
    Heard.WATERFALL: (waterfall, -20),
    Heard.UNDERWATER: (underwater, -20),
    Heard.FIRE: (fire, -20),
    Heard.STEAM: (steam, -24),
    Heard.BIRDS: (birds, -22),
    Heard.CRICKETS: (crickets, -23),
    Heard.CITY: (city, -20),
    Heard.CROWD: (crowd, -20),
    Heard.MACHINE: (machine, -22),
    Heard.ROOM: (room, -30),
    Heard.AIR: (air, -28),
}
"""How each sound is made, and how loud it is alone, in LUFS: what is quiet in nature is quiet here."""

_OVERLAP_SECONDS: Final = 0.8
# What lies further below the loudest does not count for a programme's loudness (BS.1770's relative gate).
_GATE: Final = 10.0


def ambience(shots: Shots, seed: int) -> Pcm:
    """Return the bed of shots, given as seconds and what is heard in them; the same seed, the same samples.

    A sound that goes on in the next shot goes on without a seam. Nothing heard is the tone of open air.
    """
    shots = [(seconds, heard or frozenset({Heard.AIR})) for seconds, heard in shots]
    bounds = [round(at * SAMPLE_RATE) for at in accumulate((seconds for seconds, _ in shots), initial=0.0)]
    samples = bounds[-1]
    gusts = _gusts(samples, seed)
    out = np.zeros((samples, 2), np.float32)
    for number, heard in enumerate(Heard):
        for first, last in _runs([heard in sounds for _, sounds in shots]):
            gains = [10 ** (_level(heard, sounds) / 20) for _, sounds in shots[first:last]]
            overlap = round(_OVERLAP_SECONDS * SAMPLE_RATE / 2)
            start, stop = max(0, bounds[first] - overlap), min(samples, bounds[last] + overlap)
            rng = np.random.default_rng((seed, number, first))
            part = _at_zero(SOUNDS[heard][0](Stretch(stop - start, rng, gusts[start:stop])))
            part *= _envelope(bounds[first : last + 1], gains, (start, stop), samples)[:, None]
            out[start:stop] += part
    return _levelled(out, shots)


def _gusts(samples: int, seed: int) -> Mono:
    """Return how hard the wind blows: swells of some seconds, now and then a lull."""
    still = Stretch(samples, np.random.default_rng((seed, len(Heard))), np.zeros(0, np.float32))
    return drift(still, 0.22, 0.15, 0.8) * drift(still, 0.7, 0.6, 1.25)


def _runs(present: list[bool]) -> list[tuple[int, int]]:
    """Return the unbroken runs of True as (first, behind the last)."""
    edges = np.flatnonzero(np.diff([False, *present, False])).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _level(heard: Heard, sounds: frozenset[Heard]) -> float:
    """Return a sound's loudness among others: together they are as loud as the loudest would be alone."""
    powers = [10 ** (SOUNDS[each][1] / 10) for each in sounds]
    return SOUNDS[heard][1] + 10 * log10(max(powers) / sum(powers))


def _at_zero(sound: Pcm) -> Pcm:
    """Return a sound at 0 LUFS."""
    found = measure_loudness(sound)
    return sound * np.float32(10 ** (-found / 20) if isfinite(found) else 0)


def _envelope(bounds: list[int], gains: list[float], span: tuple[int, int], samples: int) -> Mono:
    """Return the gain over a run of shots: it moves around cuts, from and to nothing at the run's ends."""
    half = _OVERLAP_SECONDS * SAMPLE_RATE / 2
    edges = [0.0 if bounds[0] else gains[0], *gains, 0.0 if bounds[-1] < samples else gains[-1]]
    places, levels = [], []
    for bound, before, after in zip(bounds, edges, edges[1:], strict=False):
        places += [bound - half, bound + half]
        levels += [before, after]
    # Fades add up in power: two sounds that do not know each other keep their loudness together.
    times = control_times(span[1] - span[0]) * SAMPLE_RATE + span[0]
    return stretched(span[1] - span[0], np.sqrt(np.interp(times, places, np.square(levels))))


def _levelled(out: Pcm, shots: Shots) -> Pcm:
    """Return the bed at the loudness that its shots ask for."""
    loudest = [(seconds, max(SOUNDS[each][1] for each in sounds)) for seconds, sounds in shots]
    top = max(level for _, level in loudest)
    counted = [(seconds, 10 ** (level / 10)) for seconds, level in loudest if level > top - _GATE]
    wanted = 10 * log10(sum(s * p for s, p in counted) / sum(s for s, _ in counted))
    found = measure_loudness(out)
    return out * np.float32(10 ** ((wanted - found) / 20)) if isfinite(found) else out
