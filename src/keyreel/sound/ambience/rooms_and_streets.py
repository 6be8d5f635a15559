"""The background noise of towns, machines, rooms and open air; knows no prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE
from keyreel.sound.ambience.synthesis import (
    apply_envelope,
    generate_drift,
    get_control_times,
    sample_arrivals,
    synthesize_echo,
    synthesize_shaped_noise,
    upsample_control,
)

if TYPE_CHECKING:
    from keyreel.media.audio import Pcm
    from keyreel.sound.ambience.synthesis import SynthesisContext
    from keyreel.sound.arrays import Mono

# Spectra of noise in (Hz, dB).
_TRAFFIC_SPECTRUM: Final = (
    (30, -14),
    (60, -3),
    (110, 0),
    (260, -4),
    (600, -10),
    (1100, -13),
    (2800, -26),
    (7000, -42),
)
_TYRES_SPECTRUM: Final = ((120, -10), (350, -5), (800, 0), (1500, -3), (3200, -14), (7000, -28))
_MOTOR_SPECTRUM: Final = ((35, -6), (75, 0), (140, -4), (300, -14))
_ROOM_SPECTRUM: Final = ((35, -6), (70, -1), (140, 0), (300, -8), (700, -16), (2000, -26), (6000, -36))
_OPEN_AIR_SPECTRUM: Final = ((70, -6), (180, 0), (420, -3), (1100, -9), (3000, -16), (7000, -25))
_FANS_SPECTRUM: Final = ((50, -8), (120, -2), (300, 0), (700, -7), (1600, -15), (5000, -28))
_MAINS_HZ: Final = 50.0  # Europe and China; its hum has twice the frequency


def synthesize_city(context: SynthesisContext) -> Pcm:
    """Synthesize a town below a window: far traffic, a hum, cars that pass every few seconds, a far horn."""
    samples, rng = context.samples, context.rng
    out = apply_envelope(
        synthesize_shaped_noise(context, _TRAFFIC_SPECTRUM), 0.8 * generate_drift(context, 0.2, 0.6, 1.0)
    )
    out += 0.05 * _synthesize_hum(context, 2 * _MAINS_HZ, (1.0, 0.4, 0.15))[:, None]
    times = get_control_times(samples)
    passing, moving = (
        synthesize_shaped_noise(context, _TYRES_SPECTRUM, 0.3),
        synthesize_shaped_noise(context, _MOTOR_SPECTRUM, 0.3),
    )
    at = rng.uniform(0.5, 2.5)
    while at < times[-1] + 2:
        loud, quick = rng.uniform(0.25, 0.8), rng.uniform(0.5, 1.2)
        # Power falls with the square of the distance: a bell curve with long tails.
        bell = upsample_control(samples, loud / (1 + ((times - at) / quick) ** 2) ** 1.3)
        across = upsample_control(samples, 0.5 + rng.choice((-0.42, 0.42)) * np.tanh((times - at) / quick))
        sides = np.stack([np.cos(across * np.pi / 2), np.sin(across * np.pi / 2)], axis=1)
        out += (0.8 * passing + 0.5 * moving) * bell[:, None] * sides
        at += rng.uniform(2.2, 6.0)
    horns = _synthesize_horns(context)
    if horns.any():
        out += synthesize_echo(horns, rng, 1.6, 1500)
    return out


def synthesize_machine(context: SynthesisContext) -> Pcm:
    """Synthesize the inside of a ship or a plant: fans, and a deep drone of tones that beat."""
    rng = context.rng
    base = rng.uniform(46, 62)
    drone = _synthesize_hum(context, base, (1.0, 0.5, 0.32, 0.1, 0.12)) + _synthesize_hum(
        context, base * 1.006, (0.7, 0.3, 0.2, 0.1)
    )
    out = apply_envelope(
        synthesize_shaped_noise(context, _FANS_SPECTRUM, 0.9), generate_drift(context, 0.3, 0.7, 0.9)
    )
    out += (drone * generate_drift(context, 0.2, 0.75, 1.0))[:, None]
    return out


def synthesize_room_tone(context: SynthesisContext) -> Pcm:
    """Synthesize a quiet room: low noise and a trace of mains hum."""
    out = apply_envelope(
        synthesize_shaped_noise(context, _ROOM_SPECTRUM, 0.9), generate_drift(context, 0.2, 0.85, 1.0)
    )
    out += 0.05 * _synthesize_hum(context, 2 * _MAINS_HZ, (1.0, 0.35, 0.2))[:, None]
    return out


def synthesize_open_air(context: SynthesisContext) -> Pcm:
    """Synthesize open air: a light wind that comes and goes."""
    return apply_envelope(
        synthesize_shaped_noise(context, _OPEN_AIR_SPECTRUM, 0.9), 0.55 + 0.5 * context.gusts
    )


def _synthesize_horns(context: SynthesisContext) -> Pcm:
    """Return car horns, dry, one in about eight seconds: two notes, once or twice."""
    rng = context.rng
    out = np.zeros((context.samples, 2), np.float32)
    for start in sample_arrivals(context, 0.12):
        notes = rng.uniform(360, 460) * np.array([1.0, rng.uniform(1.19, 1.27)])
        pan_angle, at = rng.uniform(0.1, 0.9) * np.pi / 2, int(start)
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
            part += np.stack([np.cos(pan_angle) * tone, np.sin(pan_angle) * tone], axis=1)[: len(part)]
            at += count + round(rng.uniform(0.1, 0.2) * SAMPLE_RATE)
    return out


def _synthesize_hum(context: SynthesisContext, hertz: float, heights: tuple[float, ...]) -> Mono:
    """Return a tone in Hz and its harmonics with these amplitudes, slightly unsteady."""
    times = np.arange(context.samples) / SAMPLE_RATE
    phase = 2 * np.pi * hertz * times + generate_drift(context, 0.5, -0.8, 0.8)
    starts = context.rng.uniform(0, 2 * np.pi, len(heights))
    tones = (
        height * np.sin(((number + 1) * phase + start).astype(np.float32))
        for number, (height, start) in enumerate(zip(heights, starts, strict=True))
    )
    total: Mono = np.sum(list(tones), axis=0).astype(np.float32)
    return total
