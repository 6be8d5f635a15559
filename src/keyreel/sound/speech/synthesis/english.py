"""The one English voice of every install, varied in pitch, vocal tract and pace within natural limits."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from hibari import Hibari
    from numpy.typing import NDArray

    from keyreel.sound.speech.voice_choice import VoiceVariation

BASE_SAMPLE_RATE: Final = 24_000
"""Samples a second that the voice makes."""

_NOISE_SEED: Final = 1
_MAX_PHONEMES: Final = 400
_BIN_HZ: Final = 20.0  # hertz
_MIN_VOICED_HZ: Final = 60.0
_CLAUSE_BREAK: Final = re.compile(r"(?<=[,;:—])\s+")


class BaseVoice:
    """Speaks English. Loaded when it is used for the first time (half a second, 0.1 GB)."""

    @property
    def vocabulary(self) -> dict[str, int]:
        """The numbers of phonemes. It is Kokoro's own, from which this voice was distilled."""
        return dict(self._model.vocab)

    def phonemize(self, text: str) -> str:
        """Return how English text is pronounced; numbers, times, money and abbreviations are read out."""
        return str(self._model.g2p(text))

    def say(self, text: str, variation: VoiceVariation, *, speed: float) -> NDArray[np.float32]:
        """Speak. Equal requests give equal samples on one machine."""
        spoken = [
            self._synthesize_clause(each, variation, speed) for each in _split_phonemes(self.phonemize(text))
        ]
        return np.concatenate(spoken) if spoken else np.zeros(0, np.float32)

    def _synthesize_clause(
        self, phonemes: str, variation: VoiceVariation, speed: float
    ) -> NDArray[np.float32]:
        """Speak through the voice's own source and filter: a variation sounds like another speaker."""
        from hibari import dsp

        numbers = self._model.ids(phonemes)
        inputs = {"ids": np.array([numbers], np.int64), "speed": np.ones(1, np.float32)}
        outputs = [np.asarray(each, np.float32)[0] for each in self._model.sess.run(None, inputs)]
        # The network's own speed rounds each sound's length: its frames are laid closer here instead.
        harmonics, phase, noise, residue, residue_phase, pitch = (
            _resample_frames(each, speed * variation.pace, interpolate=loudness)
            for each, loudness in zip(outputs, (True, False, True, True, False, False), strict=True)
        )
        return np.asarray(
            dsp.synth(
                _shift_spectrum(_interpolate_envelope(harmonics, pitch), variation.formants)
                if variation.pitch != 1
                else harmonics,
                _shift_spectrum(phase, variation.formants, interpolate=False),
                _shift_spectrum(noise, variation.formants),
                _shift_spectrum(residue, variation.formants),
                residue_phase,
                pitch * variation.pitch,
                np.random.default_rng(_NOISE_SEED),
            ),
            np.float32,
        )

    @cached_property
    def _model(self) -> Hibari:
        from hibari import Hibari

        return Hibari()  # never another voice by name: all but this one would be downloaded


def _interpolate_envelope(harmonics: NDArray[np.float32], pitch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Make a log spectrum [bins, frames] fit for other pitches than its own.

    It means something at its own harmonics alone: between them, and below the first, nothing was trained.
    So it is read at the harmonics, and a straight line drawn between each two.
    """
    last = len(harmonics) - 1
    spacing = np.where(pitch > _MIN_VOICED_HZ, pitch, 2 * _BIN_HZ) / _BIN_HZ
    number = np.maximum(np.arange(last + 1)[:, None] / spacing, 1)
    below = np.floor(number)

    def at(harmonic: NDArray[np.float64]) -> NDArray[np.float32]:
        centre = np.clip(np.rint(harmonic * spacing), 1, last - 1).astype(np.int64)
        around = [np.take_along_axis(harmonics, centre + side, axis=0) for side in (-1, 0, 1)]
        return np.asarray(np.mean(around, axis=0), np.float32)

    drawn = at(below) + (number - below) * (at(below + 1) - at(below))
    return np.asarray(np.where(pitch > _MIN_VOICED_HZ, drawn, harmonics), np.float32)


def _shift_spectrum(
    spectrum: NDArray[np.float32], factor: float, *, interpolate: bool = True
) -> NDArray[np.float32]:
    """Move a spectrum's shape up or down in frequency. Phases are not interpolated `between` bins."""
    if factor == 1:
        return spectrum
    last = len(spectrum) - 1
    positions = np.minimum(np.arange(last + 1, dtype=np.float32) / np.float32(factor), last)
    if not interpolate:
        return np.ascontiguousarray(spectrum[np.rint(positions).astype(np.int64)])
    below = np.minimum(positions.astype(np.int64), last - 1)
    above = (positions - below).astype(np.float32)[:, None]
    return np.asarray(spectrum[below] * (1 - above) + spectrum[below + 1] * above, np.float32)


def _resample_frames(frames: NDArray[np.float32], pace: float, *, interpolate: bool) -> NDArray[np.float32]:
    """Lay frames, the last axis, closer or wider. Phases and pitch are not interpolated `between` frames."""
    if pace == 1:
        return frames
    last = frames.shape[-1] - 1
    positions = np.minimum(np.arange(round((last + 1) / pace)) * pace, last).astype(np.float32)
    if not interpolate:
        return np.ascontiguousarray(frames[..., np.rint(positions).astype(np.int64)])
    before = np.minimum(positions.astype(np.int64), max(0, last - 1))
    after = (positions - before).astype(np.float32)
    following = np.minimum(before + 1, last)
    return np.asarray(frames[..., before] * (1 - after) + frames[..., following] * after, np.float32)


def _split_phonemes(phonemes: str) -> list[str]:
    if len(phonemes) <= _MAX_PHONEMES:
        return [phonemes] if phonemes.strip() else []
    return [each for each in _CLAUSE_BREAK.split(phonemes) if each.strip()]
