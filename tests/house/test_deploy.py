"""The manifests name commands, paths and ports that there are."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from keyreel.settings.model import Settings
from keyreel.settings.nodes import DEFAULT_HEALTH_PORT

DEPLOY = Path(__file__).parents[2] / "deploy"
PORTS = {"serve": Settings.model_fields["port"].default, "work": DEFAULT_HEALTH_PORT}


@pytest.mark.parametrize("role", PORTS)
def test_each_role_has_its_probes_and_a_disruption_budget(role: str) -> None:
    manifests = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "keyreel.yaml").read_text()))
    by_name = {(each["kind"], each["metadata"]["name"]): each for each in manifests}
    spec = by_name["Deployment", f"keyreel-{role}"]["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    assert container["args"][:2] == ["keyreel", role]
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": PORTS[role]}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": PORTS[role]}
    assert not pod["enableServiceLinks"]
    budget = by_name["PodDisruptionBudget", f"keyreel-{role}"]["spec"]
    assert budget["selector"] == spec["selector"]
    assert budget["minAvailable"] < spec["replicas"]


@pytest.mark.parametrize("role", PORTS)
def test_each_role_has_a_unit(role: str) -> None:
    unit = (DEPLOY / "systemd" / f"keyreel-{role}.service").read_text()
    assert f"/keyreel {role}\n" in unit
