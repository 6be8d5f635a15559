"""The dialogue lines of an order's prompts, with their speakers' voices; synthesizes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from keyreel.sound.speech.dialogue.passages import NARRATOR, Passage, find_passages
from keyreel.sound.speech.language import Language, detect_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from keyreel.order import Order
    from keyreel.sound.speech.voice_choice import Gender


@dataclass(frozen=True, slots=True)
class DialogueLine:
    """What one speaker says in a row; `shot_start` is in seconds from the video's start."""

    text: str
    language: Language
    speaker: str
    voice_id: str
    shot_index: int
    shot_start: float


def find_dialogue_lines(order: Order) -> tuple[DialogueLine, ...]:
    """Return the dialogue lines in the prompts' order.

    A prompt that is repeated from one shot to the next is spoken once. Each line has its speaker's voice: the
    subject's own, else the order's, else one derived from the speaker's name.
    """
    if not order.sound.speech:
        return ()
    names = tuple(subject.name for subject in order.subjects)
    starts = accumulate((shot.seconds for shot in order.shots), initial=0)
    found: list[tuple[Passage, int, float]] = []
    for index, (shot, at) in enumerate(zip(order.shots, starts, strict=False)):
        if index == 0 or shot.prompt != order.shots[index - 1].prompt:
            found += [(each, index, float(at)) for each in find_passages(shot.prompt, names)]
    genders = _collect_genders(each for each, _, _ in found)
    return tuple(
        DialogueLine(
            each.text, detect_language(each.text), each.speaker, _choose_voice(order, each, genders), shot, at
        )
        for each, shot, at in found
    )


def _collect_genders(found: Iterable[Passage]) -> dict[str, Gender]:
    """Return each speaker's gender: the first that its passages tell, so that it keeps one voice."""
    genders: dict[str, Gender] = {}
    for each in found:
        if each.gender and each.speaker:
            genders.setdefault(each.speaker, each.gender)
    return genders


def _choose_voice(order: Order, passage: Passage, genders: Mapping[str, Gender]) -> str:
    own = {subject.name: subject.voice for subject in order.subjects}
    if own.get(passage.speaker):
        return own[passage.speaker]
    # A request's single voice is often its first subject's: then no other subject gets it.
    shared = order.sound.voice if passage.speaker not in own or order.sound.voice not in own.values() else ""
    if shared:
        return shared
    if passage.speaker == NARRATOR:
        return ""
    gender = genders.get(passage.speaker, passage.gender)
    return "_".join(filter(None, (gender, passage.speaker)))
