"""How prompts mention subjects: `@name`, a bare name, `image 1`, 图一; the longest fitting name counts."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

HAN_RANGES: Final = "\u3400-\u4dbf\u4e00-\u9fff"
"""Chinese characters (CJK Unified Ideographs and Extension A), for a regular expression's brackets."""

_ORDINALS: Final = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh"]
_DIGITS: Final = "一二三四五六七八九十"
_OPENING: Final = r"[\[<({【《]+\s*@?\s*"
_CLOSING: Final = r"\s*[\])>}】》]+"
_IMAGE: Final = r"(?:reference\s+)?(?:image|img|picture|pic|photo|subject)"
# 地图, 试图 and others are words of their own, and 图一个 begins with another one.
_IMAGE_ZH: Final = r"(?<![地插截看拍构草蓝示意试企妄版贴])(?:参考图片?|图片|图像|图|主体)"
_NOT_FOLLOWED_BY: Final = r"(?![个张只条位名些种样起直定般次半边面旁块群天时座幅把辆头匹十])"
_NUMBER: Final = rf"(?P<{{0}}>\d{{{{1,3}}}}(?!\d|[a-z])|[{_DIGITS}]{_NOT_FOLLOWED_BY})"
_NUMBERED_ENGLISH: Final = rf"(?:@\s*)?(?<![a-z0-9]){_IMAGE}[\s_#-]*(?P<{{0}}>\d{{{{1,3}}}})(?![a-z0-9])"
_NUMBERED_CHINESE: Final = rf"@?{_IMAGE_ZH}\s*{_NUMBER}"
_NUMBERED: Final = "|".join(
    (
        rf"{_OPENING}(?:{_NUMBERED_ENGLISH.format('n1')}|{_NUMBERED_CHINESE.format('n2')}){_CLOSING}",
        _NUMBERED_ENGLISH.format("n3"),
        _NUMBERED_CHINESE.format("n4"),
        rf"第\s*(?P<n5>\d{{1,3}}|[{_DIGITS}])\s*张(?:参考)?(?:图片|图像|图|照片)",
        rf"\bthe (?P<n6>{'|'.join(_ORDINALS)}) (?:reference )?(?:image|picture|photo)\b",
        r"@\s*(?P<n7>\d{1,3})(?![a-z0-9_])",
    )
)
_AT_NAME: Final = rf"(?<![\w.])@(?:[a-z0-9_][a-z0-9_-]*|[{HAN_RANGES}]{{1,4}})"
_QUOTED: Final = re.compile(r"“[^”\n]*”|「[^」\n]*」|『[^』\n]*』|\"[^\"\n]*\"")


class SubjectMention(NamedTuple):
    """A mention of a subject, from `start` to before `end` of a text, and which of the known names it is."""

    start: int
    end: int
    name: str


def normalize_text(text: str) -> str:
    """Return a text of the same length with letters, digits, @ and brackets in their NFKC form.

    Full-width commas and stops are kept: Chinese sentences end with them.
    """
    return "".join(map(_normalize_letter, text))


def _normalize_letter(letter: str) -> str:
    if letter.isascii():
        return letter
    usual = unicodedata.normalize("NFKC", letter)
    return usual if len(usual) == 1 and (usual.isalnum() or usual in "@<>[]{}_-") else letter


def find_mentions(text: str, names: Iterable[str], *, allow_bare: bool = True) -> list[SubjectMention]:
    """Find the mentions of subjects in a text, in order. Case and width of letters do not matter.

    A name that is a number may appear as `@1`, `image 1`, `[@Image 1]`, 图1, 图一, 第一张图 and the like.
    Names without @ count unless `allow_bare` is False.
    """
    known = {normalize_text(name).casefold(): name for name in names if name}
    pattern = _build_mention_pattern(known, allow_bare=allow_bare)
    found: list[SubjectMention] = []
    for match in pattern.finditer(normalize_text(text)):
        name = known.get(_resolve_name(match))
        if name is not None:
            found.append(SubjectMention(*match.span(), name))
    return found


def rename_mentions(text: str, names: dict[str, str]) -> str:
    """Return a text in which every `@name` and every number is replaced by `@…`, as `names` maps them."""
    return replace_mentions(text, {name: f"@{new}" for name, new in names.items()})


def replace_mentions(text: str, words: dict[str, str]) -> str:
    """Return a text in which every `@name` and every number is replaced by the words that stand for its name.

    Quotations are kept: they are spoken, or written on something.
    """
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    done, at = list[str](), 0
    for start, end, name in find_mentions(text, words, allow_bare=False):
        if not any(begin <= start < stop for begin, stop in quoted):
            done += [text[at:start], words[name]]
            at = end
            # After "[image 1]runs" a blank keeps the next word apart.
            if text[at : at + 1].isalnum() and text[at].isascii():
                done.append(" ")
    return "".join((*done, text[at:]))


def find_unknown_mentions(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """List what looks like a mention but matches no subject, in the text's own spelling: `@9`, `image 4`."""
    known = find_mentions(text, names)
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    found: dict[str, None] = {}
    for match in re.finditer(f"{_NUMBERED}|{_AT_NAME}", normalize_text(text), re.IGNORECASE):
        covered = [(mention.start, mention.end) for mention in known] + quoted
        if not any(start <= match.start() < end for start, end in covered):
            found[text[match.start() : match.end()].strip()] = None
    return tuple(found)


def _build_mention_pattern(known: dict[str, str], *, allow_bare: bool) -> re.Pattern[str]:
    longest = sorted(known, key=len, reverse=True)
    named = "|".join(map(re.escape, longest))
    words = "|".join(re.escape(name) for name in longest if not name.isdecimal())
    parts = [rf"@\s*(?P<at>{named})(?![a-z0-9_])"] if named else []
    parts.append(_NUMBERED)
    parts += [rf"(?<![a-z0-9_@])(?P<bare>{words})(?![a-z0-9_])"] if allow_bare and words else []
    return re.compile("|".join(parts), re.IGNORECASE)


def _resolve_name(match: re.Match[str]) -> str:
    """Return the name that a match mentions, in lower case; a number as digits."""
    group = match.lastgroup or ""
    text = match[group].casefold()
    if text in _ORDINALS:
        return str(_ORDINALS.index(text) + 1)
    if group in {"at", "bare"}:
        return text
    return str(_DIGITS.index(text) + 1 if text in _DIGITS else int(text))
