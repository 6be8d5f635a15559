"""The nodes of a Ray cluster as processes of the tests' own, and the processes of Keyreel on them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEMORY = 100_000_000
"""Bytes of a node's object store: clips of a few seconds."""


@dataclass
class RayNodes:
    """A cluster whose head has no room for engines; a studio has room for two, by a resource of that name."""

    cluster: Any
    studios: list[Any] = field(default_factory=list)

    @classmethod
    @contextmanager
    def start(cls, port: int = 0) -> Iterator[RayNodes]:
        """Run a head, at this port if not 0, and end it with all that was added."""
        from ray.cluster_utils import Cluster

        arguments = {"num_cpus": 0, "object_store_memory": _MEMORY, "include_dashboard": False}
        cluster = Cluster(
            initialize_head=True, head_node_args=arguments | ({"gcs_server_port": port} if port else {})
        )
        try:
            yield cls(cluster)
        finally:
            cluster.shutdown()

    @property
    def address(self) -> str:
        """Where the cluster is: HOST:PORT."""
        return str(self.cluster.address)

    def add_studio(self) -> None:
        """Add a node with room for engines."""
        node = self.cluster.add_node(num_cpus=2, object_store_memory=_MEMORY, resources={"studio": 2})
        self.studios.append(node)

    def lose_studio(self) -> None:
        """End a node as a power cut would."""
        self.cluster.remove_node(self.studios.pop(), allow_graceful=False)

    def list_hosts(self) -> list[psutil.Process]:
        """Return the processes of engines' hosts."""
        return [each for each in _list_processes() if _read_command(each).startswith("ray::EngineHost")]

    def list_renderers(self) -> list[psutil.Process]:
        """Return the hosts' children that render, without their guardians, which look like them."""
        program = "keyreel.worker.children.process engine"
        return [
            child
            for host in self.list_hosts()
            for child in _list_children(host)
            if program in _read_command(child)
        ]


def _list_processes() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _list_children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children()
    except psutil.NoSuchProcess:
        return []


def _read_command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""
