"""The style of every mood."""

from __future__ import annotations

from typing import Final

from keyreel.sound.music.styles.bright import BRIGHT
from keyreel.sound.music.styles.dark import DARK

STYLES: Final = {**BRIGHT, **DARK}
