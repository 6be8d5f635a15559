"""The effects that a prompt asks for, drawn over a shot: some behind its subjects, some before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.effects import fog_fire_and_grading, particles
from keyreel.engines.motion.effects.night_lights import Lamps, without_sun
from keyreel.engines.motion.effects.wind import foliage
from keyreel.engines.motion.prompts.vocabulary import Effect
from keyreel.order import FPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.engine import Frame
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.order import Size

    Draw = Callable[[Frame, float, float], None]
    """Draws on a frame at a time in seconds, with a strength of 0.0 … 1.0."""

_FADE_IN_SECONDS: Final = 0.9
_HOUR_CHANGES_BY: Final = 0.55
_BLOWN: Final = 0.2
_LIGHTS: Final = frozenset({Effect.NIGHT, Effect.SUNSET, Effect.DAY, Effect.RAIN})
_DARK_HOURS: Final = frozenset({Effect.NIGHT, Effect.SUNSET})
_CARRIED: Final = frozenset({Effect.RAIN, Effect.SNOW, Effect.LEAVES, Effect.PETALS})
_LEAFY: Final = 0.03
"""The part of a picture that must be foliage for leaves to fly about."""
_FALLING: Final = {Effect.RAIN: particles.rain, Effect.SNOW: particles.snow}


class Weather:
    """All effects of one shot.

    `rising` lets them begin at nothing, where the first frame is a given picture.
    """

    def __init__(
        self, direction: ParsedPrompt, window: Frame, size: Size, seed: int, *, rising: bool
    ) -> None:
        self._rising = rising
        self._far: list[Draw] = []
        self._near: list[Draw] = []
        self._grades: list[fog_fire_and_grading.Grade] = []
        self._lamps: Lamps | None = None
        self._ends_at_night = rising and bool(direction.get_effect_strength(Effect.NIGHT))
        rng = np.random.default_rng([seed, 31])
        self.wind = direction.get_effect_strength(Effect.WIND)
        self._window, self._size = window, size
        light = np.percentile(window.reshape(-1, 3)[::53], 88, axis=0).astype(np.float32)
        self._tint = np.asarray(np.clip(0.5 * light + 0.5 * light.mean() + 40, 90, 250), np.float32)
        # Wind is seen by what it carries: leaves where some grow. Rain, snow and fog feel it as well.
        self._sheds_leaves = (
            bool(self.wind)
            and _CARRIED.isdisjoint(effect for effect, _ in direction.effects)
            and float(foliage(window).mean()) > _LEAFY
        )
        for effect, strength in direction.effects:
            self._add(effect, strength, rng)

    def behind(self, frame: Frame, index: int, frames: int) -> None:
        """Draw what lies behind the subjects, in place."""
        self._draw(self._far, frame, index, frames)

    def before(self, frame: Frame, index: int, frames: int) -> None:
        """Change the light of the whole, then draw what lies before the subjects, in place."""
        part = index / max(frames - 1, 1) / _HOUR_CHANGES_BY if self._rising else 1.0
        light = frame.copy() if self._lamps else frame
        if self._ends_at_night:
            without_sun(frame, _eased(part))
        for grade in self._grades:
            grade.shine(frame, _eased(part))
        if self._lamps:
            np.copyto(frame, self._lamps.kept_lit(frame, light, _eased(part)))
        self._draw(self._near, frame, index, frames)

    def _draw(self, draws: list[Draw], frame: Frame, index: int, frames: int) -> None:
        seconds = index / FPS
        fade = min(_FADE_IN_SECONDS, frames / FPS / 3)
        strength = _eased(seconds / fade) if self._rising else 1.0
        if strength > 0:
            for draw in draws:
                draw(frame, seconds, strength)

    def _add(self, effect: Effect, strength: float, rng: np.random.Generator) -> None:
        size = self._size
        if self._rising and effect in _LIGHTS:
            self._grades.append(fog_fire_and_grading.grade(effect, strength))
        if self._rising and effect in _DARK_HOURS:
            self._lamps = Lamps(self._window)
        if effect in _FALLING:
            for sheet in _FALLING[effect](size, rng, self._tint, wind=self.wind, amount=strength):
                (self._near if sheet.near else self._far).append(sheet.fall)
        elif effect is Effect.WIND and self._sheds_leaves:
            self._both(particles.flutter(size, rng, strength, _BLOWN * strength, petals=False).fall)
        elif effect in {Effect.LEAVES, Effect.PETALS}:
            self._both(particles.flutter(size, rng, self.wind, strength, petals=effect is Effect.PETALS).fall)
        elif effect is Effect.FOG:
            self._both(
                fog_fire_and_grading.fog(self._window, size, rng, strength=strength, wind=self.wind).drift
            )
        else:
            self._add_fire(effect, strength, rng)

    def _add_fire(self, effect: Effect, strength: float, rng: np.random.Generator) -> None:
        size = self._size
        if effect is Effect.FIRE:
            self._both(fog_fire_and_grading.flames(size, rng, strength).burn)
        if effect in {Effect.FIRE, Effect.EMBERS}:
            self._both(particles.sparks(size, rng, strength, calm=False).rise)

    def _both(self, draw: Callable[..., None]) -> None:
        """Draw the far half behind the subjects and the near half before them."""
        self._far.append(lambda frame, seconds, strength: draw(frame, seconds, strength, near=False))
        self._near.append(lambda frame, seconds, strength: draw(frame, seconds, strength, near=True))


def _eased(part: float) -> float:
    part = min(max(part, 0.0), 1.0)
    return part * part * (3 - 2 * part)
