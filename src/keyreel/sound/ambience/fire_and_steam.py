"""Fire and steam, synthesized from noise and grains; knows no prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.sound.ambience.synthesis import (
    apply_envelope,
    generate_drift,
    sample_arrivals,
    scatter_grains,
    synthesize_bubbles,
    synthesize_shaped_noise,
    synthesize_ticks,
)

if TYPE_CHECKING:
    from keyreel.media.audio import Pcm
    from keyreel.sound.ambience.synthesis import SynthesisContext

# Spectra of noise in (Hz, dB).
_ROAR_SPECTRUM: Final = ((28, -10), (60, -1), (130, 0), (320, -8), (900, -18), (2500, -30))
_BREATH_SPECTRUM: Final = ((1500, -18), (4000, -3), (6500, 0), (10_000, -6), (15_000, -16))
_HISS_SPECTRUM: Final = ((900, -26), (2500, -10), (5500, -1), (8000, 0), (12_000, -5), (17_000, -16))
_POT_SPECTRUM: Final = ((90, -8), (220, 0), (500, -4), (1100, -14), (2400, -28))


def synthesize_fire(context: SynthesisContext) -> Pcm:
    """Synthesize burning wood: a low flicker, crackles in bursts, most tiny and a few loud, and pops."""
    rng = context.rng
    out = apply_envelope(
        synthesize_shaped_noise(context, _ROAR_SPECTRUM, 0.7),
        generate_drift(context, 5, 0.35, 1.0) * generate_drift(context, 0.5, 0.7, 1.1),
    )
    out += apply_envelope(
        synthesize_shaped_noise(context, _BREATH_SPECTRUM), 0.1 * generate_drift(context, 2.2, 0.4, 1.2)
    )
    # Bursts: the rate itself goes up and down, and most of the time it is low.
    lively = generate_drift(context, 1.3, 0.0, 1.0) ** 2.5
    crackles = sample_arrivals(context, 110, lively)
    scatter_grains(
        out, rng, crackles, 2.6 * synthesize_ticks(rng, 128, (1800, 9000), (0.0002, 0.0012)), spread=1.0
    )
    strays = sample_arrivals(context, 6)
    scatter_grains(
        out, rng, strays, 3.0 * synthesize_ticks(rng, 64, (1200, 6000), (0.0004, 0.0015)), spread=0.9
    )
    pops = sample_arrivals(context, 1.2)
    scatter_grains(out, rng, pops, 3.5 * synthesize_ticks(rng, 32, (350, 1400), (0.002, 0.006)), spread=0.6)
    return out


def synthesize_steam(context: SynthesisContext) -> Pcm:
    """Synthesize a hot drink or a kettle: a soft, swelling hiss over a simmer."""
    rng = context.rng
    out = apply_envelope(
        synthesize_shaped_noise(context, _HISS_SPECTRUM),
        generate_drift(context, 0.5, 0.55, 1.0) * generate_drift(context, 5, 0.85, 1.05),
    )
    out += apply_envelope(
        synthesize_shaped_noise(context, _POT_SPECTRUM, 0.6), 0.16 * generate_drift(context, 1.2, 0.5, 1.0)
    )
    simmer = sample_arrivals(context, 34, generate_drift(context, 1.5, 0.2, 1.0))
    scatter_grains(
        out, rng, simmer, 0.7 * synthesize_bubbles(rng, 96, (320, 1300), (0.006, 0.02)), spread=0.7
    )
    return out
