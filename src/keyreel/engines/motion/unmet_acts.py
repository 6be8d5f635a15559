"""Acts and things in a prompt, English and Chinese, by words that are known to name them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from keyreel.engines.motion import camera_words, lexicon, role_words
from keyreel.engines.motion import unmet_words as words
from keyreel.sound.language import HAN
from keyreel.sound.wording import SAYING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.engines.motion.lexicon import Action


@dataclass(frozen=True, slots=True)
class Told:
    """An act or a thing: where it stands, in the prompt's spelling, and the thing's plain name.

    `phrase` is where a thing's article stands; `is_new` says that it is introduced as something new.
    """

    at: int
    text: str
    thing: str = ""
    phrase: int = 0
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What an engine does of acts: `actions` of its subjects, their ways as well where it `travels`.

    `changes` leaves to the pictures what two keyframes can show; `speech` is heard.
    """

    actions: frozenset[Action] = frozenset()
    travels: bool = False
    changes: bool = False
    speech: bool = False


class _Act(NamedTuple):
    """Where an act stands, its verb's plain form, who acts, and both in the prompt's spelling."""

    start: int
    end: int
    base: str
    actor: str
    text: str


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _any(text: str) -> str:
    return "|".join(sorted(text.split(), key=len, reverse=True))


def _inflected(bases: str) -> dict[str, tuple[str, str]]:
    """Return each form of verbs with its base and its ending: "", "s" or "ing"."""
    forms: dict[str, tuple[str, str]] = {}
    for base in bases.split():
        stem = base[:-1] if base.endswith("e") and not base.endswith(("ee", "ye")) else base
        if base.endswith("ie"):
            stem = f"{base[:-2]}y"
        if re.fullmatch(r"[a-z]*[^aeiou][aeiou][bdgmnpt]", base) and base not in words.UNDOUBLED.split():
            stem = base + base[-1]
        ends = "es" if re.search(r"(?:s|sh|ch|x|z)$", base) else "s"
        third = f"{base[:-1]}ies" if re.search(r"[^aeiou]y$", base) else base + ends
        forms |= {base: (base, ""), third: (base, "s"), f"{stem}ing": (base, "ing")}
    return forms


_DOINGS: Final = _inflected(words.DOINGS)
_CHANGES: Final = _inflected(words.CHANGES)
_STATES, _POSES, _TAKEN_UP = map(_listed, (words.STATES, words.POSES, words.TAKEN_UP))
_NATURE, _THINGS, _NOBODY = map(_listed, (words.NATURE, words.THINGS, words.NOBODY))
_DETERMINERS, _PREPOSITIONS = map(_listed, (words.DETERMINERS, words.PREPOSITIONS))
_INDEFINITE, _ADVERBIAL, _MANY = map(_listed, (words.INDEFINITE, words.ADVERBIAL, words.PLURAL_ACTORS))
_QUOTED: Final = r"“[^”\n]*”|「[^」\n]*」|『[^』\n]*』|\"[^\"\n]*\"|(?<!\w)'[^'\n]+'(?!\w)"
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'’]*(?:-[A-Za-z]+)*")  # noqa: RUF001 - an apostrophe
_JOINS: Final = re.compile(r"\b(?:and|while|as|then|but|when|until)\b|~", re.IGNORECASE)
_ACTS_ZH: Final = re.compile(f"(?P<doing>{_any(words.ACTS_ZH)})|(?:{_any(words.CHANGES_ZH)})")
_KNOWN_ZH: Final = re.compile(f"(?P<thing>{_any(words.THINGS_ZH)})|(?:{words.NATURE_ZH})")
_TOLD_NEW_ZH: Final = re.compile(rf"{words.INDEFINITE_ZH}[{HAN}]{{0,4}}$")


def clauses(prompt: str, *, drawn: bool) -> Iterator[str]:
    """Part a prompt into clauses, with "~" in place of what is spoken and what the camera and nature do.

    Where a scene is `drawn` for the prompt, its places and weather are blanked as well.
    """
    text = re.sub(_QUOTED, _blank, prompt)
    patterns = [pattern for _, pattern in camera_words.MOVES] + [role_words.OF_NATURE]
    if drawn:
        patterns += [p for table in (lexicon.PLACES, lexicon.HOURS, lexicon.EFFECTS) for _, p in table]
    for clause in re.split(lexicon.CLAUSE_END, text):
        for pattern in patterns:
            clause = re.sub(pattern, _blank, clause, flags=re.IGNORECASE)  # noqa: PLW2901 - the same clause
        if clause.strip():
            yield clause


def _blank(found: re.Match[str]) -> str:
    return "~" * len(found[0])


def undone(clause: str, before: str, done: Done) -> Iterator[Told]:
    """Find the acts of a clause that are not done, each with who should have done it.

    `before` is the clause before it, which may tell who that is.
    """
    for act in (*_english(clause, before, done), *_chinese(clause, before, done)):
        if done.speech and (SAYING.fullmatch(act.base) or act.base in words.SPOKEN.split()):
            continue
        if not _denied(clause, act.start, act.end) and not _is_done(clause, act.start, done):
            yield Told(act.start, act.text, _singular(act.actor.lower()))


