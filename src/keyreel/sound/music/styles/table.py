"""The style of every mood; data only."""

from __future__ import annotations

from typing import Final

from keyreel.sound.music.styles.bright import BRIGHT_STYLES
from keyreel.sound.music.styles.dark import DARK_STYLES

STYLE_BY_MOOD: Final = {**BRIGHT_STYLES, **DARK_STYLES}
