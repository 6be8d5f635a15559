"""What the checks have before them: a clip's properties, miniatures and sound, beside the order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from keyreel.finishing.acceptance.miniatures import (
    compute_miniature_size,
    load_miniature,
    read_miniatures,
)
from keyreel.finishing.soundtrack import SOUNDTRACK_STEP
from keyreel.media.audio import decode_audio

if TYPE_CHECKING:
    from keyreel.engine import Clip
    from keyreel.finishing.acceptance.miniatures import Miniature, TimedMiniature
    from keyreel.media.audio import Pcm
    from keyreel.media.probe import VideoInfo
    from keyreel.order import ImageRef, Order


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a clip: miniatures in order of time, the first frame's among them.

    `sound` is the engine's own; None where finishing makes what was ordered, or none was.
    """

    order: Order
    miniatures: tuple[TimedMiniature, ...]
    sound: Pcm | None

    def load_image(self, image: ImageRef) -> Miniature:
        """Return the miniature of an image of the order, which may be longer or higher than a frame's."""
        return load_miniature(Path(image), compute_miniature_size(self.order.frame_size))

    def is_prompted(self, pattern: str) -> bool:
        """Say whether a prompt of the order has what a regular expression describes, in any case."""
        return any(re.search(pattern, shot.prompt, re.IGNORECASE) for shot in self.order.shots)


def look_at(clip: Clip, info: VideoInfo, order: Order) -> Look:
    """Look at a clip that has the order's size.

    Raises:
        FFmpegError: the clip cannot be decoded.
        ValueError: its sound cannot be.
    """
    miniatures = read_miniatures(
        clip.path, compute_miniature_size(order.frame_size), with_end=order.shots[-1].last is not None
    )
    has_own_sound = SOUNDTRACK_STEP in clip.completed_steps and info.has_audio and not order.sound.is_silent
    return Look(order, miniatures, decode_audio(clip.path) if has_own_sound else None)
