"""What a prompt tells of, read word by word: deeds with who does them, and things. Knows no engine's abilities.

English is read by the forms and the places of words, Chinese by a list of words. What is not understood is
no deed and no thing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from keyreel.engines.motion import deed_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DONE: Final = "~"
"""Stands for each character of what is carried out, in a text that is read."""


class Kind(StrEnum):
    """What something told of is."""

    GOING = "going"
    CHANGING = "changing"
    GESTURE = "gesture"
    THING = "thing"


@dataclass(frozen=True, slots=True)
class Told:
    """One deed or thing: its words as the prompt spells them, where they begin, and the word that tells.

    `actor` is who does a deed, in lower case, empty where nobody is named; `new` says that this one is
    introduced ("a dragon"), `being` that it is somebody, `known` that it is in the lists of beings and things.
    """

    kind: Kind
    text: str
    start: int
    base: str
    actor: str = ""
    new: bool = False
    being: bool = False
    known: bool = False


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
    for pair in deed_words.IRREGULAR.split():
        word, base = pair.split(":")
        yield word, _Form(base, "ing" if word.endswith("ing") else "ed")


_WORDS: Final = {
    _Sort.NEW: frozenset(deed_words.INDEFINITE.split()),
    _Sort.GIVEN: frozenset(deed_words.DETERMINERS.split()),
    _Sort.PREPOSITION: frozenset(deed_words.PREPOSITIONS.split()),
    _Sort.JOINT: frozenset(deed_words.JOINTS.split()),
    _Sort.PRONOUN: frozenset(deed_words.PRONOUNS.split()),
    _Sort.AUXILIARY: frozenset(deed_words.AUXILIARIES.split()),
    _Sort.ADVERB: frozenset(deed_words.ADVERBS.split()),
}
_STATES: Final = dict(_forms(deed_words.STATES))
_DEEDS: Final = dict(_forms(f"{deed_words.GOING} {deed_words.CHANGING} {deed_words.GESTURES}")) | dict(
    _irregular()
)
_KINDS: Final = (
    {base: Kind.GESTURE for base in deed_words.GESTURES.split()}
    | {base: Kind.CHANGING for base in deed_words.CHANGING.split()}
    | {base: Kind.GOING for base in deed_words.GOING.split()}
)
_NATURE: Final = frozenset(deed_words.NATURE.split())
_IMAGE: Final = frozenset(deed_words.OF_THE_IMAGE.split())
_BEINGS: Final = frozenset(deed_words.BEINGS.split())
_THINGS: Final = frozenset(deed_words.THINGS.split())
_AMBIGUOUS: Final = frozenset(deed_words.AMBIGUOUS.split())
_MODALS: Final = frozenset(deed_words.MODALS.split())
_PARTICLES: Final = frozenset(deed_words.PARTICLES.split())
_PLURALS: Final = {
    "men": "man", "women": "woman", "children": "child", "people": "person", "mice": "mouse", "wolves": "wolf",
    "geese": "goose", "knives": "knife", "fishes": "fish", "elves": "elf", "policemen": "policeman",
}  # fmt: skip
_TOKEN: Final = re.compile(r"@?[a-zà-ɏ0-9]+(?:['’-][a-zà-ɏ0-9]+)*|~+|[^\s\w]|[^\W\da-zà-ɏ]+")
_MOST_OBJECT: Final = 4


def told(text: str, left: str) -> list[Told]:
    """List what a text tells of. `left` is the text in lower case, with `DONE` for what is carried out."""
    found = [*_english(text, left), *_chinese(text, left)]
    return sorted(found, key=lambda each: each.start)


def singular(word: str) -> str:
    """Return a noun's singular, as far as its form tells."""
    if word in _PLURALS:
        return _PLURALS[word]
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
    return bool({actor, singular(actor)} & _NATURE) or actor in deed_words.ZH_NATURE.split()


def is_of_the_image(actor: str) -> bool:
    """Say whether a word is about the video itself: its camera, scene, style."""
    return bool({actor, singular(actor)} & _IMAGE)


