"""Birds by day and crickets by night, each with its own song and position; knows no prompts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE
from keyreel.sound.ambience.synthesis import (
    apply_envelope,
    generate_drift,
    sample_arrivals,
    scatter_grains,
    synthesize_echo,
    synthesize_shaped_noise,
    synthesize_ticks,
)

if TYPE_CHECKING:
    from numpy.random import Generator

    from keyreel.media.audio import Pcm
    from keyreel.sound.ambience.synthesis import SynthesisContext
    from keyreel.sound.arrays import Mono

# Spectra of noise in (Hz, dB).
_DAYLIGHT_SPECTRUM: Final = ((80, -8), (200, -2), (450, 0), (1200, -6), (3000, -13), (7000, -24))
_TWIGS_SPECTRUM: Final = ((1500, -12), (3500, 0), (6500, -3), (11_000, -14))
_NIGHT_SPECTRUM: Final = ((60, -4), (140, 0), (350, -5), (900, -14), (2500, -26))
_CHORUS_SPECTRUM: Final = ((3600, -16), (4300, -2), (4700, 0), (5200, -3), (6200, -16))
_NEAR_LOUDNESS: Final = 0.55  # of the loudest bird: below it a bird is heard by its echo alone


@dataclass(frozen=True, slots=True)
class _Syllable:
    """A whistle: seconds; its pitch at start, middle and end as factors of the bird's; its trill in Hz."""

    seconds: float
    glide: tuple[float, float, float]
    trill: float


@dataclass(frozen=True, slots=True)
class _Bird:
    """One bird: `pitch` in Hz, `gap` and `pause` in seconds, `pan` 0 (left) … 1 (right), `loudness` 0 … 1."""

    pitch: float
    syllables: tuple[_Syllable, ...]
    gap: float
    repeats: tuple[int, int]
    pause: float
    pan: float
    loudness: float


def synthesize_birds(context: SynthesisContext) -> Pcm:
    """Synthesize three to five birds that sing in a wood over the noise of a day; far ones echo more."""
    samples, rng = context.samples, context.rng
    near, far = np.zeros((samples, 2), np.float32), np.zeros((samples, 2), np.float32)
    for number in range(rng.integers(3, 6)):
        bird = _generate_bird(rng, number)
        _add_song(near if bird.loudness > _NEAR_LOUDNESS else far, bird, rng)
    wood = synthesize_echo(near * np.float32(0.25) + far, rng, 1.1, 4200)
    air = apply_envelope(
        synthesize_shaped_noise(context, _DAYLIGHT_SPECTRUM, 0.8), 0.03 + 0.04 * context.gusts
    )
    air += apply_envelope(synthesize_shaped_noise(context, _TWIGS_SPECTRUM), 0.012 + 0.03 * context.gusts**2)
    air += near
    air += wood * np.float32(0.5)
    return air


def synthesize_crickets(context: SynthesisContext) -> Pcm:
    """Synthesize a meadow at night: two to four near crickets, each with its own beat, and a far chorus."""
    samples, rng = context.samples, context.rng
    out = apply_envelope(
        synthesize_shaped_noise(context, _NIGHT_SPECTRUM, 0.8), 0.05 * generate_drift(context, 0.3, 0.6, 1.0)
    )
    times = np.arange(samples, dtype=np.float32) / SAMPLE_RATE
    beat = 0.5 + 0.5 * np.sin(
        2 * np.pi * rng.uniform(38, 52) * times + 2 * generate_drift(context, 1.0, 0, 3)
    )
    out += apply_envelope(
        synthesize_shaped_noise(context, _CHORUS_SPECTRUM),
        0.06 * beat * generate_drift(context, 0.25, 0.6, 1.0),
    )
    for _ in range(rng.integers(2, 5)):
        _add_cricket(out, rng)
    grass = sample_arrivals(context, 3)
    scatter_grains(
        out, rng, grass, 0.08 * synthesize_ticks(rng, 16, (2500, 7000), (0.0005, 0.002)), spread=0.6
    )
    return out


def _generate_bird(rng: Generator, number: int) -> _Bird:
    """Draw a bird by chance. It always repeats the same phrase, but not always as often."""
    count = int(rng.integers(1, 5))
    pitch = float(np.exp(rng.uniform(np.log(2300), np.log(5800))))
    syllables = tuple(
        _Syllable(
            seconds=float(rng.uniform(0.04, 0.2 if count > 1 else 0.3)),
            glide=_draw_glide(rng),
            trill=float(rng.choice((0.0, 0.0, rng.uniform(18, 45)))),
        )
        for _ in range(count)
    )
    return _Bird(
        pitch=pitch,
        syllables=syllables,
        gap=float(rng.uniform(0.03, 0.11)),
        repeats=(1, 3) if count > 2 else (2, 7),
        pause=float(rng.uniform(1.4, 3.6)),
        pan=float((number * 0.618 + rng.uniform(-0.1, 0.1)) % 1),
        loudness=float(rng.uniform(0.25, 1.0)) if number else 0.9,
    )


