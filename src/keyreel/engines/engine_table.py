"""Engine types: each is a model of its tables [engine.NAME] in the settings, and makes engines of them.

A whole type, for the engine of `keyreel.engine`::

    class StillTable(EngineTable):
        title: str = Field(default="", max_length=80, description="Written under the image.")
        api_key: EnvironmentSecret | None = Field(default=None, description="Of the service, as env:NAME.")

        def make_engine(self, name: str) -> Engine | RemoteEngine:
            return StillImage(self.title)

A package offers it by the entry point group `keyreel.engine_types`; a table may also name it as
`type = "module:StillTable"`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, field_validator

from keyreel.settings.tables import CheckedTable, EnvironmentSecret

if TYPE_CHECKING:
    from keyreel.engine import Engine, RemoteEngine

__all__ = ["ENGINE_TYPES_GROUP", "EngineTable", "EnvironmentSecret", "ExecutorName", "PricedTable"]

ENGINE_TYPES_GROUP: Final = "keyreel.engine_types"
"""The entry point group under which packages offer engine types."""


@dataclass(frozen=True, slots=True)
class EngineExpense:
    """What renders by an engine cost its operator.

    `share` is what the worker is to reserve before a render: credits for each credit of the task's price, 0
    for nothing, and `daily_credits` what all of them may cost in a day (UTC). Remote engines reserve it
    themselves.
    """

    is_paid: bool = False
    share: float = 0.0
    daily_credits: float | None = None


class RenderCost(CheckedTable):
    """What videos cost at a server."""

    credits: float = Field(ge=0, le=1000, description="Credits there per credit of the video's price here.")


class ExecutorName(StrEnum):
    """What runs an engine: child processes of the worker's own, or actors of a Ray cluster."""

    PROCESS = "process"
    RAY = "ray"


class EngineTable(CheckedTable):
    """What every table of an engine may hold; a type adds fields, each with a description."""

    type: str = Field(description="Type of the engine: a name, or `module:Class`.")
    slots: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Orders at a time, each in its own process. Default: set by the type.",
    )
    executor: ExecutorName | None = Field(
        default=None,
        description="Where the engine runs: `process`, on this machine, or `ray`, in a Ray cluster. "
        "Default: `ray` if `KEYREEL_RAY` is set, otherwise `process`.",
    )
    resources: dict[str, Annotated[float, Field(gt=0, le=1e15)]] = Field(
        default={},
        max_length=20,
        description="Resources that each slot reserves in the Ray cluster: `num_cpus`, `num_gpus`, "
        "`memory` in bytes, or custom resources. Default: one CPU.",
    )

    @field_validator("resources")
    @classmethod
    def _check_resources(cls, value: dict[str, float]) -> dict[str, float]:
        if {"CPU", "GPU"} & {*value}:
            raise ValueError("must use num_cpus and num_gpus for CPUs and GPUs")
        gpus = value.get("num_gpus", 0.0)
        if gpus > 1 and gpus != int(gpus):
            raise ValueError("must have a whole number of num_gpus, or a part of one")
        return value

    paid: bool = Field(
        default=False,
        description="Each render costs the operator money: a video with a flaw is not rendered again.",
    )

    def get_expense(self) -> EngineExpense:
        """Return what renders by the engine of this table cost."""
        return EngineExpense(self.paid)

    def make_engine(self, name: str) -> Engine | RemoteEngine:
        """Make an engine of this table. Nothing heavy is to be imported or opened here.

        It is called in the server, where the engine is only asked what it accepts and how it is, and again in
        each process that renders.

        Args:
            name: the table's, for logs and messages.

        Raises:
            ValueError: the table cannot be used: "key: got …; must …", without a full stop.
            ImportError: what the type needs is not installed.
        """
        raise NotImplementedError


class PricedTable(EngineTable):
    """A table of an engine whose videos may be bought from a server."""

    cost: RenderCost = Field(
        default=RenderCost(credits=0.0), description="Cost of videos there: `{ credits = 0.8 }`."
    )
    daily_credits: float | None = Field(
        default=None,
        gt=0,
        description="Daily budget (UTC), measured by `cost`. Default: no limit.",
    )

    def check_cost(self) -> None:
        """Check what holds between the fields.

        Raises:
            ValueError: as for `make_engine`.
        """
        if self.daily_credits is not None and not self.cost.credits:
            raise ValueError(
                f"daily_credits: got {self.daily_credits:g}; needs a cost such as {{ credits = 0.8 }}"
            )
        if self.cost.credits and not self.paid:
            raise ValueError(f"cost: got {{ credits = {self.cost.credits:g} }}; needs paid = true")
