"""Rain: sheets of streaks, thin and slow far away, long and blurred close by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.effects.particles.particle_sheet import ParticleLayer, render_sheets

if TYPE_CHECKING:
    from keyreel.engines.motion.effects.painters import EffectContext, Painters

# From far to near; by eye.
_LAYERS: Final = (
    ParticleLayer(620, 0.0011, 0.030, 0.95, 0.20, 0.0006, near=False),
    ParticleLayer(300, 0.0015, 0.055, 1.45, 0.26, 0.0009, near=False),
    ParticleLayer(120, 0.0021, 0.100, 2.10, 0.30, 0.0014, near=True),
    ParticleLayer(22, 0.0038, 0.180, 2.80, 0.20, 0.0036, near=True),
)
_SLANT: Final = 0.10
_WIND_SLANT: Final = 0.22
"""How far aside a drop goes for each length that it falls, in still air, and how much further in wind."""


def create_rain(context: EffectContext, strength: float) -> Painters:
    """Create rain; wind drives it aside."""
    slant = _SLANT + _WIND_SLANT * context.wind_strength
    return render_sheets(_LAYERS, context, strength, slant=slant, sway=0.0)
