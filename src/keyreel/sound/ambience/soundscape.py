"""A video's ambience: each shot's sounds at their loudness, crossfaded from shot to shot."""

from __future__ import annotations

from itertools import accumulate
from math import isfinite, log10
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE, measure_loudness
from keyreel.sound.ambience.birds_and_crickets import synthesize_birds, synthesize_crickets
from keyreel.sound.ambience.crowd import synthesize_crowd
from keyreel.sound.ambience.expected_sounds import AmbientSound
from keyreel.sound.ambience.fire_and_steam import synthesize_fire, synthesize_steam
from keyreel.sound.ambience.rooms_and_streets import (
    synthesize_city,
    synthesize_machine,
    synthesize_open_air,
    synthesize_room_tone,
)
from keyreel.sound.ambience.synthesis import (
    SynthesisContext,
    generate_drift,
    get_control_times,
    upsample_control,
)
from keyreel.sound.ambience.water import (
    synthesize_lake,
    synthesize_stream,
    synthesize_underwater,
    synthesize_waterfall,
    synthesize_waves,
)
from keyreel.sound.ambience.weather import (
    synthesize_downpour,
    synthesize_leaves,
    synthesize_rain,
    synthesize_snow,
    synthesize_thunder,
    synthesize_wind,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keyreel.media.audio import Pcm
    from keyreel.sound.arrays import Mono

    ShotSounds = Sequence[tuple[float, frozenset[AmbientSound]]]

SOUND_RENDERERS: Final[dict[AmbientSound, tuple[Callable[[SynthesisContext], Pcm], float]]] = {
    AmbientSound.RAIN: (synthesize_rain, -20),
    AmbientSound.DOWNPOUR: (synthesize_downpour, -20),
    AmbientSound.THUNDER: (synthesize_thunder, -20),
    AmbientSound.SNOW: (synthesize_snow, -24),
    AmbientSound.WIND: (synthesize_wind, -20),
    AmbientSound.LEAVES: (synthesize_leaves, -22),
    AmbientSound.WAVES: (synthesize_waves, -20),
    AmbientSound.LAKE: (synthesize_lake, -23),
    AmbientSound.STREAM: (synthesize_stream, -20),
    AmbientSound.WATERFALL: (synthesize_waterfall, -20),
    AmbientSound.UNDERWATER: (synthesize_underwater, -20),
    AmbientSound.FIRE: (synthesize_fire, -20),
    AmbientSound.STEAM: (synthesize_steam, -24),
    AmbientSound.BIRDS: (synthesize_birds, -22),
    AmbientSound.CRICKETS: (synthesize_crickets, -23),
    AmbientSound.CITY: (synthesize_city, -20),
    AmbientSound.CROWD: (synthesize_crowd, -20),
    AmbientSound.MACHINE: (synthesize_machine, -22),
    AmbientSound.ROOM: (synthesize_room_tone, -30),
    AmbientSound.AIR: (synthesize_open_air, -28),
}
"""Each sound's synthesizer and its loudness alone in LUFS: quiet sounds stay quiet."""

_OVERLAP_SECONDS: Final = 0.8  # of a crossfade, half of it on either side of the cut
# What is softer than the loudest by more does not count for a programme's loudness (BS.1770's relative gate).
_RELATIVE_GATE_DB: Final = 10.0


def render_ambience(shots: ShotSounds, seed: int) -> Pcm:
    """Return the ambience of shots, given as their seconds and sounds; the same seed, the same samples.

    A sound that goes on in the next shot goes on without a seam. A shot without sounds gets that of open air.
    """
    shots = [(seconds, sounds or frozenset({AmbientSound.AIR})) for seconds, sounds in shots]
    bounds = [round(at * SAMPLE_RATE) for at in accumulate((seconds for seconds, _ in shots), initial=0.0)]
    samples = bounds[-1]
    gusts = _generate_gusts(samples, seed)
    out = np.zeros((samples, 2), np.float32)
    for number, sound in enumerate(AmbientSound):
        for first, last in _find_runs([sound in sounds for _, sounds in shots]):
            gains = [10 ** (_compute_level(sound, sounds) / 20) for _, sounds in shots[first:last]]
            overlap = round(_OVERLAP_SECONDS * SAMPLE_RATE / 2)
            start, stop = max(0, bounds[first] - overlap), min(samples, bounds[last] + overlap)
            rng = np.random.default_rng((seed, number, first))
            part = _normalize_to_zero_lufs(
                SOUND_RENDERERS[sound][0](SynthesisContext(stop - start, rng, gusts[start:stop]))
            )
            part *= _build_envelope(bounds[first : last + 1], gains, (start, stop), samples)[:, None]
            out[start:stop] += part
    return _apply_target_loudness(out, shots)


def _generate_gusts(samples: int, seed: int) -> Mono:
    """Return how hard the wind blows, about 0 … 1: swells of some seconds, now and then a lull."""
    context = SynthesisContext(
        samples, np.random.default_rng((seed, len(AmbientSound))), np.zeros(0, np.float32)
    )
    return generate_drift(context, 0.22, 0.15, 0.8) * generate_drift(context, 0.7, 0.6, 1.25)


def _find_runs(present: list[bool]) -> list[tuple[int, int]]:
    """Return the unbroken runs of True as (first, one past the last)."""
    edges = np.flatnonzero(np.diff([False, *present, False])).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _compute_level(sound: AmbientSound, sounds: frozenset[AmbientSound]) -> float:
    """Return a sound's loudness among others, in LUFS: together they are as loud as the loudest alone."""
    powers = [10 ** (SOUND_RENDERERS[each][1] / 10) for each in sounds]
    return SOUND_RENDERERS[sound][1] + 10 * log10(max(powers) / sum(powers))


def _normalize_to_zero_lufs(sound: Pcm) -> Pcm:
    """Return a sound at 0 LUFS."""
    found = measure_loudness(sound)
    return sound * np.float32(10 ** (-found / 20) if isfinite(found) else 0)


def _build_envelope(bounds: list[int], gains: list[float], span: tuple[int, int], samples: int) -> Mono:
    """Return the gain over a run of shots: it changes around cuts, and fades in and out at the run's ends."""
    half = _OVERLAP_SECONDS * SAMPLE_RATE / 2
    edges = [0.0 if bounds[0] else gains[0], *gains, 0.0 if bounds[-1] < samples else gains[-1]]
    positions, levels = [], []
    for bound, before, after in zip(bounds, edges, edges[1:], strict=False):
        positions += [bound - half, bound + half]
        levels += [before, after]
    # Equal-power fades: two uncorrelated sounds keep their loudness together.
    times = get_control_times(span[1] - span[0]) * SAMPLE_RATE + span[0]
    return upsample_control(span[1] - span[0], np.sqrt(np.interp(times, positions, np.square(levels))))


def _apply_target_loudness(out: Pcm, shots: ShotSounds) -> Pcm:
    """Return the ambience at the loudness that follows from its shots' sounds."""
    loudest = [(seconds, max(SOUND_RENDERERS[each][1] for each in sounds)) for seconds, sounds in shots]
    top = max(level for _, level in loudest)
    counted = [(seconds, 10 ** (level / 10)) for seconds, level in loudest if level > top - _RELATIVE_GATE_DB]
    total_seconds = sum(seconds for seconds, _ in counted)
    wanted = 10 * log10(sum(seconds * power for seconds, power in counted) / total_seconds)
    found = measure_loudness(out)
    return out * np.float32(10 ** ((wanted - found) / 20)) if isfinite(found) else out
