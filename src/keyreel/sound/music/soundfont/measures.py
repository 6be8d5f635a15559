"""What is measured of a recording: how loud it is, and how late it speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.sound.music.soundfont.recordings import decode_recording

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keyreel.sound.music.soundfont.font_file import FontSample

_MEASURED_SECONDS: Final = 2
_LOUDEST_SECONDS: Final = 0.3
_STRENGTH_SECONDS: Final = 0.01
_AUDIBLE_SHARE: Final = 0.3
"""Share of its full strength at which a recording is heard: bows and breath take time."""


@dataclass(frozen=True, slots=True)
class Measures:
    """The level in dBFS of a recording's loudest 0.3 s, and the seconds until it is heard."""

    level: float
    late: float


def measure_recording(data: bytes, sample: FontSample) -> Measures | None:
    """Measure the first two seconds of a recording; None where they are silent."""
    wave = _decode_beginning(data, sample)
    if not wave.any():
        return None
    return Measures(_measure_level(wave, sample.rate), _measure_late(wave, sample.rate))


def _decode_beginning(data: bytes, sample: FontSample) -> NDArray[np.float64]:
    most = _MEASURED_SECONDS * sample.rate
    wave = decode_recording(data, most, is_ogg=sample.is_ogg)
    start, end = sample.loop
    if len(wave) < sample.rate / 2 and 0 <= start < min(end, len(wave)):  # a few periods, meant to be looped
        wave = np.concatenate([wave[:start], np.tile(wave[start:end], 1 + most // (end - start))])
    return wave[:most].astype(np.float64)


def _measure_level(wave: NDArray[np.float64], rate: int) -> float:
    window = int(_LOUDEST_SECONDS * rate)
    until = np.cumsum(np.pad(wave**2, window))
    power = (until[window:] - until[:-window]) / window
    return 10 * float(np.log10(power.max()))


def _measure_late(wave: NDArray[np.float64], rate: int) -> float:
    window = int(_STRENGTH_SECONDS * rate)
    strength = np.sqrt(np.convolve(wave**2, np.ones(window) / window, "same"))
    return round(int(np.argmax(strength > _AUDIBLE_SHARE * strength.max())) / rate, 2)
