from __future__ import annotations

from collections.abc import Iterable

from keyreel.engine import Clip
from keyreel.engines.conform.frame_rule import FrameRule
from keyreel.engines.conform.rendering import ModelCall, render_conformed
from keyreel.order import Operation, Order


class Slideshow:
    def __init__(self, seconds):
        del seconds
