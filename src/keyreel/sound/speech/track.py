"""The dialogue as one sound track: each line inside its shot, what does not fit is cut and named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from keyreel.errors import Unspeakable
from keyreel.media.audio import SAMPLE_RATE, Pcm
from keyreel.sound.speech.dialogue.lines import lines_of
from keyreel.sound.speech.language import Language, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from keyreel.order import Order
    from keyreel.sound.speech.dialogue.lines import Line

    Mono = NDArray[np.float32]

LEAD: Final = 0.35
"""Seconds from a shot's begin to its first word."""
CROWDED_LEAD: Final = 0.15
"""The same in a shot that is short for what is said in it."""
TAIL: Final = 0.2
"""Seconds of silence that the shot's end keeps at least."""
GAP: Final = 0.25
"""Seconds between two lines."""
FASTEST: Final = 1.35
"""How much faster than natural speech may become so that it fits."""

_PAUSE: Final = 0.16  # between two sentences of one line
_HOPELESS: Final = 1.6  # times the room: more is not even tried
_DENSEST: Final = {Language.ENGLISH: 40.0, Language.CHINESE: 14.0}  # characters a second
_TRIES: Final = 5
_SHOWN: Final = 60


class Speaker(Protocol):
    """What speech needs of `Voices`."""

    def say(self, text: str, voice_id: str, language: Language, *, speed: float = 1.0) -> Mono:
        """Speak in mono at RATE."""
        ...


@dataclass(frozen=True, slots=True)
class Speech:
    """The dialogue, as long as the video; `spans` are its lines in seconds, `unspoken` is for the client."""

    pcm: Pcm
    spans: tuple[tuple[float, float], ...] = ()
    unspoken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Said:
    """A line and its sentences; the takes are those of the first of them."""

    line: Line
    texts: tuple[str, ...]
    takes: tuple[Mono, ...]

    @property
    def seconds(self) -> float:
        return sum(len(take) for take in self.takes) / SAMPLE_RATE + _PAUSE * max(0, len(self.takes) - 1)


def speak(order: Order, voices: Speaker) -> Speech:
    """Speak the order's dialogue.

    Lines keep the prompts' order. Where a shot is too short for its lines they are spoken faster, then cut at
    a sentence, and the first one at a word rather than not at all.
    """
    pcm = np.zeros((round(order.seconds * SAMPLE_RATE), 2), np.float32)
    spans: list[tuple[float, float]] = []
    unspoken: list[str] = []
    for _, group in groupby(lines_of(order), key=lambda line: line.shot):
        lines = tuple(group)
        end = lines[0].at + _seconds(order, lines[0].shot)
        room = end - lines[0].at - TAIL
        said, reasons = _spoken(lines, room, voices)
        lead = LEAD if _length(said) <= room - LEAD else CROWDED_LEAD
        fitting, cut = _fitted(said, room - lead, voices)
        unspoken += [*reasons, *cut]
        spans += _laid(pcm, fitting, lines[0].at + lead)
    return Speech(pcm, tuple(spans), tuple(unspoken))


def _seconds(order: Order, shot: int) -> float:
    """Return how long a shot's prompt goes on: shots that repeat it are its own."""
    following = order.shots[shot:]
    same = groupby(following, key=lambda each: each.prompt)
    return float(sum(each.seconds for each in next(same)[1]))


def _spoken(lines: Iterable[Line], room: float, voices: Speaker) -> tuple[list[_Said], list[str]]:
    """Speak lines at their natural pace, up to what could never fit into `room` seconds."""
    said, reasons = list[_Said](), list[str]()
    for line in lines:
        texts = tuple(
            part for text in sentences(line.text) or (line.text,) for part in _parts(text, line, room)
        )
        left = room * _HOPELESS - _length(said)
        try:
            said.append(_say(_Said(line, texts, ()), left, voices))
        except Unspeakable as error:
            reasons.append(_note(line.text, error.message))
    return said, reasons


def _parts(text: str, line: Line, room: float) -> tuple[str, ...]:
    """Cut a sentence without an end, of which only the beginning can be heard, at a word."""
    most = max(1, round(room * _DENSEST[line.language]))
    if len(text) <= most:
        return (text,)
    ends = [end for end in _word_ends(text, line.language) if end <= most]
    cut = ends[-1] if ends else most
    return tuple(filter(None, (text[:cut].strip(), text[cut:].strip())))


