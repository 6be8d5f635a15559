"""What prompts call camera moves that happen all at once or gather speed, English and Chinese, as data."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class CameraPace(StrEnum):
    """How a move spends its time."""

    STEADY = "steady"
    RUSHED = "rushed"
    """All at once in the middle, and hardly at all before and after: a whip pan, a crash zoom."""
    ACCELERATING = "accelerating"
    """Slowly at first, and ever faster: hyperspeed."""


HYPERSPEED_PATTERN: Final = (
    r"\bhyper[\s-]?(?:speed|drive|space|lapse|zoom)\b|\bwarp[\s-]?(?:speed|drive)\b|\b(?:at )?(?:the )?(?:speed of light|light[\s-]?speed)\b"
    r"|极速|超高速|光速|曲速|超空间"
)
SNAP_ZOOM_PATTERN: Final = r"\b(?:crash|snap|whip|smash|punch)[\s-]zoom(?:s|ing)?\b|\bpunch(?:es|ing)?[\s-]in\b|急推|猛推|急速变焦|快速变焦|急变焦"
WHIP_PAN_PATTERN: Final = r"\b(?:whip|swish|flash|zip)[\s-]pan(?:s|ning)?\b|甩镜头?|甩摇|急摇|快速摇镜"
PACE_PATTERNS: Final = (
    (CameraPace.ACCELERATING, HYPERSPEED_PATTERN),
    (
        CameraPace.RUSHED,
        rf"{SNAP_ZOOM_PATTERN}|{WHIP_PAN_PATTERN}|\bwhip(?:s|ping)? (?:to|round|around|left|right|up|down)\b|急拉|猛拉",
    ),
)
