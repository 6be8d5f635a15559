"""The elements of a prompt: actions with their actors, and objects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from keyreel.engines.motion.prompts.unfulfilled import action_vocabulary

CARRIED_OUT_MARK: Final = "~"
"""Replaces each character of what is carried out in a masked text."""

ACTED_MARK: Final = "="
"""The same for what subjects and faces do: unlike `CARRIED_OUT_MARK`, it is no part of a noun's phrase."""

SINGULAR_BY_PLURAL: Final[dict[str, str]] = {
    plural: one
    for plural, _, one in (pair.partition(":") for pair in action_vocabulary.IRREGULAR_PLURALS.split())
}
"""Nouns whose plural has no ending of its own, or another one."""


class PromptElementKind(StrEnum):
    """What an element of a prompt is."""

    MOVEMENT = "movement"
    TRANSFORMATION = "transformation"
    GESTURE = "gesture"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class PromptElement:
    """One action or object: its words as the prompt spells them, where they begin, and the base word.

    `actor` is who does an action, in lower case, empty where nobody is named; `is_ongoing` is an action in
    progress ("flowers blooming"). An object `is_introduced` by an indefinite article ("a dragon"),
    `is_animate` if it is a being, and `is_listed` if the vocabulary has it.
    """

    kind: PromptElementKind
    text: str
    start: int
    lemma: str
    actor: str = ""
    is_introduced: bool = False
    is_animate: bool = False
    is_listed: bool = False
    is_ongoing: bool = False


def singularize(word: str) -> str:
    """Return a noun's singular, as far as its form shows it."""
    if word in SINGULAR_BY_PLURAL:
        return SINGULAR_BY_PLURAL[word]
    for end, instead in (
        ("ies", "y"),
        ("ves", "f"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("xes", "x"),
        ("sses", "ss"),
    ):
        if word.endswith(end) and len(word) > len(end) + 1:
            return word[: -len(end)] + instead
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def is_self_moving(actor: str) -> bool:
    """Say whether an actor moves by itself in images and in the air, as water and leaves do."""
    return bool({actor, singularize(actor)} & _SELF_MOVING_NOUNS)


def is_about_video(actor: str) -> bool:
    """Say whether a word is about the video itself: its camera, scene, style."""
    return bool({actor, singularize(actor)} & _VIDEO_NOUNS)


def names_being(text: str) -> bool:
    """Say whether a text in lower case names a person or an animal, in English or Chinese."""
    words = {singularize(word) for word in re.findall(r"[a-z]+", text)}
    return bool(words & _ANIMATE_NOUNS) or any(noun in text for noun in _ZH_ANIMATE_NOUNS)


_ANIMATE_NOUNS: Final = frozenset(action_vocabulary.ANIMATE_NOUNS.split())
_ZH_ANIMATE_NOUNS: Final = tuple(
    noun
    for noun in action_vocabulary.ZH_ANIMATE_NOUNS.split()
    if noun not in action_vocabulary.ZH_PRONOUNS.split()
)
_SELF_MOVING_NOUNS: Final = frozenset(
    f"{action_vocabulary.SELF_MOVING_NOUNS} {action_vocabulary.ZH_SELF_MOVING_NOUNS}".split()
)
_VIDEO_NOUNS: Final = frozenset(f"{action_vocabulary.VIDEO_NOUNS} {action_vocabulary.ZH_VIDEO_NOUNS}".split())
