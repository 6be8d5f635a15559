"""What an operator is told of a Ray cluster: what it has, and whether an engine has room there."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from keyreel.worker.ray.cluster import RayCluster
from keyreel.worker.ray.settings_checks import check_ray_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyreel.worker.ray.messages import ClusterDescription

_NODE_NAMES: Final = {"num_cpus": "CPU", "num_gpus": "GPU"}
"""How nodes call what tables have by these names."""
_DEFAULT_RESOURCES: Final = {"num_cpus": 1.0}


def describe_cluster(address: str) -> ClusterDescription:
    """Ask a cluster what it has.

    Raises:
        InvalidSetting: it may not be used as it is set.
        ExecutorUnavailable: it cannot be reached, with what it says.
    """
    check_ray_settings(address)

    async def ask() -> ClusterDescription:
        async with RayCluster(address) as cluster:
            return await cluster.describe()

    return asyncio.run(ask())


def phrase_description(found: ClusterDescription) -> str:
    """Return what a cluster has, such as "Ray 2.60.0, 2 nodes: 8 CPU, 2 GPU"."""
    total: defaultdict[str, float] = defaultdict(float)
    for node in found.nodes:
        for name in filter(_is_told, node):
            total[name] += node[name]
    nodes = f"{len(found.nodes)} node{'s' * (len(found.nodes) != 1)}"
    return f"Ray {found.version}, {nodes}: " + ", ".join(f"{total[name]:g} {name}" for name in sorted(total))


def find_shortage(found: ClusterDescription, resources: Mapping[str, float]) -> str:
    """Return what no node has for one slot of an engine; empty where one has all of it, used or not."""
    asked = resources or _DEFAULT_RESOURCES
    wanted = {_NODE_NAMES.get(name, name): amount for name, amount in asked.items()}
    if any(all(node.get(name, 0) >= amount for name, amount in wanted.items()) for node in found.nodes):
        return ""
    listed = ", ".join(f"{amount:g} {name}" for name, amount in wanted.items())
    return f"No node of the Ray cluster has {listed}: its tasks wait."


def _is_told(name: str) -> bool:
    """Say whether tables ask for a resource; Ray has others of its own, such as one for each node."""
    return not name.startswith("node:") and name not in {"memory", "object_store_memory"}
