"""The style of every mood."""

from __future__ import annotations

from typing import Final

from keyreel.sound.bright_styles import BRIGHT
from keyreel.sound.dark_styles import DARK

STYLES: Final = {**BRIGHT, **DARK}