def _english(text: str, left: str) -> Iterator[Told]:
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
        state, deed = _STATES.get(token.word), _DEEDS.get(token.word)
        if token.sort is not _Sort.WORD or (state is None and deed is None):
            return token.sort
        form = state or deed
        assert form is not None
        if not self._is_verb(index, form):
            return _Sort.WORD
        return _Sort.DEED if deed and (state is None or self._is_lively(index)) else _Sort.STATE

    def _is_lively(self, index: int) -> bool:
        """Say whether a word that may name a state is a deed: "looks around", "adds a hat"."""
        after = self._sort_at(index + 1)
        return self._word_at(index + 1) in {"around", "up", "down", "away"} and after is not _Sort.STOP

    def _is_verb(self, index: int, form: _Form) -> bool:
        before = self._before(index)
        sort = before.sort if before else _Sort.STOP
        if sort in {_Sort.NEW, _Sort.GIVEN}:
            return False
        rule = {"s": self._third, "bare": self._bare, "ing": self._ongoing, "ed": self._past}[form.shape]
        return rule(index, before, sort)

    def _third(self, index: int, before: _Token | None, sort: _Sort) -> bool:
        if sort is _Sort.JOINT:
            return any(each.sort in {_Sort.DEED, _Sort.STATE} for each in self._tokens[:index])
        if sort is _Sort.WORD and before is not None:
            # "a dance moves" is none, "ocean waves" neither: a plural noun does nothing in the third person.
            return not before.word.endswith("s") or before.word.endswith("ss")
        return sort in {_Sort.PRONOUN, _Sort.NAME, _Sort.DONE}

    def _bare(self, index: int, before: _Token | None, sort: _Sort) -> bool:
        if before is None:
            return self._sort_at(index + 1) is not _Sort.WORD
        if before.word in _MODALS:
            return True
        if sort is _Sort.WORD:
            plural = before.word in _PLURALS or re.search(r"[^s]s$", before.word)
            ambiguous = self._tokens[index].word in _AMBIGUOUS
            return bool((plural and not ambiguous) or (self._makes and not ambiguous))
        return sort is _Sort.PRONOUN and before.word in {"they", "we", "you", "people", "who"}

    def _ongoing(self, index: int, before: _Token | None, sort: _Sort) -> bool:
        after = self._sort_at(index + 1)
        if before is None or sort in {_Sort.STOP, _Sort.PREPOSITION}:
            return after is not _Sort.WORD and sort is not _Sort.PREPOSITION
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
            if sort in {_Sort.WORD, _Sort.NAME, _Sort.DONE, _Sort.PRONOUN}:
                start = self._start(at)
                ruler = self._tokens[start - 1] if start else None
                free = (
                    ruler is None
                    or ruler.word == "of"
                    or ruler.sort not in {_Sort.PREPOSITION, _Sort.STATE, _Sort.DEED}
                )
                if free or (self._makes and ruler is not None and ruler.sort is _Sort.STATE):
                    return at
                at = start - 1
            at -= 1
        return None

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
        base = _DEEDS[token.word].base
        named = self._text[who.start : who.end] + " " if who and who.sort is not _Sort.DONE else ""
        return Told(
            _KINDS[base],
            named + words,
            who.start if who else token.start,
            base,
            who.word if who else "",
            new=actor is not None and self._is_new(actor),
            being=who is not None and singular(who.word) in _BEINGS,
        )

    def _object(self, index: int) -> int:
        """Return the last token of what a deed is done to, or of the deed itself."""
        end = at = index
        if self._word_at(at + 1) in _PARTICLES or _DEEDS[self._tokens[index].word].base in _INTO:
            while self._word_at(at + 1) in {*_PARTICLES, "into", "to"}:
                at += 1
                end = at if self._tokens[at].word in _PARTICLES else end
        while self._sort_at(at + 1) in {_Sort.NEW, _Sort.GIVEN}:
            at += 1
        noun = at
        while noun - at < _MOST_OBJECT and self._sort_at(noun + 1) is _Sort.WORD:
            noun += 1
        return noun if noun > at else end

    def _is_head(self, index: int) -> bool:
        return self._sort_at(index + 1) is not _Sort.WORD

    def _thing(self, index: int) -> Told:
        token = self._tokens[index]
        one = singular(token.word)
        return Told(
            Kind.THING,
            self._text[token.start : token.end],
            token.start,
            token.word,
            new=self._is_new(index),
            being=one in _BEINGS,
            known=_is_known(token.word),
        )


