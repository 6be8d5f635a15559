"""Notes on what of an order's prompts this engine does not carry out, in the prompt's own words.

Left out is what the operation carries out, what may well be in the given images, and what describes the video
itself. What remains is named in one sentence, in the language of the prompts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.prompts import (
    camera_vocabulary,
    effect_vocabulary,
    place_vocabulary,
    subject_vocabulary,
    technique_vocabulary,
    vocabulary,
)
from keyreel.engines.motion.prompts.act_vocabulary import ACT_PATTERNS
from keyreel.engines.motion.prompts.parser import parse_prompt
from keyreel.engines.motion.prompts.setting import split_into_scenes
from keyreel.engines.motion.prompts.subjects import list_instructions, list_subject_names
from keyreel.engines.motion.prompts.unfulfilled import (
    action_vocabulary,
    chinese_actions,
    english_actions,
)
from keyreel.engines.motion.prompts.unfulfilled.actions import (
    ACTED_MARK,
    CARRIED_OUT_MARK,
    PromptElementKind,
    is_about_video,
    is_self_moving,
    singularize,
)
from keyreel.engines.motion.prompts.unfulfilled.techniques import find_unavailable_techniques, list_places
from keyreel.engines.motion.scenery.places.table import RECIPES
from keyreel.engines.motion.scenery.scene_conditions import has_birds, has_traffic
from keyreel.mentions import find_mentions, find_unknown_mentions
from keyreel.order import Operation
from keyreel.sound.ambience.expected_sounds import find_expected_sounds
from keyreel.sound.speech.dialogue.lines import find_dialogue_lines
from keyreel.sound.speech.language import Language, detect_language

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from keyreel.engines.motion.prompts.act_vocabulary import Act
    from keyreel.engines.motion.prompts.unfulfilled.actions import PromptElement
    from keyreel.engines.motion.prompts.vocabulary import Place, SubjectAction
    from keyreel.order import Order, Shot

_MAX_NAMED: Final = 6
"""Elements that a note names; more are summed up."""
_QUOTED: Final = r"\[[^\]]*\]|\"[^\"]*\"|“[^”]*”|「[^」]*」|『[^』]*』"
_DENIED: Final = (
    r"\b(?:no|without|never|avoid|(?:do|does|must|should|is|are)(?: not|n['’]t))\b[^,.;!?]*?(?=[,.;!?]|\b(?:and|but)\b|$)"
    r"|(?:无(?![数边尽限人])|不要|没有|禁止|避免|无需|别让|不能|不会)[^，。；！？,.;]*"
)
_BIRD_NOUNS: Final = "bird gull seagull 鸟 小鸟 海鸥"
_NEVER_DRAWN_NOUNS: Final = frozenset(action_vocabulary.NEVER_DRAWN_NOUNS.split())
_CAR_NOUNS: Final = "car taxi vehicle 汽车 轿车 出租车"
_NOT_DRAWN_PATTERN: Final = r"lighthouse|bridge|stage|island|灯塔|大桥|舞台|海岛"
_SPEECH_VERBS: Final = frozenset(
    f"{action_vocabulary.SPEECH_VERBS} {action_vocabulary.ZH_SPEECH_VERBS}".split()
)
_SOUND_VERBS: Final = frozenset(f"{action_vocabulary.SOUND_VERBS} {action_vocabulary.ZH_SOUND_VERBS}".split())
_ABSTRACT_SUFFIXES: Final = tuple(action_vocabulary.ABSTRACT_SUFFIXES.split())
_BECOMING_VERBS: Final = frozenset(action_vocabulary.BECOMING_VERBS.split())
_APPEARING_VERBS: Final = frozenset(action_vocabulary.APPEARING_VERBS.split())
_TERRAIN_VERBS: Final = frozenset(action_vocabulary.TERRAIN_VERBS.split())
_TERRAIN_NOUNS: Final = frozenset(action_vocabulary.TERRAIN_NOUNS.split())
_GROWTH_VERBS: Final = frozenset(action_vocabulary.GROWTH_VERBS.split())
_APPOSITION: Final = r"(?:[\s,，(（:：]|\b(?:is|as|the|a|an|his|her|its)\b|是|一?[只个位名条艘])*"

_MOVES_IMAGES: Final = {
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


@dataclass(frozen=True, slots=True)
class Performance:
    """What an image's faces do of a prompt, and how its subject moves."""

    acts: frozenset[Act] = frozenset()
    action: SubjectAction | None = None