def things(clause: str) -> Iterator[Told]:
    """Find the things that a clause names and does not deny."""
    tokens = list(_WORD.finditer(clause))
    for index, token in enumerate(tokens):
        thing = _singular(token[0].lower())
        after = tokens[index + 1][0].lower() if index + 1 < len(tokens) else ""
        if thing not in _THINGS or _singular(after) in _THINGS or _denied(clause, token.start(), token.end()):
            continue
        article = next(
            (each for each in reversed(tokens[max(index - 4, 0) : index]) if each[0].lower() in _DETERMINERS),
            None,
        )
        plural = thing != token[0].lower() and article is None
        is_new = plural or (article is not None and article[0].lower() in _INDEFINITE)
        yield Told(token.start(), token[0], thing, article.start() if article else token.start(), is_new)
    for found in _KNOWN_ZH.finditer(clause):
        if found["thing"] and not _denied(clause, found.start(), found.end()):
            article_zh = _TOLD_NEW_ZH.search(clause[: found.start()])
            start = article_zh.start() if article_zh else found.start()
            yield Told(found.start(), found[0], found[0], start, article_zh is not None)


def things_in(name: str) -> frozenset[str]:
    """Return the things that a subject's name names."""
    return frozenset(told.thing for told in things(re.sub(r"[_\d-]+", " ", name)))


def _denied(clause: str, start: int, end: int) -> bool:
    before = clause[:start].lower()
    return any(re.search(each, before) for each in lexicon.NEGATIONS) or bool(
        re.match(lexicon.DENIED_AFTER, clause[end:].lower())
    )


def _is_done(clause: str, at: int, done: Done) -> bool:
    """Say whether the act at a place is one that a subject does."""
    lower = clause.lower()
    ways = (role_words.TOWARDS_US, role_words.AWAY_FROM_US, *(p for _, p in role_words.CLIMBS))
    acts = [p for action, p in role_words.ACTIONS if action in done.actions]
    acts += [*ways, *(p for _, p in role_words.HEADINGS)] if done.travels else []
    return any(found.start() <= at < found.end() for p in acts for found in re.finditer(p, lower))


def _singular(word: str) -> str:
    if word in words.PLURALS:
        return words.PLURALS[word]
    ends = ((r"ies$", "y"), (r"(?<=[sxh])es$", ""), (r"(?<!s)s$", ""))
    return next((cut for end, by in ends if (cut := re.sub(end, by, word)) in _THINGS | _NATURE), word)


def _english(clause: str, before: str, done: Done) -> Iterator[_Act]:
    clause = re.sub(words.PICTURE_OF, _blank, clause, flags=re.IGNORECASE)
    tokens = list(_WORD.finditer(clause))
    small = ["", *(token[0].lower() for token in tokens), ""]
    # "waves crash and roll": who acts goes on acting.
    natures: bool | None = None
    for index, token in enumerate(tokens):
        form = small[index + 1]
        base, ending = _DOINGS.get(form) or (None if done.changes else _CHANGES.get(form)) or ("", "")
        lead = clause[: token.start()]
        if not base or not _is_act(lead, (base, ending), small[index], small[index + 2]):
            continue
        actor = _actor(lead)
        if actor or natures is None:
            natures = _is_natures(actor, clause=lead, before=before, change=form not in _DOINGS)
        if not natures:
            yield _Act(token.start(), token.end(), base, actor, f"{actor} {token[0]}".strip())


def _is_act(lead: str, verb: tuple[str, str], last: str, after: str) -> bool:
    """Say whether a verb's form, between two words, is an act and no bearing, noun or adjective."""
    base, ending = verb
    if base in _STATES and after not in _TAKEN_UP:
        return False
    if last in _DETERMINERS or (ending != "ing" and last in _PREPOSITIONS):
        return False
    if ending == "s":
        return bool(last) or not after or after in _PREPOSITIONS | _DETERMINERS
    if ending == "ing":
        described = after in _THINGS and _singular(last) not in _THINGS
        return base not in _POSES and not described and after not in {"shot", "scene", "style"}
    ordered = last in _MANY | {"to", "will", "must", "should"} or (_singular(last) != last)
    together = last in _THINGS and re.search(rf"\band\b|{words.MAKERS}", lead, re.IGNORECASE)
    begins = not lead.strip() and base in words.DOINGS.split() and after in _PREPOSITIONS | {"", "and"}
    return bool(ordered or together or begins)


def _actor(lead: str) -> str:
    """Return the word for who acts, of the words before an act; nothing where none tells."""
    tokens = [token[0] for token in _WORD.finditer(_JOINS.split(lead)[-1])]
    while tokens and (tokens[-1].lower() in _ADVERBIAL or tokens[-1].lower().endswith("ly")):
        tokens.pop()
    cut = next((at for at, each in enumerate(tokens) if at and each.lower() in _PREPOSITIONS), len(tokens))
    last = tokens[cut - 1] if cut else ""
    known = last.lower() in _NOBODY | _DETERMINERS | _PREPOSITIONS or last.lower() in _DOINGS | _CHANGES
    return "" if known else last


def _is_natures(actor: str, *, clause: str, before: str, change: bool) -> bool:
    """Say whether an act is one of the camera's or of nature's, which the engine moves by itself."""
    if actor:
        return _singular(actor.lower()) in _NATURE
    if "@" in f"{before}{clause}":
        return False
    told = [_singular(word[0].lower()) for text in (clause, before) for word in _WORD.finditer(text)]
    first = next((each for each in told if each in _NATURE | _THINGS or each in _NOBODY), "")
    return first in _NATURE or (change and not first)


def _chinese(clause: str, before: str, done: Done) -> Iterator[_Act]:
    known = list(_KNOWN_ZH.finditer(clause))
    for found in _ACTS_ZH.finditer(clause):
        inside = any(each["thing"] and each.start() <= found.start() < each.end() for each in known)
        described = re.match("着?的", clause[found.end() :])
        if inside or described or (done.changes and not found["doing"]):
            continue
        first = next((each for each in known if each.end() <= found.start()), None)
        first = first or _KNOWN_ZH.search(before)
        if first is None or first["thing"]:
            actor = first[0] if first and first.string == clause else ""
            yield _Act(found.start(), found.end(), found[0], actor, f"{actor}{found[0]}")
