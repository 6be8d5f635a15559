"""Waves, streams and the sound under water, synthesized from noise and bubbles; knows no prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE
from keyreel.sound.ambience.synthesis import (
    apply_envelope,
    generate_drift,
    get_control_times,
    sample_arrivals,
    scatter_grains,
    synthesize_bubbles,
    synthesize_shaped_noise,
    synthesize_ticks,
    upsample_control,
)

if TYPE_CHECKING:
    from keyreel.media.audio import Pcm
    from keyreel.sound.ambience.synthesis import SynthesisContext
    from keyreel.sound.arrays import ControlCurve

# Spectra of noise in (Hz, dB).
_SWELL_SPECTRUM: Final = ((35, -8), (70, -1), (140, 0), (350, -4), (800, -12), (2000, -26))
_BREAKER_SPECTRUM: Final = ((250, -12), (600, -3), (1400, 0), (3500, -5), (8000, -12), (14_000, -24))
_FOAM_SPECTRUM: Final = ((1500, -18), (3500, -4), (6500, 0), (10_000, -4), (15_000, -14))
_FLOW_SPECTRUM: Final = ((150, -18), (400, -8), (900, -2), (2200, 0), (5000, -7), (10_000, -18))
_WATERFALL_SPECTRUM: Final = (
    (50, -10),
    (120, -3),
    (350, 0),
    (1200, -1),
    (3500, -4),
    (8000, -9),
    (15_000, -20),
)
_UNDERWATER_SPECTRUM: Final = ((25, -10), (60, -1), (110, 0), (220, -7), (500, -22), (1200, -42))
_CURRENT_SPECTRUM: Final = ((140, -10), (260, 0), (420, -2), (700, -16))
_LAPPING_SPECTRUM: Final = ((100, -12), (260, -2), (600, 0), (1400, -6), (4000, -18), (9000, -32))


def synthesize_waves(context: SynthesisContext) -> Pcm:
    """Synthesize surf: each wave swells for two or three seconds, breaks, runs up as foam and draws back."""
    samples, rng = context.samples, context.rng
    times = get_control_times(samples)
    swell, broken, foam = 0.1 + 0 * times, 0.07 + 0 * times, 0.05 + 0 * times
    crest = rng.uniform(1.2, 2.8) - rng.uniform(6, 10)
    while crest < times[-1] + 4:
        size = rng.uniform(0.65, 1.1)
        swell += size * _build_swell(times - crest, rng.uniform(0.8, 1.2), 1.5)
        broken += size * _build_swell(times - crest - 0.3, 0.35, rng.uniform(0.8, 1.2))
        foam += size * _build_swell(times - crest - 1.0, 0.55, rng.uniform(1.3, 2.0))
        crest += rng.uniform(6, 10)
    out = apply_envelope(
        synthesize_shaped_noise(context, _SWELL_SPECTRUM, 0.8), 0.8 * upsample_control(samples, swell)
    )
    out += apply_envelope(
        synthesize_shaped_noise(context, _BREAKER_SPECTRUM),
        upsample_control(samples, broken) * generate_drift(context, 6, 0.7, 1.1),
    )
    white = upsample_control(samples, foam)
    out += apply_envelope(
        synthesize_shaped_noise(context, _FOAM_SPECTRUM), 0.42 * white * generate_drift(context, 14, 0.6, 1.1)
    )
    fizz = sample_arrivals(context, 260, np.minimum(white, 1))
    scatter_grains(
        out, rng, fizz, 0.8 * synthesize_ticks(rng, 64, (3500, 9500), (0.0004, 0.0015)), spread=0.6
    )
    return out


def synthesize_lake(context: SynthesisContext) -> Pcm:
    """Synthesize water that laps at a bank or a boat, once in about two seconds, with a gurgle at times."""
    samples, rng = context.samples, context.rng
    times = get_control_times(samples)
    lap, crest = 0.05 + 0 * times, rng.uniform(-1.5, 0.6)
    while crest < times[-1] + 1:
        lap += rng.uniform(0.35, 1.0) * _build_swell(
            times - crest, rng.uniform(0.12, 0.25), rng.uniform(0.25, 0.5)
        )
        crest += rng.uniform(1.2, 2.6)
    push = upsample_control(samples, lap)
    out = apply_envelope(
        synthesize_shaped_noise(context, _LAPPING_SPECTRUM), push * generate_drift(context, 9, 0.4, 1.1)
    )
    gurgle = sample_arrivals(context, 38, np.minimum(push, 1))
    scatter_grains(
        out, rng, gurgle, 1.6 * synthesize_bubbles(rng, 96, (320, 1500), (0.008, 0.03)), spread=0.6
    )
    return out


def synthesize_stream(context: SynthesisContext) -> Pcm:
    """Synthesize flow over stones: hundreds of bubbles a second over a soft rush."""
    rng = context.rng
    out = apply_envelope(
        synthesize_shaped_noise(context, _FLOW_SPECTRUM), 0.4 * generate_drift(context, 0.6, 0.8, 1.1)
    )
    small = sample_arrivals(context, 190, generate_drift(context, 1.6, 0.35, 1.0))
    scatter_grains(
        out, rng, small, 1.0 * synthesize_bubbles(rng, 192, (700, 3800), (0.004, 0.016)), spread=0.7
    )
    large = sample_arrivals(context, 26, generate_drift(context, 0.9, 0.2, 1.0))
    scatter_grains(out, rng, large, 1.1 * synthesize_bubbles(rng, 96, (260, 800), (0.012, 0.035)), spread=0.5)
    return out


def synthesize_waterfall(context: SynthesisContext) -> Pcm:
    """Synthesize falling water: a broad roar that hardly changes, and spray."""
    rng = context.rng
    out = apply_envelope(
        synthesize_shaped_noise(context, _WATERFALL_SPECTRUM), generate_drift(context, 2.5, 0.85, 1.08)
    )
    spray = sample_arrivals(context, 150)
    scatter_grains(out, rng, spray, 1.4 * synthesize_ticks(rng, 64, (900, 4000), (0.001, 0.003)), spread=0.6)
    return out


def synthesize_underwater(context: SynthesisContext) -> Pcm:
    """Synthesize the sound under water: a dull, varying rumble, currents, strings of bubbles."""
    samples, rng = context.samples, context.rng
    out = apply_envelope(
        synthesize_shaped_noise(context, _UNDERWATER_SPECTRUM, 0.7), generate_drift(context, 0.5, 0.5, 1.1)
    )
    out += apply_envelope(
        synthesize_shaped_noise(context, _CURRENT_SPECTRUM), 0.35 * generate_drift(context, 1.4, 0.1, 1.0)
    )
    strings = sample_arrivals(context, 1.1)
    if not len(strings):
        strings = rng.integers(0, max(samples // 2, 1), 1)
    for start in strings:
        count = rng.integers(7, 22)
        starts = np.sort(start + np.cumsum(rng.exponential(0.045, count) * SAMPLE_RATE).astype(np.int64))
        starts = starts[starts < samples]
        low = rng.uniform(220, 420)
        bank = synthesize_bubbles(rng, 24, (low, 2.6 * low), (0.015, 0.04))
        scatter_grains(out, rng, starts, 1.1 * bank, spread=0.5)
    return out


def _build_swell(since: ControlCurve, rise: float, fall: float) -> ControlCurve:
    """Return a curve, 0 … 1, that rises to time 0 and falls after it (e-fold seconds), without a corner."""
    soft = 0.12
    away = np.sqrt(since**2 + soft**2) - soft
    return np.exp(-away / np.where(since < 0, rise, fall))
