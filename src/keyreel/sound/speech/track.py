"""The dialogue as one sound track: each line within its shot; what does not fit is cut and reported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, groupby, takewhile
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from keyreel.errors import UnpronounceableText
from keyreel.media.audio import SAMPLE_RATE, Pcm
from keyreel.sound.speech.dialogue.lines import find_dialogue_lines
from keyreel.sound.speech.language import Language, split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyreel.order import Order
    from keyreel.sound.arrays import Mono
    from keyreel.sound.speech.dialogue.lines import DialogueLine

LEAD_SECONDS: Final = 0.35
"""Seconds from a shot's start to its first word."""
CROWDED_LEAD_SECONDS: Final = 0.15
"""The same in a shot that is short for what is said in it."""
TAIL_SECONDS: Final = 0.2
"""Seconds of silence at least at the shot's end."""
LINE_GAP_SECONDS: Final = 0.25
"""Seconds between two lines."""
MAX_SPEED: Final = 1.35
"""The highest speed, natural speech being 1, that lines get in order to fit."""

_SENTENCE_PAUSE_SECONDS: Final = 0.16  # between two sentences of one line
_MAX_OVERRUN: Final = 1.6  # times the available seconds: more is not even synthesized
_MAX_CHARACTERS_PER_SECOND: Final = {Language.ENGLISH: 40.0, Language.CHINESE: 14.0}
_SPOKEN_DIGIT_CHARACTERS: Final = {Language.ENGLISH: 4, Language.CHINESE: 1}  # "one " and 一
_TRIES: Final = 5  # to find how many words fit
_SPEED_MARGIN: Final = 1.03  # spoken a little faster than computed
_MAX_NOTE_CHARACTERS: Final = 60


class SpeechSynthesizer(Protocol):
    """What speech needs of `Voices`."""

    def say(self, text: str, voice_id: str, language: Language, *, speed: float = 1.0) -> Mono:
        """Speak, `speed` times as fast as natural."""
        ...


@dataclass(frozen=True, slots=True)
class SpeechTrack:
    """The dialogue, as long as the video; `spans` are its lines in seconds, `unspoken` is for the client."""

    pcm: Pcm
    spans: tuple[tuple[float, float], ...] = ()
    unspoken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Utterance:
    """A dialogue line, its sentences, and the speech of the first of them."""

    line: DialogueLine
    texts: tuple[str, ...]
    takes: tuple[Mono, ...]

    @property
    def seconds(self) -> float:
        return sum(len(take) for take in self.takes) / SAMPLE_RATE + _SENTENCE_PAUSE_SECONDS * max(
            0, len(self.takes) - 1
        )


def render_speech(order: Order, voices: SpeechSynthesizer) -> SpeechTrack:
    """Synthesize the order's dialogue.

    Lines keep the prompts' order. Where a shot is too short for its lines they are spoken faster, then cut at
    a sentence, and the first one at a word rather than not at all.
    """
    pcm = np.zeros((round(order.seconds * SAMPLE_RATE), 2), np.float32)
    spans: list[tuple[float, float]] = []
    unspoken: list[str] = []
    for _, group in groupby(find_dialogue_lines(order), key=lambda line: line.shot_index):
        lines = tuple(group)
        end = lines[0].shot_start + _measure_prompt_seconds(order, lines[0].shot_index)
        available = end - lines[0].shot_start - TAIL_SECONDS
        utterances, reasons = _speak_lines(lines, available, voices)
        lead = (
            LEAD_SECONDS if _measure_seconds(utterances) <= available - LEAD_SECONDS else CROWDED_LEAD_SECONDS
        )
        fitting, cut = _fit_lines(utterances, available - lead, voices)
        unspoken += [*reasons, *cut]
        spans += _add_lines(pcm, fitting, lines[0].shot_start + lead)
    return SpeechTrack(pcm, tuple(spans), tuple(unspoken))


def _measure_prompt_seconds(order: Order, shot: int) -> float:
    """Return for how long a shot's prompt lasts: following shots with the same prompt count as well."""
    following = order.shots[shot:]
    same = groupby(following, key=lambda each: each.prompt)
    return float(sum(each.seconds for each in next(same)[1]))


def _speak_lines(
    lines: Iterable[DialogueLine], available: float, voices: SpeechSynthesizer
) -> tuple[list[_Utterance], list[str]]:
    """Speak lines at natural speed, up to what could never fit into `available` seconds."""
    utterances, reasons = list[_Utterance](), list[str]()
    for line in lines:
        texts = tuple(
            part
            for text in split_sentences(line.text) or (line.text,)
            for part in _split_sentence(text, line, available)
        )
        left = available * _MAX_OVERRUN - _measure_seconds(utterances)
        try:
            utterances.append(_speak_line(_Utterance(line, texts, ()), left, voices))
        except UnpronounceableText as error:
            reasons.append(_format_note(line.text, error.message))
    return utterances, reasons


def _split_sentence(text: str, line: DialogueLine, available: float) -> tuple[str, ...]:
    """Cut an endless sentence at words, into parts of which the first can hardly fit."""
    parts = list[str]()
    while text:
        cut = _count_fitting_characters(text, line.language, available)
        if cut < len(text):
            cut = max((end for end in _find_word_ends(text, line.language) if end <= cut), default=cut)
        parts.append(text[:cut].strip())
        text = text[cut:].strip()
    return tuple(filter(None, parts))


def _count_fitting_characters(text: str, language: Language, available: float) -> int:
    """Return how many of a text's characters, one at least, could be spoken in `available` seconds."""
    digit = _SPOKEN_DIGIT_CHARACTERS[language]
    spoken = accumulate(digit if each.isdecimal() else 1 for each in text)
    most = available * _MAX_CHARACTERS_PER_SECOND[language]
    return max(1, sum(1 for _ in takewhile(lambda length: length <= most, spoken)))


