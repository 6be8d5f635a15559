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
_LOUD: Final = 0.9
_CLIPPED_SHARE: Final = 0.3
"""Share of samples above 0.9 of full scale: a pure tone of full scale has 0.29, one that is clipped at two
thirds of its height 0.49. After AAC, clipped peaks are no longer even.
"""


def find_wrong_loudness(look: Look) -> Iterator[Flaw]:
    """Find that a sound track cannot be heard, or is distorted."""
    if look.sound is None:
        return
    if measure_loudness(look.sound) < _SILENCE_LUFS:
        yield Flaw("its sound track is silent")
    if float((np.abs(look.sound) >= _LOUD).mean()) > _CLIPPED_SHARE:
        yield Flaw("its sound is clipped")
