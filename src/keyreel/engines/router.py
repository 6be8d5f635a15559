"""Which engine makes an order: the first of the configured ones that accepts it."""

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
    """Knows engines under the names they were configured by, in order of preference.

    The engines are only asked what they accept; nobody enters them here.
    """

    def __init__(self, engines_by_name: Mapping[str, Engine]) -> None:
        self._engines_by_name = dict(engines_by_name)

    @property
    def engines(self) -> tuple[Engine, ...]:
        """The engines, preferred ones first."""
        return tuple(self._engines_by_name.values())

    @property
    def slots_by_engine(self) -> dict[str, int]:
        """How many orders at a time each engine takes, by its configured name."""
        return {name: engine.slots for name, engine in self._engines_by_name.items()}

    def choose_engine(self, order: Order) -> str:
        """Return the configured name of the engine that makes this order.

        Raises:
            UnsupportedOrder: none does.
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
        """Say whether some engine makes videos of this endpoint, by an ordinary order for one."""
        from keyreel.wire.requests.examples import build_example_request

        order = build_example_request(endpoint).to_order(1)
        return any(engine.accepts(order) for engine in self.engines)

    def require_supported(self, order: Order) -> None:
        """Make sure that some engine makes this order.

        Raises:
            UnsupportedOrder: none does.
        """
        self.choose_engine(order)


def load_router(names: Iterable[str]) -> EngineRouter:
    """Load engines by name, as `load_engine` does.

    Raises:
        InvalidSetting: a name leads to no engine.
    """
    return EngineRouter({name: load_engine(name) for name in names})


def load_engine(name: str) -> Engine:
    """Make the engine of an entry point ("motion") or of `module:Class`.

    Raises:
        InvalidSetting: the name leads to no engine.
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
            f"engines: {name!r} is no engine ({type(error).__name__}: {error}). "
            f"Known are {known}; others are named as module:Class."
        ) from error
    return engine