def build_notes(order: Order, performance: Performance | None = None) -> tuple[str, ...]:
    """Return notes that name mentions of unknown subjects and what is not carried out; none where all is.

    `performance` is what the image's faces and subject were found to do.
    """
    language = detect_language(" ".join(shot.prompt for shot in order.shots))
    return (
        *_note_unknown_mentions(order, language),
        *_note_unmet(order, performance or Performance(), language),
    )


def _note_unknown_mentions(order: Order, language: Language) -> Iterator[str]:
    if order.operation is not Operation.REFERENCE2VIDEO:
        return
    lost = [
        call for shot in order.shots for call in find_unknown_mentions(shot.prompt, list_subject_names(order))
    ]
    if lost:
        yield _NO_SUBJECT[language].format(_NOT_SHOWN[language][1].join(dict.fromkeys(lost)))


def _note_unmet(order: Order, performance: Performance, language: Language) -> Iterator[str]:
    found: dict[str, tuple[str, list[int]]] = {}
    for number, shot in enumerate(order.shots, start=1):
        for words in map(_join_lines, find_unmet(shot, order, performance)):
            found.setdefault(words.casefold(), (words, []))[1].append(number)
    if not found:
        return
    every = len(order.shots)
    names = [
        words + ("" if len(shots) == every else _IN_SHOT[language].format(", ".join(map(str, shots))))
        for words, shots in found.values()
    ]
    lead, between, end = _NOT_SHOWN[language]
    more = _MORE[language] if len(names) > _MAX_NAMED else ""
    closing = _DRAWS_PLACES if order.operation is Operation.TEXT2VIDEO else _MOVES_IMAGES
    yield f"{lead}{between.join(names[:_MAX_NAMED])}{more}{end}{closing[language]}"


def _join_lines(words: str) -> str:
    return " ".join(words.split())


def find_unmet(shot: Shot, order: Order, performance: Performance | None = None) -> tuple[str, ...]:
    """List what a shot's prompt asks for and its frames do not show, in the prompt's spelling and order."""
    masked, drawn = (
        _mask_carried_out(shot, order, performance or Performance()),
        _collect_drawn_nouns(shot, order),
    )
    elements = [
        *english_actions.parse_english_elements(shot.prompt, masked),
        *chinese_actions.parse_chinese_elements(shot.prompt, masked),
    ]
    actions = [
        each
        for each in elements
        if each.kind is not PromptElementKind.OBJECT and _is_missing(each, masked, drawn, order)
    ]
    named = " ".join(action.text for action in actions)
    objects = [
        each
        for each in elements
        if each.kind is PromptElementKind.OBJECT
        and each.text not in named
        and _is_undrawn(each, masked, drawn, order)
    ]
    text = _mask_matches(_lower(shot.prompt), (_QUOTED, _DENIED))
    techniques = [*find_unavailable_techniques(text, shot, order)]
    both = [(each.start, each.text) for each in (*actions, *objects)]
    # "a tornado approaches" is named once, with what it does.
    both += [(at, words) for at, words in techniques if not any(words in text for _, text in both)]
    both = [
        each for each in both if each in techniques or not any(each[1] in words for _, words in techniques)
    ]
    return tuple({text.casefold(): text for _, text in sorted(both, key=lambda each: each[0])}.values())


