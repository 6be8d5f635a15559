"""All that is known of one drawn place, as a record; knows no prompts and draws nothing itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from keyreel.engines.motion.prompts.vocabulary import Place, TimeOfDay
from keyreel.engines.motion.scenery.view import DepthProfile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyreel.engine import AudibleContent
    from keyreel.engines.motion.imaging.arrays import FloatArray
    from keyreel.engines.motion.scenery.canvas import ForegroundCanvas
    from keyreel.engines.motion.scenery.landscapes.sky import DrawingContext
    from keyreel.engines.motion.scenery.moving.drifting_specks import SwarmKind
    from keyreel.order import Size


class EffectSpot(NamedTuple):
    """Where fire or steam rises in a place: parts of the frame's sides, and the disparity.

    `height` is how high it rises, `above` how far above its row that begins, both in the canvas's size units.
    """

    x: float
    row: float
    height: float
    disparity: float
    above: float = 0.0

    def fit_to(self, size: Size) -> tuple[float, float, float, float]:
        """Return its x, row, height and disparity in a frame: lengths in parts of the frame's sides."""
        unit = min(size.height, size.width * SIZE_UNIT_RATIO) / size.height
        return self.x, self.row - self.above * unit, self.height * unit, self.disparity


SIZE_UNIT_RATIO: Final = 0.9
"""The unit of sizes in tall frames, in frame widths; elsewhere it is the frame's height."""
NIGHT_ONLY: Final = frozenset({TimeOfDay.NIGHT})
DAYLIGHT_ONLY: Final = frozenset(TimeOfDay) - NIGHT_ONLY
_OPEN_PLAIN: Final = DepthProfile(0)
"""The depth of a plain that runs to the horizon, with nothing at its sides."""


@dataclass(frozen=True, slots=True)
class ForegroundElement:
    """What frames a place at one depth, at these times of day: it becomes a plane of the view.

    `disparity`, `sway`, `rooted` and `drift` are the plane's; `is_on_other_side` mirrors the canvas's side.
    """

    draw: Callable[[ForegroundCanvas], None]
    disparity: float
    sway: float = 0.0
    rooted: float = 1.0
    drift: float = 0.0
    is_on_other_side: bool = False
    times_of_day: frozenset[TimeOfDay] = frozenset(TimeOfDay)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRecipe:
    """How one place is drawn, what lives in it, how it sounds, and what a prompt may expect to see there."""

    draw: Callable[[DrawingContext], FloatArray]
    """Draws the place around the horizon: float32 [height, width, 3], RGB 0 … 255."""
    horizon: float
    """The horizon's row, as a part of the height."""
    aerial_horizon: float | None = None
    """The horizon's row seen from the air; None where a place looks the same from there."""
    depth_profile: DepthProfile = _OPEN_PLAIN
    """How near its points are; the horizon is filled in when the scene is composed."""
    foreground: tuple[ForegroundElement, ...] = ()
    """What stands in front, in drawing order."""
    aerial_foreground: tuple[ForegroundElement, ...] = ()
    """What stands in front of it seen from the air; empty where it is never seen from there."""
    default_time_of_day: TimeOfDay = TimeOfDay.DAY

    shoreline: float | None = None
    """Where its water ends in front, as a part of the height, above 1.0 if nowhere; None without water."""
    water_calmness: float = 0.0
    """0.0 for the open sea, 1.0 for a mirror."""
    has_open_sky: bool = True
    """Whether moving clouds are drawn over it."""
    has_direct_light: bool = True
    """Whether sun or moon cast shadows in it, and rain makes its ground glossy."""
    dimming: float = 1.0
    """How much subjects are darkened towards dark surroundings, where there is no direct light."""
    gloss: float = 0.0
    """How much its ground mirrors what stands on it, 0.0 … 1.0."""
    is_weightless: bool = False
    """Whether subjects hover instead of standing."""

    is_snowy: bool = False
    """Whether its plants carry snow in every season."""
    changes_with_season: bool = False
    """Whether its plants change colour, and petals, leaves or snow are in its air."""
    winter_place: Place | None = None
    """The place that it is in winter, where that is another one."""
    gathers_mist: bool = False
    """Whether mist lies in it at dawn and under an overcast sky."""
    land_alternative: Place | None = None
    """Where subjects stand that can neither swim nor fly, when nothing here bears them."""

    swarm: SwarmKind | None = None
    """What drifts in its air at any time of day."""
    swarm_by_time_of_day: Mapping[TimeOfDay, SwarmKind] = field(default_factory=dict[TimeOfDay, "SwarmKind"])
    """What drifts in its air at certain times of day instead."""
    has_birds: bool = False
    """Whether birds cross its sky in daylight when it does not rain."""
    has_waterfall: bool = False
    """Whether water falls in its middle."""
    is_indoors: bool = False
    """Whether the weather stays outside."""
    window_views: tuple[Place, ...] = ()
    """What its window may look out on; empty without one."""
    has_traffic: bool = False
    """Whether cars drive in it by night."""

    hearth: EffectSpot | None = None
    """Where a fire always burns in it."""
    cup: EffectSpot | None = None
    """Where steam rises in it, if a prompt has any."""

    sound: AudibleContent | None = None
    """What is heard in it."""
    has_birdsong: bool = False

    also_shows: tuple[Place, ...] = ()
    """Other places that its drawing shows as well: prompts may name them."""
    nouns: str = ""
    """What its drawing shows, English and Chinese, separated by blanks, besides what the place is called."""
