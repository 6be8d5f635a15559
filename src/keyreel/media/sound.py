"""Sound as samples: encoded to AAC and read back; does not know what is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.error import FFmpegError
from numpy.typing import NDArray

from keyreel.media.whole import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.audio.stream import AudioStream

RATE: Final = 48_000
"""Samples a second of every sound."""

Pcm = NDArray[np.float32]
"""Stereo sound, float32 [samples, 2], -1 … 1."""

_BIT_RATE: Final = 160_000


def encode_sound(pcm: Pcm, out: Path) -> None:
    """Write stereo AAC-LC at 48 kHz. Players skip the encoder's priming: sample 0 is heard at time 0."""
    with whole_file(out) as part, av.open(part, "w", format="ipod") as target:
        stream = target.add_stream("aac", rate=RATE, layout="stereo", bit_rate=_BIT_RATE)
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(pcm.T, np.float32), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts = RATE, 0
        target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


def read_sound(path: Path) -> Pcm:
    """Decode a file's first sound track to stereo at 48 kHz.

    Raises:
        ValueError: the file has no readable sound.
    """
    try:
        with av.open(path) as container:
            if not container.streams.audio:
                raise ValueError(f"{path.name} has no sound track")
            stream = container.streams.audio[0]
            pieces = [each.to_ndarray() for each in _resampled(container.decode(stream))]
            length = _samples(stream) if "mp4" in container.format.name else None
    except FFmpegError as error:
        raise ValueError(f"{path.name} is no readable sound: {error}") from error
    if not pieces:
        return np.zeros((0, 2), np.float32)
    return np.ascontiguousarray(np.concatenate(pieces, axis=1).T[:length], np.float32)


def _samples(stream: AudioStream) -> int | None:
    """Count what an MP4's index says is to be heard: the last AAC frame may hold more."""
    return stream.duration and round(stream.duration * stream.time_base * RATE)


def _resampled(frames: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
    resampler = AudioResampler(format="fltp", layout="stereo", rate=RATE)
    for frame in frames:
        yield from resampler.resample(frame)
    yield from resampler.resample(None)
