"""English prompts, read word by word by the forms and places of words: deeds, with who does them, and things.

What is not understood is no deed and no thing.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from keyreel.engines.motion.prompts.unfulfilled import action_vocabulary
from keyreel.engines.motion.prompts.unfulfilled.actions import (
    PLURALS,
    Kind,
    Told,
    is_of_the_image,
    moves_by_itself,
    singular,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class _Sort(StrEnum):
    NAME = "name"
    DONE = "done"
    NEW = "new"
    GIVEN = "given"
    PREPOSITION = "preposition"
    JOINT = "joint"
    PRONOUN = "pronoun"
    AUXILIARY = "auxiliary"
    ADVERB = "adverb"
    DEED = "deed"
    STATE = "state"
    WORD = "word"
    STOP = "stop"


class _Token(NamedTuple):
    word: str
    start: int
    end: int
    sort: _Sort


class _Form(NamedTuple):
    base: str
    shape: str


def _forms(bases: str) -> Iterator[tuple[str, _Form]]:
    """List the forms of regular verbs; doubled consonants are listed whether or not English has them."""
    for base in bases.split():
        yield base, _Form(base, "bare")
        soft = re.search(r"(?:s|x|z|ch|sh|o)$", base)
        ies = re.search(r"[^aeiou]y$", base)
        yield (base[:-1] + "ies" if ies else base + ("es" if soft else "s")), _Form(base, "s")
        stem = base[:-1] if base.endswith("e") and not base.endswith("ee") else base
        for each in (stem, stem + stem[-1]):
            yield each + "ing", _Form(base, "ing")
            yield each + "ed", _Form(base, "ed")
        if ies:
            yield base[:-1] + "ied", _Form(base, "ed")


def _irregular() -> Iterator[tuple[str, _Form]]:
    for pair in action_vocabulary.IRREGULAR.split():
        word, base = pair.split(":")
        yield word, _Form(base, "ing" if word.endswith("ing") else "ed")


_WORDS: Final = {
    _Sort.NEW: frozenset(action_vocabulary.INDEFINITE.split()),
    _Sort.GIVEN: frozenset(action_vocabulary.DETERMINERS.split()),
    _Sort.PREPOSITION: frozenset(action_vocabulary.PREPOSITIONS.split()),
    _Sort.JOINT: frozenset(action_vocabulary.JOINTS.split()),
    _Sort.PRONOUN: frozenset(action_vocabulary.PRONOUNS.split()),
    _Sort.AUXILIARY: frozenset(action_vocabulary.AUXILIARIES.split()),
    _Sort.ADVERB: frozenset(action_vocabulary.ADVERBS.split()),
}
_STATES: Final = dict(_forms(action_vocabulary.STATES))
_DEEDS: Final = dict(
    _forms(f"{action_vocabulary.GOING} {action_vocabulary.CHANGING} {action_vocabulary.GESTURES}")
) | dict(_irregular())
_KINDS: Final[dict[str, Kind]] = {
    base: kind
    for kind, bases in (
        (Kind.GESTURE, action_vocabulary.GESTURES),
        (Kind.CHANGING, action_vocabulary.CHANGING),
        (Kind.GOING, action_vocabulary.GOING),
    )
    for base in bases.split()
}
_BEINGS: Final = frozenset(action_vocabulary.BEINGS.split())
_THINGS: Final = frozenset(action_vocabulary.THINGS.split())
_AMBIGUOUS: Final = frozenset(action_vocabulary.AMBIGUOUS.split())
_MODALS: Final = frozenset(action_vocabulary.MODALS.split())
_PARTICLES: Final = frozenset(action_vocabulary.PARTICLES.split())
_TOKEN: Final = re.compile(r"@?[a-zà-ɏ0-9]+(?:['\u2019-][a-zà-ɏ0-9]+)*|~+|[^\s\w]|[^\W\da-zà-ɏ]+")
_SEEING: Final = frozenset(action_vocabulary.SEEING.split())
_NOUNS: Final = (_Sort.WORD, _Sort.NAME, _Sort.DONE, _Sort.PRONOUN)
_CLAUSED: Final = (_Sort.DEED, _Sort.STATE, _Sort.NAME, _Sort.PRONOUN)
_DOES: Final = frozenset(action_vocabulary.DOING.split())
_INTO: Final = frozenset(action_vocabulary.TURNING_INTO.split())
_MOST_OBJECT: Final = 4


def told(text: str, left: str) -> Iterator[Told]:
    """Yield what a text tells of. `left` is the text in lower case, with `DONE` for what is carried out."""
    tokens = [_token(match) for match in _TOKEN.finditer(left)]
    start = 0
    for index in range(len(tokens) + 1):
        if index == len(tokens) or tokens[index].word in {".", "!", "?", ";", ":"}:
            if start < index:
                yield from _Sentence(text, tokens[start:index]).told()
            start = index + 1


def _token(match: re.Match[str]) -> _Token:
    word = match[0]
    return _Token(word, match.start(), match.end(), _sort(word))


def _sort(word: str) -> _Sort:
    if word[0] in "@~":
        return _Sort.NAME if word[0] == "@" else _Sort.DONE
    for sort, words in _WORDS.items():
        if word in words:
            return sort
    if not word[0].isascii() or not word[0].isalnum():
        return _Sort.STOP
    if word.endswith("ly") and len(word) > 4 and word not in {"family", "butterfly", "dragonfly", "firefly"}:
        return _Sort.ADVERB
    return _Sort.WORD


class _Sentence:
    """The tokens of one sentence, with what was understood of them."""

    def __init__(self, text: str, tokens: Sequence[_Token]) -> None:
        self._text = text
        self._tokens = list(tokens)
        self._makes = any(token.word in {"make", "makes", "let", "have"} for token in tokens)
        for index in range(len(self._tokens)):
            self._tokens[index] = self._tokens[index]._replace(sort=self._verbal(index))

    def told(self) -> Iterator[Told]:
        latest = -1
        for index, token in enumerate(self._tokens):
            if token.sort in {_Sort.DEED, _Sort.STATE}:
                actor = self._actor(index)
                if actor is None and self._joined(index):
                    actor = latest if latest >= 0 else None
                latest = latest if actor is None else actor
                if token.sort is _Sort.DEED:
                    yield self._deed(index, actor)
            elif token.sort is _Sort.WORD and self._is_head(index):
                yield self._thing(index)

    def _verbal(self, index: int) -> _Sort:
        """Tell deeds and states from nouns and adjectives, by form and place."""
        token = self._tokens[index]
        if token.word in _DOES and self._sort_at(index + 1) in {_Sort.NEW, _Sort.GIVEN}:
            return _Sort.DEED
        state, deed = _STATES.get(token.word), _DEEDS.get(token.word)
        if token.sort is not _Sort.WORD or (state is None and deed is None):
            return token.sort
        form = state or deed
        assert form is not None
        if not self._is_verb(index, form):
            return _Sort.WORD
        return _Sort.DEED if deed and (state is None or self._is_lively(index)) else _Sort.STATE

    def _is_lively(self, index: int) -> bool:
        """Say whether a word that may name a state is a deed: "looks around"."""
        return self._word_at(index + 1) in {"around", "up", "down", "away", "back"}

    def _is_verb(self, index: int, form: _Form) -> bool:
        before = self._before(index)
        sort = before.sort if before else _Sort.STOP
        if sort in {_Sort.NEW, _Sort.GIVEN}:
            return False
        rule = {"s": self._third, "bare": self._bare, "ing": self._ongoing, "ed": self._past}[form.shape]
        return rule(index, before, sort)

    def _third(self, index: int, before: _Token | None, sort: _Sort) -> bool:
        if sort is _Sort.JOINT or (before is not None and before.word == ","):
            begun = any(each.sort in _CLAUSED for each in self._tokens[:index])
            return begun and (sort is _Sort.JOINT or not moves_by_itself(self._tokens[index].word))
        if sort is _Sort.WORD and before is not None:
            # "dance moves" and "ocean waves" are nouns, "Anna dances" is none.
            introduced = self._tokens[self._start(index - 1)].sort is not _Sort.WORD
            called = self._text[before.start].isupper() and before.word not in _DEEDS
            somebody = introduced or called or _is_known(before.word)
            return somebody and not re.search(r"[^s]s$", before.word)
        return sort in {_Sort.PRONOUN, _Sort.NAME, _Sort.DONE}

    def _bare(self, index: int, before: _Token | None, sort: _Sort) -> bool:
        if before is None:
            return self._begins(index)
        if before.word in _MODALS:
            return True
        if sort is _Sort.WORD:
            plural = before.word in PLURALS or re.search(r"[^s]s$", before.word)
            ambiguous = self._tokens[index].word in _AMBIGUOUS
            return bool(not ambiguous and (plural or self._makes or self._is_joined_being(index - 1)))
        return sort is _Sort.PRONOUN and before.word in {"they", "we", "you", "people", "who"}

    def _is_joined_being(self, index: int) -> bool:
        """Say whether somebody is named beside others: "a robot and a girl"."""
        start = self._start(index)
        return (
            singular(self._tokens[index].word) in _BEINGS and start > 0 and self._word_at(start - 1) == "and"
        )

    def _begins(self, index: int) -> bool:
        """Say whether a bare form that begins a clause is an order: "dance", "open the door"."""
        after = self._sort_at(index + 1)
        if self._tokens[index].word in _AMBIGUOUS:
            return after in {_Sort.NEW, _Sort.GIVEN} or self._word_at(index + 1) == "into"
        return after not in {_Sort.WORD, _Sort.DONE}

    def _ongoing(self, index: int, before: _Token | None, sort: _Sort) -> bool:
        after = self._sort_at(index + 1)
        if before is None or sort in {_Sort.STOP, _Sort.PREPOSITION}:
            return after not in {_Sort.WORD, _Sort.DONE} and sort is not _Sort.PREPOSITION
        if sort is _Sort.WORD:
            return _is_known(before.word) or after is not _Sort.WORD
        return True

    def _past(self, index: int, before: _Token | None, sort: _Sort) -> bool:
        if self._word_at(index + 1) == "by" or before is None:
            return False
        return sort is _Sort.PRONOUN or (sort is _Sort.WORD and singular(before.word) in _BEINGS)

    def _before(self, index: int) -> _Token | None:
        while index > 0 and self._tokens[index - 1].sort is _Sort.ADVERB:
            index -= 1
        return self._tokens[index - 1] if index > 0 else None

    def _sort_at(self, index: int) -> _Sort:
        return self._tokens[index].sort if index < len(self._tokens) else _Sort.STOP

    def _word_at(self, index: int) -> str:
        return self._tokens[index].word if index < len(self._tokens) else ""

    def _joined(self, index: int) -> bool:
        before = self._before(index)
        return before is not None and before.sort in {_Sort.JOINT, _Sort.STOP}

    def _actor(self, index: int) -> int | None:
        """Find who does a deed: the nearest noun before it that no preposition and no other verb has."""
        at = index - 1
        while at >= 0:
            sort = self._tokens[at].sort
            if sort in {_Sort.JOINT, _Sort.STOP}:
                return None
            if sort in _NOUNS:
                start = self._start(at)
                if start == 0 or self._is_free(self._tokens[start - 1], index):
                    return at
                at = start - 1
            at -= 1
        return None

    def _is_free(self, ruler: _Token, deed: int) -> bool:
        """Say whether a noun after this word may do a deed: no other verb and no preposition has it."""
        if ruler.sort is _Sort.PREPOSITION:
            # "with steam rising": so does what somebody has with them.
            return ruler.word == "of" or (ruler.word == "with" and self._tokens[deed].word.endswith("ing"))
        if ruler.sort is _Sort.STATE:
            return self._makes or _STATES[ruler.word].base in _SEEING
        return ruler.sort is not _Sort.DEED

    def _start(self, head: int) -> int:
        """Return where a noun's phrase starts."""
        at = head
        while at > 0 and self._tokens[at - 1].sort in {_Sort.WORD, _Sort.NEW, _Sort.GIVEN, _Sort.ADVERB}:
            at -= 1
        return at

    def _is_new(self, head: int) -> bool:
        return any(token.sort is _Sort.NEW for token in self._tokens[self._start(head) : head])

    def _deed(self, index: int, actor: int | None) -> Told:
        token, end = self._tokens[index], self._object(index)
        words = self._text[token.start : self._tokens[end].end]
        who = self._tokens[actor] if actor is not None else None
        base = self._base(index)
        named = self._text[who.start : who.end] + " " if who and who.sort is not _Sort.DONE else ""
        return Told(
            _KINDS.get(base, Kind.GESTURE),
            named + words,
            who.start if who else token.start,
            base,
            who.word if who else "",
            lasting=token.word.endswith("ing"),
        )

    def _object(self, index: int) -> int:
        """Return the last token of what a deed is done to, or of the deed itself."""
        end = at = index
        if self._base(index) in _INTO and self._word_at(at + 1) in {"into", "to"}:
            at += 1
        elif self._word_at(at + 1) in _PARTICLES:
            at += 1
            end = at if self._sort_at(at + 1) not in {_Sort.NEW, _Sort.GIVEN, _Sort.WORD, _Sort.DONE} else end
        if self._sort_at(at + 1) is _Sort.NAME:
            return at + 1
        while self._sort_at(at + 1) in {_Sort.NEW, _Sort.GIVEN}:
            at += 1
        noun = at
        while noun - at < _MOST_OBJECT and self._sort_at(noun + 1) is _Sort.WORD:
            noun += 1
        return self._whole(noun) if noun > at and self._sort_at(noun + 1) is not _Sort.DONE else end

    def _whole(self, head: int) -> int:
        """Return the last token of a noun with what it consists of: "cup" with "of tea"."""
        at = head + 1
        if self._word_at(at) != "of" or is_of_the_image(self._word_at(head)):
            return head
        while self._sort_at(at + 1) in {_Sort.NEW, _Sort.GIVEN}:
            at += 1
        last = at
        while self._sort_at(last + 1) is _Sort.WORD:
            last += 1
        return last if last > at and self._sort_at(last + 1) is not _Sort.DONE else head

    def _is_of(self, index: int) -> bool:
        """Say whether a noun says what another one consists of."""
        at = self._start(index) - 1
        return at > 0 and self._whole(at - 1) == index and self._tokens[at - 1].sort is _Sort.WORD

    def _base(self, index: int) -> str:
        word = self._tokens[index].word
        return _DEEDS[word].base if word in _DEEDS else word

    def _is_head(self, index: int) -> bool:
        return self._sort_at(index + 1) not in {_Sort.WORD, _Sort.DONE} and not self._is_of(index)

    def _thing(self, index: int) -> Told:
        token = self._tokens[index]
        one = singular(token.word)
        return Told(
            Kind.THING,
            self._text[token.start : self._tokens[self._whole(index)].end],
            token.start,
            token.word,
            new=self._is_new(index),
            being=one in _BEINGS,
            known=_is_known(token.word),
        )


def _is_known(word: str) -> bool:
    return not {word, singular(word)}.isdisjoint(_BEINGS | _THINGS)
