from __future__ import annotations

import pytest

from keyreel.worker.ray.diagnosis import find_shortage, phrase_description
from keyreel.worker.ray.messages import ClusterDescription

FOUND = ClusterDescription(
    "2.60.0", ({"CPU": 8.0, "node:10.0.0.5": 1.0, "memory": 1e9}, {"CPU": 4.0, "GPU": 2.0, "studio": 0.5})
)


def test_says_what_a_cluster_has() -> None:
    assert phrase_description(FOUND) == "Ray 2.60.0, 2 nodes: 12 CPU, 2 GPU, 0.5 studio"


@pytest.mark.parametrize(
    ("resources", "shortage"),
    [
        ({}, ""),
        ({"num_gpus": 2.0}, ""),
        ({"num_gpus": 1.0, "num_cpus": 8.0}, "No node of the Ray cluster has 1 GPU, 8 CPU: its tasks wait."),
        ({"motion": 1.0}, "No node of the Ray cluster has 1 motion: its tasks wait."),
    ],
)
def test_says_what_no_node_has(resources: dict[str, float], shortage: str) -> None:
    assert find_shortage(FOUND, resources) == shortage
