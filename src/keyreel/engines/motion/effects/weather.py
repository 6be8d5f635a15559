"""The effects that a prompt asks for, drawn over a shot: some behind its subjects, some before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.effects import fog_fire_and_grading, particles
from keyreel.engines.motion.effects.night_lights import NightLights, remove_sunlight
from keyreel.engines.motion.effects.wind import detect_foliage
from keyreel.engines.motion.prompts.vocabulary import Effect
from keyreel.order import FPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyreel.engine import Frame
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.order import Size

    EffectPainter = Callable[[Frame, float, float], None]
    """Draws on a frame at a time in seconds, with a strength of 0.0 … 1.0."""

_FADE_IN_SECONDS: Final = 0.9
_GRADE_COMPLETE_AT: Final = 0.55
_WINDBLOWN_LEAF_AMOUNT: Final = 0.2
_GRADED_EFFECTS: Final = frozenset({Effect.NIGHT, Effect.SUNSET, Effect.DAY, Effect.RAIN})
_DARKENING_EFFECTS: Final = frozenset({Effect.NIGHT, Effect.SUNSET})
_WINDBORNE_EFFECTS: Final = frozenset({Effect.RAIN, Effect.SNOW, Effect.LEAVES, Effect.PETALS})
_MIN_FOLIAGE_SHARE: Final = 0.03
"""The part of an image that must be foliage for leaves to fly about."""
_PRECIPITATION_FACTORIES: Final = {Effect.RAIN: particles.create_rain, Effect.SNOW: particles.create_snow}


class ShotEffects:
    """All effects of one shot.

    `rising` lets them begin at nothing, where the first frame is a given image.
    """

    def __init__(
        self, direction: ParsedPrompt, rest_frame: Frame, size: Size, seed: int, *, fade_in: bool
    ) -> None:
        self._fade_in = fade_in
        self._background_painters: list[EffectPainter] = []
        self._foreground_painters: list[EffectPainter] = []
        self._grades: list[fog_fire_and_grading.ColourGrade] = []
        self._night_lights: NightLights | None = None
        self._ends_at_night = fade_in and bool(direction.get_effect_strength(Effect.NIGHT))
        rng = np.random.default_rng([seed, 31])
        self.wind_strength = direction.get_effect_strength(Effect.WIND)
        self._rest_frame, self._size = rest_frame, size
        light = np.percentile(rest_frame.reshape(-1, 3)[::53], 88, axis=0).astype(np.float32)
        self._tint = np.asarray(np.clip(0.5 * light + 0.5 * light.mean() + 40, 90, 250), np.float32)
        # Wind is seen by what it carries: leaves where some grow. Rain, snow and fog feel it as well.
        self._sheds_leaves = (
            bool(self.wind_strength)
            and _WINDBORNE_EFFECTS.isdisjoint(effect for effect, _ in direction.effects)
            and float(detect_foliage(rest_frame).mean()) > _MIN_FOLIAGE_SHARE
        )
        for effect, strength in direction.effects:
            self._add_effect(effect, strength, rng)

    def draw_behind(self, frame: Frame, index: int, frames: int) -> None:
        """Draw what lies behind the subjects, in place."""
        self._draw(self._background_painters, frame, index, frames)

    def draw_in_front(self, frame: Frame, index: int, frames: int) -> None:
        """Change the light of the whole, then draw what lies before the subjects, in place."""
        part = index / max(frames - 1, 1) / _GRADE_COMPLETE_AT if self._fade_in else 1.0
        ungraded = frame.copy() if self._night_lights else frame
        if self._ends_at_night:
            remove_sunlight(frame, _smoothstep(part))
        for grade in self._grades:
            grade.apply(frame, _smoothstep(part))
        if self._night_lights:
            np.copyto(frame, self._night_lights.restore_lamps(frame, ungraded, _smoothstep(part)))
        self._draw(self._foreground_painters, frame, index, frames)

    def _draw(self, draws: list[EffectPainter], frame: Frame, index: int, frames: int) -> None:
        seconds = index / FPS
        fade = min(_FADE_IN_SECONDS, frames / FPS / 3)
        strength = _smoothstep(seconds / fade) if self._fade_in else 1.0
        if strength > 0:
            for draw in draws:
                draw(frame, seconds, strength)

    def _add_effect(self, effect: Effect, strength: float, rng: np.random.Generator) -> None:
        size = self._size
        if self._fade_in and effect in _GRADED_EFFECTS:
            self._grades.append(fog_fire_and_grading.create_colour_grade(effect, strength))
        if self._fade_in and effect in _DARKENING_EFFECTS:
            self._night_lights = NightLights(self._rest_frame)
        if effect in _PRECIPITATION_FACTORIES:
            for sheet in _PRECIPITATION_FACTORIES[effect](
                size, rng, self._tint, wind=self.wind_strength, amount=strength
            ):
                (self._foreground_painters if sheet.near else self._background_painters).append(sheet.draw)
        elif effect is Effect.WIND and self._sheds_leaves:
            self._add_both_depths(
                particles.create_falling_leaves(
                    size, rng, strength, _WINDBLOWN_LEAF_AMOUNT * strength, petals=False
                ).draw
            )
        elif effect in {Effect.LEAVES, Effect.PETALS}:
            self._add_both_depths(
                particles.create_falling_leaves(
                    size, rng, self.wind_strength, strength, petals=effect is Effect.PETALS
                ).draw
            )
        elif effect is Effect.FOG:
            self._add_both_depths(
                fog_fire_and_grading.create_fog(
                    self._rest_frame, size, rng, strength=strength, wind=self.wind_strength
                ).draw
            )
        else:
            self._add_fire(effect, strength, rng)

    def _add_fire(self, effect: Effect, strength: float, rng: np.random.Generator) -> None:
        size = self._size
        if effect is Effect.FIRE:
            self._add_both_depths(fog_fire_and_grading.create_flames(size, rng, strength).draw)
        if effect in {Effect.FIRE, Effect.EMBERS}:
            self._add_both_depths(particles.create_sparks(size, rng, strength, fireflies=False).draw)

    def _add_both_depths(self, draw: Callable[..., None]) -> None:
        """Draw the far half behind the subjects and the near half before them."""
        self._background_painters.append(
            lambda frame, seconds, strength: draw(frame, seconds, strength, near=False)
        )
        self._foreground_painters.append(
            lambda frame, seconds, strength: draw(frame, seconds, strength, near=True)
        )


def _smoothstep(part: float) -> float:
    part = min(max(part, 0.0), 1.0)
    return part * part * (3 - 2 * part)
