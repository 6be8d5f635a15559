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

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field, field_validator

from keyreel.settings.tables import CheckedTable, EnvironmentSecret

if TYPE_CHECKING:
    from keyreel.engine import Engine, RemoteEngine

__all__ = ["ENGINE_TYPES_GROUP", "EngineTable", "EnvironmentSecret", "ExecutorName"]

ENGINE_TYPES_GROUP: Final = "keyreel.engine_types"
"""The entry point group under which packages offer engine types."""


class ExecutorName(StrEnum):
    """What runs an engine: child processes of the worker's own, or actors of a Ray cluster."""

    PROCESS = "process"
    RAY = "ray"


class EngineTable(CheckedTable):
    """What every table of an engine may hold; a type adds fields, each with a description."""

    type: str = Field(description="The engine's type: the name of one, or `module:Class`.")
    slots: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Orders at a time, each in a process of its own. Absent: as the type has it.",
    )
    executor: ExecutorName | None = Field(
        default=None,
        description="What runs it: `process`, on this machine, or `ray`, in a Ray cluster. Absent: `ray` "
        "where `KEYREEL_RAY` is set, else `process`.",
    )
    resources: dict[str, Annotated[float, Field(gt=0, le=1e15)]] = Field(
        default={},
        max_length=20,
        description="What each slot takes up in the Ray cluster: `num_cpus`, `num_gpus`, `memory` in bytes, "
        "or the name of a resource of the cluster's own. Absent: one CPU.",
    )

    @field_validator("resources")
    @classmethod
    def _check_resources(cls, value: dict[str, float]) -> dict[str, float]:
        if {"CPU", "GPU"} & {*value}:
            raise ValueError("must name CPUs and GPUs num_cpus and num_gpus")
        gpus = value.get("num_gpus", 0.0)
        if gpus > 1 and gpus != int(gpus):
            raise ValueError("must have a whole number of num_gpus, or a part of one")
        return value

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
