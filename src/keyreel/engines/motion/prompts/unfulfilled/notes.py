"""What of an order's prompts this engine does not carry out: deeds and things, in the prompt's own words.

Of what is told, that is left out which the operation carries out, which may well be in the given pictures, and
which says how the video is to look. What remains is named in one sentence, in the language of the prompts.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from keyreel.calling import calls, unknown_calls
from keyreel.engines.motion.modes.reference_to_video import names_of, role_of
from keyreel.engines.motion.prompts import camera_vocabulary, subject_vocabulary, vocabulary
from keyreel.engines.motion.prompts.parser import direct
from keyreel.engines.motion.prompts.setting import takes
from keyreel.engines.motion.prompts.unfulfilled import action_vocabulary, chinese_actions, english_actions
from keyreel.engines.motion.prompts.unfulfilled.actions import (
    DONE,
    Kind,
    is_of_the_image,
    moves_by_itself,
    singular,
)
from keyreel.engines.motion.prompts.vocabulary import Hour, Place
from keyreel.order import Operation
from keyreel.sound.ambience.expected_sounds import heard_in
from keyreel.sound.speech.dialogue.lines import lines_of
from keyreel.sound.speech.language import Language, language_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyreel.engines.motion.prompts.unfulfilled.actions import Told
    from keyreel.order import Order, Shot

_MOST: Final = 6
_ACTED: Final = "="
"""Covers what the subjects do: unlike `DONE`, it is no part of a noun's phrase."""
_QUOTED: Final = r"\[[^\]]*\]|\"[^\"]*\"|“[^”]*”|「[^」]*」|『[^』]*』"
_DENIED: Final = (
    r"\b(?:no|without|never|avoid|(?:do|does|must|should|is|are)(?: not|n['’]t))\b[^,.;!?]*?(?=[,.;!?]|\b(?:and|but)\b|$)"
    r"|(?:无(?![数边尽限人])|不要|没有|禁止|避免|无需|别让|不能|不会)[^，。；！？,.;]*"
)
_BESIDE: Final[dict[Place, tuple[Place, ...]]] = {
    Place.LAKE: (Place.MOUNTAINS, Place.FOREST, Place.MEADOW, Place.SKY),
    Place.MOUNTAINS: (Place.SNOWPEAKS, Place.FOREST, Place.MEADOW, Place.SKY),
    Place.SNOWPEAKS: (Place.MOUNTAINS, Place.SNOWFIELD, Place.FOREST, Place.SKY),
    Place.SNOWFIELD: (Place.SNOWPEAKS, Place.MOUNTAINS, Place.FOREST, Place.SKY),
    Place.FOREST: (Place.MEADOW,),
    Place.MEADOW: (Place.MOUNTAINS, Place.FOREST, Place.SKY),
    Place.SEA: (Place.BEACH, Place.SKY),
    Place.BEACH: (Place.SEA, Place.SKY),
    Place.DESERT: (Place.SKY,),
    Place.CITY: (Place.SKYLINE, Place.SKY),
    Place.SKYLINE: (Place.CITY, Place.LAKE, Place.SEA, Place.SKY),
    Place.SKY: (Place.MOUNTAINS,),
    Place.SPACE: (Place.SKY,),
}
"""What the drawing of a place shows as well."""
_HOUSES: Final = (
    "building buildings house houses shop shops window windows lamp lamps lantern street tree sign signs"
)
_DRAWN: Final[dict[Place, str]] = {
    Place.CITY: f"{_HOUSES} 路灯",
    Place.SKYLINE: f"{_HOUSES} tower towers",
    Place.UNDERWATER: "fish fishes reef coral seaweed kelp bubble 鱼 鱼群 金鱼",
    Place.SPACE: "asteroid planet nebula galaxy star meteor",
    Place.ROOM: "window windowsill sill curtain plant pot floor wall sunlight",
    Place.BEACH: "palm rock",
    Place.SEA: "rock",
    Place.MOUNTAINS: "rock conifer pine",
    Place.DESERT: "dune",
}
_BIRDS: Final = "bird gull seagull 鸟 小鸟 海鸥"
_WITH_BIRDS: Final = (Place.MEADOW, Place.MOUNTAINS, Place.LAKE, Place.SEA, Place.BEACH, Place.SKY)
_UNDRAWN: Final = frozenset(action_vocabulary.UNDRAWN.split())
_CARS: Final = "car taxi vehicle 汽车 轿车 出租车"
_NOT_DRAWN: Final = r"lighthouse|bridge|table|desk|stage|island|灯塔|大桥|书?桌子?|舞台|海岛"
_STANDS_FOR_SPEECH: Final = frozenset(f"{action_vocabulary.SPEAKING} {action_vocabulary.ZH_SPEAKING}".split())
_STANDS_FOR_SOUND: Final = frozenset(f"{action_vocabulary.SOUNDING} {action_vocabulary.ZH_SOUNDING}".split())
_ABSTRACT: Final = tuple(action_vocabulary.ABSTRACT_ENDS.split())
_TURNING: Final = frozenset(action_vocabulary.TURNING.split())
_VANISHING: Final = frozenset(action_vocabulary.VANISHING.split())
_LYING: Final = frozenset(action_vocabulary.LYING.split())
_LANDS: Final = frozenset(action_vocabulary.LANDS.split())
_GROWTH: Final = frozenset(action_vocabulary.GROWTH.split())
_CALLED: Final = r"(?:[\s,，(（:：]|\b(?:is|as|the|a|an|his|her|its)\b|是|一?[只个位名条艘])*"

