"""The English voice of every install, varied in pitch, formants and pace; knows no voice ids."""

from __future__ import annotations

import re
from functools import cached_property
from textwrap import wrap
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.errors import UnpronounceableText

if TYPE_CHECKING:
    from hibari import Hibari
    from numpy.typing import NDArray

    from keyreel.sound.arrays import Mono, Spectra
    from keyreel.sound.speech.voice_choice import VoiceVariation

_NOISE_SEED: Final = 1
_MAX_PHONEMES: Final = 400  # spoken in one piece
_BIN_HZ: Final = 20.0  # between two bins of the voice's spectra
_MIN_VOICED_HZ: Final = 60.0  # pitches below mean unvoiced
_CLAUSE_BREAK: Final = re.compile(r"(?<=[,;:—])\s+")
_LONG_NUMBER: Final = re.compile(r"\d(?:,?\d){15,}")  # beyond the trillions: read digit by digit
# Its rules for spelling things out were not written for every text there is.
_PHONEMIZER_ERRORS: Final = (
    LookupError,
    ValueError,
    ArithmeticError,
    TypeError,
    AttributeError,
    RecursionError,
)


class BaseVoice:
    """Speaks English. Loaded when it is used for the first time (half a second, 0.1 GB)."""

    @property
    def vocabulary(self) -> dict[str, int]:
        """The token of each phoneme: Kokoro's own, from which this voice was distilled."""
        return dict(self._model.vocab)

    def phonemize(self, text: str) -> str:
        """Return the phonemes of English text; numbers, times, money and abbreviations are spelled out.

        Raises:
            UnpronounceableText: something in it cannot be spelled out.
        """
        try:
            return str(self._model.g2p(_LONG_NUMBER.sub(_separate_digits, text)))
        except _PHONEMIZER_ERRORS as error:
            raise UnpronounceableText("It contains text that cannot be pronounced.") from error

    def say(self, text: str, variation: VoiceVariation, *, speed: float) -> Mono:
        """Speak at 24 kHz. Equal requests give equal samples on one machine."""
        spoken = [
            self._synthesize_clause(each, variation, speed) for each in _split_phonemes(self.phonemize(text))
        ]
        return np.concatenate(spoken) if spoken else np.zeros(0, np.float32)

    def _synthesize_clause(self, phonemes: str, variation: VoiceVariation, speed: float) -> Mono:
        """Vary the model's source and filter spectra: the result sounds like another speaker."""
        from hibari import dsp

        tokens = self._model.ids(phonemes)
        inputs = {"ids": np.array([tokens], np.int64), "speed": np.ones(1, np.float32)}
        outputs = [np.asarray(each, np.float32)[0] for each in self._model.sess.run(None, inputs)]
        # The model's own speed rounds each phoneme's length: its frames are resampled in time instead.
        harmonics, phase, noise, residue, residue_phase, pitch = (
            _resample_frames(each, speed * variation.pace, interpolate=is_magnitude)
            for each, is_magnitude in zip(outputs, (True, False, True, True, False, False), strict=True)
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


def _separate_digits(number: re.Match[str]) -> str:
    return " ".join(number[0].replace(",", ""))


def _interpolate_envelope(harmonics: Spectra, pitch: NDArray[np.float32]) -> Spectra:
    """Return a log spectrum that is valid at other pitches than its own; `pitch` is in Hz, [frames].

    It is valid at its own harmonics alone: between them, and below the first, nothing was trained. So it is
    sampled at the harmonics and interpolated linearly between them.
    """
    last = len(harmonics) - 1
    spacing = np.where(pitch > _MIN_VOICED_HZ, pitch, 2 * _BIN_HZ) / _BIN_HZ
    number = np.maximum(np.arange(last + 1)[:, None] / spacing, 1)
    below = np.floor(number)

    def at(harmonic: NDArray[np.float64]) -> Spectra:
        centre = np.clip(np.rint(harmonic * spacing), 1, last - 1).astype(np.int64)
        around = [np.take_along_axis(harmonics, centre + side, axis=0) for side in (-1, 0, 1)]
        return np.asarray(np.mean(around, axis=0), np.float32)

    envelope = at(below) + (number - below) * (at(below + 1) - at(below))
    return np.asarray(np.where(pitch > _MIN_VOICED_HZ, envelope, harmonics), np.float32)


def _shift_spectrum(spectrum: Spectra, factor: float, *, interpolate: bool = True) -> Spectra:
    """Scale a spectrum's frequencies by a factor. Phases must not be interpolated between bins."""
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
    """Resample frames, the last axis, in time. Phases and pitch must not be interpolated between frames."""
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
    """Split phonemes into pieces: the model's memory grows with the square of a piece's length."""
    if len(phonemes) <= _MAX_PHONEMES:
        return [phonemes] if phonemes.strip() else []
    pieces = [
        piece
        for clause in _CLAUSE_BREAK.split(phonemes)
        for piece in wrap(clause, _MAX_PHONEMES, break_on_hyphens=False)
    ]
    return [each for each in pieces if each.strip()]
