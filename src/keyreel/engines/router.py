"""Which engine renders an order: the first of the configured ones that accepts it. Renders nothing itself."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final

from keyreel.engine import PromptRecommender
from keyreel.errors import InvalidSetting, UnsupportedOrder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from keyreel.engine import Engine
    from keyreel.order import Order
    from keyreel.wire.endpoints.endpoint import Endpoint

ENTRY_POINT_GROUP: Final = "keyreel.engines"
"""The entry point group under which packages offer engines."""
BUILT_IN_RECOMMENDER: Final = "motion"
"""The engine that recommends prompts where none of the configured ones does."""


class EngineRouter:
    """Holds engines by the names they were configured under, in order of preference.

    It only asks them what they accept; whoever renders enters their contexts.
    """

    def __init__(self, engines_by_name: Mapping[str, Engine]) -> None:
        self._engines_by_name = dict(engines_by_name)

    @property
    def engines(self) -> tuple[Engine, ...]:
        """The engines, in order of preference."""
        return tuple(self._engines_by_name.values())

    @property
    def slots_by_engine(self) -> dict[str, int]:
        """How many orders each engine renders at a time, by its configured name."""
        return {name: engine.slots for name, engine in self._engines_by_name.items()}

    def choose_engine(self, order: Order) -> str:
        """Return the configured name of the engine that renders this order.

        Raises:
            UnsupportedOrder: no engine accepts it.
        """
        for name, engine in self._engines_by_name.items():
            if engine.accepts(order):
                return name
        raise UnsupportedOrder(
            f"No engine here can make {order.operation} videos like this one; "
            "configure one that can: KEYREEL_ENGINES."
        )

    def choose_recommender(self, order: Order) -> str:
        """Return the name of the engine that makes a prompt from this order's images."""
        for name, engine in self._engines_by_name.items():
            if isinstance(engine, PromptRecommender) and engine.accepts(order):
                return name
        return BUILT_IN_RECOMMENDER

    def is_supported(self, endpoint: type[Endpoint]) -> bool:
        """Say whether some engine accepts an ordinary order of this endpoint."""
        from keyreel.wire.requests.examples import build_example_request

        order = build_example_request(endpoint).to_order(1)
        return any(engine.accepts(order) for engine in self.engines)

    def require_supported(self, order: Order) -> None:
        """Check that some engine renders this order.

        Raises:
            UnsupportedOrder: no engine accepts it.
        """
        self.choose_engine(order)


def load_router(names: Iterable[str]) -> EngineRouter:
    """Load engines by name, as `load_engine` does.

    Raises:
        InvalidSetting: a name stands for no engine.
    """
    return EngineRouter({name: load_engine(name) for name in names})


def load_engine(name: str) -> Engine:
    """Create the engine of an entry point ("motion") or of `module:Class`.

    Raises:
        InvalidSetting: the name stands for no engine.
    """
    try:
        if ":" in name:
            module, _, attribute = name.partition(":")
            factory = getattr(import_module(module), attribute)
        else:
            (entry_point,) = entry_points(group=ENTRY_POINT_GROUP, name=name)
            factory = entry_point.load()
        engine: Engine = factory()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        known = ", ".join(sorted(entry_points(group=ENTRY_POINT_GROUP).names))
        raise InvalidSetting(
            f"engines: {name!r} is not an engine ({type(error).__name__}: {error}). "
            f"Known are {known}; others are named as module:Class."
        ) from error
    return engine
