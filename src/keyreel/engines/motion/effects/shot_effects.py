"""The effects of one shot, by its prompt: some are drawn behind its subjects, some in front of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.engines.motion.camera.timing import smoothstep
from keyreel.engines.motion.effects.caustics import create_caustics
from keyreel.engines.motion.effects.colour_grading import (
    GRADED_EFFECTS,
    STYLE_EFFECTS,
    create_colour_grade,
    limit_darkening,
)
from keyreel.engines.motion.effects.fire import create_flames
from keyreel.engines.motion.effects.fog import create_fog
from keyreel.engines.motion.effects.night_lights import NightLights, remove_sunlight
from keyreel.engines.motion.effects.painters import EffectContext
from keyreel.engines.motion.effects.particles.leaves_and_petals import (
    create_leaves,
    create_petals,
    create_windblown_leaves,
)
from keyreel.engines.motion.effects.particles.rain import create_rain
from keyreel.engines.motion.effects.particles.snow import create_snow
from keyreel.engines.motion.effects.particles.sparks import create_sparks
from keyreel.engines.motion.effects.passing_light import create_passing_light
from keyreel.engines.motion.effects.sky.aurora import create_aurora
from keyreel.engines.motion.effects.sky.lightning import create_lightning
from keyreel.engines.motion.effects.sky.open_sky import detect_open_sky
from keyreel.engines.motion.effects.sky.stars import create_stars
from keyreel.engines.motion.imaging.pixels import resize
from keyreel.engines.motion.playback import compute_scene_seconds
from keyreel.engines.motion.prompts.vocabulary import Effect, Playback
from keyreel.order import FPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.engine import Frame
    from keyreel.engines.motion.effects.colour_grading import ColourGrade
    from keyreel.engines.motion.effects.painters import Painter, PainterFactory, SkyPainter
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.prompts.parser import ParsedPrompt
    from keyreel.order import Size

# What is drawn for each effect. Effects that change the light as well have a row in colour_grading; steam
# and a campfire rise from one place of an image and are drawn by its mode.
_PAINTER_FACTORIES: Final[dict[Effect, tuple[PainterFactory, ...]]] = {
    Effect.RAIN: (create_rain,),
    Effect.SNOW: (create_snow,),
    Effect.FOG: (create_fog,),
    Effect.FIRE: (create_flames, create_sparks),
    Effect.EMBERS: (create_sparks,),
    Effect.LEAVES: (create_leaves,),
    Effect.PETALS: (create_petals,),
    Effect.WIND: (create_windblown_leaves,),
    Effect.LIGHTNING: (create_lightning,),
    Effect.STARS: (create_stars,),
    Effect.AURORA: (create_aurora,),
    Effect.UNDERWATER: (create_caustics,),
}
_DARKENING_EFFECTS: Final = frozenset({Effect.NIGHT, Effect.SUNSET})
"""Effects that lamps outshine."""

_FADE_IN_SECONDS: Final = 0.9
"""Seconds in which effects come up from nothing; at most a third of the shot."""

_GRADE_COMPLETE_AT: Final = 0.55
"""The part of a shot after which a change of the light is complete."""


class ShotEffects:
    """All effects of one shot.

    `rest_frame` is uint8 [height, width, 3], the shot's view at rest. With `fade_in` the effects begin at
    nothing and the light changes: the first frame is a given image. Without it they are there from the start,
    and the light is left alone: it has been painted as the prompt wants it.
    """

    def __init__(
        self, direction: ParsedPrompt, rest_frame: Frame, size: Size, seed: int, *, fade_in: bool
    ) -> None:
        self._fade_in = fade_in
        self._painters_behind: list[Painter] = []
        self._painters_in_front: list[Painter] = []
        self._sky_painters: list[SkyPainter] = []
        self._grades: list[ColourGrade] = []
        self._playback = direction.playback
        self._night_lights: NightLights | None = None
        self._hides_sun = fade_in and any(map(direction.get_effect_strength, (Effect.NIGHT, Effect.STORM)))
        context = EffectContext(
            rest_frame,
            size,
            np.random.default_rng([seed, 31]),
            frozenset(effect for effect, _ in direction.effects),
            direction.get_effect_strength(Effect.WIND),
        )
        for effect, strength in direction.effects:
            self._add_effect(effect, strength, context)
        if direction.playback is Playback.TIMELAPSE:
            self._painters_in_front.append(create_passing_light(context.rng).draw)

    def draw_behind(self, frame: Frame, index: int, frames: int) -> None:
        """Draw what lies behind the subjects on frame `index` of `frames`, uint8 [h, w, 3], in place."""
        self._draw(self._painters_behind, frame, index, frames)

    def draw_in_front(
        self, frame: Frame, index: int, frames: int, *, sky_area: NDArray[np.uint8] | None = None
    ) -> None:
        """Change the light of the whole frame, then draw what lies in front of the subjects, in place.

        `sky_area` is uint8 [height, width], 255 where a drawn place has sky, if that is known.
        """
        part = smoothstep(0, 1, index / max(frames - 1, 1) / _GRADE_COMPLETE_AT) if self._fade_in else 1.0
        sky = _find_sky(frame, sky_area) if self._sky_painters else None
        ungraded = frame.copy() if self._night_lights else frame
        if self._hides_sun:
            remove_sunlight(frame, part)
        for grade in self._grades:
            grade.apply(frame, part)
        if self._night_lights:
            np.copyto(frame, self._night_lights.restore_lamps(frame, ungraded, part))
        seconds, strength = self._get_moment(index, frames)
        if sky is not None and strength > 0:
            for paint_sky in self._sky_painters:
                paint_sky(frame, seconds, strength, sky)
        self._draw(self._painters_in_front, frame, index, frames)

    def _draw(self, painters: list[Painter], frame: Frame, index: int, frames: int) -> None:
        seconds, strength = self._get_moment(index, frames)
        if strength > 0:
            for paint in painters:
                paint(frame, seconds, strength)

    def _get_moment(self, index: int, frames: int) -> tuple[float, float]:
        """Return the scene's time at a frame, in seconds, and how far effects have come up, 0.0 … 1.0."""
        fade = min(_FADE_IN_SECONDS, frames / FPS / 3)
        strength = smoothstep(0, 1, index / FPS / fade) if self._fade_in else 1.0
        return compute_scene_seconds(self._playback, index, frames, begins_at_rest=self._fade_in), strength

    def _add_effect(self, effect: Effect, strength: float, context: EffectContext) -> None:
        if effect in (GRADED_EFFECTS if self._fade_in else STYLE_EFFECTS):
            suited = limit_darkening(effect, strength, context.rest_frame)
            self._grades.append(create_colour_grade(effect, suited))
        if self._fade_in and effect in _DARKENING_EFFECTS:
            self._night_lights = NightLights(context.rest_frame)
        for create_painters in _PAINTER_FACTORIES.get(effect, ()):
            painters = create_painters(context, strength)
            self._painters_behind += painters.behind
            self._painters_in_front += painters.in_front
            self._sky_painters += painters.over_sky


def _find_sky(frame: Frame, sky_area: NDArray[np.uint8] | None) -> FloatArray:
    """Return how surely each place is sky, 0.0 … 1.0: by its looks, and where that is known."""
    sky = detect_open_sky(frame)
    if sky_area is None:
        return sky
    known = resize(sky_area, sky.shape[1], sky.shape[0]).astype(np.float32) / np.float32(255)
    return np.asarray(np.minimum(sky, known), np.float32)
