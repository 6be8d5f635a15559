"""Engines made from what the settings name: a table of a type, an entry point, or a class."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final

from keyreel.engine import RemoteEngine
from keyreel.engines.engine_table import ENGINE_TYPES_GROUP, EngineExpense, EngineTable, ExecutorName
from keyreel.errors import InvalidSetting
from keyreel.settings.tables import check_table
from keyreel.system.setting_values import echo_value, end_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.engine import Engine
    from keyreel.settings.engines import EngineSpec

ENGINES_GROUP: Final = "keyreel.engines"
"""The entry point group under which packages offer engines."""
_LOADING_ERRORS: Final = (ImportError, AttributeError, TypeError, ValueError)
"""What a name raises that leads nowhere, or to what is not expected there."""


@dataclass(frozen=True, slots=True)
class ConfiguredEngine:
    """An engine under the name that it was configured by."""

    name: str
    type: str
    """Its table's type; its own name where it has no table."""
    engine: Engine | RemoteEngine
    slots: int
    expense: EngineExpense = field(default_factory=EngineExpense)
    executor: ExecutorName | None = None
    """What its table says; None where it says nothing."""
    resources: Mapping[str, float] = field(default_factory=dict[str, float])
    """What each slot takes up in a Ray cluster."""


def load_engine(spec: EngineSpec, place: str = "engines") -> ConfiguredEngine:
    """Make an engine.

    Args:
        spec: its name, and its table if it has one.
        place: which setting names it, for the error.

    Raises:
        InvalidSetting: naming the table, the key, what it got and the rule.
    """
    if spec.table is None:
        engine = _make_named_engine(spec.name, place)
        # One that has no table cannot say what it costs: what another server makes may cost money.
        expense = EngineExpense(is_paid=isinstance(engine, RemoteEngine))
        return ConfiguredEngine(spec.name, spec.name, engine, engine.slots, expense)
    try:
        return _make_engine_of_table(spec.name, spec.table)
    except ValueError as error:
        raise InvalidSetting(end_sentence(str(error))) from error


def _make_named_engine(name: str, place: str) -> Engine | RemoteEngine:
    try:
        engine: Engine | RemoteEngine = _load_object(ENGINES_GROUP, name)()
    except _LOADING_ERRORS as error:
        known = ", ".join(sorted(entry_points(group=ENGINES_GROUP).names))
        raise InvalidSetting(
            f"{place}: {echo_value(name)} is not an engine ({type(error).__name__}: {error}). Known "
            f"engines are {known}; others are tables such as [engine.wan], or module:Class."
        ) from error
    return engine


def _make_engine_of_table(name: str, table: Mapping[str, Any]) -> ConfiguredEngine:
    place = f"[engine.{name}]"
    checked = check_table(_load_type(str(table["type"]), place), table, place)
    try:
        engine = checked.make_engine(name)
    except ImportError as error:
        raise ValueError(f"{place} type: {checked.type!r} cannot be used here ({error})") from error
    except ValueError as error:
        raise ValueError(f"{place} {error}") from error
    if isinstance(engine, RemoteEngine) and checked.executor is not None:
        raise ValueError(
            f"{place} executor: got {echo_value(str(checked.executor))}; "
            "must be absent: its videos are made by another server"
        )
    slots = checked.slots or engine.slots
    return ConfiguredEngine(
        name,
        checked.type,
        engine,
        slots,
        expense=checked.get_expense(),
        executor=checked.executor,
        resources=checked.resources,
    )


def _load_type(name: str, place: str) -> type[EngineTable]:
    try:
        found = _load_object(ENGINE_TYPES_GROUP, name)
    except _LOADING_ERRORS as error:
        known = ", ".join(sorted(entry_points(group=ENGINE_TYPES_GROUP).names))
        raise ValueError(
            f"{place} type: got {echo_value(name)}; must be one of {known}, or module:Class "
            f"({type(error).__name__}: {error})"
        ) from error
    if isinstance(found, type) and issubclass(found, EngineTable):
        return found
    raise ValueError(f"{place} type: got {echo_value(name)}; must be a class derived from EngineTable")


def _load_object(group: str, name: str) -> Any:
    """Load what an entry point of the group, or `module:Class`, names."""
    if ":" in name:
        module, _, attribute = name.partition(":")
        return getattr(import_module(module), attribute)
    found = tuple(entry_points(group=group, name=name))
    if len(found) != 1:
        raise ValueError(f"{len(found)} installed packages provide it")
    return found[0].load()
