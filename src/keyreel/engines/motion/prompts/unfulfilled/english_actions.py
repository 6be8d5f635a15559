"""English prompts, read word by word by the forms and places of words: deeds, with who does them, and things.

What is not understood is no deed and no thing.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from keyreel.engines.motion.prompts.unfulfilled import action_vocabulary
from keyreel.engines.motion.prompts.unfulfilled.actions import (
    SINGULAR_BY_PLURAL,
    PromptElement,
    PromptElementKind,
    is_about_video,
    is_self_moving,
    singularize,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class _PartOfSpeech(StrEnum):
    NAME = "name"
    CARRIED_OUT = "done"
    INDEFINITE = "new"
    DEFINITE = "given"
    PREPOSITION = "preposition"
    CONJUNCTION = "joint"
    PRONOUN = "pronoun"
    AUXILIARY = "auxiliary"
    ADVERB = "adverb"
    ACTION = "deed"
    STATE = "state"
    WORD = "word"
    PUNCTUATION = "stop"


class _Token(NamedTuple):
    word: str
    start: int
    end: int
    part_of_speech: _PartOfSpeech


class _VerbForm(NamedTuple):
    lemma: str
    inflection: str


def _list_regular_forms(bases: str) -> Iterator[tuple[str, _VerbForm]]:
    """List the forms of regular verbs; doubled consonants are listed whether or not English has them."""
    for base in bases.split():
        yield base, _VerbForm(base, "bare")
        soft = re.search(r"(?:s|x|z|ch|sh|o)$", base)
        ies = re.search(r"[^aeiou]y$", base)
        yield (base[:-1] + "ies" if ies else base + ("es" if soft else "s")), _VerbForm(base, "s")
        stem = base[:-1] if base.endswith("e") and not base.endswith("ee") else base
        for each in (stem, stem + stem[-1]):
            yield each + "ing", _VerbForm(base, "ing")
            yield each + "ed", _VerbForm(base, "ed")
        if ies:
            yield base[:-1] + "ied", _VerbForm(base, "ed")


def _list_irregular_forms() -> Iterator[tuple[str, _VerbForm]]:
    for pair in action_vocabulary.IRREGULAR_VERBS.split():
        word, base = pair.split(":")
        yield word, _VerbForm(base, "ing" if word.endswith("ing") else "ed")


_FUNCTION_WORDS: Final = {
    _PartOfSpeech.INDEFINITE: frozenset(action_vocabulary.INDEFINITE_DETERMINERS.split()),
    _PartOfSpeech.DEFINITE: frozenset(action_vocabulary.DETERMINERS.split()),
    _PartOfSpeech.PREPOSITION: frozenset(action_vocabulary.PREPOSITIONS.split()),
    _PartOfSpeech.CONJUNCTION: frozenset(action_vocabulary.CONJUNCTIONS.split()),
    _PartOfSpeech.PRONOUN: frozenset(action_vocabulary.PRONOUNS.split()),
    _PartOfSpeech.AUXILIARY: frozenset(action_vocabulary.AUXILIARIES.split()),
    _PartOfSpeech.ADVERB: frozenset(action_vocabulary.ADVERBS.split()),
}
_STATE_FORMS: Final = dict(_list_regular_forms(action_vocabulary.STATE_VERBS))
_ACTION_FORMS: Final = dict(
    _list_regular_forms(
        f"{action_vocabulary.MOVEMENT_VERBS} {action_vocabulary.TRANSFORMATION_VERBS} {action_vocabulary.GESTURE_VERBS}"
    )
) | dict(_list_irregular_forms())
_KIND_BY_LEMMA: Final[dict[str, PromptElementKind]] = {
    base: kind
    for kind, bases in (
        (PromptElementKind.GESTURE, action_vocabulary.GESTURE_VERBS),
        (PromptElementKind.TRANSFORMATION, action_vocabulary.TRANSFORMATION_VERBS),
        (PromptElementKind.MOVEMENT, action_vocabulary.MOVEMENT_VERBS),
    )
    for base in bases.split()
}
_ANIMATE_NOUNS: Final = frozenset(action_vocabulary.ANIMATE_NOUNS.split())
_OBJECT_NOUNS: Final = frozenset(action_vocabulary.OBJECT_NOUNS.split())
_AMBIGUOUS: Final = frozenset(action_vocabulary.AMBIGUOUS_VERBS.split())
_MODALS: Final = frozenset(action_vocabulary.MODALS.split())
_PARTICLES: Final = frozenset(action_vocabulary.PARTICLES.split())
_TOKEN: Final = re.compile(r"@?[a-zà-ɏ0-9]+(?:['\u2019-][a-zà-ɏ0-9]+)*|~+|[^\s\w]|[^\W\da-zà-ɏ]+")
_DEPICTING_VERBS: Final = frozenset(action_vocabulary.DEPICTING_VERBS.split())
_NOUN_CLASSES: Final = (
    _PartOfSpeech.WORD,
    _PartOfSpeech.NAME,
    _PartOfSpeech.CARRIED_OUT,
    _PartOfSpeech.PRONOUN,
)
_CLAUSE_CLASSES: Final = (
    _PartOfSpeech.ACTION,
    _PartOfSpeech.STATE,
    _PartOfSpeech.NAME,
    _PartOfSpeech.PRONOUN,
)
_LIGHT_VERBS: Final = frozenset(action_vocabulary.LIGHT_VERBS.split())
_INTO_VERBS: Final = frozenset(action_vocabulary.INTO_VERBS.split())
_MAX_OBJECT_WORDS: Final = 4


def parse_english_elements(text: str, masked: str) -> Iterator[PromptElement]:
    """Yield what a text tells of. `left` is the text in lower case, with `DONE` for what is carried out."""
    tokens = [_to_token(match) for match in _TOKEN.finditer(masked)]
    start = 0
    for index in range(len(tokens) + 1):
        if index == len(tokens) or tokens[index].word in {".", "!", "?", ";", ":"}:
            if start < index:
                yield from _Sentence(text, tokens[start:index]).find_elements()
            start = index + 1


def _to_token(match: re.Match[str]) -> _Token:
    word = match[0]
    return _Token(word, match.start(), match.end(), _classify_word(word))


def _classify_word(word: str) -> _PartOfSpeech:
    if word[0] in "@~":
        return _PartOfSpeech.NAME if word[0] == "@" else _PartOfSpeech.CARRIED_OUT
    for sort, words in _FUNCTION_WORDS.items():
        if word in words:
            return sort
    if not word[0].isascii() or not word[0].isalnum():
        return _PartOfSpeech.PUNCTUATION
    if word.endswith("ly") and len(word) > 4 and word not in {"family", "butterfly", "dragonfly", "firefly"}:
        return _PartOfSpeech.ADVERB
    return _PartOfSpeech.WORD


class _Sentence:
    """The tokens of one sentence, with what was understood of them."""

    def __init__(self, text: str, tokens: Sequence[_Token]) -> None:
        self._text = text
        self._tokens = list(tokens)
        self._has_causative = any(token.word in {"make", "makes", "let", "have"} for token in tokens)
        for index in range(len(self._tokens)):
            self._tokens[index] = self._tokens[index]._replace(part_of_speech=self._classify_verb(index))

    def find_elements(self) -> Iterator[PromptElement]:
        latest = -1
        for index, token in enumerate(self._tokens):
            if token.part_of_speech in {_PartOfSpeech.ACTION, _PartOfSpeech.STATE}:
                actor = self._find_actor(index)
                if actor is None and self._is_joined(index):
                    actor = latest if latest >= 0 else None
                latest = latest if actor is None else actor
                if token.part_of_speech is _PartOfSpeech.ACTION:
                    yield self._build_action(index, actor)
            elif token.part_of_speech is _PartOfSpeech.WORD and self._is_noun_head(index):
                yield self._build_object(index)

    def _classify_verb(self, index: int) -> _PartOfSpeech:
        """Tell deeds and states from nouns and adjectives, by form and place."""
        token = self._tokens[index]
        if token.word in _LIGHT_VERBS and self._get_part_of_speech(index + 1) in {
            _PartOfSpeech.INDEFINITE,
            _PartOfSpeech.DEFINITE,
        }:
            return _PartOfSpeech.ACTION
        state, deed = _STATE_FORMS.get(token.word), _ACTION_FORMS.get(token.word)
        if token.part_of_speech is not _PartOfSpeech.WORD or (state is None and deed is None):
            return token.part_of_speech
        form = state or deed
        assert form is not None
        if not self._is_verb(index, form):
            return _PartOfSpeech.WORD
        return (
            _PartOfSpeech.ACTION
            if deed and (state is None or self._is_action(index))
            else _PartOfSpeech.STATE
        )

    def _is_action(self, index: int) -> bool:
        """Say whether a word that may name a state is a deed: "looks around"."""
        return self._get_word(index + 1) in {"around", "up", "down", "away", "back"}

    def _is_verb(self, index: int, form: _VerbForm) -> bool:
        before = self._find_token_before(index)
        sort = before.part_of_speech if before else _PartOfSpeech.PUNCTUATION
        if sort in {_PartOfSpeech.INDEFINITE, _PartOfSpeech.DEFINITE}:
            return False
        rule = {
            "s": self._is_third_person_verb,
            "bare": self._is_bare_verb,
            "ing": self._is_ing_verb,
            "ed": self._is_past_verb,
        }[form.inflection]
        return rule(index, before, sort)

    def _is_third_person_verb(self, index: int, before: _Token | None, sort: _PartOfSpeech) -> bool:
        if sort is _PartOfSpeech.CONJUNCTION or (before is not None and before.word == ","):
            begun = any(each.part_of_speech in _CLAUSE_CLASSES for each in self._tokens[:index])
            return begun and (
                sort is _PartOfSpeech.CONJUNCTION or not is_self_moving(self._tokens[index].word)
            )
        if sort is _PartOfSpeech.WORD and before is not None:
            # "dance moves" and "ocean waves" are nouns, "Anna dances" is none.
            introduced = (
                self._tokens[self._find_phrase_start(index - 1)].part_of_speech is not _PartOfSpeech.WORD
            )
            called = self._text[before.start].isupper() and before.word not in _ACTION_FORMS
            somebody = introduced or called or _is_listed_noun(before.word)
            return somebody and not re.search(r"[^s]s$", before.word)
        return sort in {_PartOfSpeech.PRONOUN, _PartOfSpeech.NAME, _PartOfSpeech.CARRIED_OUT}

    def _is_bare_verb(self, index: int, before: _Token | None, sort: _PartOfSpeech) -> bool:
        if before is None:
            return self._is_imperative(index)
        if before.word in _MODALS:
            return True
        if sort is _PartOfSpeech.WORD:
            plural = before.word in SINGULAR_BY_PLURAL or re.search(r"[^s]s$", before.word)
            ambiguous = self._tokens[index].word in _AMBIGUOUS
            return bool(not ambiguous and (plural or self._has_causative or self._is_joined_being(index - 1)))
        return sort is _PartOfSpeech.PRONOUN and before.word in {"they", "we", "you", "people", "who"}

    def _is_joined_being(self, index: int) -> bool:
        """Say whether somebody is named beside others: "a robot and a girl"."""
        start = self._find_phrase_start(index)
        return (
            singularize(self._tokens[index].word) in _ANIMATE_NOUNS
            and start > 0
            and self._get_word(start - 1) == "and"
        )

    def _is_imperative(self, index: int) -> bool:
        """Say whether a bare form that begins a clause is an order: "dance", "open the door"."""
        after = self._get_part_of_speech(index + 1)
        if self._tokens[index].word in _AMBIGUOUS:
            return (
                after in {_PartOfSpeech.INDEFINITE, _PartOfSpeech.DEFINITE}
                or self._get_word(index + 1) == "into"
            )
        return after not in {_PartOfSpeech.WORD, _PartOfSpeech.CARRIED_OUT}

    def _is_ing_verb(self, index: int, before: _Token | None, sort: _PartOfSpeech) -> bool:
        after = self._get_part_of_speech(index + 1)
        if before is None or sort in {_PartOfSpeech.PUNCTUATION, _PartOfSpeech.PREPOSITION}:
            return (
                after not in {_PartOfSpeech.WORD, _PartOfSpeech.CARRIED_OUT}
                and sort is not _PartOfSpeech.PREPOSITION
            )
        if sort is _PartOfSpeech.WORD:
            return _is_listed_noun(before.word) or after is not _PartOfSpeech.WORD
        return True

    def _is_past_verb(self, index: int, before: _Token | None, sort: _PartOfSpeech) -> bool:
        if self._get_word(index + 1) == "by" or before is None:
            return False
        return sort is _PartOfSpeech.PRONOUN or (
            sort is _PartOfSpeech.WORD and singularize(before.word) in _ANIMATE_NOUNS
        )

    def _find_token_before(self, index: int) -> _Token | None:
        while index > 0 and self._tokens[index - 1].part_of_speech is _PartOfSpeech.ADVERB:
            index -= 1
        return self._tokens[index - 1] if index > 0 else None

    def _get_part_of_speech(self, index: int) -> _PartOfSpeech:
        return self._tokens[index].part_of_speech if index < len(self._tokens) else _PartOfSpeech.PUNCTUATION

    def _get_word(self, index: int) -> str:
        return self._tokens[index].word if index < len(self._tokens) else ""

    def _is_joined(self, index: int) -> bool:
        before = self._find_token_before(index)
        return before is not None and before.part_of_speech in {
            _PartOfSpeech.CONJUNCTION,
            _PartOfSpeech.PUNCTUATION,
        }

    def _find_actor(self, index: int) -> int | None:
        """Find who does a deed: the nearest noun before it that no preposition and no other verb has."""
        at = index - 1
        while at >= 0:
            sort = self._tokens[at].part_of_speech
            if sort in {_PartOfSpeech.CONJUNCTION, _PartOfSpeech.PUNCTUATION}:
                return None
            if sort in _NOUN_CLASSES:
                start = self._find_phrase_start(at)
                if start == 0 or self._is_possible_actor(self._tokens[start - 1], index):
                    return at
                at = start - 1
            at -= 1
        return None

    def _is_possible_actor(self, governor: _Token, action: int) -> bool:
        """Say whether a noun after this word may do a deed: no other verb and no preposition has it."""
        if governor.part_of_speech is _PartOfSpeech.PREPOSITION:
            # "with steam rising": so does what somebody has with them.
            return governor.word == "of" or (
                governor.word == "with" and self._tokens[action].word.endswith("ing")
            )
        if governor.part_of_speech is _PartOfSpeech.STATE:
            return self._has_causative or _STATE_FORMS[governor.word].lemma in _DEPICTING_VERBS
        return governor.part_of_speech is not _PartOfSpeech.ACTION

    def _find_phrase_start(self, head: int) -> int:
        """Return where a noun's phrase starts."""
        at = head
        while at > 0 and self._tokens[at - 1].part_of_speech in {
            _PartOfSpeech.WORD,
            _PartOfSpeech.INDEFINITE,
            _PartOfSpeech.DEFINITE,
            _PartOfSpeech.ADVERB,
        }:
            at -= 1
        return at

    def _is_introduced(self, head: int) -> bool:
        return any(
            token.part_of_speech is _PartOfSpeech.INDEFINITE
            for token in self._tokens[self._find_phrase_start(head) : head]
        )

    def _build_action(self, index: int, actor: int | None) -> PromptElement:
        token, end = self._tokens[index], self._find_object_end(index)
        words = self._text[token.start : self._tokens[end].end]
        who = self._tokens[actor] if actor is not None else None
        base = self._get_lemma(index)
        named = (
            self._text[who.start : who.end] + " "
            if who and who.part_of_speech is not _PartOfSpeech.CARRIED_OUT
            else ""
        )
        return PromptElement(
            _KIND_BY_LEMMA.get(base, PromptElementKind.GESTURE),
            named + words,
            who.start if who else token.start,
            base,
            who.word if who else "",
            is_ongoing=token.word.endswith("ing"),
        )

    def _find_object_end(self, index: int) -> int:
        """Return the last token of what a deed is done to, or of the deed itself."""
        end = at = index
        if self._get_lemma(index) in _INTO_VERBS and self._get_word(at + 1) in {"into", "to"}:
            at += 1
        elif self._get_word(at + 1) in _PARTICLES:
            at += 1
            end = (
                at
                if self._get_part_of_speech(at + 1)
                not in {
                    _PartOfSpeech.INDEFINITE,
                    _PartOfSpeech.DEFINITE,
                    _PartOfSpeech.WORD,
                    _PartOfSpeech.CARRIED_OUT,
                }
                else end
            )
        if self._get_part_of_speech(at + 1) is _PartOfSpeech.NAME:
            return at + 1
        while self._get_part_of_speech(at + 1) in {_PartOfSpeech.INDEFINITE, _PartOfSpeech.DEFINITE}:
            at += 1
        noun = at
        while noun - at < _MAX_OBJECT_WORDS and self._get_part_of_speech(noun + 1) is _PartOfSpeech.WORD:
            noun += 1
        return (
            self._find_noun_end(noun)
            if noun > at and self._get_part_of_speech(noun + 1) is not _PartOfSpeech.CARRIED_OUT
            else end
        )

    def _find_noun_end(self, head: int) -> int:
        """Return the last token of a noun with what it consists of: "cup" with "of tea"."""
        at = head + 1
        if self._get_word(at) != "of" or is_about_video(self._get_word(head)):
            return head
        while self._get_part_of_speech(at + 1) in {_PartOfSpeech.INDEFINITE, _PartOfSpeech.DEFINITE}:
            at += 1
        last = at
        while self._get_part_of_speech(last + 1) is _PartOfSpeech.WORD:
            last += 1
        return (
            last
            if last > at and self._get_part_of_speech(last + 1) is not _PartOfSpeech.CARRIED_OUT
            else head
        )

    def _is_of_complement(self, index: int) -> bool:
        """Say whether a noun says what another one consists of."""
        at = self._find_phrase_start(index) - 1
        return (
            at > 0
            and self._find_noun_end(at - 1) == index
            and self._tokens[at - 1].part_of_speech is _PartOfSpeech.WORD
        )

    def _get_lemma(self, index: int) -> str:
        word = self._tokens[index].word
        return _ACTION_FORMS[word].lemma if word in _ACTION_FORMS else word

    def _is_noun_head(self, index: int) -> bool:
        return self._get_part_of_speech(index + 1) not in {
            _PartOfSpeech.WORD,
            _PartOfSpeech.CARRIED_OUT,
        } and not self._is_of_complement(index)

    def _build_object(self, index: int) -> PromptElement:
        token = self._tokens[index]
        one = singularize(token.word)
        return PromptElement(
            PromptElementKind.OBJECT,
            self._text[token.start : self._tokens[self._find_noun_end(index)].end],
            token.start,
            token.word,
            is_introduced=self._is_introduced(index),
            is_animate=one in _ANIMATE_NOUNS,
            is_listed=_is_listed_noun(token.word),
        )


def _is_listed_noun(word: str) -> bool:
    return not {word, singularize(word)}.isdisjoint(_ANIMATE_NOUNS | _OBJECT_NOUNS)