def _mask_carried_out(shot: Shot, order: Order, performance: Performance) -> str:
    """Return the prompt in lower case with `CARRIED_OUT_MARK` over all that is carried out, spoken or denied."""
    text = _mask_matches(
        _lower(shot.prompt),
        (_QUOTED, _DENIED, *(re.escape(line.text.lower()) for line in find_dialogue_lines(order))),
    )
    patterns = [pattern for _, pattern in camera_vocabulary.CAMERA_MOVE_PATTERNS]
    patterns += [subject_vocabulary.WEATHER_MOTION_PATTERN, *technique_vocabulary.UNAVAILABLE_PATTERNS]
    patterns += [
        pattern
        for table in (
            effect_vocabulary.PLAYBACK_PATTERNS,
            effect_vocabulary.EFFECT_PATTERNS,
            place_vocabulary.TIME_OF_DAY_PATTERNS,
            place_vocabulary.SEASON_PATTERNS,
        )
        for _, pattern in table
    ]
    if order.operation is Operation.REFERENCE2VIDEO:
        text = _mask_matches(text, _list_action_patterns(_list_actions(shot, order)), cover=ACTED_MARK)
    text = _mask_matches(text, patterns)
    acted = [pattern for act, pattern in ACT_PATTERNS if act in performance.acts]
    if performance.action is not None:
        acted += _list_action_patterns({performance.action})
    text = _mask_matches(text, acted, cover=ACTED_MARK)
    places = _find_drawn_places(shot, order)
    shown = [pattern for place, pattern in place_vocabulary.PLACE_PATTERNS if place in places]
    return _mask_matches(text, shown, keep=_NOT_DRAWN_PATTERN)


