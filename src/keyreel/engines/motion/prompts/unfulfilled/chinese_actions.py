"""Chinese prompts, read by a vocabulary: actions with their actors, and objects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.prompts.unfulfilled import action_vocabulary
from keyreel.engines.motion.prompts.unfulfilled.actions import (
    CARRIED_OUT_MARK,
    PromptElement,
    PromptElementKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def _build_alternation(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


_VERBS_BY_KIND: Final = (
    (PromptElementKind.GESTURE, frozenset(action_vocabulary.ZH_GESTURE_VERBS.split())),
    (PromptElementKind.TRANSFORMATION, frozenset(action_vocabulary.ZH_TRANSFORMATION_VERBS.split())),
    (PromptElementKind.MOVEMENT, frozenset(action_vocabulary.ZH_MOVEMENT_VERBS.split())),
)
_ACTION: Final = re.compile(
    _build_alternation(
        f"{action_vocabulary.ZH_GESTURE_VERBS} {action_vocabulary.ZH_TRANSFORMATION_VERBS} {action_vocabulary.ZH_MOVEMENT_VERBS}"
    )
)
_SELF_MOVING_NOUNS: Final = frozenset(action_vocabulary.ZH_SELF_MOVING_NOUNS.split())
_ANIMATE_NOUNS: Final = frozenset(action_vocabulary.ZH_ANIMATE_NOUNS.split())
_NOUN: Final = re.compile(
    _build_alternation(
        f"{action_vocabulary.ZH_SELF_MOVING_NOUNS} {action_vocabulary.ZH_ANIMATE_NOUNS} {action_vocabulary.ZH_OBJECT_NOUNS}"
    )
    + "(?![男女子])"
)
_OBJECT: Final = re.compile(
    rf"[着了过]?(?:一?{action_vocabulary.ZH_MEASURE_WORD_CLASS})?(?:{_build_alternation(f'{action_vocabulary.ZH_ANIMATE_NOUNS} {action_vocabulary.ZH_OBJECT_NOUNS}')})"
)
_LOCATION_BEFORE: Final = re.compile(r"[在从向往朝沿][^的]{0,3}$")
_LOCATION_AFTER: Final = re.compile("地[上里中]|[上里中下边旁间前后]")
_CAMERA: Final = re.compile(r"(?:(?<![向对朝着])镜头|视角|航拍)[^。！？.!?]*$")
_GESTURE_VERBS: Final = frozenset(action_vocabulary.ZH_GESTURE_VERBS.split())
_PRONOUNS: Final = frozenset(action_vocabulary.ZH_PRONOUNS.split())
_MOVEMENT_VERBS: Final = frozenset(action_vocabulary.ZH_MOVEMENT_VERBS.split())
_ARRIVAL_VERBS: Final = frozenset(action_vocabulary.ZH_ARRIVAL_VERBS.split())
_INTRODUCED: Final = re.compile(
    rf"[一两二三四五六七八九十几数]{action_vocabulary.ZH_MEASURE_WORD_CLASS}[\u4e00-\u9fff]{{0,6}}$"
)
_CLAUSE: Final = re.compile(r"[^，。；！？、,.;!?\n]+")


def parse_chinese_elements(text: str, masked: str) -> Iterator[PromptElement]:
    """Yield the actions and objects of a text.

    `masked` is the text in lower case, with `CARRIED_OUT_MARK` over all that is carried out.
    """
    actor: re.Match[str] | None = None
    for clause in _CLAUSE.finditer(masked):
        words = [*_NOUN.finditer(masked, *clause.span()), *_ACTION.finditer(masked, *clause.span())]
        kept = _drop_overlaps(words)
        nouns = [word for word in kept if word.re is _NOUN]
        actions = [word for word in kept if word.re is _ACTION]
        yield from (_build_object(text, masked, noun) for noun in nouns if noun[0] not in _SELF_MOVING_NOUNS)
        objects = {follows.end() for action in actions if (follows := _OBJECT.match(masked, action.end()))}
        actors = [noun for noun in nouns if noun.end() not in objects and not _is_location(masked, noun)]
        # Before 的 a verb says which noun is meant; it is no action of its own.
        for action in (each for each in actions if masked[each.end() : each.end() + 1] != "的"):
            before = [noun for noun in actors if noun.end() <= action.start()]
            if not before and _is_of_another(text, masked, clause.start(), action):
                continue
            actor = before[-1] if before else actor
            yield _build_action(text, masked, action, actor, has_own_actor=bool(before))


def _is_of_another(text: str, masked: str, clause: int, action: re.Match[str]) -> bool:
    """Say whether an action without a noun before it is the camera's, or belongs to what is carried out."""
    if action[0] in _MOVEMENT_VERBS and _CAMERA.search(text[: action.start()]):
        return True
    return action[0] not in _GESTURE_VERBS and CARRIED_OUT_MARK in masked[clause : action.start()]


def _drop_overlaps(words: list[re.Match[str]]) -> list[re.Match[str]]:
    """Keep of overlapping words the first, and of two that begin together the longer."""
    kept: list[re.Match[str]] = []
    for word in sorted(words, key=lambda each: (each.start(), -each.end())):
        if not kept or word.start() >= kept[-1].end():
            kept.append(word)
    return kept


def _is_location(masked: str, noun: re.Match[str]) -> bool:
    """Say whether a noun names a location: "在厨房", "草地上"."""
    before, after = masked[max(noun.start() - 4, 0) : noun.start()], masked[noun.end() : noun.end() + 2]
    return bool(_LOCATION_BEFORE.search(before) or _LOCATION_AFTER.match(after))


def _build_action(
    text: str, masked: str, action: re.Match[str], actor: re.Match[str] | None, *, has_own_actor: bool
) -> PromptElement:
    follows = _OBJECT.match(masked, action.end())
    words = text[action.start() : follows.end() if follows else action.end()]
    kind = next(kind for kind, verbs in _VERBS_BY_KIND if action[0] in verbs)
    if follows and action[0] in _ARRIVAL_VERBS:
        actor, has_own_actor = None, False
    named = text[actor.start() : actor.end()] if actor and has_own_actor else ""
    return PromptElement(
        kind,
        named + words,
        actor.start() if actor and has_own_actor else action.start(),
        action[0],
        actor[0] if actor else "",
    )


def _build_object(text: str, masked: str, noun: re.Match[str]) -> PromptElement:
    return PromptElement(
        PromptElementKind.OBJECT,
        text[noun.start() : noun.end()],
        noun.start(),
        noun[0],
        is_introduced=_is_introduced(masked, noun),
        is_animate=noun[0] in _ANIMATE_NOUNS and noun[0] not in _PRONOUNS,
        is_listed=noun[0] not in _PRONOUNS,
    )


def _is_introduced(masked: str, noun: re.Match[str]) -> bool:
    return bool(_INTRODUCED.search(masked[max(noun.start() - 9, 0) : noun.start()]))