_MOVES_PICTURES: Final = {
    Language.ENGLISH: "The built-in engine moves given images; it draws no new things.",
    Language.CHINESE: "内置引擎只让给定的图片动起来，不会画出新的事物。",
}
_DRAWS_PLACES: Final = {
    Language.ENGLISH: "The built-in engine draws places, weather and light, no figures.",
    Language.CHINESE: "内置引擎只画场景、天气和光线，不画人物和物体。",
}
_NOT_SHOWN: Final = {
    Language.ENGLISH: ("Not shown: ", ", ", ". "),
    Language.CHINESE: ("未呈现：", "、", "。"),
}
_NO_SUBJECT: Final = {
    Language.ENGLISH: "No subject is called: {}.",
    Language.CHINESE: "没有这样的主体：{}。",
}
_IN_SHOT: Final = {Language.ENGLISH: " (shot {})", Language.CHINESE: "（第{}个镜头）"}
_MORE: Final = {Language.ENGLISH: ", and more", Language.CHINESE: "等"}


def notes_on(order: Order) -> tuple[str, ...]:
    """Return notes that name calls of no subject, and what of the prompts is not carried out; none where all is."""
    language = language_of(" ".join(shot.prompt for shot in order.shots))
    return (*_on_lost_calls(order, language), *_on_unmet(order, language))


def _on_lost_calls(order: Order, language: Language) -> Iterator[str]:
    if order.operation is not Operation.REFERENCE2VIDEO:
        return
    lost = [call for shot in order.shots for call in unknown_calls(shot.prompt, names_of(order))]
    if lost:
        yield _NO_SUBJECT[language].format(_NOT_SHOWN[language][1].join(dict.fromkeys(lost)))


def _on_unmet(order: Order, language: Language) -> Iterator[str]:
    found: dict[str, tuple[str, list[int]]] = {}
    for number, shot in enumerate(order.shots, start=1):
        for words in map(_on_one_line, unmet(shot, order)):
            found.setdefault(words.casefold(), (words, []))[1].append(number)
    if not found:
        return
    every = len(order.shots)
    names = [
        words + ("" if len(shots) == every else _IN_SHOT[language].format(", ".join(map(str, shots))))
        for words, shots in found.values()
    ]
    lead, between, end = _NOT_SHOWN[language]
    more = _MORE[language] if len(names) > _MOST else ""
    closing = _DRAWS_PLACES if order.operation is Operation.TEXT2VIDEO else _MOVES_PICTURES
    yield f"{lead}{between.join(names[:_MOST])}{more}{end}{closing[language]}"


