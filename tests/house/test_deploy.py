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
    scraped = spec["template"]["metadata"]["annotations"]
    assert (scraped["prometheus.io/scrape"], scraped["prometheus.io/path"]) == ("true", "/metrics")
    listening = {each["containerPort"] for each in container["ports"]}
    told_apart = [each["value"] for each in container["env"] if each["name"] == "KEYREEL_METRICS_PORT"]
    assert scraped["prometheus.io/port"] == (told_apart[0] if told_apart else str(PORTS[role]))
    assert {PORTS[role], int(scraped["prometheus.io/port"])} == listening
    assert not pod["enableServiceLinks"]
    budget = by_name["PodDisruptionBudget", f"keyreel-{role}"]["spec"]
    assert budget["selector"] == spec["selector"]
    assert budget["minAvailable"] < spec["replicas"]


@pytest.mark.parametrize("role", PORTS)
def test_each_role_has_a_unit(role: str) -> None:
    unit = (DEPLOY / "systemd" / f"keyreel-{role}.service").read_text()
    assert f"/keyreel {role}\n" in unit


def test_compose_runs_two_of_each_role_with_settings_that_there_are() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for role, port in PORTS.items():
        service = services[role]
        assert service["command"][:2] == ["keyreel", role]
        assert service["deploy"]["replicas"] == 2
        assert f"127.0.0.1:{port}/readyz" in service["healthcheck"]["test"][-1]
        named = {name for name in service["environment"] if name.startswith("KEYREEL_")}
        assert {name.removeprefix("KEYREEL_").lower() for name in named} <= set(Settings.model_fields)
    assert services["proxy"]["command"][-1] == f"serve:{PORTS['serve']}"
    depended = {name for service in services.values() for name in service.get("depends_on", ())}
    assert depended <= set(services)
    assert services["serve"]["environment"]["KEYREEL_DATABASE"].endswith("@postgres/keyreel")
