"""The sound track: music, ambience and speech as ordered, laid under the clip; makes no sound itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import AAC_FRAME, RATE, encode_sound, read_sound
from keyreel.media.mux import mute, remux
from keyreel.media.probe import Probe, SoundTrack, probe
from keyreel.sound.ambience.expected_sounds import Heard, heard_with
from keyreel.sound.ambience.soundscape import ambience
from keyreel.sound.mix import mix
from keyreel.sound.music.composer import compose
from keyreel.sound.speech.dialogue.lines import lines_of
from keyreel.sound.speech.track import Speech, speak

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyreel.engine import Clip
    from keyreel.finishing.context import Workbench
    from keyreel.media.audio import Pcm
    from keyreel.order import Order

FULFILLED: Final = "soundtrack"
NONE: Final = "none"
NO_VOICES: Final = "The dialogue is not spoken: this installation has no voices."


def soundtrack(clip: Clip, order: Order, workbench: Workbench) -> Clip:
    """Lay the ordered sound under a clip that came without it; where none is ordered there is no track."""
    facts = probe(clip.path)
    if order.sound.silent:
        return _muted(clip, workbench) if facts.sound else clip
    if FULFILLED in clip.fulfilled and facts.sound:
        if described(facts) == expected(order):
            return clip
        return _laid(_fitted(read_sound(clip.path), order), clip, workbench)
    pcm, notes = _made(clip, order, workbench)
    return replace(_laid(pcm, clip, workbench), notes=(*clip.notes, *notes))


def expected(order: Order) -> str:
    """Return what `described` is to say of the finished video."""
    if order.sound.silent:
        return NONE
    return _words(SoundTrack("aac LC", RATE, 2, 0.0, order.seconds), order.seconds)


def described(facts: Probe) -> str:
    """Say in words what sound track a video has."""
    return _words(facts.sound, facts.seconds) if facts.sound else NONE


def _words(sound: SoundTrack, seconds: float) -> str:
    within = abs(sound.seconds - seconds) <= AAC_FRAME / RATE
    end = "to the end" if within else f"for {sound.seconds:.3f} s"
    return f"{sound.codec}, {sound.rate} Hz, {sound.channels} channels, from {sound.start:g} s {end}"


def _made(clip: Clip, order: Order, workbench: Workbench) -> tuple[Pcm, tuple[str, ...]]:
    asked = order.sound
    prompt = "\n".join(dict.fromkeys(shot.prompt for shot in order.shots))
    speech, notes = _spoken(order, workbench) if asked.speech else (None, ())
    mixed = mix(
        order.seconds * RATE,
        music=compose(prompt, order.seconds, order.seed) if asked.music else None,
        ambience=ambience(_heard(clip, order), order.seed) if asked.ambience else None,
        speech=speech,
    )
    return mixed, notes


def _spoken(order: Order, workbench: Workbench) -> tuple[Speech | None, tuple[str, ...]]:
    if workbench.voices is None:
        return None, (NO_VOICES,) if lines_of(order) else ()
    speech = speak(order, workbench.voices)
    return speech, speech.unspoken


def _heard(clip: Clip, order: Order) -> Sequence[tuple[float, frozenset[Heard]]]:
    """Return what is heard in each shot; one that says nothing sounds like the one before it."""
    shows = clip.shows or (frozenset(),) * len(order.shots)
    told = [heard_with(shot.prompt, shown) for shot, shown in zip(order.shots, shows, strict=True)]
    latest = next((heard for heard in told if heard), frozenset[Heard]())
    heard: list[tuple[float, frozenset[Heard]]] = []
    for shot, sounds in zip(order.shots, told, strict=True):
        latest = sounds or latest
        heard.append((shot.seconds, latest))
    return heard


def _fitted(pcm: Pcm, order: Order) -> Pcm:
    """Return a foreign sound at the video's length."""
    fitted = np.zeros((order.seconds * RATE, 2), np.float32)
    count = min(len(fitted), len(pcm))
    fitted[:count] = pcm[:count]
    return fitted


def _laid(pcm: Pcm, clip: Clip, workbench: Workbench) -> Clip:
    sound, out = workbench.folder / "sound.m4a", workbench.folder / "sounding.mp4"
    encode_sound(pcm, sound)
    remux(clip.path, out, {}, sound)
    return replace(clip, path=out, fulfilled=clip.fulfilled | {FULFILLED})


def _muted(clip: Clip, workbench: Workbench) -> Clip:
    out = workbench.folder / "muted.mp4"
    mute(clip.path, out)
    return replace(clip, path=out)