def _draw_glide(rng: Generator) -> tuple[float, float, float]:
    """Draw a syllable's pitches: up or down by a tenth at least; a steady tone sounds like a telephone."""
    start, bend = rng.normal(1, 0.12), rng.normal(0, 0.14)
    sweep = rng.choice((-1, 1)) * rng.uniform(0.1, 0.34)
    return float(start - sweep / 2), float(start + bend), float(start + sweep / 2)


def _add_song(out: Pcm, bird: _Bird, rng: Generator) -> None:
    side = bird.pan * np.pi / 2
    # Interaural delay: the far ear hears later, by up to 0.6 ms.
    late = round((bird.pan - 0.5) * 0.0006 * SAMPLE_RATE)
    ears = ((np.cos(side), max(late, 0)), (np.sin(side), max(-late, 0)))
    at = rng.uniform(0.1, 0.9 if bird.loudness > _NEAR_LOUDNESS else bird.pause)
    while at * SAMPLE_RATE < len(out):
        for _ in range(rng.integers(*bird.repeats, endpoint=True)):
            strength = bird.loudness * rng.uniform(0.6, 1.0)
            for syllable in bird.syllables:
                sound = strength * _synthesize_syllable(bird.pitch * rng.normal(1, 0.008), syllable, rng)
                for channel, (gain, delay) in enumerate(ears):
                    part = out[round(at * SAMPLE_RATE) + delay :, channel][: len(sound)]
                    part += gain * sound[: len(part)]
                at += len(sound) / SAMPLE_RATE + bird.gap * rng.uniform(0.8, 1.25)
        at += bird.pause * rng.uniform(0.5, 1.6)


def _synthesize_syllable(pitch: float, syllable: _Syllable, rng: Generator) -> Mono:
    """Return one syllable at a pitch in Hz: it glides all the time, is breathy and has a weak octave."""
    count = round(syllable.seconds * rng.normal(1, 0.04) * SAMPLE_RATE)
    along = np.linspace(0, 1, count)
    first, middle, last = syllable.glide
    glide = first * (1 - along) ** 2 + 2 * middle * along * (1 - along) + last * along**2
    wobble = np.interp(along, np.linspace(0, 1, 9), rng.normal(1, 0.006, 9))
    strength = np.sin(np.pi * along**0.7) ** 1.3
    strength *= np.interp(along, np.linspace(0, 1, 7), rng.uniform(0.7, 1, 7))
    if syllable.trill:
        turns = np.sin(2 * np.pi * syllable.trill * syllable.seconds * along)
        glide, strength = glide * (1 + 0.07 * turns), strength * (0.65 + 0.35 * turns)
    phase = 2 * np.pi * np.cumsum(pitch * glide * wobble) / SAMPLE_RATE
    breath = 1 + 0.12 * np.convolve(rng.standard_normal(count), np.full(12, 12**-0.5), "same")
    return (strength * breath * (np.sin(phase) + 0.06 * np.sin(2 * phase + 1))).astype(np.float32)


def _add_cricket(out: Pcm, rng: Generator) -> None:
    """Add one cricket: chirps of three or four wing strokes, with a rest now and then."""
    pitch, strokes = rng.uniform(4100, 5100), int(rng.integers(3, 5))
    period, beat = rng.uniform(0.028, 0.036), rng.uniform(0.32, 0.62)
    times = np.arange(round(0.6 * period * SAMPLE_RATE)) / SAMPLE_RATE
    stroke = np.sin(np.pi * times / times[-1]).clip(0) ** 0.8 * np.sin(
        2 * np.pi * pitch * times * (1 - 0.6 * times)
    )
    pan_angle, loud = rng.uniform(0.05, 0.95) * np.pi / 2, np.exp(rng.uniform(np.log(0.15), np.log(0.8)))
    gains = loud * np.array([np.cos(pan_angle), np.sin(pan_angle)])
    at = rng.uniform(0, beat)
    while at * SAMPLE_RATE < len(out):
        for number in range(strokes):
            start = round((at + number * period * rng.normal(1, 0.02)) * SAMPLE_RATE)
            part = stroke[: max(0, len(out) - start), None] * gains * (0.55 + 0.45 * (number + 1) / strokes)
            out[start : start + len(part)] += part * rng.uniform(0.85, 1.0)
        at += beat * rng.normal(1, 0.035) + (rng.exponential(1.0) if rng.random() < 0.06 else 0)