def _lower(text: str) -> str:
    """Return a text in lower case, letter for letter: no position changes."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def _mask_matches(text: str, patterns: Iterable[str], keep: str = "", cover: str = CARRIED_OUT_MARK) -> str:
    """Mask each match of the patterns, clause by clause, as prompts are parsed."""
    joints = [
        0,
        *(
            each.end()
            for each in re.finditer(f"{vocabulary.CLAUSE_END_PATTERN}|{vocabulary.PHASE_JOINT_PATTERN}", text)
        ),
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


def _list_actions(shot: Shot, order: Order) -> set[SubjectAction | None]:
    """List what the subjects are made to do."""
    parsed = parse_prompt(shot.prompt, list_subject_names(order))
    return {instruction.action for instruction in list_instructions(order, parsed)}


def _list_action_patterns(actions: Collection[SubjectAction | None]) -> list[str]:
    """List the patterns of actions, and of where they lead."""
    heading_tables = (subject_vocabulary.HEADING_PATTERNS, subject_vocabulary.VERTICAL_HEADING_PATTERNS)
    return [
        *(pattern for action, pattern in subject_vocabulary.ACTION_PATTERNS if action in actions),
        *(pattern for table in heading_tables for _, pattern in table),
        subject_vocabulary.TOWARDS_CAMERA_PATTERN,
        subject_vocabulary.AWAY_FROM_CAMERA_PATTERN,
    ]


def _find_drawn_places(shot: Shot, order: Order) -> set[Place]:
    if order.operation is Operation.REFERENCE2VIDEO:
        return set(RECIPES)
    if order.operation is not Operation.TEXT2VIDEO:
        return set()
    return {each for place in list_places(shot, order) for each in (place, *RECIPES[place].also_shows)}


def _is_missing(action: PromptElement, masked: str, drawn: frozenset[str], order: Order) -> bool:
    """Say whether an action is not carried out."""
    if _is_natural(action, drawn) or _is_audible(action, masked, order):
        return False
    if is_about_video(action.actor) and action.lemma not in _BECOMING_VERBS | _APPEARING_VERBS:
        return False
    if (
        action.lemma in _BECOMING_VERBS
        and CARRIED_OUT_MARK in masked[action.start : action.start + len(action.text) + 12]
    ):
        return False
    between = any(shot.last for shot in order.shots)
    # Two keyframes themselves show movement and transformation between them.
    return action.kind is PromptElementKind.GESTURE or not between


def _is_natural(action: PromptElement, drawn: frozenset[str]) -> bool:
    """Say whether the actor moves by itself, is drawn, or is terrain that only lies there."""
    singular = singularize(action.actor)
    if action.actor.startswith(CARRIED_OUT_MARK):
        return True
    if is_self_moving(action.actor):
        # Where a meadow is drawn, so are its flowers.
        return bool(drawn) or not _is_growth(action)
    moves = action.kind is PromptElementKind.MOVEMENT and bool({action.actor, singular} & drawn)
    return moves or (action.lemma in _TERRAIN_VERBS and singular in _TERRAIN_NOUNS)


def _is_growth(action: PromptElement) -> bool:
    """Say whether an action is visible growth: "the flower blooms"."""
    return action.lemma in _GROWTH_VERBS and not action.is_ongoing


def _is_audible(action: PromptElement, masked: str, order: Order) -> bool:
    if action.lemma in _SPEECH_VERBS and order.sound.speech:
        return True
    around = masked[max(action.start - 24, 0) : action.start + len(action.text)]
    return action.lemma in _SOUND_VERBS and order.sound.ambience and bool(find_expected_sounds(around))


def _is_undrawn(element: PromptElement, masked: str, drawn: frozenset[str], order: Order) -> bool:
    """Say whether an object is certainly in no frame."""
    if order.operation is Operation.REFERENCE2VIDEO:
        return element.is_introduced and element.is_animate and _is_no_subject(element, masked, order)
    if order.operation is not Operation.TEXT2VIDEO:
        return False
    singular = singularize(element.lemma)
    if singular in _NEVER_DRAWN_NOUNS:
        return True
    if is_self_moving(singular) or is_about_video(singular) or {element.lemma, singular} & drawn:
        return False
    return element.is_listed or (element.is_introduced and not element.lemma.endswith(_ABSTRACT_SUFFIXES))


def _is_no_subject(element: PromptElement, masked: str, order: Order) -> bool:
    """Say whether a being is none of the subjects, where the prompt mentions those by name."""
    names = [name.lower() for name in list_subject_names(order)]
    mentions = find_mentions(masked, names, allow_bare=False)
    if not mentions or any(
        singularize(element.lemma) in name or name == element.lemma for name in names if not name.isdecimal()
    ):
        return False
    after = any(
        re.fullmatch(_APPOSITION, masked[mention.end : element.start])
        for mention in mentions
        if mention.end <= element.start
    )
    end = element.start + len(element.text)
    before = any(
        re.fullmatch(r"[\s,，(（:：]*", masked[end : mention.start])
        for mention in mentions
        if mention.start >= end
    )
    return not (after or before)


def _collect_drawn_nouns(shot: Shot, order: Order) -> frozenset[str]:
    """List the nouns of what the scenes drawn for a shot show."""
    return (
        frozenset(_list_drawn_nouns(shot, order)) if order.operation is Operation.TEXT2VIDEO else frozenset()
    )


def _list_drawn_nouns(shot: Shot, order: Order) -> Iterator[str]:
    """Yield the nouns of the drawn scenes, besides what their places are called."""
    yield from action_vocabulary.ALWAYS_DRAWN_NOUNS.split()
    for shot_scene in split_into_scenes(shot.prompt, shot.seconds, order.seed):
        parsed = shot_scene.parsed_prompt
        if parsed.place is None:
            continue
        yield from RECIPES[parsed.place].nouns.split()
        if has_birds(parsed, parsed.place):
            yield from _BIRD_NOUNS.split()
        if has_traffic(parsed, parsed.place):
            yield from _CAR_NOUNS.split()
