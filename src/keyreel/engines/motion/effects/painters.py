"""What an effect is created from and what it gives: painters behind and in front of a shot's subjects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from keyreel.engine import Frame
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.prompts.vocabulary import Effect
    from keyreel.order import Size

    Painter = Callable[[Frame, float, float], None]
    """Draws on a frame, in place, at a time in seconds with a strength of 0.0 … 1.0."""

    SkyPainter = Callable[[Frame, float, float, FloatArray], None]
    """Draws in the sky of a frame: a painter that is given how surely each place is sky, 0.0 … 1.0."""

    PainterFactory = Callable[["EffectContext", float], "Painters"]
    """Creates the painters of an effect of a strength; 1.0 is usual. Draws from the context's `rng`."""


@dataclass(frozen=True, slots=True)
class EffectContext:
    """What the effects of a shot are created for.

    `rest_frame` is uint8 [height, width, 3], the shot's view at rest; `wind_strength` is 0.0 without wind and
    1.0 as usual. Effects are created in the prompt's order, all from the one random stream.
    """

    rest_frame: Frame
    size: Size
    rng: np.random.Generator
    effects: frozenset[Effect]
    wind_strength: float


@dataclass(frozen=True, slots=True)
class Painters:
    """The painters of one effect, in drawing order; `over_sky` draws after the light has changed."""

    behind: tuple[Painter, ...] = ()
    in_front: tuple[Painter, ...] = ()
    over_sky: tuple[SkyPainter, ...] = ()


class _DrawOneDepth(Protocol):
    def __call__(self, frame: Frame, seconds: float, strength: float, *, near: bool) -> None: ...


def split_by_depth(draw: _DrawOneDepth) -> Painters:
    """Draw the far half behind the subjects and the near half in front of them."""
    return Painters((partial(draw, near=False),), (partial(draw, near=True),))