def _say(said: _Said, room: float, voices: Speaker) -> _Said:
    takes: list[Mono] = []
    for text in said.texts:
        if room <= 0:
            break
        takes.append(voices.say(text, said.line.voice_id, said.line.language))
        room -= len(takes[-1]) / SAMPLE_RATE
    return replace(said, takes=tuple(takes))


def _faster(said: _Said, speed: float, voices: Speaker) -> _Said:
    line = said.line
    again = (
        voices.say(text, line.voice_id, line.language, speed=speed) for text in said.texts[: len(said.takes)]
    )
    return replace(said, takes=tuple(again))


def _fitted(said: list[_Said], room: float, voices: Speaker) -> tuple[list[_Said], list[str]]:
    """Return what fits into `room` seconds, and sentences about what does not."""
    for faster in _speeds(said, room):
        said = [_faster(each, faster, voices) for each in said]
        if _length(said) <= room:
            break
    return _cut(said, room, voices)


def _speeds(said: list[_Said], room: float) -> tuple[float, ...]:
    """Return the speeds to try: as much as is needed, and the fastest where that was not enough."""
    gaps = GAP * (len(said) - 1)
    speech = _length(said) - gaps
    if not said or _length(said) <= room:
        return ()
    needed = speech / (room - gaps) * 1.03 if room > gaps else FASTEST
    return (needed, FASTEST) if needed < FASTEST else (FASTEST,)


def _length(said: list[_Said]) -> float:
    return sum(each.seconds for each in said) + GAP * max(0, len(said) - 1)


def _cut(said: list[_Said], room: float, voices: Speaker) -> tuple[list[_Said], list[str]]:
    kept, notes = list[_Said](), list[str]()
    for each in said:
        left = room - (_length(kept) + GAP if kept else 0.0)
        whole = 0 if notes else _sentences_within(each, left)
        fitting = replace(each, texts=each.texts[:whole], takes=each.takes[:whole])
        if each.takes and not whole and not kept and not notes:
            fitting = _first_words(each, left, voices)
        if fitting.takes:
            kept.append(fitting)
        missing = _rest(each, fitting)
        if missing:
            notes.append(_note(missing, "The shot is too short for it."))
    return kept, notes


def _sentences_within(said: _Said, room: float) -> int:
    for count in range(len(said.takes), 0, -1):
        if replace(said, takes=said.takes[:count]).seconds <= room:
            return count
    return 0


def _first_words(said: _Said, room: float, voices: Speaker) -> _Said:
    """Speak as many words of the first sentence as fit; Chinese characters count as words."""
    text = said.texts[0]
    ends = _word_ends(text, said.line.language)
    count = min(len(ends) - 1, int(len(ends) * room / max(said.takes[0].size / SAMPLE_RATE, room)))
    for _ in range(_TRIES):
        if count < 1:
            break
        part = text[: ends[count - 1]].rstrip(" ,;:，、；：")
        take = voices.say(part, said.line.voice_id, said.line.language, speed=FASTEST)
        if len(take) / SAMPLE_RATE <= room:
            return replace(said, texts=(part,), takes=(take,))
        count = min(count - 1, int(count * room * SAMPLE_RATE / len(take)))
    return replace(said, texts=(), takes=())


def _word_ends(text: str, language: Language) -> list[int]:
    if language is Language.CHINESE:
        return [index + 1 for index, each in enumerate(text) if each.isalnum()]
    return [index for index, each in enumerate(f"{text} ") if each == " "]


def _rest(whole: _Said, fitting: _Said) -> str:
    if not fitting.texts:
        return whole.line.text
    first_missing = whole.texts[len(fitting.texts) :]
    last_kept, last_whole = fitting.texts[-1], whole.texts[len(fitting.texts) - 1]
    begun = last_whole.removeprefix(last_kept).strip() if last_kept != last_whole else ""
    return " ".join(filter(None, (begun, *first_missing)))


def _laid(pcm: Pcm, said: list[_Said], at: float) -> list[tuple[float, float]]:
    """Lay the lines into the track from `at` on; return where they are."""
    spans: list[tuple[float, float]] = []
    for each in said:
        start = at
        for take in each.takes:
            first = round(at * SAMPLE_RATE)
            pcm[first : first + len(take)] += take[:, None]
            at += len(take) / SAMPLE_RATE + _PAUSE
        at += GAP - _PAUSE
        spans.append((start, start + each.seconds))
    return spans


def _note(text: str, reason: str) -> str:
    shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1].rstrip()}…"
    return f'Not spoken: "{shown}" ({reason})'
