"""What a prompt tells of: deeds, with who does them, and things."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from keyreel.engines.motion.prompts.unfulfilled import action_vocabulary

DONE: Final = "~"
"""Stands for each character of what is carried out, in a text that is read."""

PLURALS: Final[dict[str, str]] = {
    plural: one for plural, _, one in (pair.partition(":") for pair in action_vocabulary.PLURALS.split())
}
"""Nouns whose plural has no ending of its own, or another one."""


class Kind(StrEnum):
    """What something told of is."""

    GOING = "going"
    CHANGING = "changing"
    GESTURE = "gesture"
    THING = "thing"


@dataclass(frozen=True, slots=True)
class Told:
    """One deed or thing: its words as the prompt spells them, where they begin, and the word that tells.

    `actor` is who does a deed, in lower case, empty where nobody is named; `lasting` says that it goes on
    ("flowers blooming"). Of a thing, `new` says that it is introduced ("a dragon"), `being` that it is
    somebody, `known` that the lists have it.
    """

    kind: Kind
    text: str
    start: int
    base: str
    actor: str = ""
    new: bool = False
    being: bool = False
    known: bool = False
    lasting: bool = False


def singular(word: str) -> str:
    """Return a noun's singular, as far as its form tells."""
    if word in PLURALS:
        return PLURALS[word]
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


def moves_by_itself(actor: str) -> bool:
    """Say whether an actor is of those that move in pictures and in the air by themselves."""
    return bool({actor, singular(actor)} & _NATURE)


def is_of_the_image(actor: str) -> bool:
    """Say whether a word is about the video itself: its camera, scene, style."""
    return bool({actor, singular(actor)} & _IMAGE)


_NATURE: Final = frozenset(f"{action_vocabulary.NATURE} {action_vocabulary.ZH_NATURE}".split())
_IMAGE: Final = frozenset(f"{action_vocabulary.OF_THE_IMAGE} {action_vocabulary.ZH_OF_THE_IMAGE}".split())
