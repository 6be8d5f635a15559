"""Chinese prompts, read by a list of words: deeds, with who does them, and things."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from keyreel.engines.motion.prompts.unfulfilled import action_vocabulary
from keyreel.engines.motion.prompts.unfulfilled.actions import DONE, Kind, Told

if TYPE_CHECKING:
    from collections.abc import Iterator


def _either(words: str) -> str:
    return "|".join(sorted(words.split(), key=len, reverse=True))


_KINDS: Final = (
    (Kind.GESTURE, frozenset(action_vocabulary.ZH_GESTURES.split())),
    (Kind.CHANGING, frozenset(action_vocabulary.ZH_CHANGING.split())),
    (Kind.GOING, frozenset(action_vocabulary.ZH_GOING.split())),
)
_DEED: Final = re.compile(
    _either(f"{action_vocabulary.ZH_GESTURES} {action_vocabulary.ZH_CHANGING} {action_vocabulary.ZH_GOING}")
)
_NATURE: Final = frozenset(action_vocabulary.ZH_NATURE.split())
_BEINGS: Final = frozenset(action_vocabulary.ZH_BEINGS.split())
_NOUN: Final = re.compile(
    _either(f"{action_vocabulary.ZH_NATURE} {action_vocabulary.ZH_BEINGS} {action_vocabulary.ZH_THINGS}")
    + "(?![男女子])"
)
_OBJECT: Final = re.compile(
    rf"[着了过]?(?:一?{action_vocabulary.ZH_MEASURES})?(?:{_either(f'{action_vocabulary.ZH_BEINGS} {action_vocabulary.ZH_THINGS}')})"
)
_WHERE_BEFORE: Final = re.compile(r"[在从向往朝沿][^的]{0,3}$")
_WHERE_AFTER: Final = re.compile("地[上里中]|[上里中下边旁间前后]")
_CAMERA: Final = re.compile(r"(?:(?<![向对朝着])镜头|视角|航拍)[^。！？.!?]*$")
_GESTURES: Final = frozenset(action_vocabulary.ZH_GESTURES.split())
_PRONOUNS: Final = frozenset(action_vocabulary.ZH_PRONOUNS.split())
_GOES: Final = frozenset(action_vocabulary.ZH_GOING.split())
_ARRIVES: Final = frozenset(action_vocabulary.ZH_ARRIVING.split())
_NEW: Final = re.compile(
    rf"[一两二三四五六七八九十几数]{action_vocabulary.ZH_MEASURES}[\u4e00-\u9fff]{{0,6}}$"
)
_CLAUSE: Final = re.compile(r"[^，。；！？、,.;!?\n]+")


def told(text: str, left: str) -> Iterator[Told]:
    """Yield what a text tells of. `left` is the text in lower case, with `DONE` for what is carried out."""
    actor: re.Match[str] | None = None
    for clause in _CLAUSE.finditer(left):
        words = [*_NOUN.finditer(left, *clause.span()), *_DEED.finditer(left, *clause.span())]
        apart = _apart(words)
        nouns = [word for word in apart if word.re is _NOUN]
        deeds = [word for word in apart if word.re is _DEED]
        yield from (_thing(text, left, noun) for noun in nouns if noun[0] not in _NATURE)
        objects = {follows.end() for deed in deeds if (follows := _OBJECT.match(left, deed.end()))}
        doers = [noun for noun in nouns if noun.end() not in objects and not _is_where(left, noun)]
        # What 的 follows tells which one is meant, and is no deed of its own.
        for deed in (each for each in deeds if left[each.end() : each.end() + 1] != "的"):
            before = [noun for noun in doers if noun.end() <= deed.start()]
            if not before and _is_of_another(text, left, clause.start(), deed):
                continue
            actor = before[-1] if before else actor
            yield _deed(text, left, deed, actor, fresh=bool(before))


def _is_of_another(text: str, left: str, clause: int, deed: re.Match[str]) -> bool:
    """Say whether a deed without a noun before it is the camera's, or that of what is carried out."""
    if deed[0] in _GOES and _CAMERA.search(text[: deed.start()]):
        return True
    return deed[0] not in _GESTURES and DONE in left[clause : deed.start()]


def _apart(words: list[re.Match[str]]) -> list[re.Match[str]]:
    """Leave out of overlapping words the later ones, and of two that begin together the shorter one."""
    kept: list[re.Match[str]] = []
    for word in sorted(words, key=lambda each: (each.start(), -each.end())):
        if not kept or word.start() >= kept[-1].end():
            kept.append(word)
    return kept


def _is_where(left: str, noun: re.Match[str]) -> bool:
    """Say whether a noun tells a place: "在厨房", "草地上"."""
    before, after = left[max(noun.start() - 4, 0) : noun.start()], left[noun.end() : noun.end() + 2]
    return bool(_WHERE_BEFORE.search(before) or _WHERE_AFTER.match(after))


def _deed(text: str, left: str, deed: re.Match[str], actor: re.Match[str] | None, *, fresh: bool) -> Told:
    follows = _OBJECT.match(left, deed.end())
    words = text[deed.start() : follows.end() if follows else deed.end()]
    kind = next(kind for kind, bases in _KINDS if deed[0] in bases)
    if follows and deed[0] in _ARRIVES:
        actor, fresh = None, False
    named = text[actor.start() : actor.end()] if actor and fresh else ""
    return Told(
        kind,
        named + words,
        actor.start() if actor and fresh else deed.start(),
        deed[0],
        actor[0] if actor else "",
    )


def _thing(text: str, left: str, noun: re.Match[str]) -> Told:
    return Told(
        Kind.THING,
        text[noun.start() : noun.end()],
        noun.start(),
        noun[0],
        new=_is_new(left, noun),
        being=noun[0] in _BEINGS and noun[0] not in _PRONOUNS,
        known=noun[0] not in _PRONOUNS,
    )


def _is_new(left: str, noun: re.Match[str]) -> bool:
    return bool(_NEW.search(left[max(noun.start() - 9, 0) : noun.start()]))
