"""Snow: sheets of flakes, small and sharp far away, large and soft close by, each swaying by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.effects.particles.particle_sheet import ParticleLayer, render_sheets

if TYPE_CHECKING:
    from keyreel.engines.motion.effects.painters import EffectContext, Painters

# From far to near; by eye.
_LAYERS: Final = (
    ParticleLayer(900, 0.0016, 0.0, 0.055, 0.42, 0.0007, near=False),
    ParticleLayer(480, 0.0024, 0.0, 0.085, 0.55, 0.0010, near=False),
    ParticleLayer(260, 0.0034, 0.0, 0.120, 0.70, 0.0014, near=False),
    ParticleLayer(120, 0.0050, 0.0, 0.170, 0.70, 0.0022, near=True),
    ParticleLayer(44, 0.0085, 0.0, 0.240, 0.55, 0.0046, near=True),
    ParticleLayer(11, 0.0170, 0.0, 0.330, 0.34, 0.0100, near=True),
)
_SLANT: Final = 0.12
_WIND_SLANT: Final = 1.6
"""How far aside a flake goes for each length that it falls, in still air, and how much further in wind."""

_SWAY: Final = 0.014
"""How far a flake swings to each side, in parts of the frame's height, before its own speed adds to it."""


def create_snow(context: EffectContext, strength: float) -> Painters:
    """Create snow; wind drives it aside."""
    slant = _SLANT + _WIND_SLANT * context.wind_strength
    return render_sheets(_LAYERS, context, strength, slant=slant, sway=_SWAY)