def _on_one_line(words: str) -> str:
    return " ".join(words.split())


def unmet(shot: Shot, order: Order) -> tuple[str, ...]:
    """List what a shot's prompt tells and its frames do not show, in the prompt's spelling and order."""
    left, drawn = _left(shot, order), _drawn(shot, order)
    tells = [*english_actions.told(shot.prompt, left), *chinese_actions.told(shot.prompt, left)]
    deeds = [each for each in tells if each.kind is not Kind.THING and _is_missing(each, left, drawn, order)]
    named = " ".join(deed.text for deed in deeds)
    things = [
        each
        for each in tells
        if each.kind is Kind.THING and each.text not in named and _is_undrawn(each, left, drawn, order)
    ]
    both = sorted((*deeds, *things), key=lambda each: each.start)
    return tuple({each.text.casefold(): each.text for each in both}.values())


def _left(shot: Shot, order: Order) -> str:
    """Return the prompt in lower case with `DONE` over all that is carried out, spoken or denied."""
    text = "".join(low if len(low := letter.lower()) == 1 else letter for letter in shot.prompt)
    text = _masked(text, (_QUOTED, _DENIED, *(re.escape(line.text.lower()) for line in lines_of(order))))
    patterns = [pattern for _, pattern in camera_vocabulary.MOVES]
    patterns += [subject_vocabulary.OF_NATURE]
    patterns += [
        pattern
        for table in (vocabulary.EFFECTS, vocabulary.HOURS, vocabulary.SEASONS)
        for _, pattern in table
    ]
    if order.operation is Operation.REFERENCE2VIDEO:
        text = _masked(text, _acted(shot, order), cover=_ACTED)
    text = _masked(text, patterns)
    places = _places(shot, order)
    shown = [pattern for place, pattern in vocabulary.PLACES if place in places]
    return _masked(text, shown, keep=_NOT_DRAWN)


def _masked(text: str, patterns: Iterable[str], keep: str = "", cover: str = DONE) -> str:
    """Lay `DONE` over each match of the patterns, clause by clause, as directions are read."""
    joints = [
        0,
        *(each.end() for each in re.finditer(f"{vocabulary.CLAUSE_END}|{vocabulary.AND_THEN}", text)),
        len(text),
    ]
    letters = list(text)
    for pattern in patterns:
        for start, end in pairwise(joints):
            clause = text[start:end]
            lead = len(clause) - len(clause.lstrip())
            for match in re.finditer(pattern, clause[lead:]):
                if match[0].strip() and not (keep and re.fullmatch(keep, match[0])):
                    first, last = start + lead + match.start(), start + lead + match.end()
                    letters[first:last] = [cover if each.strip() else each for each in letters[first:last]]
    return "".join(letters)


def _acted(shot: Shot, order: Order) -> list[str]:
    """List the patterns of what the subjects really do."""
    direction = direct(shot.prompt, names_of(order))
    roles = [role_of(subject, number, direction) for number, subject in enumerate(order.subjects, start=1)]
    actions = {role.action for role in roles}
    ways = (subject_vocabulary.HEADINGS, subject_vocabulary.CLIMBS)
    return [
        *(pattern for action, pattern in subject_vocabulary.ACTIONS if action in actions),
        *(pattern for table in ways for _, pattern in table),
        subject_vocabulary.TOWARDS_US,
        subject_vocabulary.AWAY_FROM_US,
    ]


def _places(shot: Shot, order: Order) -> set[Place]:
    if order.operation is Operation.REFERENCE2VIDEO:
        return set(Place)
    if order.operation is not Operation.TEXT2VIDEO:
        return set()
    main = {take.direction.place for take in takes(shot.prompt, shot.seconds, order.seed)} - {None}
    return {each for place in main if place for each in (place, *_BESIDE.get(place, ()))}


