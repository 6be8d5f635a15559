"""English words by their form: parts of speech, verb forms and listed nouns; knows no sentences."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from keyreel.engines.motion.prompts.unfulfilled import action_vocabulary
from keyreel.engines.motion.prompts.unfulfilled.actions import singularize

if TYPE_CHECKING:
    from collections.abc import Iterator


class PartOfSpeech(StrEnum):
    """What a word is in its sentence; `CARRIED_OUT` covers what the prompt's video does show."""

    NAME = "name"
    CARRIED_OUT = "carried out"
    INDEFINITE = "indefinite"
    DEFINITE = "definite"
    PREPOSITION = "preposition"
    CONJUNCTION = "conjunction"
    PRONOUN = "pronoun"
    AUXILIARY = "auxiliary"
    ADVERB = "adverb"
    ACTION = "action"
    STATE = "state"
    WORD = "word"
    PUNCTUATION = "punctuation"


class Token(NamedTuple):
    """One word or punctuation mark, from `start` to before `end` of its text."""

    word: str
    start: int
    end: int
    part_of_speech: PartOfSpeech


class VerbForm(NamedTuple):
    """A verb's base form, and how a word inflects it: "bare", "s", "ing" or "ed"."""

    lemma: str
    inflection: str


def _list_regular_forms(bases: str) -> Iterator[tuple[str, VerbForm]]:
    """List the forms of regular verbs; doubled consonants are listed whether or not English has them."""
    for base in bases.split():
        yield base, VerbForm(base, "bare")
        soft = re.search(r"(?:s|x|z|ch|sh|o)$", base)
        ies = re.search(r"[^aeiou]y$", base)
        yield (base[:-1] + "ies" if ies else base + ("es" if soft else "s")), VerbForm(base, "s")
        stem = base[:-1] if base.endswith("e") and not base.endswith("ee") else base
        for each in (stem, stem + stem[-1]):
            yield each + "ing", VerbForm(base, "ing")
            yield each + "ed", VerbForm(base, "ed")
        if ies:
            yield base[:-1] + "ied", VerbForm(base, "ed")


def _list_irregular_forms() -> Iterator[tuple[str, VerbForm]]:
    """List the forms of irregular verbs that regular endings do not give."""
    for pair in action_vocabulary.IRREGULAR_VERBS.split():
        word, base = pair.split(":")
        yield word, VerbForm(base, "ing" if word.endswith("ing") else "ed")


_FUNCTION_WORDS: Final = {
    PartOfSpeech.INDEFINITE: frozenset(action_vocabulary.INDEFINITE_DETERMINERS.split()),
    PartOfSpeech.DEFINITE: frozenset(action_vocabulary.DETERMINERS.split()),
    PartOfSpeech.PREPOSITION: frozenset(action_vocabulary.PREPOSITIONS.split()),
    PartOfSpeech.CONJUNCTION: frozenset(action_vocabulary.CONJUNCTIONS.split()),
    PartOfSpeech.PRONOUN: frozenset(action_vocabulary.PRONOUNS.split()),
    PartOfSpeech.AUXILIARY: frozenset(action_vocabulary.AUXILIARIES.split()),
    PartOfSpeech.ADVERB: frozenset(action_vocabulary.ADVERBS.split()),
}
STATE_FORMS: Final = dict(_list_regular_forms(action_vocabulary.STATE_VERBS))
ACTION_FORMS: Final = dict(
    _list_regular_forms(
        f"{action_vocabulary.MOVEMENT_VERBS} {action_vocabulary.TRANSFORMATION_VERBS} {action_vocabulary.GESTURE_VERBS}"
    )
) | dict(_list_irregular_forms())
ANIMATE_NOUNS: Final = frozenset(action_vocabulary.ANIMATE_NOUNS.split())
_OBJECT_NOUNS: Final = frozenset(action_vocabulary.OBJECT_NOUNS.split())
_TOKEN: Final = re.compile(r"@?[a-zà-ɏ0-9]+(?:['\u2019-][a-zà-ɏ0-9]+)*|~+|[^\s\w]|[^\W\da-zà-ɏ]+")


def split_into_tokens(masked: str) -> list[Token]:
    """Return the words and punctuation marks of a text in lower case, each with its part of speech.

    Verbs are plain words here: only their position in a sentence distinguishes them from nouns.
    """
    return [_to_token(match) for match in _TOKEN.finditer(masked)]


def _to_token(match: re.Match[str]) -> Token:
    word = match[0]
    return Token(word, match.start(), match.end(), _classify_word(word))


def _classify_word(word: str) -> PartOfSpeech:
    if word[0] in "@~":
        return PartOfSpeech.NAME if word[0] == "@" else PartOfSpeech.CARRIED_OUT
    for part_of_speech, words in _FUNCTION_WORDS.items():
        if word in words:
            return part_of_speech
    if not word[0].isascii() or not word[0].isalnum():
        return PartOfSpeech.PUNCTUATION
    if word.endswith("ly") and len(word) > 4 and word not in {"family", "butterfly", "dragonfly", "firefly"}:
        return PartOfSpeech.ADVERB
    return PartOfSpeech.WORD


def is_listed_noun(word: str) -> bool:
    """Say whether the vocabulary lists a noun, in the singular or plural, as a being or an object."""
    return not {word, singularize(word)}.isdisjoint(ANIMATE_NOUNS | _OBJECT_NOUNS)
