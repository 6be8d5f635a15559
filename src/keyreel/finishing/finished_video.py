"""What finishing results in. The worker reads it without loading what finishes: codecs, music, NumPy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from keyreel.order import Size


@dataclass(frozen=True, slots=True)
class FinishedVideo:
    """A video ready to be stored, its cover (JPEG), the video's SHA-256 and its frames' size.

    `notes` say what could not be done as ordered; `fingerprint` identifies the video after another encoding;
    `clean` is the copy without the visible watermark, where one was requested.
    """

    video: Path
    cover: Path
    sha256: str
    size: Size
    fingerprint: str = ""
    notes: tuple[str, ...] = ()
    clean: Path | None = None