def _is_missing(deed: Told, left: str, drawn: frozenset[str], order: Order) -> bool:
    """Say whether a deed that was read is not carried out."""
    if _is_natural(deed, drawn) or _is_heard(deed, left, order):
        return False
    if is_of_the_image(deed.actor) and deed.base not in _TURNING | _VANISHING:
        return False
    if deed.base in _TURNING and DONE in left[deed.start : deed.start + len(deed.text) + 12]:
        return False
    between = any(shot.last for shot in order.shots)
    # What comes between two keyframes they show themselves: ways, and what becomes of things.
    return deed.kind is Kind.GESTURE or not between


def _is_natural(deed: Told, drawn: frozenset[str]) -> bool:
    """Say whether a deed is done by what moves of itself, by what is drawn, or by land that only lies there."""
    one = singular(deed.actor)
    if deed.actor.startswith(DONE):
        return True
    if moves_by_itself(deed.actor):
        # Where a meadow is drawn, so are its flowers.
        return bool(drawn) or not _is_growth(deed)
    goes = deed.kind is Kind.GOING and bool({deed.actor, one} & drawn)
    return goes or (deed.base in _LYING and one in _LANDS)


def _is_growth(deed: Told) -> bool:
    """Say whether a plant is to become another one before the viewer's eyes: "the flower blooms"."""
    return deed.base in _GROWTH and not deed.lasting


def _is_heard(deed: Told, left: str, order: Order) -> bool:
    if deed.base in _STANDS_FOR_SPEECH and order.sound.speech:
        return True
    around = left[max(deed.start - 24, 0) : deed.start + len(deed.text)]
    return deed.base in _STANDS_FOR_SOUND and order.sound.ambience and bool(heard_in(around))


def _is_undrawn(thing: Told, left: str, drawn: frozenset[str], order: Order) -> bool:
    """Say whether a thing that was read is surely in no frame."""
    if order.operation is Operation.REFERENCE2VIDEO:
        return thing.new and thing.being and _is_nobody(thing, left, order)
    if order.operation is not Operation.TEXT2VIDEO:
        return False
    one = singular(thing.base)
    if one in _UNDRAWN:
        return True
    if moves_by_itself(one) or is_of_the_image(one) or {thing.base, one} & drawn:
        return False
    return thing.known or (thing.new and not thing.base.endswith(_ABSTRACT))


def _is_nobody(thing: Told, left: str, order: Order) -> bool:
    """Say whether a being is none of the subjects, where the prompt calls those by their names."""
    names = [name.lower() for name in names_of(order)]
    called = calls(left, names, bare=False)
    if not called or any(
        singular(thing.base) in name or name == thing.base for name in names if not name.isdecimal()
    ):
        return False
    after = any(
        re.fullmatch(_CALLED, left[call.end : thing.start]) for call in called if call.end <= thing.start
    )
    end = thing.start + len(thing.text)
    before = any(
        re.fullmatch(r"[\s,，(（:：]*", left[end : call.start]) for call in called if call.start >= end
    )
    return not (after or before)


def _drawn(shot: Shot, order: Order) -> frozenset[str]:
    """List what stands in the scenes that are drawn for a shot."""
    return frozenset(_standing(shot, order)) if order.operation is Operation.TEXT2VIDEO else frozenset()


def _standing(shot: Shot, order: Order) -> Iterator[str]:
    """Yield what stands in the drawn scenes beside what their places are called."""
    yield from action_vocabulary.DRAWN_ANYWHERE.split()
    for take in takes(shot.prompt, shot.seconds, order.seed):
        place, hour = take.direction.place, take.direction.hour
        if place is not None:
            yield from _DRAWN.get(place, "").split()
        dry = not take.direction.strength_of(vocabulary.Effect.RAIN)
        if place in _WITH_BIRDS and hour is not Hour.NIGHT and dry:
            yield from _BIRDS.split()
        if place is Place.CITY and hour is Hour.NIGHT:
            yield from _CARS.split()
