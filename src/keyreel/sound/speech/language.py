"""The language of a text, English or Chinese, and its sentences; knows no voices."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from keyreel.mentions import HAN_RANGES


class Language(StrEnum):
    """A language that voices speak."""

    ENGLISH = "en"
    CHINESE = "zh"


_HAN_CHARACTER: Final = re.compile(f"[{HAN_RANGES}]")
_LATIN_WORD: Final = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][A-Za-z]+)?")
_LETTER: Final = re.compile(r"[^\W\d_]")
_SENTENCE_END: Final = re.compile(r"[.!?…]+[\"”’')\]]*(?=\s|$)|[。！？…]+[”’」』）]*")
_ABBREVIATION_END: Final = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Prof|Sr|Jr|vs|etc|e\.g|i\.e|No|approx)|\b[A-Z]|\d)\.$"
)


def detect_language(text: str) -> Language:
    """Return Chinese where a text has at least as many Chinese characters as Latin words, and has any."""
    characters = len(_HAN_CHARACTER.findall(text))
    return Language.CHINESE if characters and characters >= len(_find_latin_words(text)) else Language.ENGLISH


def find_foreign_letters(text: str) -> str:
    """Return the letters of a text that belong to neither English nor Chinese."""
    return "".join(_LETTER.findall(_LATIN_WORD.sub("", _HAN_CHARACTER.sub("", text))))


def split_sentences(text: str) -> tuple[str, ...]:
    """Split a text after each sentence; the full stop of an abbreviation or a number ends none."""
    found, start = list[str](), 0
    for end in _SENTENCE_END.finditer(text):
        upto = text[: end.end()]
        if end.end() < len(text) and _ABBREVIATION_END.search(upto):
            continue
        found.append(text[start : end.end()].strip())
        start = end.end()
    found.append(text[start:].strip())
    return tuple(each for each in found if _LETTER.search(each) or re.search(r"\d", each))


def _find_latin_words(text: str) -> list[str]:
    return _LATIN_WORD.findall(text)