def _speak_line(utterance: _Utterance, available: float, voices: SpeechSynthesizer) -> _Utterance:
    takes: list[Mono] = []
    for text in utterance.texts:
        if available <= 0:
            break
        takes.append(voices.say(text, utterance.line.voice_id, utterance.line.language))
        available -= len(takes[-1]) / SAMPLE_RATE
    return replace(utterance, takes=tuple(takes))


def _speak_faster(utterance: _Utterance, speed: float, voices: SpeechSynthesizer) -> _Utterance:
    line = utterance.line
    again = (
        voices.say(text, line.voice_id, line.language, speed=speed)
        for text in utterance.texts[: len(utterance.takes)]
    )
    return replace(utterance, takes=tuple(again))


def _fit_lines(
    utterances: list[_Utterance], available: float, voices: SpeechSynthesizer
) -> tuple[list[_Utterance], list[str]]:
    """Return what fits into `available` seconds, and notes about what does not."""
    for faster in _choose_speeds(utterances, available):
        utterances = [_speak_faster(each, faster, voices) for each in utterances]
        if _measure_seconds(utterances) <= available:
            break
    return _cut_lines(utterances, available, voices)


def _choose_speeds(utterances: list[_Utterance], available: float) -> tuple[float, ...]:
    """Return the speeds to try: the one that is needed, then the highest."""
    gaps = LINE_GAP_SECONDS * (len(utterances) - 1)
    speech = _measure_seconds(utterances) - gaps
    if not utterances or _measure_seconds(utterances) <= available:
        return ()
    needed = speech / (available - gaps) * _SPEED_MARGIN if available > gaps else MAX_SPEED
    return (needed, MAX_SPEED) if needed < MAX_SPEED else (MAX_SPEED,)


def _measure_seconds(utterances: list[_Utterance]) -> float:
    return sum(each.seconds for each in utterances) + LINE_GAP_SECONDS * max(0, len(utterances) - 1)


def _cut_lines(
    utterances: list[_Utterance], available: float, voices: SpeechSynthesizer
) -> tuple[list[_Utterance], list[str]]:
    kept, notes = list[_Utterance](), list[str]()
    for each in utterances:
        left = available - (_measure_seconds(kept) + LINE_GAP_SECONDS if kept else 0.0)
        whole = 0 if notes else _count_fitting_sentences(each, left)
        fitting = replace(each, texts=each.texts[:whole], takes=each.takes[:whole])
        if each.takes and not whole and not kept and not notes:
            fitting = _speak_first_words(each, left, voices)
        if fitting.takes:
            kept.append(fitting)
        missing = _find_unspoken_text(each, fitting)
        if missing:
            notes.append(_format_note(missing, "The shot is too short."))
    return kept, notes


def _count_fitting_sentences(utterance: _Utterance, available: float) -> int:
    for count in range(len(utterance.takes), 0, -1):
        if replace(utterance, takes=utterance.takes[:count]).seconds <= available:
            return count
    return 0


def _speak_first_words(utterance: _Utterance, available: float, voices: SpeechSynthesizer) -> _Utterance:
    """Speak as many words of the first sentence as fit; Chinese characters count as words."""
    text = utterance.texts[0]
    ends = _find_word_ends(text, utterance.line.language)
    count = min(
        len(ends) - 1, int(len(ends) * available / max(utterance.takes[0].size / SAMPLE_RATE, available))
    )
    for _ in range(_TRIES):
        if count < 1:
            break
        part = text[: ends[count - 1]].rstrip(" ,;:，、；：")
        try:
            take = voices.say(part, utterance.line.voice_id, utterance.line.language, speed=MAX_SPEED)
        except UnpronounceableText:  # the first words alone may be none, as dashes are
            break
        if len(take) / SAMPLE_RATE <= available:
            return replace(utterance, texts=(part,), takes=(take,))
        count = min(count - 1, int(count * available * SAMPLE_RATE / len(take)))
    return replace(utterance, texts=(), takes=())


def _find_word_ends(text: str, language: Language) -> list[int]:
    if language is Language.CHINESE:
        return [index + 1 for index, each in enumerate(text) if each.isalnum()]
    return [index for index, each in enumerate(f"{text} ") if each == " "]


def _find_unspoken_text(utterance: _Utterance, fitting: _Utterance) -> str:
    if not fitting.texts:
        return utterance.line.text
    first_missing = utterance.texts[len(fitting.texts) :]
    last_kept, last_whole = fitting.texts[-1], utterance.texts[len(fitting.texts) - 1]
    begun = last_whole.removeprefix(last_kept).strip() if last_kept != last_whole else ""
    return " ".join(filter(None, (begun, *first_missing)))


def _add_lines(pcm: Pcm, utterances: list[_Utterance], at: float) -> list[tuple[float, float]]:
    """Add the lines to the track from `at` seconds on; return their spans in seconds."""
    spans: list[tuple[float, float]] = []
    for each in utterances:
        start = at
        for take in each.takes:
            first = round(at * SAMPLE_RATE)
            pcm[first : first + len(take)] += take[:, None]
            at += len(take) / SAMPLE_RATE + _SENTENCE_PAUSE_SECONDS
        at += LINE_GAP_SECONDS - _SENTENCE_PAUSE_SECONDS
        spans.append((start, start + each.seconds))
    return spans


def _format_note(text: str, reason: str) -> str:
    excerpt = text if len(text) <= _MAX_NOTE_CHARACTERS else f"{text[: _MAX_NOTE_CHARACTERS - 1].rstrip()}…"
    return f'Not spoken: "{excerpt}" ({reason})'