_INTO: Final = frozenset("transform morph become turn change evolve convert merge".split())


def _is_known(word: str) -> bool:
    return not {word, singular(word)}.isdisjoint(_BEINGS | _THINGS)


def _either(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


_ZH_KINDS: Final = (
    (Kind.GESTURE, frozenset(deed_words.ZH_GESTURES.split())),
    (Kind.CHANGING, frozenset(deed_words.ZH_CHANGING.split())),
    (Kind.GOING, frozenset(deed_words.ZH_GOING.split())),
)
_ZH_DEED: Final = re.compile(
    _either(f"{deed_words.ZH_GESTURES} {deed_words.ZH_CHANGING} {deed_words.ZH_GOING}")
)
_ZH_NOUN: Final = re.compile(
    f"(?P<nature>{_either(deed_words.ZH_NATURE)})(?![男女子])"
    f"|(?P<being>{_either(deed_words.ZH_BEINGS)})|(?P<thing>{_either(deed_words.ZH_THINGS)})"
)
_ZH_OBJECT: Final = re.compile(
    rf"[着了过]?(?:一?{deed_words.ZH_MEASURES})?(?:{_either(f'{deed_words.ZH_BEINGS} {deed_words.ZH_THINGS}')})"
)
_ZH_NEW: Final = re.compile(rf"[一两二三四五六七八九十几数]{deed_words.ZH_MEASURES}[\u4e00-\u9fff]{{0,6}}$")
_ZH_CLAUSE: Final = re.compile(r"[^，。；！？、,.;!?\n]+")


def _chinese(text: str, left: str) -> Iterator[Told]:
    actor: re.Match[str] | None = None
    for clause in _ZH_CLAUSE.finditer(left):
        nouns = list(_ZH_NOUN.finditer(left, clause.start(), clause.end()))
        deeds = [
            deed
            for deed in _ZH_DEED.finditer(left, clause.start(), clause.end())
            if not any(noun.start() <= deed.start() < noun.end() for noun in nouns)
        ]
        yield from (_zh_thing(text, left, noun) for noun in nouns if not noun["nature"])
        for deed in deeds:
            # What 的 follows tells which one is meant, and is no deed of its own.
            if left[deed.end() : deed.end() + 1] == "的":
                continue
            before = [noun for noun in nouns if noun.end() <= deed.start()]
            actor = before[-1] if before else actor
            yield _zh_deed(text, left, deed, actor, fresh=bool(before))


def _zh_deed(text: str, left: str, deed: re.Match[str], actor: re.Match[str] | None, *, fresh: bool) -> Told:
    follows = _ZH_OBJECT.match(left, deed.end())
    words = text[deed.start() : follows.end() if follows else deed.end()]
    kind = next(kind for kind, bases in _ZH_KINDS if deed[0] in bases)
    named = text[actor.start() : actor.end()] if actor and fresh else ""
    return Told(
        kind,
        named + words,
        actor.start() if actor and fresh else deed.start(),
        deed[0],
        actor[0] if actor else "",
        new=actor is not None and _zh_is_new(left, actor),
        being=actor is not None and bool(actor["being"]),
    )


def _zh_thing(text: str, left: str, noun: re.Match[str]) -> Told:
    return Told(
        Kind.THING,
        text[noun.start() : noun.end()],
        noun.start(),
        noun[0],
        new=_zh_is_new(left, noun),
        being=bool(noun["being"]) and noun[0] not in {"他", "她", "它", "他们", "她们"},
        known=noun[0] not in {"他", "她", "它", "他们", "她们"},
    )


def _zh_is_new(left: str, noun: re.Match[str]) -> bool:
    return bool(_ZH_NEW.search(left[max(noun.start() - 9, 0) : noun.start()]))
