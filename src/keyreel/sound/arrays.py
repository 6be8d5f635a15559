"""The float arrays that modules of sound exchange; interleaved stereo is `keyreel.media.audio.Pcm`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mono = NDArray[np.float32]
"""One channel, -1 … 1, at 48 kHz where nothing else is said, or a curve over it: float32 [samples]."""

PlanarStereo = NDArray[np.float32]
"""Left and right, -1 … 1 at 48 kHz: float32 [2, samples]."""

GrainBank = NDArray[np.float32]
"""Short sounds of one length to choose from, -1 … 1 at 48 kHz: float32 [count, samples]."""

ControlCurve = NDArray[np.float64]
"""Times in seconds, or a curve over them, at fewer values than samples: float64 [values]."""

Spectra = NDArray[np.float32]
"""Spectra or phases of frames that follow each other in time: float32 [bins, frames]."""
