"""The Kokoro voices of the extra `keyreel[voices]`: phonemes and a style in, speech out.

The model comes in parts, each in an installed package. They are joined and verified in memory: nothing is
written anywhere.
"""

from __future__ import annotations

import hashlib
import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from keyreel.errors import UnpronounceableText
from keyreel.sound.speech.voice_choice import NAMED_VOICES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from onnxruntime import InferenceSession

    from keyreel.sound.arrays import Mono

_SHA256: Final = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
_STYLE_FOLDER: Final = Path(__file__).parent / "voice_styles"
_STYLE_SIZE: Final = 256  # numbers of a style; a voice has one for each count of tokens
_MAX_PHONEMES: Final = 380  # spoken in one piece
_CLAUSE_BREAK: Final = re.compile(r"(?<=[,.!?;:…—])\s+")


class KokoroModel:
    """The model, loaded when it speaks for the first time (a second, 0.4 GB) and kept."""

    def __init__(self, parts: tuple[Path, ...], vocabulary: Mapping[str, int]) -> None:
        self._parts = parts
        self._vocabulary = vocabulary

    def say(self, phonemes: str, blend: tuple[tuple[str, float], ...], *, speed: float) -> Mono:
        """Speak at 24 kHz with a blend of voices and their shares. Equal requests give equal samples.

        Raises:
            UnpronounceableText: the model is damaged.
        """
        styles = _blend_styles(blend)
        spoken = [self._synthesize_piece(piece, styles, speed) for piece in _split_phonemes(phonemes)]
        return np.concatenate(spoken) if spoken else np.zeros(0, np.float32)

    def _synthesize_piece(self, phonemes: str, styles: NDArray[np.float32], speed: float) -> Mono:
        tokens = [self._vocabulary[each] for each in phonemes if each in self._vocabulary]
        if not tokens:
            return np.zeros(0, np.float32)
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": styles[len(tokens) - 1][None],
            "speed": np.array([speed], np.float32),
        }
        return np.asarray(self._network.run(None, inputs)[0], np.float32).ravel()

    @cached_property
    def _network(self) -> InferenceSession:
        from onnxruntime import (
            InferenceSession,
            SessionOptions,  # pyright: ignore[reportAttributeAccessIssue] - its type stubs leave it out
        )

        model = b"".join(part.read_bytes() for part in self._parts)
        if hashlib.sha256(model).hexdigest() != _SHA256:
            raise UnpronounceableText("The voices of the extra keyreel[voices] are damaged: reinstall it.")
        options = SessionOptions()
        # One thread costs a third less CPU time than two; both are faster than real time.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _blend_styles(blend: tuple[tuple[str, float], ...]) -> NDArray[np.float32]:
    """Return the weighted mean of voices' styles: float32 [tokens, 256]."""
    files = {voice.name: _STYLE_FOLDER / f"{voice.kokoro_id}.f16" for voice in NAMED_VOICES}
    styles = [share * np.fromfile(files[name], "<f2").astype(np.float32) for name, share in blend]
    return np.sum(styles, axis=0, dtype=np.float32).reshape(-1, _STYLE_SIZE)


def _split_phonemes(phonemes: str) -> list[str]:
    """Split phonemes into pieces that the model accepts, after punctuation where there is any."""
    pieces = [""]
    for clause in _CLAUSE_BREAK.split(phonemes):
        if pieces[-1] and len(pieces[-1]) + len(clause) >= _MAX_PHONEMES:
            pieces.append("")
        pieces[-1] = f"{pieces[-1]} {clause}".strip()
    cut = [piece[at : at + _MAX_PHONEMES] for piece in pieces for at in range(0, len(piece), _MAX_PHONEMES)]
    return [piece for piece in cut if piece.strip()]
