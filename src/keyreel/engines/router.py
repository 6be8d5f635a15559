"""Which engines render an order: those that its route names and that accept it. Renders nothing itself."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from keyreel.engine import PromptRecommender
from keyreel.engines.engine_table import EngineExpense
from keyreel.engines.loading import load_engine
from keyreel.engines.routing import EngineChoice, RoutedTask, RoutingTable
from keyreel.errors import InvalidSetting, UnsupportedOrder
from keyreel.settings.engines import name_rule
from keyreel.wire.endpoints.catalogue import ENDPOINTS
from keyreel.wire.endpoints.naming import format_model_name, format_operation_name

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from keyreel.engines.loading import ConfiguredEngine
    from keyreel.order import Order
    from keyreel.settings.engines import EngineSettings, RoutingRule
    from keyreel.wire.endpoints.endpoint import Endpoint

_ANY_SEED: Final = 1
"""What an engine accepts does not depend on it."""


class EngineRouter:
    """Holds the engines in use, and says which of them may make a task.

    It only asks them what they accept; whoever renders enters their contexts.

    Args:
        engines: all that `preferred` or a rule names.
        preferred: the engines of tasks that no rule matches, in order of preference.
        rules: the routing rules.
    """

    def __init__(
        self,
        engines: Iterable[ConfiguredEngine],
        preferred: tuple[str, ...],
        rules: tuple[RoutingRule, ...] = (),
    ) -> None:
        self._engines_by_name = {each.name: each for each in engines}
        self._routing = RoutingTable(rules, preferred)

    @property
    def engines(self) -> tuple[ConfiguredEngine, ...]:
        """The engines in use."""
        return tuple(self._engines_by_name.values())

    @property
    def slots_by_engine(self) -> dict[str, int]:
        """How many orders each engine renders at a time, by its configured name."""
        return {each.name: each.slots for each in self.engines}

    def get_expense(self, name: str) -> EngineExpense:
        """Return what renders by the engine of a name cost; nothing where it is not configured."""
        found = self._engines_by_name.get(name)
        return found.expense if found else EngineExpense()

    def route(self, order: Order, task: RoutedTask) -> EngineChoice:
        """Return the engines that may make a task.

        A rule without a share decides alone; one with a share has no part where none of its engines accepts.

        Raises:
            UnsupportedOrder: none of them accepts its order.
        """
        *canaries, last = (
            rule._replace(engines=tuple(filter(self._select_accepting(order), rule.engines)))
            for rule in self._routing.iterate_rules(order.operation, task)
        )
        if not last.engines:
            raise UnsupportedOrder(
                f"No engine on this server can make {order.operation} videos like this one. To "
                "configure one, set KEYREEL_ENGINES."
            )
        return EngineChoice(last.engines, tuple(canary for canary in canaries if canary.engines))

    def route_request(self, request: Endpoint, tenant: str) -> EngineChoice:
        """Return the engines that may make a tenant's request.

        Raises:
            UnsupportedOrder: none of them accepts its order.
        """
        return self.route(
            request.to_order(_ANY_SEED), RoutedTask(request.name(), tenant, request.is_off_peak)
        )

    def accepts(self, name: str, order: Order) -> bool:
        """Say whether there is an engine of this name, and it accepts an order."""
        return name in self._engines_by_name and self._engines_by_name[name].engine.accepts(order)

    def choose_recommender(self, order: Order, engines: tuple[str, ...]) -> str | None:
        """Return which of a task's engines makes a prompt from its images; None for the built-in one."""
        for name in filter(self._engines_by_name.__contains__, engines):
            engine = self._engines_by_name[name].engine
            if isinstance(engine, PromptRecommender) and engine.accepts(order):
                return name
        return None

    def list_makers(self, endpoint: type[Endpoint]) -> tuple[str, ...]:
        """List the engines that accept an ordinary order of this endpoint."""
        from keyreel.wire.requests.examples import build_example_request

        order = build_example_request(endpoint).to_order(_ANY_SEED)
        return tuple(filter(self._select_accepting(order), self._engines_by_name))

    def list_operations(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """List what each engine makes: by its name, the models by operation."""
        found: dict[str, dict[str, tuple[str, ...]]] = {name: {} for name in self._engines_by_name}
        for endpoint in ENDPOINTS:
            operation = format_operation_name(endpoint)
            for name in self.list_makers(endpoint):
                models = found[name].get(operation, ())
                found[name][operation] = (*models, format_model_name(endpoint))
        return found

    def is_supported(self, endpoint: type[Endpoint]) -> bool:
        """Say whether some engine accepts an ordinary order of this endpoint."""
        return bool(self.list_makers(endpoint))

    def _select_accepting(self, order: Order) -> Callable[[str], bool]:
        return lambda name: self._engines_by_name[name].engine.accepts(order)


def load_router(settings: EngineSettings) -> EngineRouter:
    """Load the engines that are in use, and make those of all other tables as well, to check them.

    Raises:
        InvalidSetting: a name stands for no engine, a table breaks a rule of its type, or a routing rule is
            about models that there are not.
    """
    engines = load_engines(settings)
    with _naming_file(settings):
        return EngineRouter([engines[name] for name in _list_used(settings)], settings.names, settings.rules)


def load_engines(settings: EngineSettings) -> dict[str, ConfiguredEngine]:
    """Load all engines that the settings name or have a table of, by name: those in use first.

    Raises:
        InvalidSetting: as `load_router`.
    """
    places = _list_used(settings)
    loaded = {}
    with _naming_file(settings):
        for name in dict.fromkeys((*places, *settings.tables)):
            loaded[name] = load_engine(settings.get_spec(name), places.get(name, "engine"))
    return loaded


def _list_used(settings: EngineSettings) -> dict[str, str]:
    """Return the names of the engines in use, and which setting names each."""
    used = dict.fromkeys(settings.names, "engines")
    for number, rule in enumerate(settings.rules, 1):
        for name in rule.engines:
            used.setdefault(name, f"{name_rule(number)} engines")
    return used


@contextmanager
def _naming_file(settings: EngineSettings) -> Generator[None]:
    """Put the settings file's name before an error about its tables."""
    try:
        yield
    except InvalidSetting as error:
        if error.message.startswith("[") and settings.file:
            raise InvalidSetting(f"{settings.file}: {error.message}") from error
        raise
