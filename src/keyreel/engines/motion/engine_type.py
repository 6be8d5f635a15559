"""The engine type `motion`: tables that make the motion engine."""

from __future__ import annotations

from keyreel.engines.engine_table import EngineTable
from keyreel.engines.motion.engine import MotionEngine


class MotionTable(EngineTable):
    """The built-in engine has no options of its own."""

    def make_engine(self, name: str) -> MotionEngine:
        """Make the engine; its frames depend on nothing that a table could say."""
        del name
        return MotionEngine()
