"""An engine's own sound: silent or clipped. What finishing mixes itself is neither, by its construction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.finishing.acceptance.flaw import Flaw
from keyreel.media.audio import measure_loudness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyreel.finishing.acceptance.look import Look

_SILENCE_LUFS: Final = -60.0
_FULL_SCALE: Final = 0.999
_CLIPPED_SHARE: Final = 0.005
"""Share of samples at full scale. A loud master has a tenth of that at most."""


def find_wrong_loudness(look: Look) -> Iterator[Flaw]:
    """Find that a sound track cannot be heard, or is distorted."""
    if look.sound is None:
        return
    if measure_loudness(look.sound) < _SILENCE_LUFS:
        yield Flaw("its sound track is silent")
    if float((np.abs(look.sound) >= _FULL_SCALE).mean()) > _CLIPPED_SHARE:
        yield Flaw("its sound is clipped")
