"""Ogg recordings decoded from memory; does not know what was recorded."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import av
import numpy as np
from av.error import FFmpegError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def decode_ogg(data: bytes, max_samples: int) -> NDArray[np.float32]:
    """Return the first `max_samples` samples of a mono Ogg Vorbis stream, or all where it has fewer.

    The result is float32 [samples], -1 … 1, at the stream's own rate.

    Raises:
        ValueError: it is no such stream, or damaged.
    """
    pieces: list[NDArray[np.float32]] = []
    length = 0
    try:
        with av.open(io.BytesIO(data), "r", format="ogg") as container:
            for frame in container.decode(audio=0):
                pieces.append(frame.to_ndarray()[0])
                length += frame.samples
                if length >= max_samples:
                    break
    except (FFmpegError, IndexError) as error:  # IndexError: there is no sound in it
        raise ValueError(f"cannot be decoded as Ogg: {error}") from error
    if not pieces:
        raise ValueError("cannot be decoded as Ogg: it holds no samples")
    return np.concatenate(pieces)[:max_samples]
