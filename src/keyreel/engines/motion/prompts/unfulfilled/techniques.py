"""What of a prompt's technique an operation does not show: viewpoints, paces of time, colours, steam."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.prompts import effect_vocabulary, technique_vocabulary
from keyreel.engines.motion.prompts.setting import split_into_scenes
from keyreel.engines.motion.prompts.vocabulary import Effect, Place
from keyreel.engines.motion.scenery.places.table import RECIPES
from keyreel.order import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.order import Order, Shot

_LIT_PLACES: Final = frozenset({Place.CITY, Place.SKYLINE, Place.VILLAGE})
"""Where windows are lit by night."""


def find_unavailable_techniques(text: str, shot: Shot, order: Order) -> Iterator[tuple[int, str]]:
    """Yield where a shot's prompt has techniques that its operation does not show, and their words.

    `text` is the prompt in lower case, letter for letter, with what is denied or quoted masked.
    """
    for pattern in _list_patterns(shot, order):
        for found in re.finditer(pattern, text):
            yield found.start(), shot.prompt[found.start() : found.end()].removesuffix(" from")


def _list_patterns(shot: Shot, order: Order) -> list[str]:
    patterns = list(technique_vocabulary.UNAVAILABLE_PATTERNS)
    hidden: set[Effect] = set()
    if order.operation is Operation.TEXT2VIDEO:
        places = list_places(shot, order)
        if _LIT_PLACES & places:
            patterns.remove(technique_vocabulary.SHOWN_IN_DRAWN_CITIES)
        if not any(RECIPES[place].cup for place in places):
            # Steam is drawn over a cup, and nowhere else.
            hidden.add(Effect.STEAM)
    if any(each.last for each in order.shots):
        # How time runs between keyframes, and their colours, are given with them.
        patterns += [pattern for _, pattern in effect_vocabulary.PLAYBACK_PATTERNS]
        hidden |= {Effect.MONOCHROME, Effect.SEPIA}
    return patterns + [pattern for effect, pattern in effect_vocabulary.EFFECT_PATTERNS if effect in hidden]


def list_places(shot: Shot, order: Order) -> set[Place]:
    """List where the scenes drawn for a shot play."""
    scenes = split_into_scenes(shot.prompt, shot.seconds, order.seed)
    return {place for scene in scenes if (place := scene.parsed_prompt.place)}
