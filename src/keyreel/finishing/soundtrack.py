"""The sound track: music, ambience and speech as ordered, muxed with the clip; synthesizes nothing itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.audio import AAC_FRAME_SAMPLES, SAMPLE_RATE, decode_audio, encode_aac
from keyreel.media.mux import remove_audio, remux
from keyreel.media.probe import AudioTrackInfo, VideoInfo, probe_video
from keyreel.sound.ambience.expected_sounds import AmbientSound, find_shot_sounds
from keyreel.sound.ambience.soundscape import render_ambience
from keyreel.sound.mix import mix_tracks
from keyreel.sound.music.composer import compose_music
from keyreel.sound.music.instruments import SHIPPED_INSTRUMENTS, InstrumentPack
from keyreel.sound.speech.dialogue.lines import find_dialogue_lines
from keyreel.sound.speech.track import SpeechTrack, render_speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyreel.engine import Clip
    from keyreel.finishing.context import FinishingContext
    from keyreel.media.audio import Pcm
    from keyreel.order import Order

SOUNDTRACK_STEP: Final = "soundtrack"
"""The name of this step, also in a clip's completed steps."""

NO_SOUNDTRACK: Final = "none"
"""The description of a video without sound."""

NO_VOICES_NOTE: Final = "The dialogue was not spoken: this installation has no voices."
"""The client's note where dialogue was ordered and no voice is installed."""


def add_soundtrack(clip: Clip, order: Order, context: FinishingContext) -> Clip:
    """Add the ordered sound to a clip that came without it; where none is ordered, remove any sound track."""
    info = probe_video(clip.path)
    if order.sound.is_silent:
        return _remove_sound(clip, context) if info.audio_track else clip
    if SOUNDTRACK_STEP in clip.completed_steps and info.audio_track:
        if describe_soundtrack(info) == describe_expected_soundtrack(order):
            return clip
        return _mux_sound(_fit_length(decode_audio(clip.path), order), clip, context)
    pcm, notes = _mix_soundtrack(clip, order, context)
    return replace(_mux_sound(pcm, clip, context), notes=(*clip.notes, *notes))


def describe_expected_soundtrack(order: Order) -> str:
    """Return what `describe_soundtrack` must return for the finished video."""
    if order.sound.is_silent:
        return NO_SOUNDTRACK
    return _format_soundtrack(AudioTrackInfo("aac LC", SAMPLE_RATE, 2, 0.0, order.seconds), order.seconds)


def describe_soundtrack(info: VideoInfo) -> str:
    """Describe a video's sound track in words."""
    return _format_soundtrack(info.audio_track, info.seconds) if info.audio_track else NO_SOUNDTRACK


def _format_soundtrack(sound: AudioTrackInfo, seconds: float) -> str:
    ends_with_video = abs(sound.seconds - seconds) <= AAC_FRAME_SAMPLES / SAMPLE_RATE
    end = "to the end" if ends_with_video else f"for {sound.seconds:.3f} s"
    return f"{sound.codec}, {sound.rate} Hz, {sound.channels} channels, from {sound.start:g} s {end}"


def _mix_soundtrack(clip: Clip, order: Order, context: FinishingContext) -> tuple[Pcm, tuple[str, ...]]:
    options = order.sound
    prompt = "\n".join(dict.fromkeys(shot.prompt for shot in order.shots))
    speech, notes = _synthesize_speech(order, context) if options.speech else (None, ())
    mixed = mix_tracks(
        order.seconds * SAMPLE_RATE,
        music=_play_music(prompt, order, context) if options.music else None,
        ambience=render_ambience(_list_expected_sounds(clip, order), order.seed)
        if options.ambience
        else None,
        speech=speech,
    )
    return mixed, notes


def _play_music(prompt: str, order: Order, context: FinishingContext) -> Pcm:
    pack = InstrumentPack(context.instruments or SHIPPED_INSTRUMENTS)
    return compose_music(prompt, order.seconds, order.seed, pack)


def _synthesize_speech(order: Order, context: FinishingContext) -> tuple[SpeechTrack | None, tuple[str, ...]]:
    if context.voices is None:
        return None, (NO_VOICES_NOTE,) if find_dialogue_lines(order) else ()
    speech = render_speech(order, context.voices)
    return speech, speech.unspoken


def _list_expected_sounds(clip: Clip, order: Order) -> Sequence[tuple[float, frozenset[AmbientSound]]]:
    """Return each shot's seconds and sounds; a shot that tells none sounds like the one before it."""
    contents = clip.audible_content or (frozenset(),) * len(order.shots)
    per_shot = [
        find_shot_sounds(shot.prompt, content) for shot, content in zip(order.shots, contents, strict=True)
    ]
    latest = next((sounds for sounds in per_shot if sounds), frozenset[AmbientSound]())
    expected: list[tuple[float, frozenset[AmbientSound]]] = []
    for shot, sounds in zip(order.shots, per_shot, strict=True):
        latest = sounds or latest
        expected.append((shot.seconds, latest))
    return expected


def _fit_length(pcm: Pcm, order: Order) -> Pcm:
    """Return an engine's own sound, cut or padded with silence to the video's length."""
    fitted = np.zeros((order.seconds * SAMPLE_RATE, 2), np.float32)
    count = min(len(fitted), len(pcm))
    fitted[:count] = pcm[:count]
    return fitted


def _mux_sound(pcm: Pcm, clip: Clip, context: FinishingContext) -> Clip:
    sound, out = context.folder / "sound.m4a", context.folder / "sounding.mp4"
    encode_aac(pcm, sound)
    remux(clip.path, out, {}, sound)
    return replace(clip, path=out, completed_steps=clip.completed_steps | {SOUNDTRACK_STEP})


def _remove_sound(clip: Clip, context: FinishingContext) -> Clip:
    out = context.folder / "muted.mp4"
    remove_audio(clip.path, out)
    return replace(clip, path=out)
