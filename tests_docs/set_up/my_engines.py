"""The engine type that the page about engines names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keyreel.engines.engine_table import EngineTable, EnvironmentSecret
from keyreel.testing import CardEngine

if TYPE_CHECKING:
    from keyreel.engine import Engine


class StudioTable(EngineTable):
    """A service with a key."""

    api_key: EnvironmentSecret | None = Field(default=None, description="Of the service, env:NAME.")

    def make_engine(self, name: str) -> Engine:
        """Make an engine that needs no service."""
        engine = CardEngine()
        engine.name = name
        return engine
