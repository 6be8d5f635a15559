"""English prompts, read word by word by the forms and places of words: actions with their actors, and objects.

What is not understood is no action and no object.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.prompts.unfulfilled import action_vocabulary
from keyreel.engines.motion.prompts.unfulfilled.actions import (
    ACTED_MARK,
    SINGULAR_BY_PLURAL,
    PromptElement,
    PromptElementKind,
    is_about_video,
    is_self_moving,
    singularize,
)
from keyreel.engines.motion.prompts.unfulfilled.english_morphology import (
    ACTION_FORMS,
    ANIMATE_NOUNS,
    STATE_FORMS,
    PartOfSpeech,
    is_listed_noun,
    split_into_tokens,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyreel.engines.motion.prompts.unfulfilled.english_morphology import Token, VerbForm

_KIND_BY_LEMMA: Final[dict[str, PromptElementKind]] = {
    base: kind
    for kind, bases in (
        (PromptElementKind.GESTURE, action_vocabulary.GESTURE_VERBS),
        (PromptElementKind.TRANSFORMATION, action_vocabulary.TRANSFORMATION_VERBS),
        (PromptElementKind.MOVEMENT, action_vocabulary.MOVEMENT_VERBS),
    )
    for base in bases.split()
}
_AMBIGUOUS: Final = frozenset(action_vocabulary.AMBIGUOUS_VERBS.split())
_MODALS: Final = frozenset(action_vocabulary.MODALS.split())
_PARTICLES: Final = frozenset(action_vocabulary.PARTICLES.split())
_DEPICTING_VERBS: Final = frozenset(action_vocabulary.DEPICTING_VERBS.split())
_NOUN_CLASSES: Final = (
    PartOfSpeech.WORD,
    PartOfSpeech.NAME,
    PartOfSpeech.CARRIED_OUT,
    PartOfSpeech.PRONOUN,
)
_CLAUSE_CLASSES: Final = (
    PartOfSpeech.ACTION,
    PartOfSpeech.STATE,
    PartOfSpeech.NAME,
    PartOfSpeech.PRONOUN,
)
_LIGHT_VERBS: Final = frozenset(action_vocabulary.LIGHT_VERBS.split())
_INTO_VERBS: Final = frozenset(action_vocabulary.INTO_VERBS.split())
_MAX_OBJECT_WORDS: Final = 4
"""Words of an object, the noun included, after its determiners."""


def parse_english_elements(text: str, masked: str) -> Iterator[PromptElement]:
    """Yield the actions and objects of a text.

    `masked` is the text in lower case, with `CARRIED_OUT_MARK` over all that is carried out.
    """
    tokens = split_into_tokens(masked)
    start = 0
    for index in range(len(tokens) + 1):
        if index == len(tokens) or tokens[index].word in {".", "!", "?", ";", ":"}:
            if start < index:
                yield from _Sentence(text, tokens[start:index]).find_elements()
            start = index + 1


class _Sentence:
    """The tokens of one sentence, with verbs distinguished from nouns."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._tokens = list(tokens)
        self._has_causative = any(token.word in {"make", "makes", "let", "have"} for token in tokens)
        for index in range(len(self._tokens)):
            self._tokens[index] = self._tokens[index]._replace(part_of_speech=self._classify_verb(index))

    def find_elements(self) -> Iterator[PromptElement]:
        latest = -1
        for index, token in enumerate(self._tokens):
            if token.part_of_speech in {PartOfSpeech.ACTION, PartOfSpeech.STATE}:
                actor = self._find_actor(index)
                if actor is None and self._is_joined(index):
                    actor = latest if latest >= 0 else None
                latest = latest if actor is None else actor
                if token.part_of_speech is PartOfSpeech.ACTION:
                    yield self._build_action(index, actor)
            elif token.part_of_speech is PartOfSpeech.WORD and self._is_noun_head(index):
                yield self._build_object(index)

    def _classify_verb(self, index: int) -> PartOfSpeech:
        """Tell actions and states from nouns and adjectives, by form and place."""
        token = self._tokens[index]
        if token.word in _LIGHT_VERBS and self._get_part_of_speech(index + 1) in {
            PartOfSpeech.INDEFINITE,
            PartOfSpeech.DEFINITE,
        }:
            return PartOfSpeech.ACTION
        state, action = STATE_FORMS.get(token.word), ACTION_FORMS.get(token.word)
        if token.part_of_speech is not PartOfSpeech.WORD or (state is None and action is None):
            return token.part_of_speech
        form = state or action
        assert form is not None
        if not self._is_verb(index, form):
            return PartOfSpeech.WORD
        return (
            PartOfSpeech.ACTION
            if action and (state is None or self._is_action(index))
            else PartOfSpeech.STATE
        )

    def _is_action(self, index: int) -> bool:
        """Say whether a word that may name a state is an action: "looks around"."""
        return self._get_word(index + 1) in {"around", "up", "down", "away", "back"}

    def _is_verb(self, index: int, form: VerbForm) -> bool:
        before = self._find_token_before(index)
        part_of_speech = before.part_of_speech if before else PartOfSpeech.PUNCTUATION
        if part_of_speech in {PartOfSpeech.INDEFINITE, PartOfSpeech.DEFINITE}:
            return False
        rule = {
            "s": self._is_third_person_verb,
            "bare": self._is_bare_verb,
            "ing": self._is_ing_verb,
            "ed": self._is_past_verb,
        }[form.inflection]
        return rule(index, before, part_of_speech)

    def _is_third_person_verb(self, index: int, before: Token | None, part_of_speech: PartOfSpeech) -> bool:
        if part_of_speech is PartOfSpeech.CONJUNCTION or (before is not None and before.word == ","):
            begun = any(
                each.part_of_speech in _CLAUSE_CLASSES or each.word == ACTED_MARK
                for each in self._tokens[:index]
            )
            return begun and (
                part_of_speech is PartOfSpeech.CONJUNCTION or not is_self_moving(self._tokens[index].word)
            )
        if part_of_speech is PartOfSpeech.WORD and before is not None:
            # "dance moves" and "ocean waves" are nouns, "Anna dances" is none.
            introduced = (
                self._tokens[self._find_phrase_start(index - 1)].part_of_speech is not PartOfSpeech.WORD
            )
            called = self._text[before.start].isupper() and before.word not in ACTION_FORMS
            somebody = introduced or called or is_listed_noun(before.word)
            return somebody and not re.search(r"[^s]s$", before.word)
        return part_of_speech in {PartOfSpeech.PRONOUN, PartOfSpeech.NAME, PartOfSpeech.CARRIED_OUT}

    def _is_bare_verb(self, index: int, before: Token | None, part_of_speech: PartOfSpeech) -> bool:
        if before is None:
            return self._is_imperative(index)
        if before.word in _MODALS:
            return True
        if part_of_speech is PartOfSpeech.WORD:
            plural = before.word in SINGULAR_BY_PLURAL or re.search(r"[^s]s$", before.word)
            ambiguous = self._tokens[index].word in _AMBIGUOUS
            return bool(not ambiguous and (plural or self._has_causative or self._is_joined_being(index - 1)))
        return part_of_speech is PartOfSpeech.PRONOUN and before.word in {
            "they",
            "we",
            "you",
            "people",
            "who",
        }

    def _is_joined_being(self, index: int) -> bool:
        """Say whether a noun is a being joined to another: "a robot and a girl"."""
        start = self._find_phrase_start(index)
        return (
            singularize(self._tokens[index].word) in ANIMATE_NOUNS
            and start > 0
            and self._get_word(start - 1) == "and"
        )

    def _is_imperative(self, index: int) -> bool:
        """Say whether a bare form that begins a clause is an imperative: "dance", "open the door"."""
        after = self._get_part_of_speech(index + 1)
        if self._tokens[index].word in _AMBIGUOUS:
            return (
                after in {PartOfSpeech.INDEFINITE, PartOfSpeech.DEFINITE}
                or self._get_word(index + 1) == "into"
            )
        return after not in {PartOfSpeech.WORD, PartOfSpeech.CARRIED_OUT}

    def _is_ing_verb(self, index: int, before: Token | None, part_of_speech: PartOfSpeech) -> bool:
        after = self._get_part_of_speech(index + 1)
        if before is None or part_of_speech in {PartOfSpeech.PUNCTUATION, PartOfSpeech.PREPOSITION}:
            return (
                after not in {PartOfSpeech.WORD, PartOfSpeech.CARRIED_OUT}
                and part_of_speech is not PartOfSpeech.PREPOSITION
            )
        if part_of_speech is PartOfSpeech.WORD:
            return is_listed_noun(before.word) or after is not PartOfSpeech.WORD
        return True

    def _is_past_verb(self, index: int, before: Token | None, part_of_speech: PartOfSpeech) -> bool:
        if self._get_word(index + 1) == "by" or before is None:
            return False
        return part_of_speech is PartOfSpeech.PRONOUN or (
            part_of_speech is PartOfSpeech.WORD and singularize(before.word) in ANIMATE_NOUNS
        )

    def _find_token_before(self, index: int) -> Token | None:
        while index > 0 and self._tokens[index - 1].part_of_speech is PartOfSpeech.ADVERB:
            index -= 1
        return self._tokens[index - 1] if index > 0 else None

    def _get_part_of_speech(self, index: int) -> PartOfSpeech:
        return self._tokens[index].part_of_speech if index < len(self._tokens) else PartOfSpeech.PUNCTUATION

    def _get_word(self, index: int) -> str:
        return self._tokens[index].word if index < len(self._tokens) else ""

    def _is_joined(self, index: int) -> bool:
        before = self._find_token_before(index)
        return before is not None and before.part_of_speech in {
            PartOfSpeech.CONJUNCTION,
            PartOfSpeech.PUNCTUATION,
        }

    def _find_actor(self, index: int) -> int | None:
        """Find the actor: the nearest noun before an action that no preposition and no other verb governs."""
        at = index - 1
        while at >= 0:
            part_of_speech = self._tokens[at].part_of_speech
            if part_of_speech in {PartOfSpeech.CONJUNCTION, PartOfSpeech.PUNCTUATION}:
                return None
            if part_of_speech in _NOUN_CLASSES:
                start = self._find_phrase_start(at)
                if start == 0 or self._is_possible_actor(self._tokens[start - 1], index):
                    return at
                at = start - 1
            at -= 1
        return None

    def _is_possible_actor(self, governor: Token, action: int) -> bool:
        """Say whether a noun after this word may be the actor: no other verb and no preposition governs it."""
        if governor.part_of_speech is PartOfSpeech.PREPOSITION:
            # "with steam rising": what follows "with" may act.
            return governor.word == "of" or (
                governor.word == "with" and self._tokens[action].word.endswith("ing")
            )
        if governor.part_of_speech is PartOfSpeech.STATE:
            return self._has_causative or STATE_FORMS[governor.word].lemma in _DEPICTING_VERBS
        return governor.part_of_speech is not PartOfSpeech.ACTION

    def _find_phrase_start(self, head: int) -> int:
        """Return the first token of a noun's phrase."""
        at = head
        while at > 0 and self._tokens[at - 1].part_of_speech in {
            PartOfSpeech.WORD,
            PartOfSpeech.INDEFINITE,
            PartOfSpeech.DEFINITE,
            PartOfSpeech.ADVERB,
        }:
            at -= 1
        return at

    def _is_introduced(self, head: int) -> bool:
        return any(
            token.part_of_speech is PartOfSpeech.INDEFINITE
            for token in self._tokens[self._find_phrase_start(head) : head]
        )

    def _build_action(self, index: int, actor: int | None) -> PromptElement:
        token, end = self._tokens[index], self._find_object_end(index)
        words = self._text[token.start : self._tokens[end].end]
        who = self._tokens[actor] if actor is not None else None
        base = self._get_lemma(index)
        named = (
            self._text[who.start : who.end] + " "
            if who and who.part_of_speech is not PartOfSpeech.CARRIED_OUT
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
        """Return the last token of an action's object, or of the action itself."""
        end = at = index
        if self._get_lemma(index) in _INTO_VERBS and self._get_word(at + 1) in {"into", "to"}:
            at += 1
        elif self._get_word(at + 1) in _PARTICLES:
            at += 1
            end = (
                at
                if self._get_part_of_speech(at + 1)
                not in {
                    PartOfSpeech.INDEFINITE,
                    PartOfSpeech.DEFINITE,
                    PartOfSpeech.WORD,
                    PartOfSpeech.CARRIED_OUT,
                }
                else end
            )
        if self._get_part_of_speech(at + 1) is PartOfSpeech.NAME:
            return at + 1
        while self._get_part_of_speech(at + 1) in {PartOfSpeech.INDEFINITE, PartOfSpeech.DEFINITE}:
            at += 1
        noun = at
        while noun - at < _MAX_OBJECT_WORDS and self._get_part_of_speech(noun + 1) is PartOfSpeech.WORD:
            noun += 1
        return (
            self._find_noun_end(noun)
            if noun > at and self._get_part_of_speech(noun + 1) is not PartOfSpeech.CARRIED_OUT
            else end
        )

    def _find_noun_end(self, head: int) -> int:
        """Return the last token of a noun with its complement: "cup" with "of tea"."""
        at = head + 1
        if self._get_word(at) != "of" or is_about_video(self._get_word(head)):
            return head
        while self._get_part_of_speech(at + 1) in {PartOfSpeech.INDEFINITE, PartOfSpeech.DEFINITE}:
            at += 1
        last = at
        while self._get_part_of_speech(last + 1) is PartOfSpeech.WORD:
            last += 1
        return (
            last if last > at and self._get_part_of_speech(last + 1) is not PartOfSpeech.CARRIED_OUT else head
        )

    def _is_of_complement(self, index: int) -> bool:
        """Say whether a noun is the complement of another one: "tea" in "cup of tea"."""
        at = self._find_phrase_start(index) - 1
        return (
            at > 0
            and self._find_noun_end(at - 1) == index
            and self._tokens[at - 1].part_of_speech is PartOfSpeech.WORD
        )

    def _get_lemma(self, index: int) -> str:
        word = self._tokens[index].word
        return ACTION_FORMS[word].lemma if word in ACTION_FORMS else word

    def _is_noun_head(self, index: int) -> bool:
        return self._get_part_of_speech(index + 1) not in {
            PartOfSpeech.WORD,
            PartOfSpeech.CARRIED_OUT,
        } and not self._is_of_complement(index)

    def _build_object(self, index: int) -> PromptElement:
        token = self._tokens[index]
        singular = singularize(token.word)
        return PromptElement(
            PromptElementKind.OBJECT,
            self._text[token.start : self._tokens[self._find_noun_end(index)].end],
            token.start,
            token.word,
            is_introduced=self._is_introduced(index),
            is_animate=singular in ANIMATE_NOUNS,
            is_listed=is_listed_noun(token.word),
        )
