"""Mandarin text as the phonemes that Kokoro was trained on: IPA, with an arrow for each tone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from keyreel.mentions import HAN_RANGES
from keyreel.sound.speech.synthesis.mandarin_numbers import spell_out_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

_INITIALS: Final = {
    "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ",
    "h": "x", "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ", "z": "ʦ",
    "c": "ʦʰ", "s": "s",
}  # fmt: skip
# A tone follows the vowels and goes before a nasal; 0 marks its place.
_FINALS: Final = {
    "a": "a0", "o": "wo0", "e": "ɤ0", "ê": "ɛ0", "ai": "ai0", "ei": "ei0", "ao": "au0", "ou": "ou0",
    "an": "a0n", "en": "ə0n", "ang": "a0ŋ", "eng": "ə0ŋ", "ong": "ʊ0ŋ", "er": "ɚ0",
    "i": "i0", "ia": "ja0", "ie": "je0", "iao": "jau0", "iu": "jou0", "ian": "jɛ0n", "in": "i0n",
    "iang": "ja0ŋ", "ing": "i0ŋ", "iong": "jʊ0ŋ", "io": "jo0",
    "u": "u0", "ua": "wa0", "uo": "wo0", "uai": "wai0", "ui": "wei0", "uan": "wa0n", "un": "wə0n",
    "uang": "wa0ŋ", "ueng": "wə0ŋ",
    "v": "y0", "ve": "ɥe0", "van": "ɥɛ0n", "vn": "y0n",
}  # fmt: skip
_WHOLE_SYLLABLES: Final = {
    **dict.fromkeys(("zhi", "chi", "shi", "ri", "zi", "ci", "si"), "ɨ0"),
    "m": "m0", "n": "n0", "ng": "ŋ0", "hm": "hm0", "hng": "hŋ0",
}  # fmt: skip
# A syllable without an initial is spelled with y or w.
_FINAL_SPELLINGS: Final = (
    ("yu", "v"), ("yi", "i"), ("you", "iu"), ("y", "i"), ("wu", "u"), ("wei", "ui"), ("wen", "un"),
    ("weng", "ueng"), ("w", "u"),
)  # fmt: skip
_TONES: Final = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_SYLLABLE: Final = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcs]?)([a-zê]+)([1-5])")
_PALATAL: Final = frozenset("jqx")
_PUNCTUATION: Final = str.maketrans(
    {"，": ",", "、": ",", "。": ".", "！": "!", "？": "?", "：": ":", "；": ";", "（": "(", "）": ")"}
    | {
        "“": " ",
        "”": " ",
        "「": " ",
        "」": " ",
        "『": " ",
        "』": " ",
        "《": " ",
        "》": " ",
        "～": "—",
        "·": " ",
    }
)
_SEGMENT: Final = re.compile(
    rf"(?P<han>[{HAN_RANGES}]+)|(?P<latin>[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f'’ -]*)"
)


def phonemize_mandarin(text: str, phonemize_english: Callable[[str], str]) -> str:
    """Return the phonemes of Chinese text; Latin words are left to `phonemize_english`."""

    def phonemize(match: re.Match[str]) -> str:
        return (
            _phonemize_characters(match["han"])
            if match["han"]
            else f" {phonemize_english(match['latin'].strip())} "
        )

    spoken = _SEGMENT.sub(phonemize, spell_out_numbers(text).translate(_PUNCTUATION))
    spoken = re.sub(r"([,.!?:;…])(?=\S)", r"\1 ", spoken)
    return re.sub(r"\s+([,.!?:;…])", r"\1", re.sub(r"\s+", " ", spoken)).strip()


def _phonemize_characters(characters: str) -> str:
    from pypinyin import Style, lazy_pinyin
    from pypinyin.seg.mmseg import seg

    spelled = lazy_pinyin(characters, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True)
    if len(spelled) != len(characters):  # a character that the dictionary lacks
        return " ".join(map(_phonemize_syllable, spelled))
    words, start = list[str](), 0
    for word in seg.cut(characters):
        words.append("".join(map(_phonemize_syllable, spelled[start : start + len(word)])))
        start += len(word)
    return " ".join(words)


def _phonemize_syllable(spelled: str) -> str:
    """Return the phonemes of one pinyin syllable such as `zhong1`; empty where it is none."""
    spelled = spelled.replace("ü", "v")
    match = _SYLLABLE.fullmatch(spelled)
    if match is None:
        return ""
    initial, final, tone = match.groups()
    whole = _WHOLE_SYLLABLES.get(initial + final)
    if whole is not None:
        sound = _INITIALS.get(initial, "") + whole if final == "i" else whole
        return sound.replace("0", _TONES[tone])
    if not initial:
        final = _restore_final(final)
    elif initial in _PALATAL and final.startswith("u"):
        final = "v" + final[1:]
    return (_INITIALS.get(initial, "") + _FINALS.get(final, "")).replace("0", _TONES[tone])


def _restore_final(final: str) -> str:
    """Return the final that a spelling with y or w stands for: `yan` is ian, `wo` is uo."""
    for spelled, stands_for in _FINAL_SPELLINGS:
        if len(spelled) > 1 and final == spelled:
            return stands_for
    for spelled, stands_for in _FINAL_SPELLINGS:
        if final.startswith(spelled) and (spelled not in {"you", "wei", "wen", "weng"}):
            return stands_for + final[len(spelled) :]
    return final
