"""The sound that a model makes beside its frames: kept for each segment, cut to the video, and joined."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from keyreel.media.audio import SAMPLE_RATE, decode_audio, encode_aac
from keyreel.media.mux import remux
from keyreel.order import FPS
from keyreel.system.atomic_file import replace_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from keyreel.engines.conform.plan import Segment
    from keyreel.media.audio import Pcm

_SAMPLES_A_FRAME: Final = SAMPLE_RATE // FPS
_LOUDEST: Final = 32767


def save_sound(sound: Any, rate: int, folder: Path, seed: int) -> None:
    """Keep the sound of the segment with this seed: a tensor [1, 2, samples], -1 … 1, at so many a second."""
    samples = sound[0].float().cpu().numpy().T
    pcm = np.rint(np.clip(np.nan_to_num(samples), -1, 1) * _LOUDEST).astype("<i2")
    with (
        replace_atomically(_get_path(folder, seed)) as part,
        part.open("wb") as file,
        wave.open(file, "wb") as out,
    ):
        out.setnchannels(pcm.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.ascontiguousarray(pcm).tobytes())


def add_sound(video: Path, segments: Iterable[Segment], folder: Path) -> Path:
    """Return a copy of a video that has its segments' sound: each as long as what is seen of it."""
    parts = [_cut(decode_audio(_get_path(folder, segment.seed)), segment) for segment in segments]
    encode_aac(np.concatenate(parts), folder / "sound.m4a")
    remux(video, folder / "sounding.mp4", {}, folder / "sound.m4a")
    return folder / "sounding.mp4"


def _cut(sound: Pcm, segment: Segment) -> Pcm:
    begin, end = (step * _SAMPLES_A_FRAME for step in (segment.written.start, segment.written.stop))
    part = sound[begin:end]
    return np.pad(part, ((0, end - begin - len(part)), (0, 0)))


def _get_path(folder: Path, seed: int) -> Path:
    return folder / f"sound-{seed}.wav"
