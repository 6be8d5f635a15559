"""Recordings as a SoundFont holds them, decoded; does not know what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.media.ogg import decode_ogg

if TYPE_CHECKING:
    from keyreel.sound.arrays import Mono

_PCM_BYTES: Final = 2
_PCM_FULL_SCALE: Final = 1 << 15


def decode_recording(data: bytes, max_samples: int, *, is_ogg: bool) -> Mono:
    """Return the first samples of a recording, or all where it has fewer: Ogg Vorbis, or 16-bit PCM."""
    if is_ogg:
        return decode_ogg(data, max_samples)
    return np.frombuffer(data[: max_samples * _PCM_BYTES], "<i2").astype(np.float32) / np.float32(
        _PCM_FULL_SCALE
    )
