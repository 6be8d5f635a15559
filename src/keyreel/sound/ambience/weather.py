"""Rain, thunder, wind, leaves and snow, synthesized from noise and grains; knows no prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

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
    from keyreel.sound.arrays import ControlCurve, Mono

# Spectra of noise in (Hz, dB).
# Many far drops: a hiss around 5 kHz. A roof and wet ground under hard rain add the lower octaves.
_DRIZZLE_SPECTRUM: Final = (
    *((100, -32), (400, -19), (1000, -11), (2500, -4), (5000, 0), (8000, -2)),
    *((12_000, -9), (17_000, -22)),
)
_DOWNPOUR_SPECTRUM: Final = (
    *((60, -20), (150, -14), (500, -6), (1200, -1), (3000, 0), (6000, -3)),
    *((11_000, -9), (17_000, -22)),
)
_RUMBLE_SPECTRUM: Final = ((22, -6), (40, 0), (80, -2), (150, -10), (300, -22))
_CRACK_SPECTRUM: Final = ((70, -6), (160, 0), (500, -5), (1500, -14), (4000, -26))
_MOAN_SPECTRUM: Final = ((55, -12), (110, -3), (220, 0), (420, -6), (900, -18))
_HOWL_SPECTRUM: Final = ((260, -14), (480, 0), (640, -1), (950, -14))
_SWISH_SPECTRUM: Final = ((500, -14), (1100, -2), (1800, 0), (3500, -9), (7000, -22))
_RUSTLE_SPECTRUM: Final = (
    *((700, -26), (1800, -10), (3500, -1), (5500, 0), (8500, -3)),
    *((12_000, -10), (17_000, -22)),
)
_SNOW_WIND_SPECTRUM: Final = ((45, -12), (110, -2), (220, 0), (420, -8), (1000, -26))
_SNOW_HUSH_SPECTRUM: Final = ((900, -12), (2200, 0), (4500, -5), (8000, -16))


def synthesize_rain(context: SynthesisContext) -> Pcm:
    """Synthesize light rain: a far hiss, single near drops, now and then one that falls into a puddle."""
    rng = context.rng
    out = apply_envelope(
        synthesize_shaped_noise(context, _DRIZZLE_SPECTRUM), generate_drift(context, 0.4, 0.8, 1.1)
    )
    near = sample_arrivals(context, 110)
    scatter_grains(
        out, rng, near, 3.2 * synthesize_ticks(rng, 96, (2200, 8500), (0.0006, 0.0022)), spread=0.7
    )
    puddle = sample_arrivals(context, 9)
    scatter_grains(
        out, rng, puddle, 1.3 * synthesize_bubbles(rng, 48, (1100, 4200), (0.004, 0.014)), spread=0.5
    )
    return out


def synthesize_downpour(context: SynthesisContext) -> Pcm:
    """Synthesize hard rain in sheets: broad noise that swells, a patter of drops, splashes."""
    rng = context.rng
    out = apply_envelope(
        synthesize_shaped_noise(context, _DOWNPOUR_SPECTRUM), generate_drift(context, 0.7, 0.72, 1.15)
    )
    near = sample_arrivals(context, 420)
    scatter_grains(
        out, rng, near, 2.2 * synthesize_ticks(rng, 96, (1200, 6000), (0.0006, 0.0025)), spread=0.55
    )
    splash = sample_arrivals(context, 30)
    scatter_grains(
        out, rng, splash, 0.9 * synthesize_bubbles(rng, 64, (500, 2600), (0.006, 0.02)), spread=0.6
    )
    return out


def synthesize_thunder(context: SynthesisContext) -> Pcm:
    """Synthesize thunder, a clap in about twelve seconds: a crack, several rolls, a fade."""
    samples, rng = context.samples, context.rng
    times = get_control_times(samples)
    roll, crack = 0.02 + 0 * times, 0 * times
    clap = rng.uniform(0.3, 1.1)
    while clap < times[-1]:
        near = rng.uniform(0.3, 1.0)
        for push in range(rng.integers(5, 10)):
            late = clap + push * rng.uniform(0.25, 0.75)
            roll += rng.uniform(0.3, 1.0) * _build_push(times - late, 0.12, rng.uniform(0.7, 2.2))
            crack += (
                near
                * rng.uniform(0.1, 1.0)
                * _build_push(times - late, 0.015, rng.uniform(0.06, 0.3))
                / (1 + push)
            )
        clap += rng.uniform(9, 15)
    sky = apply_envelope(synthesize_shaped_noise(context, _MOAN_SPECTRUM), 0.03 + 0.04 * context.gusts)
    low = apply_envelope(
        synthesize_shaped_noise(context, _RUMBLE_SPECTRUM, 0.8),
        upsample_control(samples, roll) * generate_drift(context, 7, 0.4, 1.0),
    )
    high = apply_envelope(
        synthesize_shaped_noise(context, _CRACK_SPECTRUM),
        upsample_control(samples, crack) * generate_drift(context, 18, 0.3, 1.0),
    )
    sky += low
    sky += high
    return sky


def synthesize_wind(context: SynthesisContext) -> Pcm:
    """Synthesize gusts: the harder the wind blows, the higher it sounds."""
    blow = context.gusts * generate_drift(context, 3.0, 0.8, 1.1)
    out = apply_envelope(synthesize_shaped_noise(context, _MOAN_SPECTRUM, 0.8), 0.1 + 1.1 * blow**1.4)
    out += apply_envelope(
        synthesize_shaped_noise(context, _HOWL_SPECTRUM),
        0.7 * blow**2.2 * generate_drift(context, 0.8, 0.3, 1.0),
    )
    out += apply_envelope(synthesize_shaped_noise(context, _SWISH_SPECTRUM), 0.04 + 0.6 * blow**2.8)
    return _pan(out, generate_drift(context, 0.3, 0.25, 0.75))


def synthesize_leaves(context: SynthesisContext) -> Pcm:
    """Synthesize leaves in the wind: a rustle that flutters, and leaves that touch."""
    rng = context.rng
    stir = 0.12 + context.gusts**1.5
    out = synthesize_shaped_noise(context, _RUSTLE_SPECTRUM)
    for channel in (0, 1):
        out[:, channel] *= (
            stir * generate_drift(context, 11, 0.25, 1.1) * generate_drift(context, 1.3, 0.6, 1.1)
        )
    touch = sample_arrivals(context, 240, np.minimum(stir, 1))
    scatter_grains(out, rng, touch, 1.0 * synthesize_ticks(rng, 96, (2600, 8000), (0.001, 0.005)), spread=0.6)
    return out


def synthesize_snow(context: SynthesisContext) -> Pcm:
    """Synthesize falling snow: a muffled wind, soft noise, flakes that tick on cloth."""
    rng = context.rng
    out = apply_envelope(
        synthesize_shaped_noise(context, _SNOW_WIND_SPECTRUM, 0.7), 0.35 + 0.8 * context.gusts
    )
    out += apply_envelope(
        synthesize_shaped_noise(context, _SNOW_HUSH_SPECTRUM), 0.1 * generate_drift(context, 0.5, 0.5, 1.0)
    )
    flakes = sample_arrivals(context, 16)
    scatter_grains(
        out, rng, flakes, 0.3 * synthesize_ticks(rng, 48, (5000, 10_000), (0.0004, 0.001)), spread=0.6
    )
    return out


def _build_push(since: ControlCurve, rise: float, fall: float) -> ControlCurve:
    """Return a curve, 0 … 1, that starts at time 0, rises and falls (e-fold seconds)."""
    since = np.maximum(since, 0)
    return (1 - np.exp(-since / rise)) * np.exp(-since / fall)


def _pan(sound: Pcm, pan: Mono) -> Pcm:
    """Pan a sound, in place, between left (0) and right (1), its power kept."""
    sound[:, 0] *= np.sqrt(2) * np.cos(pan * np.pi / 2)
    sound[:, 1] *= np.sqrt(2) * np.sin(pan * np.pi / 2)
    return sound
