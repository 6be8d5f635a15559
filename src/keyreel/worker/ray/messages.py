"""What the worker, its driver to a Ray cluster and the hosts there tell each other. It sends nothing.

The worker opens a connection to the driver for each piece of work, and closes it when the work is not wanted
any more. Over it go the messages of `keyreel.worker.children.protocol` and those below, in both directions as
shipments. A host of another machine has files of its own: what a message names travels with it.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyreel.worker.children.protocol import LENGTH_PREFIX

if TYPE_CHECKING:
    from asyncio import StreamReader
    from collections.abc import Mapping
    from pathlib import Path

    from keyreel.errors import KeyreelError
    from keyreel.settings.engines import EngineSpec
    from keyreel.worker.children.protocol import RecommendWork, RenderWork, StepResult, ToWorker

    EngineWork = RenderWork | RecommendWork
    """What a host does: all else is done where the worker is."""


@dataclass(frozen=True, slots=True)
class HostSetup:
    """How a host is made. A host of another setup is replaced."""

    version: str
    """Keyreel's, which has to be the same on both sides."""
    engine: EngineSpec
    resources: Mapping[str, float]
    timeout_seconds: float
    kernel_guards: bool


@dataclass(frozen=True, slots=True)
class HostedWork:
    """To the driver: have the host of this name do this work."""

    host: str
    setup: HostSetup
    folder: Path
    """The task's folder at the worker: paths in messages are below it."""
    work: EngineWork
    files: Mapping[str, bytes]
    """The work's inputs, by their paths below the folder."""


@dataclass(frozen=True, slots=True)
class DescribeCluster:
    """To the driver: say what the cluster has. Answered by ClusterDescription."""


@dataclass(frozen=True, slots=True)
class ClusterDescription:
    """To the worker: Ray's version, and what each living node has in all, by resource."""

    version: str
    nodes: tuple[Mapping[str, float], ...]


@dataclass(frozen=True, slots=True)
class WorkPending:
    """To the worker: for so long the cluster has had no room for the host; sent again and again."""

    seconds: float


@dataclass(frozen=True, slots=True)
class WorkAlive:
    """To the worker: nothing is new, and the work goes on."""


@dataclass(frozen=True, slots=True)
class WorkRaised:
    """To the worker: the work ended by this error."""

    error: KeyreelError


@dataclass(frozen=True, slots=True)
class Shipment:
    """A message, and the contents of the files that it names, by their paths below the task's folder."""

    message: ToWorker | StepResult | WorkPending | WorkAlive | WorkRaised
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


async def read_message(reader: StreamReader) -> object:
    """Read a message that `pack_message` wrote.

    Raises:
        EOFError: the other side has hung up.
        OSError: the connection broke.
    """
    (length,) = LENGTH_PREFIX.unpack(await reader.readexactly(LENGTH_PREFIX.size))
    return pickle.loads(await reader.readexactly(length))  # noqa: S301 - from a process of our own making
