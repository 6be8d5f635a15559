"""Which engines a server has and which tasks they make, as the settings say it. It knows no engine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, model_validator

from keyreel.order import Operation
from keyreel.settings.tables import CheckedTable, check_table
from keyreel.system.setting_values import echo_value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BUILT_IN_ENGINE: Final = "motion"
"""Makes drafts and recommends prompts, whichever engines are configured."""
DEFAULT_ENGINES: Final = (BUILT_IN_ENGINE,)
_NAME_PATTERN: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_MAX_RULES: Final = 1000

_RAY_ADDRESS_PATTERN: Final = re.compile(
    r"(auto|(ray://)?([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:]{2,45}\]):[0-9]{1,5})?", re.ASCII
)


def _check_ray_address(value: str) -> str:
    if not _RAY_ADDRESS_PATTERN.fullmatch(value):
        raise ValueError("must be auto, or an address such as 10.0.0.5:6379 or ray://10.0.0.5:10001")
    return value


RayAddress = Annotated[str, AfterValidator(_check_ray_address)]
"""Where a Ray cluster is: `auto` for the one that this machine is part of; empty for none."""
_Name = Annotated[str, Field(min_length=1, max_length=256)]


class RoutingMatch(CheckedTable):
    """The tasks that a routing rule is about; what is absent narrows nothing, and one thing must be there."""

    model: str | None = Field(
        default=None,
        min_length=1,
        max_length=128,
        description="Pattern for models, with `*` and `?`, such as `vidu-q1-*` or `viduq2-pro`.",
    )
    tenant: _Name | None = Field(default=None, description="Name of a tenant.")
    operation: Operation | None = Field(
        default=None, description=f"One of {', '.join(f'`{each}`' for each in Operation)}."
    )
    off_peak: bool | None = Field(
        default=None, description="`true`: only off-peak tasks. `false`: only other tasks."
    )

    @model_validator(mode="after")
    def _check_presence(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(f"must contain at least one of {', '.join(type(self).model_fields)}")
        return self


class RoutingRule(CheckedTable):
    """A table [[route]]: which engines make the tasks that match."""

    match: RoutingMatch = Field(description="Which tasks the route applies to.")
    engines: tuple[_Name, ...] = Field(
        min_length=1, max_length=100, description="Engines in order of preference, as in `engines`."
    )
    share: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Only this fraction of the matching tasks, such as `0.1`, chosen by task ID.",
    )


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """One engine as it is configured: by its name alone, or by the table [engine.NAME]."""

    name: str
    table: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """The engines of a server, in order of preference, their tables and the routing rules."""

    names: tuple[str, ...] = DEFAULT_ENGINES
    """Tables, entry points or `module:Class`."""
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, "Mapping[str, Any]"])
    """By name; a name that an entry point has as well means the table."""
    rules: tuple[RoutingRule, ...] = ()
    file: Path | None = None
    """Where tables and rules were read."""
    ray: str = ""
    """The Ray cluster that renders; empty for none, unless a table asks for one."""

    def get_spec(self, name: str) -> EngineSpec:
        """Return how the engine of a name is made."""
        return EngineSpec(name, self.tables.get(name))


def parse_engine_tables(value: Any) -> dict[str, dict[str, Any]]:
    """Return the tables [engine.NAME], each with its type; what else they may hold is the type's to say.

    Raises:
        ValueError: naming the table, the key, what it got and the rule.
    """
    if not isinstance(value, dict):
        raise ValueError(  # noqa: TRY004 - pydantic expects it of validators
            f"engine: got {echo_value(value)}; must be tables such as [engine.wan]"
        )
    for name, table in value.items():
        if not _NAME_PATTERN.fullmatch(name):
            rule = "must be 1 to 64 of a-z, 0-9, - and _, and begin with a letter or digit"
            raise ValueError(f"[engine.NAME]: got the name {echo_value(name)}; {rule}")
        if not isinstance(table, dict):
            raise ValueError(  # noqa: TRY004 - pydantic expects it of validators
                f"engine.{name}: got {echo_value(table)}; must be a table [engine.{name}]"
            )
        kind = table.get("type")
        if not isinstance(kind, str) or not kind:
            found = "is required" if kind is None else f"got {echo_value(kind)}; must be the name of a type"
            raise ValueError(f"[engine.{name}] type: {found}")
    return value


def parse_routing_rules(value: Any) -> tuple[RoutingRule, ...]:
    """Return the tables [[route]] in their order.

    Raises:
        ValueError: naming the table by its number, the key, what it got and the rule.
    """
    if not isinstance(value, list | tuple) or not all(isinstance(each, dict | RoutingRule) for each in value):
        raise ValueError(f"route: got {echo_value(value)}; must be tables [[route]]")
    if len(value) > _MAX_RULES:
        raise ValueError(f"[[route]]: got {len(value)} tables; must be {_MAX_RULES} at most")
    return tuple(
        each if isinstance(each, RoutingRule) else check_table(RoutingRule, each, name_rule(number))
        for number, each in enumerate(value, 1)
    )


def name_rule(number: int) -> str:
    """Return how messages name a routing rule, counted from 1."""
    return f"[[route]] number {number}"
