"""What the command line tells of engines in a Ray cluster."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support.commands import keyreel

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from ray_nodes import RayNodes

TABLES = """
engines = ["roomy", "vast"]
[engine.roomy]
type = "motion"
resources = { studio = 2 }
[engine.vast]
type = "motion"
resources = { num_gpus = 8 }
"""


def test_tells_of_the_cluster_and_of_engines_without_room(nodes: RayNodes, tmp_path: Path) -> None:
    (tmp_path / "keyreel.toml").write_text(TABLES)
    done = keyreel("engines", "check", "--data", tmp_path, KEYREEL_RAY=nodes.address)
    assert done.returncode == 1
    assert "roomy: works" in done.stdout
    assert "vast: No node of the Ray cluster has 8 GPU: its tasks wait." in done.stdout
    done = keyreel("doctor", "--json", "--data", tmp_path, KEYREEL_RAY=nodes.address)
    (found,) = [each for each in json.loads(done.stdout) if each["name"] == "Ray"]
    assert found["ok"]
    assert "nodes: " in found["detail"]
    assert " studio" in found["detail"]


def test_a_cluster_elsewhere_is_not_used_without_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RAY_AUTH_TOKEN")
    monkeypatch.setenv("HOME", str(tmp_path))
    done = keyreel("up", "--data", tmp_path / "data", KEYREEL_RAY="10.0.0.5:6379")
    assert done.returncode == 2
    assert done.stderr.startswith("keyreel: ray: got '10.0.0.5:6379', which is not this machine")
    assert len(done.stderr.splitlines()) == 1


def test_says_that_no_cluster_answers(tmp_path: Path) -> None:
    done = keyreel("engines", "check", "--data", tmp_path, KEYREEL_RAY="127.0.0.1:9")
    assert done.returncode == 1
    assert done.stdout.startswith("motion: The Ray cluster at 127.0.0.1:9 cannot be used: ")
